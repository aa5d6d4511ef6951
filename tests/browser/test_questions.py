"""Questions in JupyterLab on a phone: long answers have room."""

from nbformat.v4 import new_code_cell, new_notebook, writes
from notebook_page import NotebookPage

ASK = """from cnncourse.widgets.question import Question
long = "it was added up during the epoch, with dropout on and with weights that were still moving"
Question("Why?", ["short", long, long + ", too", "last"], answer="short", because="so.")"""
BOXES = """labels => labels.map(label => {
  const { top, bottom, left, right } = label.getBoundingClientRect();
  const button = label.querySelector('input').getBoundingClientRect();
  const before = button.left - left < 0.1 * (right - left);
  return { top, bottom, before, spilled: label.scrollHeight - label.clientHeight };
})"""


def test_answers_of_several_lines_stand_below_one_another(browser, lab, course):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    asked = writes(new_notebook(cells=[new_code_cell(ASK)], metadata=kernel))
    (course / "asked.ipynb").write_text(asked, encoding="utf-8")
    notebook = NotebookPage(browser, lab, width=390)
    notebook.open("asked.ipynb")
    notebook.run_all(60)
    labels = notebook.page.locator(".cnncourse-question .widget-radio-box label")
    labels.first.wait_for()
    boxes = labels.evaluate_all(BOXES)
    options = notebook.page.locator(".cnncourse-question .widget-radio-box")
    end = options.evaluate("box => box.getBoundingClientRect().bottom")
    notebook.close()
    assert boxes[1]["bottom"] - boxes[1]["top"] > 2 * (boxes[0]["bottom"] - boxes[0]["top"])
    assert all(box["before"] for box in boxes)  # the button stands at the left of its words
    below = zip(boxes, boxes[1:], strict=False)
    assert all(upper["bottom"] <= lower["top"] for upper, lower in below)
    assert [box["spilled"] for box in boxes] == [0, 0, 0, 0] and boxes[-1]["bottom"] <= end + 1
