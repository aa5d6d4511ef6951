"""What a page shows of a notebook, and what it leaves out because only a kernel could do it."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from cnncourse.site import body


def cell(source, *tags, html="", text=""):
    outputs = []
    if html:
        outputs.append(new_output("execute_result", data={"text/html": html, "text/plain": "x"}))
    if text:
        outputs.append(new_output("stream", text=text))
    return new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


def shown(*cells):
    return body.notebook(cells, "notebooks/x.ipynb", ["flip"])


def test_verdicts_and_progress_are_left_out_with_the_words_before_them():
    html = shown(
        cell("keep(f)", "check", html="<b>not yet</b>"),
        new_markdown_cell("Run the next cell"),
        cell("show()", "progress", html="<b>0 of 7</b>"),
    )
    assert html == ""


def test_a_solution_is_folded_and_says_nothing_of_passing():
    html = shown(cell("answer = 42", "solution", text="Solution: passed"))
    assert html.startswith("<details>") and "42" in html and "passed" not in html


def test_a_question_shows_no_code():
    html = shown(cell("Question(answer=600)", "question", html="<p>How many?</p>"))
    assert "How many?" in html and "600" not in html


def test_an_explorer_shows_its_stills_and_leads_to_its_page():
    html = shown(cell("explorers.flip()", "explorer", html="<svg>still</svg>"))
    assert "<svg>still</svg>" in html and 'href="../e/flip.html"' in html
    own = shown(cell("explorers.own_digit(predict)", "explorer", html="<svg></svg>"))
    assert 'href="../draw.html"' in own
    other = shown(cell("explorers.other()", "explorer", html="<svg></svg>"))
    assert "../e/" not in other and "PyTorch" in other


def test_what_is_printed_is_text():
    assert "<pre>1 &lt; 2\x1b</pre>".replace("\x1b", "") in shown(cell("x", text="\x1b[31m1 < 2"))


def test_what_is_printed_in_pieces_stands_in_one():
    outputs = [new_output("stream", name="stdout", text=text) for text in ("a ", "1\n", "b 2\n")]
    outputs += [new_output("stream", name="stderr", text="c\n"), outputs[0]]
    html = shown(new_code_cell("f()", outputs=outputs))
    assert "<pre>a 1\nb 2\n</pre><pre>c\n</pre><pre>a </pre>" in html


def test_markdown_that_a_cell_shows_is_a_page_and_nothing_printed_is_nothing():
    written = new_output(
        "display_data", data={"text/markdown": "*a* [b](c.md)", "text/plain": "<M>"}
    )
    html = shown(new_code_cell("Markdown(x)", outputs=[written]))
    assert '<em>a</em> <a href="c.md">b</a>' in html and "M" not in html.split("output")[1]
    assert "<pre>" not in body.output(new_output("stream", text="\n"))


def test_headings_have_the_ids_of_github_and_each_once():
    html = shown(
        new_markdown_cell("## 1. A *sum* (2 minutes)"), new_markdown_cell("## Recap\n## Recap")
    )
    assert [h.id for h in body.headings(html)] == ["1-a-sum-2-minutes", "recap", "recap-1"]


def test_formulas_are_mathml_and_pictures_wait():
    html = body.markdown("$x^2$ ![a cat](cat.png)", [])
    assert "<msup>" in html and 'loading="lazy"' in html and 'alt="a cat"' in html


@pytest.mark.parametrize(
    "words", ["word " * 60, "A sentence of more than forty letters, and whole."]
)
def test_a_summary_fits_in_a_search(words):
    summary = body.summary(f"<p>short</p><p>{words}</p>")
    assert 40 < len(summary) <= body.LONGEST and summary[:4] == words[:4]


def test_a_summary_says_what_a_learner_will_do():
    html = (
        f"<p>{'Drag the box. ' * 9}</p><p><b>What you will do.</b> Open a box. {'More. ' * 50}</p>"
    )
    assert body.summary(html) == "Open a box."
