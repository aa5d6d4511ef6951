"""Predict-first questions: the learner commits to an answer, then the reason and a figure appear.

    >>> from cnncourse.widgets.question import Question
    >>> q = Question("How many pixels has a 3×4 image?", [7, 12], answer=3 * 4,
    ...              because="3 rows of 4 pixels.")
    >>> q.options.value = "7"
    >>> q.verdict
    'Not quite: 3 rows of 4 pixels.'

The right answer is passed in by the notebook, which computes it where it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from numbers import Real

import ipywidgets as widgets

from cnncourse.figures.svg import Svg
from cnncourse.widgets.face import Faced
from cnncourse.widgets.stage import Stage

_TEXT = "margin:0 0 .5em;line-height:1.5"  # ipywidgets would leave a line free between two lines


class Question(Faced):
    """A question with a few answers to choose from.

    Parameters
    ----------
    prompt : str
    options : sequence
        The answers offered, shown as text.
    answer : object
        The right one, equal to one of `options`.
    because : str
        The reason, shown after a choice, right or wrong.
    reveal : Svg, optional
        A figure shown after a choice.

    Attributes
    ----------
    options : widgets.RadioButtons
    verdict : str
        Empty until the learner has chosen.

    Raises
    ------
    ValueError
        If `answer` is not exactly one of `options`.
    """

    def __init__(
        self,
        prompt: str,
        options: Sequence[object],
        answer: object,
        because: str,
        reveal: Svg | None = None,
    ) -> None:
        shown = [_as_read(option) for option in options]
        self.answer = _as_read(answer)
        if shown.count(self.answer) != 1:
            raise ValueError(f"the answer {answer!r} must stand once among the options {shown}")
        self.prompt = prompt
        self.because = because
        self.reveal = reveal
        self.verdict = ""
        self.options = widgets.RadioButtons(
            options=shown, value=None, layout=widgets.Layout(width="auto")
        )
        self._reply = widgets.HTML()
        head = widgets.HTML(f'<p style="{_TEXT}"><b>Predict first.</b> {escape(prompt)}</p>')
        super().__init__([head, self.options, self._reply, Stage()])
        self.add_class("cnncourse-question")
        self.options.observe(self._on_choice, "value")

    def _on_choice(self, change: dict) -> None:
        right = change["new"] == self.answer
        self.verdict = f"{'Yes' if right else 'Not quite'}: {self.because}"
        mark = "✓" if right else "✗"
        picture = f'<div style="overflow-x:auto">{self._picture()}</div>' if self.reveal else ""
        self._reply.value = (
            f'<p role="status" style="{_TEXT}">{mark} {escape(self.verdict)}</p>{picture}'
        )

    def face(self) -> str:
        """Return the question with a folded answer, for pages that have no kernel."""
        listed = "".join(f"<li>{escape(option)}</li>" for option in self.options.options)
        return (
            f"<p><b>Predict first.</b> {escape(self.prompt)}</p><ul>{listed}</ul><details>"
            f"<summary>Answer</summary><p>{escape(self.answer)}: {escape(self.because)}</p>"
            f"{self._picture()}</details>"
        )

    def _picture(self) -> str:
        """The figure that is shown after a choice, or nothing."""
        return self.reveal.in_page() if self.reveal else ""


def _as_read(answer: object) -> str:
    """An answer as text; a number has a real minus sign, and commas between its thousands."""
    return f"{answer:,}".replace("-", "−") if isinstance(answer, Real) else str(answer)
