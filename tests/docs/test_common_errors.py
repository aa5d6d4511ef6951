"""Every error on the page of common errors is made here, and says what the page says it says.

In a section of the page, a block of Python followed by a block of text must raise the error that
the text shows, or print the text if it names no error. Any other block of Python must run. Blocks
that say they need an NVIDIA GPU are left out where there is none. An ellipsis in a text stands for
anything.
"""

import contextlib
import io
import itertools
import logging
import re

import pytest
from pages import DOCS, FENCE, text_of

pytest.importorskip("torch")

PAGE = DOCS / "common-errors.md"
GPU = "# needs an NVIDIA GPU"
ERROR = re.compile(r"^(\w+): ")


def sections():
    """Return the page's sections by heading, and what stands before the first under ""."""
    parts = re.split(r"^### (.+)$", text_of(PAGE), flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def steps(text):
    """Return the blocks of Python of a section, each with the text it should lead to, or None."""
    pairs = itertools.pairwise([*FENCE.findall(text), ("", "")])
    return [
        (code, then if kind == "text" else None)
        for (language, code), (kind, then) in pairs
        if language == "python"
    ]


def run(code, names):
    """Run a block; return the error it raises, as Python would show it, or all that it prints."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)  # matplotlib's remarks are log records
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stdout(heard):
            exec(code, names)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        logging.getLogger().removeHandler(handler)
    return heard.getvalue()


def agrees(shown, real):
    """Tell whether a text of the page, with its ellipses, is the beginning of a real one."""
    shown, real = (" ".join(text.split()) for text in (shown, real))
    return re.match(".*?".join(map(re.escape, shown.split("…"))), real) is not None


def names_of_the_page():
    """Return what the first block of the page imports."""
    names = {}
    exec(steps(sections()[""])[0][0], names)
    return names


def examples():
    """Return the headings of sections with Python; an optimiser loads PyTorch's compiler: slow."""
    return [
        pytest.param(name, marks=pytest.mark.slow if "torch.optim" in text else ())
        for name, text in sections().items()
        if steps(text)
    ]


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
@pytest.mark.parametrize("heading", examples())
def test_the_blocks_of_a_section_do_what_the_page_says(heading, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = names_of_the_page()
    for code, shown in steps(sections()[heading]):
        if GPU in code and not names["torch"].cuda.is_available():
            continue
        real = run(code, names)
        if shown is None:
            assert not ERROR.match(real), f"{code}\n{real}"
        else:
            assert agrees(shown, real), f"{code}\nthe page: {shown}\nhere: {real}"
    names["plt"].close("all")


def test_the_page_makes_at_least_twenty_errors():
    shown = [then for text in sections().values() for _, then in steps(text) if then]
    assert sum(bool(ERROR.match(text)) for text in shown) >= 20
    assert len(shown) >= 30


@pytest.mark.parametrize(
    "shown, real, same",
    [
        ("ValueError: too many", "ValueError: too many values", True),
        ("ValueError: … values", "ValueError: too many values", True),
        ("ValueError: too many", "TypeError: too many", False),
        ("ValueError: too few", "ValueError: too many", False),
        ("[44]", "[45]\n", False),
        ("(0.0, 15.96…)", "(0.0, 15.968719422671311)\n", True),
        ("(0.0, 15.96…)", "(0.0, 255.0)\n", False),
    ],
)
def test_another_error_or_another_message_is_seen(shown, real, same):
    assert agrees(shown, real) is same


def test_a_block_that_fails_without_a_word_of_the_page_is_seen():
    assert run("1 / 0", {}) == "ZeroDivisionError: division by zero"
    assert run("print(1)", {}) == "1\n"


def test_a_machine_without_a_gpu_says_what_the_page_quotes():
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    quoted = ["Torch not compiled with CUDA enabled", "Found no NVIDIA driver"]
    assert all(f"`{words}`" in text_of(PAGE) for words in quoted)
    with pytest.raises((AssertionError, RuntimeError), match="|".join(quoted)):
        torch.ones(1).to("cuda")
