"""The drawing pad, from Python's side. What the browser does is tried in a browser."""

import shutil
import subprocess

import numpy as np
import pytest
import traitlets

from cnncourse.widgets.drawpad import DrawPad


@pytest.fixture
def pad():
    return DrawPad()


def as_sent(value):
    """What the browser sends for a drawing."""
    return [int(round(255 * number)) for number in np.asarray(value).ravel()]


def test_it_starts_empty(pad):
    assert pad.value.shape == (28, 28) and not pad.value.any()
    assert pad.description == "draw a digit"


def test_a_drawing_in_the_browser_arrives_row_by_row_from_0_to_1(pad):
    seen = []
    pad.observe(lambda change: seen.append(change.new), "value")
    drawing = np.zeros((28, 28))
    drawing[3, 5], drawing[27, 0] = 1, 0.2
    pad.image = as_sent(drawing)
    assert len(seen) == 1
    assert np.array_equal(pad.value, drawing)


def test_a_value_set_in_python_goes_to_the_browser(pad):
    drawing = np.linspace(0, 1, 784).reshape(28, 28)
    pad.value = drawing
    assert pad.image == as_sent(drawing)
    assert np.array_equal(pad.value, drawing)  # not rounded on the way


def test_clear_wipes_the_pad(pad):
    pad.value = np.ones((28, 28))
    pad.clear()
    assert not pad.value.any() and not any(pad.image)


@pytest.mark.parametrize(
    "value", [np.zeros((27, 28)), np.zeros(784), np.full((28, 28), 2), np.full((28, 28), np.nan)]
)
def test_a_value_that_is_no_drawing_is_refused(pad, value):
    with pytest.raises(traitlets.TraitError, match="28×28 numbers from 0 to 1"):
        pad.value = value


@pytest.mark.parametrize("image", [[0] * 783, [256] + [0] * 783, [-1] + [0] * 783])
def test_a_message_that_is_no_drawing_is_refused(pad, image):
    with pytest.raises(traitlets.TraitError):
        pad.image = image


def test_two_pads_do_not_share_their_drawings(pad):
    pad.value = np.ones((28, 28))
    assert not DrawPad().value.any()


def test_the_message_to_the_browser_holds_the_drawing_and_the_label(pad):
    state = pad.get_state()
    assert state["image"] == 784 * [0] and state["description"] == "draw a digit"
    assert "value" not in state  # an array cannot travel


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js to read JavaScript")
def test_the_javascript_is_a_module_that_renders():
    source = DrawPad()._esm
    program = (
        "let source = ''; for await (const part of process.stdin) source += part;"
        "const pad = await import('data:text/javascript,' + encodeURIComponent(source));"
        "console.log(typeof pad.default.render);"
    )
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", program],
        input=str(source),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.strip() == "function", run.stderr
