"""The names that widgets.keyboard gives to controls, however late a busy page shows them."""

import json

import pytest

from cnncourse.widgets.keyboard import help_keyboards

SLIDER = """<div class="widget-slider"><label class="widget-label">stride</label>
<div role="slider"></div><div class="widget-readout">2</div></div><select title="null"></select>"""
# The browser tells that a picture cannot load when it is made, before it is put anywhere.
SHOW = f"""() => {{
  const help = document.createElement("div");
  help.innerHTML = {json.dumps(help_keyboards().value)};
  const box = document.createElement("div");
  box.className = "cnncourse-explorer";
  document.body.append(box);
  setTimeout(() => box.append(help), PUT_INTO_ITS_BOX);
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
