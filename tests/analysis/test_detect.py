"""Aggregation against hand-made numbers."""

import numpy as np
import pytest

from ichviewer.analysis.calibration import Aggregation, Calibration
from ichviewer.analysis.detect import any_at_least_types, study_probability

NEUTRAL = Calibration((1.0,) * 6, (0.0,) * 6)


def test_highest_running_mean_counts() -> None:
    slabs = np.zeros((5, 6), np.float32)
    slabs[:, 3] = [0.9, 0.1, 0.6, 0.7, 0.2]
    assert study_probability(slabs, Aggregation(2, NEUTRAL))[3] == pytest.approx(0.65, abs=1e-4)
    assert study_probability(slabs, Aggregation(1, NEUTRAL))[3] == pytest.approx(0.9, abs=1e-4)


def test_fewer_slabs_than_the_window() -> None:
    slabs = np.full((1, 6), 0.4, np.float32)
    assert study_probability(slabs, Aggregation(3, NEUTRAL)) == pytest.approx([0.4] * 6, abs=1e-5)


def test_blood_of_a_type_is_blood() -> None:
    found = any_at_least_types(np.array([[0.2, 0.1, 0.7, 0.1, 0.1, 0.1]], np.float32))
    assert found[0, 0] == pytest.approx(0.7)


def test_blood_of_different_types_on_neighbouring_slabs_is_blood_on_both() -> None:
    slabs = np.full((4, 6), 0.1, np.float32)
    slabs[1, 2] = slabs[2, 4] = 0.8
    study = study_probability(slabs, Aggregation(2, NEUTRAL))
    assert study == pytest.approx([0.8, 0.1, 0.45, 0.1, 0.45, 0.1], abs=1e-5)
