"""The grid of number boxes."""

import numpy as np
import pytest
import traitlets

from cnncourse.widgets.matrix import MatrixInput


@pytest.fixture
def matrix():
    return MatrixInput("weights", [[1, 2, 3], [4, 5, 6]])


def boxes(matrix):
    return [[box.value for box in row.children] for row in matrix.children[1].children]


def test_the_boxes_show_the_value(matrix):
    assert boxes(matrix) == [[1, 2, 3], [4, 5, 6]]
    assert matrix.value == ((1, 2, 3), (4, 5, 6))


def test_typing_in_a_box_changes_the_value_once(matrix):
    seen = []
    matrix.observe(lambda change: seen.append(change["new"]), "value")
    matrix.children[1].children[1].children[2].value = -7
    assert seen == [((1, 2, 3), (4, 5, -7))]


@pytest.mark.parametrize("value", [np.eye(4), [[9]], ((0, 1, 2), (3, 4, 5))])
def test_setting_a_value_of_any_size_changes_the_boxes_once(matrix, value):
    seen = []
    matrix.observe(lambda change: seen.append(change["new"]), "value")
    matrix.value = value
    assert boxes(matrix) == np.asarray(value).tolist()
    assert len(seen) == 1


def test_a_box_is_used_again_when_the_matrix_grows_back(matrix):
    first = matrix.children[1].children[0].children[0]
    matrix.value = [[5]]
    matrix.value = np.ones((2, 2))
    assert matrix.children[1].children[0].children[0] is first


@pytest.mark.parametrize("value", [[], [[]], [1, 2], np.zeros((2, 2, 2))])
def test_what_is_not_a_matrix_is_refused(matrix, value):
    with pytest.raises(traitlets.TraitError, match="matrix of numbers"):
        matrix.value = value


def test_every_box_has_a_label_of_its_own(matrix):
    labels = [box.description for row in matrix.children[1].children for box in row.children]
    assert labels[4] == "weights row 2 column 2"
    assert len(set(labels)) == 6
