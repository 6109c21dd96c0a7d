"""Calibration and metrics on numbers whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.calibration import (
    Aggregation,
    Calibration,
    calibrate,
    read_aggregation,
    read_calibration,
)
from training.calibrate import balanced_threshold, contrast_terms
from training.metrics import (
    auc,
    auc_interval,
    dice,
    expected_calibration_error,
    sensitivity_specificity,
)
from training.reading import Reading

NONE = np.zeros(6)
BRIGHT = Reading(
    seed=0, has_contrast=True, raw=NONE[None], in_scan=None, expected_mm2=NONE[None],
    vectors=NONE[None], slab_truth=NONE[None], study_truth=NONE, true_ml=NONE, marked_ml=NONE,
    both_ml=NONE, shown_ml=NONE, shown_both_ml=NONE, regions=(),
)  # fmt: skip


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


def test_what_answers_mean_with_contrast_is_found_from_heads_with_contrast() -> None:
    """Where subarachnoid blood is said surely of any slice and is there on one in ten."""
    rng = np.random.default_rng(0)
    plain = Calibration((1.5,) * 6, (0.5,) * 6)
    aggregation = Aggregation(2, Calibration((1.0,) * 6, (0.0,) * 6))
    readings = []
    for _ in range(30):
        meant = rng.normal(0, 1.5, (40, 6))
        truth = (rng.random((40, 6)) < 1 / (1 + np.exp(-meant))).astype(np.float32)
        truth[:, 4] = rng.random(40) < 0.1
        said = 1 / (1 + np.exp(-(1.5 * meant - 0.5)))
        said[:, 4] = rng.uniform(0.6, 0.9, 40)
        readings.append(replace(BRIGHT, raw=said.astype(np.float32), slab_truth=truth,
                                study_truth=truth.max(0)))  # fmt: skip
    terms = contrast_terms(readings, plain, aggregation)
    found = read_calibration(terms["calibration"], "calibration")
    for column in (0, 1, 2, 3, 5):
        assert found.temperature[column] == pytest.approx(1.5, rel=0.15)
        assert found.bias[column] == pytest.approx(0.5, abs=0.2)
    slabs = np.concatenate([calibrate(r.raw, found) for r in readings])
    assert slabs[:, 4].mean() == pytest.approx(0.1, abs=0.02)
    assert slabs[:, 4].max() < 0.25
    assert terms["calibration"]["ece_before"]["subarachnoid"] > 0.4
    assert terms["calibration"]["ece_after"]["subarachnoid"] < 0.05
    assert read_aggregation(terms["study"]).slabs == 2
