"""The networks of the course as lists of layers, each with its year and its source.

    >>> NETWORKS["lenet5"].input_shape
    (1, 32, 32)
    >>> NETWORKS["vgg16"].layers[0]
    Conv(channels=64, kernel=3, stride=1, padding=1, dilation=1, bias=True, groups=1)

`architectures.trace` takes these names: the four of the earlier notebooks (lenet5, lab_cnn,
alexnet, vgg16, as PyTorch ships them), and, to compare,

- **lenet5-1998**: the network of the paper, with a sparse third layer, trainable subsampling and
  a fixed output layer;
- **alexnet-2012**: the paper's two halves on two GPUs; **alexnet-lecture**: torchvision before
  version 0.2.2, which had no adaptive pooling (so had vgg16: **vgg16-lecture**);
- **vgg11**, **vgg13**, **vgg19**: the paper's configurations A, B and E;
- **googlenet**: torchvision's, with batch norm and 3×3 where the paper has 5×5;
  **googlenet-2014**: the paper's. Both without the heads that only training uses
  (:func:`auxiliary_head`);
- **resnet18**, **resnet34**, **resnet50**, **resnet101**, **resnet152**: torchvision's;
  **resnet50-v1**: the paper's, whose blocks step in their first 1×1 convolution;
- **resnext50**: bottlenecks whose 3×3 convolution is split into 32 groups;
- **mobilenet-2017**: depthwise separable convolutions;
- **fcn-32s**, **rpn**, **unet**: networks that label pixels, find things, and label cells.

The functions behind them take settings, to ask what would happen if: `vgg`, `googlenet`,
`inception`, `resnet`, `basic_block`, `bottleneck`, `preactivation_block`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from cnncourse.architectures.layers import (
    AveragePool,
    BatchNorm,
    Block,
    Conv,
    Crop,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Layer,
    Linear,
    LineConv,
    LocalResponseNorm,
    LogSoftmax,
    MaxPool,
    PartialConv,
    RadialBasis,
    ReLU,
    Shape,
    Softmax,
    Subsampling,
    Tanh,
    TransposedConv,
)
from cnncourse.geometry import check_choice

Layers = tuple[Layer, ...]

PHOTO = (3, 224, 224)  # the input of most ImageNet networks

_FLATTEN = Flatten(listed=False)


@dataclass(frozen=True)
class Network:
    """A network: what readers call it, the shape of its input, its year, where it is described."""

    title: str
    input_shape: Shape
    layers: Layers
    year: int | None
    source: str


# LeNet-5 ------------------------------------------------------------------------------------------

# Which of the 6 maps each of the 16 maps of layer C3 reads: table I of LeCun et al. (1998).
C3_READS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)


def lenet5() -> Layers:
    """LeNet-5 as it is usually written today."""
    return (
        *(Conv(6, 5), ReLU(), MaxPool(2)),
        *(Conv(16, 5), ReLU(), MaxPool(2)),
        *(Conv(120, 5), ReLU(), _FLATTEN),
        *(Linear(84), ReLU(), Linear(10), LogSoftmax()),
    )


def lenet5_of_1998() -> Layers:
    """LeNet-5 of the paper; C1, S2 … are its names of the layers."""
    return (
        *(Conv(6, 5), Tanh(), Subsampling(2), Tanh()),  # C1, S2
        *(PartialConv(16, 5, reads=C3_READS), Tanh(), Subsampling(2), Tanh()),  # C3, S4
        *(Conv(120, 5), Tanh(), _FLATTEN),  # C5
        *(Linear(84), Tanh(), RadialBasis(10)),  # F6, output
    )


def lab_cnn() -> Layers:
    """The network that the course trains on handwritten digits."""
    return (
        *(Conv(8, 3, padding=1), BatchNorm(), ReLU(), MaxPool(2)),
        *(Conv(32, 5, padding=2), BatchNorm(), ReLU(), MaxPool(2), _FLATTEN),
        *(Linear(600), ReLU(), Dropout(0.5), Linear(10)),
    )


# AlexNet and VGG ----------------------------------------------------------------------------------


def alexnet(*, adaptive: bool = True) -> Layers:
    """AlexNet as PyTorch ships it; `adaptive` False: as before the adaptive pooling came."""
    return (
        *(Conv(64, 11, stride=4, padding=2), ReLU(), MaxPool(3, stride=2)),
        *(Conv(192, 5, padding=2), ReLU(), MaxPool(3, stride=2)),
        *(Conv(384, 3, padding=1), ReLU(), Conv(256, 3, padding=1), ReLU()),
        *(Conv(256, 3, padding=1), ReLU(), MaxPool(3, stride=2)),
        *((GlobalAveragePool(6),) if adaptive else ()),
        *(_FLATTEN, Dropout(0.5), Linear(4096), ReLU()),
        *(Dropout(0.5), Linear(4096), ReLU(), Linear(1000)),
    )


def alexnet_of_2012() -> Layers:
    """AlexNet of the paper: `groups=2` where each GPU read its own half of the channels."""
    return (
        *(Conv(96, 11, stride=4), ReLU(), LocalResponseNorm(), MaxPool(3, stride=2)),
        *(Conv(256, 5, padding=2, groups=2), ReLU(), LocalResponseNorm(), MaxPool(3, stride=2)),
        *(Conv(384, 3, padding=1), ReLU(), Conv(384, 3, padding=1, groups=2), ReLU()),
        *(Conv(256, 3, padding=1, groups=2), ReLU(), MaxPool(3, stride=2), _FLATTEN),
        *(Linear(4096), ReLU(), Dropout(0.5), Linear(4096), ReLU(), Dropout(0.5)),
        *(Linear(1000), Softmax()),
    )


# How many 3×3 convolutions stand before each of the five poolings: table 1 of the paper.
VGG_DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
VGG_CHANNELS = (64, 128, 256, 512, 512)


def vgg(depth: int = 16, *, adaptive: bool = True, dense: bool = True) -> Layers:
    """Return VGG with 11, 13, 16 or 19 layers that learn.

    Parameters
    ----------
    depth : int
    adaptive : bool
        False: without the adaptive pooling that torchvision added, and which changes nothing for
        224×224 pixels.
    dense : bool
        False: global average pooling and one dense layer in place of three.

    Raises
    ------
    ValueError
        If there is no VGG of this depth.
    """
    check_choice("VGG", depth, VGG_DEPTHS)
    layers: list[Layer] = []
    for count, channels in zip(VGG_DEPTHS[depth], VGG_CHANNELS, strict=True):
        layers += [Conv(channels, 3, padding=1), ReLU()] * count + [MaxPool(2)]
    if not dense:
        return (*layers, GlobalAveragePool(), _FLATTEN, Linear(1000))
    return (
        *layers,
        *((GlobalAveragePool(7),) if adaptive else ()),
        *(_FLATTEN, Linear(4096), ReLU(), Dropout(0.5)),
        *(Linear(4096), ReLU(), Dropout(0.5), Linear(1000)),
    )


# GoogLeNet ----------------------------------------------------------------------------------------

# Widths of an inception module: 1×1; 3×3 reduced to, 3×3; 5×5 reduced to, 5×5; after the pooling.
Widths = tuple[int, int, int, int, int, int]

INCEPTION: dict[str, Widths] = {  # table 1 of Szegedy et al. (2015)
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def inception(
    widths: Widths, *, place: str = "", torchvision: bool = False, reduce: bool = True
) -> Block:
    """Return an inception module: four paths side by side, their channels stacked.

    Parameters
    ----------
    widths : six ints
        Channels of the 1×1 path; of the 3×3 path's reduction and convolution; the same of the 5×5
        path; of the 1×1 convolution behind the pooling.
    place : str
        Which module it is, such as "3a".
    torchvision : bool
        Batch norm instead of a bias, and 3×3 in place of 5×5.
    reduce : bool
        False leaves out the 1×1 convolutions: the paper's naive version, whose pooling path hands
        on all its channels.
    """
    one, reduce_3, three, reduce_5, five, project = widths

    def conv(channels: int, kernel: int) -> Layers:
        return _conv_relu(channels, kernel, padding=kernel // 2, torchvision=torchvision)

    paths = (
        conv(one, 1),
        (*(conv(reduce_3, 1) if reduce else ()), *conv(three, 3)),
        (*(conv(reduce_5, 1) if reduce else ()), *conv(five, 3 if torchvision else 5)),
        (MaxPool(3, stride=1, padding=1), *(conv(project, 1) if reduce else ())),
    )
    return Block("Inception", paths, "stack", place=place)


def factorised_inception(channels: int, narrow: int, *, line: int = 0) -> Block:
    """Return a module of Inception v2 and v3 (Szegedy et al., 2016), of `channels` for each path.

    Parameters
    ----------
    channels, narrow : int
        That come out of a path, and inside the two long ones.
    line : int
        0: the 5×5 convolution is two of 3×3. Otherwise the length of 1×n and n×1 convolutions, in
        whose place the paper took n = 7 on maps of 17×17.
    """
    one, last = (Conv(channels, 1, bias=False), BatchNorm(), ReLU()), Conv(channels, 1, bias=False)

    def steps(count: int) -> Layers:
        made: list[Layer] = [*_conv_norm(narrow, 1), ReLU()]
        for number in range(count):
            width = channels if number == count - 1 else narrow
            if line:
                made += [LineConv(width, line, bias=False, across=number % 2 == 0), BatchNorm()]
            else:
                made += _conv_norm(width, 3)
            made.append(ReLU())
        return tuple(made)

    short, long = (2, 4) if line else (1, 2)
    pool = (AveragePool(3, stride=1, padding=1), last, BatchNorm(), ReLU())
    return Block("Inception", (one, steps(short), steps(long), pool), "stack")


def googlenet(*, torchvision: bool = True, reduce: bool = True) -> Layers:
    """Return GoogLeNet without its auxiliary heads.

    Parameters
    ----------
    torchvision : bool
        As torchvision ships it, or as of 2014.
    reduce : bool
        False leaves out all 1×1 reductions of the inception modules.
    """

    def modules(*places: str) -> Layers:
        build = partial(inception, torchvision=torchvision, reduce=reduce)
        return tuple(build(INCEPTION[place], place=place) for place in places)

    def conv(place: str, channels: int, kernel: int, stride: int = 1) -> Layers:
        return _conv_relu(channels, kernel, stride, kernel // 2, place, torchvision=torchvision)

    normalise = () if torchvision else (LocalResponseNorm(),)
    pool = MaxPool(3, stride=2, ceil_mode=True)
    last_pool = MaxPool(2, stride=2, ceil_mode=True) if torchvision else pool
    return (
        *(*conv("conv1", 64, 7, 2), pool, *normalise),
        *(*conv("conv2", 64, 1), *conv("conv3", 192, 3), *normalise, pool),
        *(*modules("3a", "3b"), pool, *modules("4a", "4b", "4c", "4d", "4e"), last_pool),
        *(*modules("5a", "5b"), GlobalAveragePool(), _FLATTEN),
        *(Dropout(0.2 if torchvision else 0.4), Linear(1000)),
        *(() if torchvision else (Softmax(),)),
    )


def auxiliary_head(*, torchvision: bool = True) -> Layers:
    """One of the two small classifiers behind modules 4a and 4d that help while training.

    They read 512×14×14 and 528×14×14 numbers.
    """
    return (
        GlobalAveragePool(4) if torchvision else AveragePool(5, stride=3),
        *_conv_relu(128, 1, place="conv", torchvision=torchvision),
        *(_FLATTEN, Linear(1024), ReLU(), Dropout(0.7), Linear(1000)),
    )


def _conv_relu(
    channels: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    place: str = "",
    *,
    torchvision: bool,
) -> Layers:
    """A convolution and its ReLU; torchvision's has batch norm, and lists its ReLU as a block."""
    if not torchvision:
        return (Conv(channels, kernel, stride, padding), ReLU())
    chain = (Conv(channels, kernel, stride, padding, bias=False), BatchNorm())
    return (Block("BasicConv2d", (chain,), place=place),)


