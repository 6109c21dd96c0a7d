"""Calibration and aggregation against hand-made numbers."""

import numpy as np
import pytest

from ichviewer.analysis.detect import (
    any_at_least_types,
    calibrate,
    slice_thresholds,
    study_probability,
)
from ichviewer.analysis.manifest import Aggregation, Calibration

NEUTRAL = Calibration((1.0,) * 6, (0.0,) * 6)


def test_neutral_calibration_changes_nothing() -> None:
    probability = np.linspace(0.01, 0.99, 12, dtype=np.float32).reshape(2, 6)
    np.testing.assert_allclose(calibrate(probability, NEUTRAL), probability, atol=1e-5)


def test_bias_and_temperature_by_column() -> None:
    calibration = Calibration((2.0, 1, 1, 1, 1, 0.5), (0.0, 1.0, 0, 0, 0, -1.0))
    found = calibrate(np.full((1, 6), 0.8, np.float32), calibration)[0]
    logit = np.log(4.0)
    expected = [logit / 2, logit + 1, logit, logit, logit, (logit - 1) / 0.5]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-np.array(expected))), rtol=1e-5)


def test_certain_values_stay_finite() -> None:
    found = calibrate(np.array([[0.0, 1, 0, 1, 0, 1]], np.float32), NEUTRAL)
    assert np.isfinite(found).all()


def test_highest_running_mean_counts() -> None:
    slabs = np.zeros((5, 6), np.float32)
    slabs[:, 3] = [0.9, 0.1, 0.6, 0.7, 0.2]
    assert study_probability(slabs, Aggregation(2, NEUTRAL))[3] == pytest.approx(0.65, abs=1e-4)
    assert study_probability(slabs, Aggregation(1, NEUTRAL))[3] == pytest.approx(0.9, abs=1e-4)


def test_slice_at_its_threshold_brings_the_study_to_its_own() -> None:
    aggregation = Aggregation(1, Calibration((2.0,) * 6, (0.7,) * 6))
    thresholds = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.3], np.float32)
    slabs = slice_thresholds(thresholds, aggregation)[None]
    study = study_probability(slabs, aggregation)
    np.testing.assert_allclose(study[1:], thresholds[1:], atol=1e-5)


def test_fewer_slabs_than_the_window() -> None:
    slabs = np.full((1, 6), 0.4, np.float32)
    assert study_probability(slabs, Aggregation(3, NEUTRAL)) == pytest.approx([0.4] * 6, abs=1e-5)


def test_blood_of_a_type_is_blood() -> None:
    found = any_at_least_types(np.array([[0.2, 0.1, 0.7, 0.1, 0.1, 0.1]], np.float32))
    assert found[0, 0] == pytest.approx(0.7)
