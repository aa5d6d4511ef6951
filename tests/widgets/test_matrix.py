"""The matrix whose numbers are changed in a picture."""

import numpy as np
import pytest
import traitlets

from cnncourse.widgets.matrix import Matrix


@pytest.mark.parametrize("value", [np.eye(4), [[9]], ((0, 1, 2), (3, 4, 5))])
def test_its_value_is_tuples_and_a_change_is_told_once(value):
    matrix, seen = Matrix("weights", [[1, 2, 3], [4, 5, 6]]), []
    matrix.observe(lambda change: seen.append(change["new"]), "value")
    matrix.value = value
    matrix.value = np.array(value)  # the same
    assert seen == [tuple(map(tuple, np.asarray(value, dtype=float).tolist()))]


@pytest.mark.parametrize("value", [[], [[]], [1, 2], np.zeros((2, 2, 2))])
def test_what_is_not_a_matrix_is_refused(value):
    with pytest.raises(traitlets.TraitError, match="weights must be a matrix of numbers"):
        Matrix("weights", [[1]]).value = value