# ResNet -------------------------------------------------------------------------------------------

# Blocks in the four stages: table 1 of He et al. (2016).
RESNET_DEPTHS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
RESNET_CHANNELS = (64, 128, 256, 512)


def basic_block(
    channels: int, *, stride: int = 1, project: bool = False, skip: bool = True, place: str = ""
) -> Block:
    """Return two 3×3 convolutions and a shortcut around them.

    Parameters
    ----------
    channels, stride : int
    project, skip : bool
        As for `bottleneck`.
    place : str
        Which block it is, such as "layer2.0".
    """
    chain = (*_conv_norm(channels, 3, stride), ReLU(), *_conv_norm(channels, 3))
    return _residual("BasicBlock", chain, channels, stride, project, skip, place)


def bottleneck(
    channels: int,
    *,
    stride: int = 1,
    project: bool = False,
    skip: bool = True,
    step_first: bool = False,
    groups: int = 1,
    wide: int = 1,
    place: str = "",
) -> Block:
    """Return 1×1 down to `channels`, 3×3 there, 1×1 up to four times as many, and a shortcut.

    Parameters
    ----------
    channels : int
    stride : int
    project : bool
        Put a 1×1 convolution on the shortcut: needed where the shape changes.
    skip : bool
        False leaves out the shortcut: a block of a plain network.
    step_first : bool
        The stride is taken by the first 1×1 convolution, as in the paper (v1), and not by the
        3×3 convolution, as in torchvision (v1.5).
    groups, wide : int
        Of the 3×3 convolution: parts into which its channels are split, and how many times as many
        there are. ResNeXt-50 has 32 groups and twice the channels (Xie et al., 2017).
    place : str
        Which block it is, such as "layer2.0".
    """
    first, second = (stride, 1) if step_first else (1, stride)
    chain = (
        *_conv_norm(wide * channels, 1, first),
        ReLU(),
        *_conv_norm(wide * channels, 3, second, groups),
        ReLU(),
        *_conv_norm(4 * channels, 1),
    )
    return _residual("Bottleneck", chain, 4 * channels, stride, project, skip, place)


