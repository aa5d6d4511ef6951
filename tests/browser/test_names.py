"""The names that stage.js gives to controls, however late a busy page shows them."""

import json

import pytest

from cnncourse.widgets.stage import Stage

SLIDER = """<div class="widget-slider"><label class="widget-label">stride</label>
<div role="slider" aria-valuenow="2" aria-valuemin="1" aria-valuemax="4"></div>
<div class="widget-readout">2</div></div><select title="null"></select>"""
# A widget is rendered before it is put into its box.
SHOW = f"""async () => {{
  const source = new Blob([{json.dumps(Stage()._esm)}], {{ type: "text/javascript" }});
  const {{ default: widget }} = await import(URL.createObjectURL(source));
  const part = document.createElement("div");
  widget.render({{ el: part, model: {{ on() {{}}, off() {{}} }} }});
  const box = document.createElement("div");
  box.className = "cnncourse-explorer";
  document.body.append(box);
  const put = () => {{ box.append(part); part.style.minHeight = "1px"; }};
  setTimeout(put, PUT_INTO_ITS_BOX);
  setTimeout(() => {{ box.insertAdjacentHTML("afterbegin", {json.dumps(SLIDER)}); }}, SLIDER_SHOWN);
}}"""


@pytest.mark.parametrize("put, shown", [(0, 0), (0, 1200), (1200, 0), (1200, 1200)])
def test_a_control_gets_its_name_whenever_it_appears(browser, put, shown):
    page, complaints = browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.evaluate(SHOW.replace("PUT_INTO_ITS_BOX", str(put)).replace("SLIDER_SHOWN", str(shown)))
    page.locator("[role=slider][aria-label=stride]").wait_for(state="attached", timeout=10_000)
    assert page.locator("[role=textbox]").get_attribute("aria-label") == "stride as a number"
    select = page.locator("select")
    assert select.get_attribute("data-lm-suppress-shortcuts") == ""
    assert select.get_attribute("title") is None
    assert complaints == []
    page.close()
