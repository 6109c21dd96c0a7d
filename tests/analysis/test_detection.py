"""From a detector's answers by slab to what counts as found, by numbers worked out by hand."""

import numpy as np
import pytest

from ichviewer.analysis.calibration import Aggregation, Calibration
from ichviewer.analysis.detection import Detection, detection_of
from ichviewer.analysis.lesions import Region
from ichviewer.analysis.manifest import Terms
from ichviewer.analysis.operating import Thresholds
from ichviewer.analysis.prepare import ModelGrid, Prepared

ONES, ZEROS = (1.0,) * 6, (0.0,) * 6
#: Halves every logit.
HALF = Calibration((2.0,) * 6, ZEROS)
HELD_TO = Thresholds(study=(0.6,) * 6, slices=(0.7,) * 6, mask_probability=0.5, lesion_min_ml=0.1)


def prepared(slab_of_k: list[int]) -> Prepared:
    grid = ModelGrid(8, (0.0, 0.0), (1.0, 1.0))
    image = np.zeros((max(slab_of_k) + 1, 1, 8, 8), np.float32)
    return Prepared(image, np.array(slab_of_k), grid)


def region_on(first: int, last: int) -> Region:
    box = (slice(first, last + 1), slice(0, 1), slice(0, 1))
    return Region(box, np.ones((last + 1 - first, 1, 1), bool))


def test_slices_take_their_slabs_calibrated_word_and_the_study_the_largest_mean_of_two() -> None:
    raw = np.full((3, 6), 0.1, np.float32)
    raw[:, 0] = 0.9, 0.8, 0.2
    raw[1, 5] = 16 / 17  # calibrated 0.8, more than any hemorrhage there
    plain = Aggregation(2, Calibration(ONES, ZEROS))
    terms = Terms(operating_points={}, calibration=HALF, aggregation=plain, conformal=None)
    found = detection_of(raw, prepared([-1, 0, 0, 1, 2]), terms, HELD_TO)
    of_any = [0, 0.75, 0.75, 0.8, 1 / 3]
    np.testing.assert_allclose(found.slices[:, 0], of_any, atol=1e-6)
    np.testing.assert_allclose(found.slices[:, 5], [0, 0.25, 0.25, 0.8, 0.25], atol=1e-6)
    assert found.study[0] == pytest.approx((0.75 + 0.8) / 2, abs=1e-6)
    assert found.study[5] == pytest.approx((0.25 + 0.8) / 2, abs=1e-6)
    assert (found.thresholds[0], found.slice_thresholds[0]) == pytest.approx((0.6, 0.7))


def test_a_region_is_shown_by_any_of_its_own_slices() -> None:
    slices = np.zeros((5, 6), np.float32)
    slices[:, 0] = 0.1, 0.1, 0.7, 0.1, 0.9
    slices[1, 5] = 0.9  # a type alone is no word on any hemorrhage
    says = Detection(slices, np.zeros(6, np.float32), *(np.full(6, 0.7, np.float32),) * 2)
    assert says.shows(region_on(1, 2))
    assert not says.shows(region_on(0, 1))
    assert not says.shows(region_on(3, 3))


def test_no_type_is_found_without_any_hemorrhage() -> None:
    study = np.array([0.5, 0.9, 0.1, 0.1, 0.1, 0.1], np.float32)
    least = np.full(6, 0.6, np.float32)
    assert not Detection(np.zeros((1, 6), np.float32), study, least, least).finds(1)
    study[0] = 0.6
    says = Detection(np.zeros((1, 6), np.float32), study, least, least)
    assert says.finds(0) and says.finds(1) and not says.finds(2)
