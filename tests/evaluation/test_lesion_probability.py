"""Lesions beside the truth, and their probabilities beside how often they are right."""

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.quantify import find_lesions
from ichviewer.analysis.segment import Marked
from ichviewer.evaluation.lesion_probability import ShownLesion, describe, shown_lesions
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import make_grid

GRID = make_grid(slices=3, px=40, px_mm=1.0)


@pytest.mark.parametrize(("columns", "is_hemorrhage"), [(0, False), (2, False), (3, True)])
def test_a_lesion_is_right_where_a_third_of_it_is_blood_of_any_type(
    columns: int, is_hemorrhage: bool
) -> None:
    mask, truth = (np.zeros(GRID.shape_kji, np.uint8) for _ in range(2))
    mask[0:2, 10:20, 10:20] = HemorrhageType.SUBDURAL
    truth[0:2, 10:20, 10 : 10 + columns] = HemorrhageType.EPIDURAL
    volume = Volume(np.full(GRID.shape_kji, 60, np.int16), GRID)
    found = find_lesions(Marked(mask, np.where(mask, 0.75, 0).astype(np.float16)), volume)
    assert list(shown_lesions(found, truth)) == [ShownLesion(0.75, is_hemorrhage)]


def test_bins_say_what_was_stated_and_what_was_true() -> None:
    lesions = [ShownLesion(0.06, False)] * 9 + [ShownLesion(0.06, True)] + [ShownLesion(1.0, True)]
    described = describe(lesions)
    assert described is not None
    assert (described["lesions"], described["hemorrhage"]) == (11, 2)
    assert described["auc"] == pytest.approx(0.75)
    assert described["ece"] == pytest.approx(10 / 11 * 0.04, abs=1e-4)
    filled = [one for one in described["bins"] if one["lesions"]]
    assert filled == [
        {"from": 0.05, "below": 0.1, "lesions": 10, "probability": 0.06, "frequency": 0.1},
        {"from": 0.8, "below": 1.0, "lesions": 1, "probability": 1.0, "frequency": 1.0},
    ]


def test_without_lesions_nothing_is_said() -> None:
    assert describe([]) is None
