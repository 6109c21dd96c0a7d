"""Calibration against hand-made numbers."""

import numpy as np

from ichviewer.analysis.calibration import Aggregation, Calibration, calibrate, uncalibrate
from ichviewer.analysis.detect import study_probability

NEUTRAL = Calibration((1.0,) * 6, (0.0,) * 6)
LINE = ((0.1, 0.5, 0.6), (0.0, 0.2, 0.9))
ISOTONIC = Calibration((1.0,) * 6, (0.0,) * 6, (LINE,) * 6)


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


def test_slice_at_its_threshold_brings_the_study_to_its_own() -> None:
    aggregation = Aggregation(1, Calibration((2.0,) * 6, (0.7,) * 6))
    thresholds = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.3], np.float32)
    slabs = uncalibrate(thresholds, aggregation.calibration)[None]
    study = study_probability(slabs, aggregation)
    np.testing.assert_allclose(study[1:], thresholds[1:], atol=1e-5)


def test_isotonic_table_is_a_line_between_its_points_and_level_outside() -> None:
    said = np.array([[0.0, 0.1, 0.3, 0.55, 0.6, 1.0]], np.float32)
    np.testing.assert_allclose(
        calibrate(said, ISOTONIC)[0], [0.0, 0.0, 0.1, 0.55, 0.9, 0.9], atol=1e-6
    )


def test_isotonic_table_never_turns_an_order_round() -> None:
    said = np.sort(np.random.default_rng(0).random((50, 6)), axis=0).astype(np.float32)
    assert (np.diff(calibrate(said, ISOTONIC), axis=0) >= 0).all()


def test_least_that_has_to_be_said() -> None:
    wanted = np.array([0.0, 0.1, 0.2, 0.55, 0.9, 0.95], np.float32)
    least = uncalibrate(wanted, ISOTONIC)
    np.testing.assert_allclose(least, [0.0, 0.3, 0.5, 0.55, 0.6, 1.0], atol=1e-6)
    reached = calibrate(least[None], ISOTONIC)[0]
    np.testing.assert_allclose(reached[:5], wanted[:5], atol=1e-6)
