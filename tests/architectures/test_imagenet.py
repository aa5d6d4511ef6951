"""The record of the ImageNet challenge: consistent, sourced, and no number twice."""

import pytest

from cnncourse.architectures import imagenet, trace

# The first of each year, without extra data.
WINNERS = [entry for entry in imagenet.RESULTS if entry.place == 1 and not entry.extra_data]


def test_the_errors_are_those_of_the_published_tables():
    told = {(e.year, e.name, e.extra_data): e.error for e in imagenet.RESULTS}
    assert told == {
        (2010, "sparse coding", False): 28.2,
        (2011, "Fisher vectors", False): 25.8,
        (2012, "AlexNet", False): 16.4,
        (2012, "AlexNet", True): 15.3,
        (2012, "Fisher vectors", False): 26.2,
        (2013, "Clarifai", False): 11.7,
        (2013, "Clarifai", True): 11.2,
        (2014, "VGG", False): 7.32,
        (2014, "GoogLeNet", False): 6.66,
        (2015, "ResNet", False): 3.57,
        (2016, "Trimps-Soushen", False): 2.991,
        (2017, "SENet", False): 2.251,
    }


def test_every_year_has_one_winner_and_errors_fall_from_year_to_year():
    years = [entry.year for entry in WINNERS]
    assert years == list(range(2010, 2018))
    errors = [entry.error for entry in WINNERS]
    assert errors == sorted(errors, reverse=True)


def test_the_winner_of_2017_is_a_quarter_better_than_that_of_2016_as_its_paper_says():
    before, after = WINNERS[-2:]
    assert 1 - after.error / before.error == pytest.approx(0.25, abs=0.01)


def test_a_person_lies_between_the_winners_of_2014_and_2015():
    by_year = {entry.year: entry.error for entry in WINNERS}
    assert by_year[2015] < imagenet.HUMAN.error < by_year[2014]


def test_a_depth_is_the_number_of_layers_that_learn_on_the_longest_way():
    def layers(name):
        return sum(row.kind in ("Conv2d", "Linear") for row in trace(name))

    depth = {entry.name: entry.depth for entry in imagenet.RESULTS if not entry.extra_data}
    assert depth["AlexNet"] == layers("alexnet-2012")
    (extra,) = (entry.depth for entry in imagenet.RESULTS if entry.error == 15.3)
    assert extra == depth["AlexNet"] + 1  # a sixth convolution
    assert depth["VGG"] == layers("vgg19")
    assert depth["ResNet"] == layers("resnet152") - 4  # the projections lie beside the way
    stem, modules, dense = 3, 9, 1
    assert depth["GoogLeNet"] == stem + 2 * modules + dense


def test_the_errors_of_single_networks_are_those_of_the_papers():
    assert {single.name: single.error for single in imagenet.SINGLE} == {
        "VGG-16": 9.33,
        "GoogLeNet": 9.15,
        "plain-34": 10.02,
        "ResNet-34": 7.46,
        "ResNet-50": 6.71,
        "ResNet-101": 6.05,
        "ResNet-152": 5.71,
    }


def test_the_second_of_2012_made_ten_points_more_errors_without_a_network():
    first, second = (
        next(e for e in imagenet.RESULTS if e.year == 2012 and e.place == place) for place in (1, 2)
    )
    assert second.error - first.error == pytest.approx(9.8) and second.networks == 0


def test_single_networks_make_more_errors_than_the_ensembles_with_them():
    single = {network.name: network.error for network in imagenet.SINGLE}
    ensemble = {entry.name: entry.error for entry in imagenet.RESULTS}
    assert single["GoogLeNet"] > ensemble["GoogLeNet"]
    assert single["VGG-16"] > ensemble["VGG"]
    assert single["ResNet-152"] > ensemble["ResNet"]


def test_a_plain_network_is_worse_than_the_residual_one_of_its_depth():
    plain, residual = (s for s in imagenet.SINGLE if s.depth == 34)
    assert plain.plain and not residual.plain and plain.error > residual.error


def test_every_number_has_a_source():
    sourced = [*imagenet.RESULTS, *imagenet.SINGLE, imagenet.HUMAN]
    assert all(len(item.source) > 10 for item in sourced)
