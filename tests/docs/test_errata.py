"""The numbers of the errata are computed here, and its links and sources hold."""

import math
import re

import nbformat
import numpy as np
import pytest
from pages import DOCS, items, prose, text_of

from cnncourse import activations, convolution, geometry, kernels
from cnncourse.architectures import networks, trace
from cnncourse.architectures.imagenet import RESULTS
from cnncourse.architectures.layers import Flatten, Linear
from cnncourse.architectures.table import torchinfo_estimate, torchsummary_estimate

PAGE = DOCS / "errata.md"
SHARPEN = kernels.KERNELS["sharpen"].weights
OUTLINE = kernels.KERNELS["outline"].weights
ENTRIES = re.split(r"\n\n|^- ", text_of(PAGE), flags=re.MULTILINE)
NUMBER = re.compile(r"−?\d[\d.,×]*(?<![.,×])")


def states(*numbers):
    """Tell whether one entry of the page holds all these numbers, given as it writes them."""
    wanted = {str(number) for number in numbers}
    return any(wanted <= set(NUMBER.findall(entry)) for entry in ENTRIES)


def counted(network):
    """Return the parameters of a named network, as the page writes them."""
    return f"{trace(network).totals.params:,}"


def dense_share(network):
    """Return the share of a network's parameters in its dense layers, as the page writes it."""
    rows = trace(network).rows
    dense = sum(row.params for row in rows if row.kind == "Linear")
    return f"{100 * dense / sum(row.params for row in rows):.2f}"


def test_a_number_that_the_page_does_not_state_is_seen():
    assert states("61,706", "60,000")
    assert not states("61,707")
    assert not states("61,706", "60,965,224")  # in two entries


def test_grey_values_and_gamma():
    weights = np.array([0.114, 0.587, 0.299])
    assert states(*np.rint(255 * weights).astype(int))
    bent = 255 * (np.array([64, 128, 191]) / 255) ** 0.5
    assert states(*np.rint(bent).astype(int), f"{255**0.5:.2f}")


def test_what_kernels_do_to_stripes_and_noise():
    sharpen, outline = kernels.gains(SHARPEN), kernels.gains(OUTLINE)
    assert sharpen.flat == 1
    noise = f"{kernels.noise_gain(SHARPEN):.0f}", f"{kernels.noise_gain(kernels.box(5)):.2f}"
    assert states(f"{sharpen.stripes:.0f}", f"{sharpen.checkerboard:.0f}", *noise)
    assert states(*(f"{gain:.0f}" for gain in outline))


def test_what_a_step_answers():
    step = np.tile([50.0, 50, 50, 200, 200, 200], (3, 1))
    sharp, out = (convolution.correlate(step, kernel) for kernel in (SHARPEN, OUTLINE))
    ends = [end for part in (sharp, out) for end in (part.min(), part.max())]
    assert states(*(f"{end:.0f}".replace("-", "−") for end in ends))


def test_the_network_of_1989():
    h1, h2 = (8 * 8 * 12, 5 * 5), (4 * 4 * 12, 5 * 5 * 8)
    weights = 12 * 25 + h1[0] + 12 * 200 + h2[0] + (h2[0] + 1) * 30 + (30 + 1) * 10
    joined = h1[0] * (25 + 1) + h2[0] * (200 + 1) + (h2[0] + 1) * 30 + (30 + 1) * 10
    assert states(f"{weights:,}", f"{joined:,}")


def test_first_layers_on_pixels():
    assert states(f"{28 * 28 * 100:,}", f"{224 * 224 * 3 * 100:,}")
    assert states(4096, f"{4096 * 4096:,}")


def test_the_worked_convolution():
    x, w = np.array([128, 255, 123, 45, 4]), np.array([1 / 9, 4 / 7, -3 / 2, 4 / 5, 1 / 7])
    assert states(f"{x @ w:.4f}", f"{np.convolve(x, w, 'valid')[0]:.3f}")
    assert states(f"{OUTLINE.sum():.0f}", f"{w.sum():.4f}")


def test_padding():
    size = geometry.conv_output_size
    assert states(size(28, 4, padding=1), size(28, 4, padding=2))
    mean = convolution.correlate(np.ones((5, 5)), np.full((3, 3), 1 / 9), padding=1)
    assert states(f"{mean[0, 2]:.3f}", f"{mean[0, 0]:.3f}")
    seen = geometry.windows_per_pixel(5, 3)
    assert states(seen[0] ** 2, seen[2] ** 2)
    assert states(*(size(28, 3, padding=p) for p in (1, 0, 2)))


def test_strides():
    assert states(f"{(224 - 11) / 4 + 1:.2f}", geometry.conv_output_size(224, 11, 4, 2))
    image = np.arange(9.0).reshape(3, 3)
    four = convolution.correlate(image, np.array([[0, 1], [2, 3]]), stride=2, padding=1)
    assert states(*(f"{value:.0f}" for value in four.ravel()))


