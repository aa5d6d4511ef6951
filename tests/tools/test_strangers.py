"""Pictures that are no digits, in the form of those that are."""

import numpy as np
import strangers
from drawn_pages import unit

from cnncourse.handwriting.form import to_mnist
from cnncourse.pipeline import digit
from cnncourse.split import Split

RNG = np.random.default_rng


def in_mnists_form(images):
    """True for each image with ink of full strength whose longer side is 19 to 21 pixels."""
    ink = images > 60
    sides = [np.ptp(np.flatnonzero(one.any(axis=a))) + 1 for one in ink for a in (0, 1)]
    longest = np.reshape(sides, (-1, 2)).max(axis=1)
    return (longest >= 17) & (longest <= 22) & (images.max(axis=(1, 2)) > 200)


def in_form(images):
    """The images prepared as those that are drawn: thick strokes thinned."""
    return np.array([np.round(255 * to_mnist(image)) for image in images], np.uint8)


def test_strangers_come_in_mnists_form_and_are_all_different():
    images = strangers.draw(60, RNG(0))
    assert images.shape == (60, 28, 28) and images.dtype == np.uint8
    assert in_mnists_form(images).mean() > 0.95
    assert len(np.unique(images.reshape(60, -1), axis=0)) == 60


def test_other_digits_have_the_label_of_what_was_drawn():
    others = strangers.other_digits(400, RNG(0))
    assert in_mnists_form(others.images).mean() > 0.95
    assert set(others.labels) == set(range(10))
    foreign = others.labels[1::2]
    assert set(foreign) == {kind for kind, _ in strangers.FOREIGN} == set(range(10))
    ink = others.images.reshape(400, -1) > 100
    assert ink[others.labels == 1].mean() < ink[others.labels == 8].mean()


def test_other_hands_write_the_same_digits_thicker_thinner_and_aslant():
    clean = Split(np.array([np.round(255 * digit(k)) for k in range(10)], np.uint8), np.arange(10))
    others = strangers.other_hands(clean, 300, RNG(0))
    assert in_mnists_form(others.images).mean() > 0.95
    ink = (others.images > 100).reshape(300, -1).sum(axis=1)
    for label in range(10):
        assert np.ptp(ink[others.labels == label]) > 0.2 * ink[others.labels == label].mean()
    likeness = unit(others.images) @ unit(in_form(clean.images)).T
    assert 0.8 < (likeness.argmax(axis=1) == others.labels).mean()


def test_letters_in_fonts_that_were_not_learnt_look_different():
    learnt, unseen = (
        strangers.draw(22, RNG(0), fonts) for fonts in (strangers.PRINT, strangers.UNSEEN)
    )
    assert in_mnists_form(unseen).mean() > 0.9 and not np.array_equal(learnt, unseen)
    assert not set(strangers.PRINT) & set(strangers.UNSEEN)


def test_spoilt_digits_are_two_or_struck_out_or_lying_or_mirrored():
    clean = Split(np.array([np.round(255 * digit(k)) for k in range(10)], np.uint8), np.arange(10))
    spoilt = strangers.spoilt(clean, 70, RNG(0))
    assert in_mnists_form(spoilt).mean() > 0.9
    ink = (spoilt > 100).reshape(70, -1).mean(axis=1)
    assert ink[4::7].mean() > (clean.images > 100).mean()  # struck out
    mirrored = unit(spoilt[6::7, :, ::-1]) @ unit(clean.images).T
    assert (mirrored.max(axis=1) > 0.65).all()  # what was thick is thinner
    assert set(mirrored.argmax(axis=1)) <= {3, 4, 6, 7, 9}


def test_the_same_generator_draws_the_same():
    assert np.array_equal(strangers.draw(10, RNG(3)), strangers.draw(10, RNG(3)))


def test_no_letter_has_the_shape_of_a_digit():
    assert not set("OoIlSsZzBbqgiQ") & set(strangers.LETTERS)
