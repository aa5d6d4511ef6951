"""The numbers of the errata are computed here, and its links and sources hold."""

import math
import re

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
KINDS = ("Conv2d", "MaxPool2d", "Linear")


def says(words):
    """Tell whether the page contains these words, wherever its lines break."""
    return words in " ".join(text_of(PAGE).split())


def counted(network):
    """Return the parameters of a named network, as the page writes them."""
    return f"{trace(network).totals.params:,}"


def dense_share(network):
    """Return the share of a network's parameters in its dense layers, as the page writes it."""
    rows = trace(network).rows
    dense = sum(row.params for row in rows if row.kind == "Linear")
    return f"{100 * dense / sum(row.params for row in rows):.2f} %"


def test_an_example_that_the_page_does_not_contain_is_seen():
    assert not says("61,707 parameters")


def test_grey_values_and_gamma():
    weights = np.array([0.114, 0.587, 0.299])
    assert says("{}, {} and {}, give or take 1".format(*np.rint(255 * weights).astype(int)))
    bent = 255 * (np.array([64, 128, 191]) / 255) ** 0.5
    assert says("become {}, {} and {}".format(*np.rint(bent).astype(int)))
    assert says(f"end at {255**0.5:.2f} of 255")


def test_what_kernels_do_to_stripes_and_noise():
    sharpen, outline = kernels.gains(SHARPEN), kernels.gains(OUTLINE)
    assert sharpen.flat == 1
    assert says(
        f"stripes by {sharpen.stripes:.0f} and a checkerboard by {sharpen.checkerboard:.0f}"
    )
    assert says(f"noise variance by {kernels.noise_gain(SHARPEN):.0f}.")
    assert says(
        f"A 5×5 mean multiplies noise variance by {kernels.noise_gain(kernels.box(5)):.2f}."
    )
    gains = f"{outline.flat:.0f}, {outline.stripes:.0f} and {outline.checkerboard:.0f}"
    assert says(f"(gains {gains})")


def test_what_a_step_answers():
    step = np.tile([50.0, 50, 50, 200, 200, 200], (3, 1))
    sharp, out = (convolution.correlate(step, kernel) for kernel in (SHARPEN, OUTLINE))
    answers = [f"{part.min():.0f} and {part.max():.0f}".replace("-", "−") for part in (sharp, out)]
    assert says("sharpening kernel answers {}, the outline kernel {};".format(*answers))


def test_the_network_of_1989():
    h1, h2 = (8 * 8 * 12, 5 * 5), (4 * 4 * 12, 5 * 5 * 8)
    weights = 12 * 25 + h1[0] + 12 * 200 + h2[0] + (h2[0] + 1) * 30 + (30 + 1) * 10
    joined = h1[0] * (25 + 1) + h2[0] * (200 + 1) + (h2[0] + 1) * 30 + (30 + 1) * 10
    assert says(f"{weights:,} different numbers make {joined:,} connections")


def test_first_layers_on_pixels():
    assert says(f"for 28×28 pixels: {28 * 28 * 100:,}.")
    assert says(f"they are {224 * 224 * 3 * 100:,}.")
    assert says(f"joined by {4096 * 4096:,} weights")


def test_the_worked_convolution():
    x, w = np.array([128, 255, 123, 45, 4]), np.array([1 / 9, 4 / 7, -3 / 2, 4 / 5, 1 / 7])
    assert says(f"*Right:* {x @ w:.4f} is the cross-correlation")
    assert says(f"as defined above it, is {np.convolve(x, w, 'valid')[0]:.3f}.")
    assert says(f"one sums to {OUTLINE.sum():.0f}, one to {w.sum():.4f}")


def test_padding():
    size = geometry.conv_output_size
    assert says(
        f"padding 1 gives {size(28, 4, padding=1)} and padding 2 gives {size(28, 4, padding=2)}"
    )
    mean = convolution.correlate(np.ones((5, 5)), np.full((3, 3), 1 / 9), padding=1)
    assert says(f"{mean[0, 2]:.3f} at an edge and {mean[0, 0]:.3f} in a corner")
    seen = geometry.windows_per_pixel(5, 3)
    assert says(f"{seen[0] ** 2} sees a corner pixel and {seen[2] ** 2} see the middle one")
    same, valid, full = (size(28, 3, padding=p) for p in (1, 0, 2))
    assert says(f"give {same}, {valid} and {full} outputs")


def test_strides():
    assert says(f"would give {(224 - 11) / 4 + 1:.2f} outputs")
    assert says(f"with padding 2 and the floor it is {geometry.conv_output_size(224, 11, 4, 2)}")
    image = np.arange(9.0).reshape(3, 3)
    four = convolution.correlate(image, np.array([[0, 1], [2, 3]]), stride=2, padding=1)
    assert says("the result is {:.0f}, {:.0f}, {:.0f} and {:.0f}.".format(*four.ravel()))


