"""The record of the ImageNet challenge (ILSVRC), 2010 to 2017: who, how deep, how many errors.

    >>> [(entry.name, entry.error) for entry in RESULTS if entry.error < HUMAN.error]
    [('ResNet', 3.57), ('Trimps-Soushen', 2.991), ('SENet', 2.251)]

An error is the share of test images, in per cent, whose class is not among an entry's first five
guesses (top-5 error). Three things to know before comparing the numbers:

- **Ensembles.** From 2012 on an entry is the average of several networks, and of many crops of each
  image. One network with one crop makes clearly more errors: GoogLeNet 10.07 % on the validation
  images, where the ensemble makes 6.67 %. `SINGLE` compares single networks fairly.
- **Test images.** The errors in `RESULTS` are on the 100,000 test images (150,000 in 2010), whose
  classes the organisers kept secret; those in `SINGLE` are on the 50,000 validation images.
- **Extra data.** `extra_data` marks entries that learned from more than the 1,281,167 images of the
  challenge (1,261,406 in 2010).

Depth is not all that changed from year to year: data augmentation, training and computers did too.

    O. Russakovsky et al. (2015), *ImageNet Large Scale Visual Recognition Challenge*,
    International Journal of Computer Vision 115, 211-252.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What one entry reached in the classification task.

    Attributes
    ----------
    name : str
        The network, or the method where it was none.
    error : float
        Top-5 error on the test images, in per cent.
    depth : int or None
        Convolutional and dense layers on the longest way through its deepest network; None where
        there is no network, or none was described.
    networks : int or None
        How many the entry averages, 0 where it has none; None where that is not known.
    extra_data : bool
        Whether it learned from more than the images of the challenge.
    """

    year: int
    name: str
    place: int
    error: float
    depth: int | None
    networks: int | None
    extra_data: bool
    source: str


_KRIZHEVSKY = "Krizhevsky, Sutskever and Hinton (2012)"
_RUSSAKOVSKY = "Russakovsky et al. (2015)"
_SZEGEDY = "Szegedy et al. (2015)"
_HE = "He, Zhang, Ren and Sun (2016)"
_RESULTS_OF_2016 = "image-net.org, ILSVRC 2016 results"
_HU = "Hu, Shen, Albanie, Sun and Wu (2020), section 5.4"

RESULTS = (
    Entry(2010, "sparse coding", 1, 28.2, None, 0, False, f"{_KRIZHEVSKY}, table 1"),
    Entry(2011, "Fisher vectors", 1, 25.8, None, 0, False, _RUSSAKOVSKY),
    Entry(2012, "AlexNet", 1, 16.4, 8, 5, False, f"{_KRIZHEVSKY}, table 2"),
    # Two of its seven networks have a sixth convolution (section 6 of the paper): nine layers.
    Entry(2012, "AlexNet", 1, 15.3, 9, 7, True, f"{_KRIZHEVSKY}, table 2"),
    Entry(2012, "Fisher vectors", 2, 26.2, None, 0, False, f"{_KRIZHEVSKY}, table 2"),
    Entry(2013, "Clarifai", 1, 11.7, None, None, False, f"{_SZEGEDY}, table 2"),
    Entry(2013, "Clarifai", 1, 11.2, None, None, True, f"{_SZEGEDY}, table 2"),
    Entry(2014, "VGG", 2, 7.32, 19, 7, False, f"{_HE}, table 5"),
    Entry(2014, "GoogLeNet", 1, 6.66, 22, 7, False, f"{_HE}, table 5"),
    Entry(2015, "ResNet", 1, 3.57, 152, 6, False, f"{_HE}, table 5"),
    Entry(2016, "Trimps-Soushen", 1, 2.991, None, None, False, _RESULTS_OF_2016),
    Entry(2017, "SENet", 1, 2.251, 154, None, False, _HU),
)


@dataclass(frozen=True)
class Human:
    """How many errors one trained person made, on how many test images."""

    error: float
    images: int
    source: str


HUMAN = Human(5.1, 1_500, f"{_RUSSAKOVSKY}, section 6.4")


@dataclass(frozen=True)
class Single:
    """One network on the validation images, averaged over ten crops of each image.

    `plain` marks a network without shortcuts that was made to be compared with a ResNet.
    """

    name: str
    depth: int
    error: float
    plain: bool = False
    source: str = f"{_HE}, table 3"


SINGLE = (
    Single("VGG-16", 16, 9.33),
    Single("GoogLeNet", 22, 9.15),
    Single("plain-34", 34, 10.02, plain=True),
    Single("ResNet-34", 34, 7.46),
    Single("ResNet-50", 50, 6.71),
    Single("ResNet-101", 101, 6.05),
    Single("ResNet-152", 152, 5.71),
)
