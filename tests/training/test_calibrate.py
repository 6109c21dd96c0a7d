"""Calibration and metrics on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from training.calibrate import balanced_threshold, fit
from training.metrics import (
    auc,
    auc_interval,
    dice,
    expected_calibration_error,
    sensitivity_specificity,
)


def test_fit_finds_the_temperature_and_bias_that_were_hidden() -> None:
    rng = np.random.default_rng(0)
    honest_logit = rng.normal(0, 2, 20_000)
    truth = (rng.random(20_000) < 1 / (1 + np.exp(-honest_logit))).astype(float)
    overconfident = 1 / (1 + np.exp(-(honest_logit * 2.0 - 1.0)))
    temperature, bias = fit(truth, overconfident)
    assert (temperature, bias) == pytest.approx((2.0, 1.0), abs=0.1)


def test_fit_leaves_out_what_is_not_asked() -> None:
    truth = np.array([0.0, 1, np.nan, 0, 1] * 40)
    probability = np.array([0.2, 0.8, 0.9999, 0.3, 0.7] * 40)
    kept = ~np.isnan(truth)
    assert fit(truth, probability) == pytest.approx(fit(truth[kept], probability[kept]), abs=1e-3)


def test_balanced_threshold_splits_what_can_be_split() -> None:
    truth = np.array([0, 0, 0, 1, 1, 1, np.nan])
    assert 0.3 < balanced_threshold(truth, np.array([0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 0.5])) < 0.6
    assert balanced_threshold(np.ones(4), np.full(4, 0.7)) == 0.5


def test_auc_of_known_orders() -> None:
    truth = np.array([0, 0, 1, 1, np.nan])
    assert auc(truth, np.array([0.1, 0.2, 0.8, 0.9, 0.0])) == 1.0
    assert auc(truth, np.array([0.1, 0.8, 0.2, 0.9, 0.0])) == 0.75
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))


def test_interval_of_the_auc_is_drawn_from_whole_studies() -> None:
    rng = np.random.default_rng(0)
    truth = [np.array([0.0, 1.0, np.nan]) for _ in range(12)]
    score = [np.array([0.2, 0.8, 0.9]) for _ in range(12)]
    assert auc_interval(truth, score, rng) == (1.0, 1.0)
    mixed = [s if k % 3 else s[::-1] for k, s in enumerate(score)]
    low, high = auc_interval(truth, mixed, rng)
    assert 0 <= low < 0.7 < high <= 1


def test_sensitivity_and_specificity_count_each_their_own() -> None:
    truth = np.array([1, 1, 0, 0, 0, np.nan])
    score = np.array([0.9, 0.4, 0.6, 0.1, 0.2, 0.9])
    assert sensitivity_specificity(truth, score, 0.5) == pytest.approx((0.5, 2 / 3))


def test_calibration_error_is_the_gap() -> None:
    truth = np.array([1.0, 0, 0, 0])
    assert expected_calibration_error(truth, np.full(4, 0.25)) == 0
    assert expected_calibration_error(truth, np.full(4, 0.85)) == pytest.approx(0.6)


def test_dice_is_not_asked_where_nothing_is_true() -> None:
    found = dice(np.array([1.0, 0, 0]), np.array([2.0, 0, 3]), np.array([2.0, 4, 0]))
    np.testing.assert_allclose(found, [0.5, 0.0, np.nan])