def test_pooling_sizes():
    size = geometry.pool_output_size
    assert states(size(28, 2, 2), 28 // 2 + 1, size(576, 12, 12), 576 // 12 + 1)
    assert states(567, size(567, 12, 12, ceil_mode=True), size(567, 12, 12))
    assert states(size(28, 2, 2), (28 - 2) // 2, size(55, 3, 2), (55 - 3) // 2)


def test_activations():
    values = activations.sigmoid(np.array([1.0, 2, 5]))
    slopes = activations.sigmoid_derivative(np.array([0.0, 2, 5]))
    assert states(*(f"{value:.3f}" for value in values))
    assert states(f"{slopes[0]:.2f}", f"{slopes[1]:.3f}", f"{slopes[2]:.4f}")


def test_dense_layers_and_dropout():
    assert states(f"{trace([Flatten(), Linear(10)], (10, 7, 7)).totals.params:,}")
    assert states(*map(dense_share, ("alexnet", "vgg16", "googlenet", "resnet50")))
    assert states(f"{600 * math.log10(2):.1f}", 600)


def test_the_lab():
    assert states(f"{math.log(math.e + 9) - 1:.4f}", f"{math.log(10):.4f}")
    assert states("56×56", 2 * 32 * 14 * 14 // 1568)
    assert states(f"{255 * 0.3081 + 0.1307:.2f}", 255)
    rows = [row for row in trace("lab_cnn").rows if row.kind in ("Conv2d", "MaxPool2d")]
    inputs = next(row for row in trace("lab_cnn").rows if row.kind == "Linear").before[0]
    assert states(*(row.shape[-1] for row in rows), inputs)


def test_the_scores_of_the_photograph_and_the_log_of_the_training():
    scores = [
        -9.077,
        -5.1261,
        -1.8272,
        13.3313,
        -11.6854,
        0.4308,
        -9.8074,
        -1.4188,
        -1.5628,
        -1.7591,
    ]
    shares = activations.softmax(np.array(scores))
    assert shares[3] == pytest.approx(0.9999962, abs=5e-8) and states(f"{shares[3]:.6f}")
    assert shares[5] == np.sort(shares)[-2] == pytest.approx(2.497e-6, abs=5e-10)
    printed = [97.97, 98.54, 98.84, 98.81, 98.74, 98.89, 98.75, 98.28, 99.02, 98.82]  # by epoch
    errors = [round(10_000 * (1 - share / 100)) for share in printed]
    assert errors == [203, 146, 116, 119, 126, 111, 125, 172, 98, 118]
    best = int(np.argmin(errors))
    assert states(best + 1, f"{printed[best]:.2f}")


def test_famous_networks():
    assert states(counted("lenet5"), counted("lenet5-1998"))
    assert states(counted("alexnet"), counted("alexnet-2012"))
    assert states(counted("vgg16"))
    assert states(counted("googlenet-2014"), counted("googlenet"))
    assert states(counted("resnet50"))
    assert counted("resnet50") == counted("resnet50-v1")


def test_the_work_of_the_two_resnets():
    new, old = (trace(name).totals.macs / 1e9 for name in ("resnet50", "resnet50-v1"))
    assert states(f"{new:.3f}", f"{old:.3f}")


def test_the_blocks_and_the_statistics_of_resnet_50():
    blocks = networks.RESNET_DEPTHS[50]
    assert states(*blocks, sum(blocks))
    norms = [row.shape[0] for row in trace("resnet50") if row.kind == "BatchNorm2d"]
    assert states(f"{2 * sum(norms):,}", len(norms))


def test_what_tools_say_about_memory():
    table = trace("resnet50")
    passes = [estimate(table).passes for estimate in (torchsummary_estimate, torchinfo_estimate)]
    assert states(*(f"{mebibytes:.2f}" for mebibytes in passes))


def test_the_first_layer_of_alexnet():
    first = trace("alexnet-2012").rows[0]
    assert first.shape == (96, 55, 55)
    assert states(f"{math.prod(first.shape):,}")
    assert states(227, 11, geometry.conv_output_size(227, 11, 4))


def test_the_results_of_the_challenge():
    error = {(entry.name, entry.extra_data): entry.error for entry in RESULTS}
    assert states(error["Clarifai", False])
    assert states(error["AlexNet", True], error["AlexNet", False])


def test_every_entry_leads_to_a_notebook():
    entries = re.findall(r"^\*\*.+?(?=\n\n|\Z)", text_of(PAGE), flags=re.MULTILINE | re.DOTALL)
    assert len(entries) >= 70
    assert [entry for entry in entries if "](../notebooks/" not in entry] == []


def test_who_is_named_with_a_year_is_in_the_bibliography():
    known = items(text_of(DOCS / "bibliography.md"))
    named = re.findall(r"([A-Z]\w+)(?: \*et al\.\*,?)? \(?(\d{4})[),]", prose(text_of(PAGE)))
    assert len(named) >= 8
    assert [
        (name, year)
        for name, year in named
        if not any(name in entry and year in entry for entry in known)
    ] == []


# What the section that an entry leads to must speak of: the start of the entry, and a word of it.
TAUGHT = {
    "Width, not weight": "Arrays put the height first",
    "A pixel is one number only": "vector",
    "G is green": "red, green and blue",
    "Colour space is not": "colour space",
    "`imread(…, 0)` computes": "IMREAD_GRAYSCALE",
    "A missing file": "cv2.imread",
    "The root of an image": "grey**0.5",
    "Thresholding and roots": "point operation",
    'The "blurring" kernel': "identity - laplacian",
    "A kernel without a name": "Laplacian",
    "Bytes cut off": "ddepth",
    "`filter2D` correlates": "cross-correlation",
    "1989 was not": "Neocognitron",
    "LeNet-5 is from 1998": "1998",
    "The Neocognitron shares": "share their weights",
    "Which invariance": "invariance",
    "How many weights": "224 * 224 * 3",
    "Convolution takes two": "two** functions",
    "Weights need not": "weighted average",
    "Which star": r"$\star$ in this course",
    "Cross-correlation, not": "cross-entropy",
    "One window at a time": "one window",
    "A promise not kept": "Fourier",
    "How much the border": "windows look at",
    "Three names": "valid",
    "LeNet-5 is not fully": "fully convolutional",
    "Who reduced the stride": "Clarifai's",
    "Large strides have": "stride 16",
    "An article that calls": "came second",
    "A history of classifiers": "**classify images**",
    "LeNet-5, then and now": "61,706",
    "Which AlexNet": "One weird trick",
    "VGG comes in several": "11 to 19 layers",
    "GoogLeNet without": "googlenet-2014",
    "Which ResNet-50": "v1.5",
    "Four stages": "**stages** of 3, 4, 6 and 3",
    "Degradation, not": "degradation",
    "Deeper is not always": "1202 layers",
    '"Non-trainable': "running means and variances",
    "MB that are MiB": "MiB",
    "A chart of ensembles": "**ensembles**",
    "Half of $k - 1$": "With $k = 4$, padding 1",
    "Padded zeros": "does not make them harmless",
    "The size formula": "the **floor**",
    "A stride that is none": "not what stride 2 gives",
    "A stride widens": "does not widen *its* field",
    "Not every network": "two or three convolutions before a pooling",
    "Who invented": "Zhou and Chellappa",
    '"Most outputs': "unchanged",
    "One row too many": "15×15",
    "A wrong word": "does not exist is refused",
    "The formula lacks": r"\left\lfloor\frac{n + 2p - k}{s}\right\rfloor + 1",
    "Nothing snaps": "nothing snaps",
    "The middle is at 0": "*output* is 0.5",
    "ReLU is not": "not one-to-one",
    "Images are not": "is not linear",
    'Not "preferred"': "worth a single layer",
    "Convolution is linear": "*affine*",
    "$W \\cdot H": "how many inputs each unit has",
    '"Most parameters': "fails for those that average",
    "Dropout without": "1 - p",
    "Dropout is not": "bagging",
    "Batch normalisation is": "A hypothesis and its test",
    '"Similar variance"': "two numbers a channel",
    '"Ten times': "14 times fewer",
    "A bias before": "bias=False",
    "Letters that": "In one notation",
    '"An image accepts': "On a volume of",
    "A sigmoid called": "expects logits",
    "A batch that": "features.reshape(-1, 1568)",
    "A network that returns": "(logits, maps, maps)",
    "Labels are": "a whole number",
    "Moved for good": "moves *itself*",
    "De-normalising": "(x - 0.1307) / 0.3081",
    "Digits without": "stands above its [label]",
    "A learning rate": "Rates differ by optimiser",
    "Training accuracy": "TRAINING accuracy",
    "Iterations that": 'across="epoch"',
    "A few kernels": "on one scale",
    "A photograph is": "centre of mass",
    "To be sure": "softmax compares the ten scores with each other",
}
POINTER = re.compile(r"\[(0\db?), section\s+(\d+)\]\(\.\./notebooks/(\w+)\.ipynb\)")


def entries():
    """Return the text of each entry, and the notebook and the section that it leads to."""
    found = re.findall(r"^\*\*.+?(?=\n\n|\Z)", text_of(PAGE), flags=re.MULTILINE | re.DOTALL)
    leading = [(entry, POINTER.search(entry)) for entry in found]
    return [(entry[2:], link[3], int(link[2])) for entry, link in leading if link]


def section_of(notebook, number):
    """Return the sources of a section's cells, as one text."""
    whole = "\n".join(
        cell.source
        for cell in nbformat.read(DOCS.parent / "notebooks" / f"{notebook}.ipynb", 4).cells
    )
    parts = re.split(r"^(?=## )", whole, flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(f"## {number}. "))


@pytest.mark.parametrize("entry, notebook, number", entries(), ids=lambda part: str(part)[:30])
def test_the_section_that_an_entry_leads_to_teaches_it(entry, notebook, number):
    word = next(word for start, word in TAUGHT.items() if entry.startswith(start))
    assert word in section_of(notebook, number)


def test_the_numbers_of_the_googlenet_paper():
    google, alex = (trace(name) for name in ("googlenet-2014", "alexnet-2012"))
    weights = google[0].params - google[0].shape[0]  # without the biases
    ratio = alex.totals.params / google.totals.params
    assert states("2.7", f"{weights:,}", "12", f"{ratio:.1f}")