def test_pooling_sizes():
    size = geometry.pool_output_size
    assert says(f"windows of 2 make {size(28, 2, 2)} rows, not {28 // 2 + 1}")
    assert says(f"windows of 12 make {size(576, 12, 12)}, not {576 // 12 + 1}")
    up, down = size(567, 12, 12, ceil_mode=True), size(567, 12, 12)
    assert says(f"rounded up it is {up}, PyTorch's default is {down}.")
    assert says(f"28 becomes {size(28, 2, 2)} and not {(28 - 2) // 2}")
    assert says(f"55 becomes {size(55, 3, 2)} and not {(55 - 3) // 2}")


def test_max_pooling_of_noise_keeps_a_third():
    noise = np.random.default_rng(0).random((600, 601))
    before, after = (convolution.pool(part, 2) for part in (noise[:, :-1], noise[:, 1:]))
    assert says("one third of its outputs")
    assert (before == after).mean() == pytest.approx(1 / 3, abs=0.005)


def test_activations():
    values = activations.sigmoid(np.array([1.0, 2, 5]))
    assert says(r"$\sigma(1) = {:.3f}$, $\sigma(2) = {:.3f}$, $\sigma(5) = {:.3f}$".format(*values))
    slopes = activations.sigmoid_derivative(np.array([0.0, 2, 5]))
    assert says("the slope is {:.2f} at 0, {:.3f} at 2 and {:.4f} at 5".format(*slopes))


def test_dense_layers_and_dropout():
    assert says(f"make {trace([Flatten(), Linear(10)], (10, 7, 7)).totals.params:,} parameters")
    for name, network in [
        ("AlexNet", "alexnet"),
        ("VGG-16", "vgg16"),
        ("GoogLeNet", "googlenet"),
        ("ResNet-50", "resnet50"),
    ]:
        assert says(f"{name} ({dense_share(network)})")
    assert says(f"$10^{{{600 * math.log10(2):.1f}}}$ subnetworks of 600 units")


def test_the_lab():
    assert says(
        f"cannot fall below {math.log(math.e + 9) - 1:.4f}; guessing gives {math.log(10):.4f}"
    )
    assert says(f"two images of 56×56 become {2 * 32 * 14 * 14 // 1568} rows")
    assert says(f"that makes {255 * 0.3081 + 0.1307:.2f} out of 255")
    rows = {kind: [row for row in trace("lab_cnn") if row.kind == kind] for kind in KINDS}
    first, second = (row.shape[-1] for row in rows["Conv2d"])
    pooled, last = (row.shape[-1] for row in rows["MaxPool2d"])
    inputs = rows["Linear"][0].before[0]
    assert says(f"{first}, {pooled}, {second}, {last}, and {inputs} inputs")


def test_famous_networks():
    assert says(f"today's version with {counted('lenet5')} parameters")
    assert says(f"the network of 1998 had {counted('lenet5-1998')}.")
    assert says(
        f"with {counted('alexnet')} parameters. The network of 2012 had {counted('alexnet-2012')}"
    )
    assert says(f"VGG-16, with {counted('vgg16')} parameters")
    assert says(f"{counted('googlenet-2014')} parameters without the auxiliary heads")
    assert says(f"5×5, has {counted('googlenet')}.")
    assert says(f"the same {counted('resnet50')} parameters")
    assert counted("resnet50") == counted("resnet50-v1")


def test_the_work_of_the_two_resnets():
    new, old = (trace(name).totals.macs / 1e9 for name in ("resnet50", "resnet50-v1"))
    assert says(f"{new:.3f} billion products instead of {old:.3f}")


def test_the_blocks_and_the_statistics_of_resnet_50():
    blocks = networks.RESNET_DEPTHS[50]
    assert says("{}, {}, {} and {} blocks, {} in all".format(*blocks, sum(blocks)))
    norms = [row.shape[0] for row in trace("resnet50") if row.kind == "BatchNorm2d"]
    assert says(f"keeps {2 * sum(norms):,} running statistics and {len(norms)} counters")


def test_what_tools_say_about_memory():
    table = trace("resnet50")
    passes = [estimate(table).passes for estimate in (torchsummary_estimate, torchinfo_estimate)]
    assert says(f"{passes[0]:.2f} MB for ResNet-50")
    assert says(f"another tool says {passes[1]:.2f} MB")


def test_the_first_layer_of_alexnet():
    first = trace("alexnet-2012").rows[0]
    assert first.shape == (96, 55, 55)
    assert says(f"is {math.prod(first.shape):,}.")
    assert says(f"$(227 - 11)/4 + 1 = {geometry.conv_output_size(227, 11, 4)}$")


def test_the_results_of_the_challenge():
    error = {(entry.name, entry.extra_data): entry.error for entry in RESULTS}
    assert says(f"Clarifai's, with {error['Clarifai', False]} % errors")
    assert says(f"{error['AlexNet', True]} % used more data ({error['AlexNet', False]} % without)")


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