def _residual(
    name: str, chain: Layers, channels: int, stride: int, project: bool, skip: bool, place: str
) -> Block:
    shortcut = _conv_norm(channels, 1, stride) if project else ()
    paths = (chain, shortcut) if skip else (chain,)
    return Block(name, paths, "add" if skip else "keep", (ReLU(),), place)


def preactivation_block(channels: int) -> Block:
    """A residual block of 2016: norm and ReLU stand before each convolution, nothing after the sum.

    K. He, X. Zhang, S. Ren and J. Sun (2016), *Identity Mappings in Deep Residual Networks*.
    """
    conv = Conv(channels, 3, padding=1, bias=False)
    return Block(
        "PreActivation", ((BatchNorm(), ReLU(), conv, BatchNorm(), ReLU(), conv), ()), "add"
    )


def _conv_norm(channels: int, kernel: int, stride: int = 1, groups: int = 1) -> Layers:
    return (Conv(channels, kernel, stride, kernel // 2, bias=False, groups=groups), BatchNorm())


def resnet(
    depth: int = 50, *, skip: bool = True, three_small: bool = False, **bottlenecks: Any
) -> Layers:
    """Return ResNet with 18, 34, 50, 101 or 152 layers that learn (projections not counted).

    Parameters
    ----------
    depth : int
    skip : bool
        False: the plain network, without shortcuts.
    three_small : bool
        Begin with three 3×3 convolutions (32, 32 and 64 channels) in place of one 7×7.
    **bottlenecks : step_first, groups and wide, as for `bottleneck`
        For 50 layers and more, whose blocks are bottlenecks.

    Raises
    ------
    ValueError
        If there is no ResNet of this depth.
    """
    check_choice("ResNet", depth, RESNET_DEPTHS)
    build = basic_block if depth < 50 else bottleneck
    blocks = [
        build(
            RESNET_CHANNELS[stage],
            stride=2 if stage and not number else 1,
            project=not number and (stage > 0 or depth >= 50),
            skip=skip,
            place=f"layer{stage + 1}.{number}",
            **bottlenecks,
        )
        for stage, count in enumerate(RESNET_DEPTHS[depth])
        for number in range(count)
    ]
    return (
        *(_three_small() if three_small else (*_conv_norm(64, 7, 2), ReLU())),
        MaxPool(3, stride=2, padding=1),
        *blocks,
        *(GlobalAveragePool(), _FLATTEN, Linear(1000)),
    )


def _three_small() -> Layers:
    """Three 3×3 convolutions, the first with stride 2."""
    return (
        *(*_conv_norm(32, 3, 2), ReLU()),
        *(*_conv_norm(32, 3), ReLU()),
        *(*_conv_norm(64, 3), ReLU()),
    )


# MobileNet ----------------------------------------------------------------------------------------


def mobilenet() -> Layers:
    """MobileNet: 3×3 for each channel alone, then 1×1 across the channels, thirteen times."""
    layers = [*_conv_norm(32, 3, 2), ReLU()]
    before = 32
    steps = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5]
    for channels, stride in [*steps, (1024, 2), (1024, 1)]:
        layers += [Conv(before, 3, stride, 1, bias=False, groups=before), BatchNorm(), ReLU()]
        layers += [*_conv_norm(channels, 1), ReLU()]
        before = channels
    return (*layers, GlobalAveragePool(), _FLATTEN, Linear(1000), Softmax())


# Beyond classification ----------------------------------------------------------------------------


def _vgg_maps() -> Layers:
    """The convolutions of VGG-16 and its first four poolings: a step of 16 pixels."""
    return vgg(16, dense=False)[:-4]


def fcn() -> Layers:
    """VGG-16 made fully convolutional, and a large step up: 21 scores for every pixel (FCN-32s)."""
    return (
        *(*_vgg_maps(), MaxPool(2)),
        *(Conv(4096, 7, padding=3), ReLU(), Dropout(0.5), Conv(4096, 1), ReLU(), Dropout(0.5)),
        *(Conv(21, 1), TransposedConv(21, 64, stride=32, padding=16, bias=False)),
    )


def region_proposals() -> Layers:
    """Faster R-CNN's first half: at every place nine boxes, each with two scores, four corrections.

    The second half cuts the best boxes out of the same maps and classifies them.
    """
    heads = Block("Heads", ((Conv(9 * 2, 1),), (Conv(9 * 4, 1),)), "stack")
    return (*_vgg_maps(), Conv(512, 3, padding=1), ReLU(), heads)


def unet() -> Layers:
    """U-Net: down to small maps in four poolings, up again, and across at every level."""
    return (*_level(64, depth=4)[0], Conv(2, 1))


def _level(channels: int, depth: int) -> tuple[Layers, int]:
    """The layers from one level down and up again, and the pixels that they cost along a side."""
    pair = (Conv(channels, 3), ReLU(), Conv(channels, 3), ReLU())
    if not depth:
        return pair, 4
    below, lost = _level(2 * channels, depth - 1)
    up = (MaxPool(2), *below, TransposedConv(channels, 2, stride=2))
    across = Block("Level", ((Crop(lost),), up), "stack")
    return (*pair, across, *pair), 2 * lost + 8


# All ----------------------------------------------------------------------------------------------


_LECUN = (
    "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-Based Learning Applied to "
    "Document Recognition, Proceedings of the IEEE 86(11)"
)
_KRIZHEVSKY = (
    "A. Krizhevsky, I. Sutskever and G. Hinton (2012), ImageNet Classification with Deep "
    "Convolutional Neural Networks, NeurIPS"
)
_WEIRD = (
    "A. Krizhevsky (2014), One Weird Trick for Parallelizing Convolutional Neural Networks, "
    "arXiv:1404.5997"
)
_VGG = (
    "K. Simonyan and A. Zisserman (2015), Very Deep Convolutional Networks for Large-Scale Image "
    "Recognition, ICLR"
)
_SZEGEDY = "C. Szegedy et al. (2015), Going Deeper with Convolutions, CVPR"
_HE = (
    "K. He, X. Zhang, S. Ren and J. Sun (2016), Deep Residual Learning for Image Recognition, CVPR"
)
_MOBILE = (
    "A. Howard et al. (2017), MobileNets: Efficient Convolutional Neural Networks for Mobile "
    "Vision Applications, arXiv:1704.04861"
)

_XIE = (
    "S. Xie, R. Girshick, P. Dollár, Z. Tu and K. He (2017), Aggregated Residual Transformations "
    "for Deep Neural Networks, CVPR"
)
_LONG = (
    "J. Long, E. Shelhamer and T. Darrell (2015), Fully Convolutional Networks for Semantic "
    "Segmentation, CVPR"
)
_REN = (
    "S. Ren, K. He, R. Girshick and J. Sun (2015), Faster R-CNN: Towards Real-Time Object "
    "Detection with Region Proposal Networks, NeurIPS"
)
_UNET = (
    "O. Ronneberger, P. Fischer and T. Brox (2015), U-Net: Convolutional Networks for Biomedical "
    "Image Segmentation, MICCAI"
)

# By the names that code has for them.
NETWORKS = {
    "lenet5": Network("LeNet-5", (1, 32, 32), lenet5(), 1998, _LECUN),
    "lab_cnn": Network("the CNN of the lab", (1, 28, 28), lab_cnn(), None, "this course"),
    "alexnet": Network("AlexNet", PHOTO, alexnet(), 2014, _WEIRD),
    "vgg16": Network("VGG-16", PHOTO, vgg(16), 2014, _VGG),
    "lenet5-1998": Network("LeNet-5 of 1998", (1, 32, 32), lenet5_of_1998(), 1998, _LECUN),
    # The paper says 224×224, but only 227×227 pixels give its 55×55 positions.
    "alexnet-2012": Network("AlexNet of 2012", (3, 227, 227), alexnet_of_2012(), 2012, _KRIZHEVSKY),
    "alexnet-lecture": Network(
        "AlexNet without adaptive pooling", PHOTO, alexnet(adaptive=False), 2014, _WEIRD
    ),
    "vgg16-lecture": Network(
        "VGG-16 without adaptive pooling", PHOTO, vgg(16, adaptive=False), 2014, _VGG
    ),
    **{
        f"vgg{depth}": Network(f"VGG-{depth}", PHOTO, vgg(depth), 2014, _VGG)
        for depth in (11, 13, 19)
    },
    "googlenet": Network("GoogLeNet", PHOTO, googlenet(), 2014, _SZEGEDY),
    "googlenet-2014": Network(
        "GoogLeNet of 2014", PHOTO, googlenet(torchvision=False), 2014, _SZEGEDY
    ),
    **{
        f"resnet{depth}": Network(f"ResNet-{depth}", PHOTO, resnet(depth), 2015, _HE)
        for depth in RESNET_DEPTHS
    },
    "resnet50-v1": Network("ResNet-50 of 2015", PHOTO, resnet(50, step_first=True), 2015, _HE),
    "resnext50": Network("ResNeXt-50", PHOTO, resnet(50, groups=32, wide=2), 2016, _XIE),
    "mobilenet-2017": Network("MobileNet", PHOTO, mobilenet(), 2017, _MOBILE),
    "fcn-32s": Network("FCN-32s", PHOTO, fcn(), 2014, _LONG),
    "rpn": Network("the region proposal network", PHOTO, region_proposals(), 2015, _REN),
    "unet": Network("U-Net", (1, 572, 572), unet(), 2015, _UNET),
}
