"""What stage.js does for controls, however late a busy page shows them: names, and their keys."""

import json

import pytest

from cnncourse.widgets.stage import Stage

SLIDER = """<div class="widget-slider"><label class="widget-label">stride</label>
<div role="slider" tabindex="0" aria-valuenow="2" aria-valuemin="1" aria-valuemax="4"></div>
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
    assert page.locator("select").get_attribute("title") is None
    assert complaints == []
    page.close()


# Notebook 7 listens here, before a control hears of its key, and asks for this attribute.
NOTEBOOK = """() => {
  window.commands = [];
  document.addEventListener("keydown", ({ target, key }) => {
    if (!target.hasAttribute("data-lm-suppress-shortcuts")) commands.push(key);
  }, true);
}"""


@pytest.mark.parametrize("control", ["[role=slider]", "select"])
def test_keys_meant_for_a_control_are_no_commands_and_the_others_stay_commands(browser, control):
    page = browser.new_page()
    page.evaluate(NOTEBOOK)
    page.evaluate(SHOW.replace("PUT_INTO_ITS_BOX", "0").replace("SLIDER_SHOWN", "0"))
    page.locator("[role=slider][aria-label=stride]").wait_for(state="attached", timeout=10_000)
    page.keyboard.press("a")  # nothing has the focus
    page.locator(control).focus()
    for key in ("ArrowRight", "Control+s", "b", "Shift+Enter"):
        page.keyboard.press(key)
    commands = page.evaluate("commands.filter((key) => !['Control', 'Shift'].includes(key))")
    assert commands == ["a", "s", "Enter"]
    page.close()
