"""Metrics against scikit-learn, and weights against rows that stand there more than once."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from ichviewer.evaluation import metrics
from ichviewer.evaluation.bootstrap import draw_weights, interval

RNG = np.random.default_rng(5)


def example(count: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, scores with many ties, whole-number weights."""
    truth = RNG.random(count) < 0.3
    score = np.clip(np.round(0.25 * truth + RNG.random(count) * 0.75, 2), 0, 1)
    return truth, score, RNG.integers(0, 4, count).astype(float)


def test_auc_is_that_of_scikit_learn() -> None:
    truth, score, weights = example()
    one = np.ones(len(truth))
    assert metrics.auc(truth, score, one) == pytest.approx(oracle.roc_auc_score(truth, score))
    expected = oracle.roc_auc_score(truth, score, sample_weight=weights)
    assert metrics.auc(truth, score, weights) == pytest.approx(expected)
    both = metrics.auc(truth, score, np.stack([one, weights]))
    assert both.tolist() == [metrics.auc(truth, score, w) for w in (one, weights)]


def test_roc_and_sensitivity_at_a_specificity() -> None:
    truth, score, _ = example()
    false, true = metrics.roc(truth, score)
    assert oracle.auc(false, true) == pytest.approx(oracle.roc_auc_score(truth, score))
    fpr, tpr, _ = oracle.roc_curve(truth, score, drop_intermediate=False)
    assert np.allclose(false, fpr)
    assert np.allclose(true, tpr)
    for specificity in (0.8, 0.9, 0.999, 0.0):
        expected = tpr[fpr <= 1 - specificity + 1e-12].max()
        got = metrics.sensitivity_at(specificity, truth, score, np.ones(len(truth)))
        assert got == pytest.approx(expected)


def test_rates_are_those_of_scikit_learn() -> None:
    truth, score, weights = example()
    found = score >= 0.45
    got = metrics.rates(truth, found, weights)
    precision, recall, f1, _ = oracle.precision_recall_fscore_support(
        truth, found, sample_weight=weights, labels=[False, True]
    )
    for side, name in enumerate(("negative", "positive")):
        assert got[f"{name}_precision"] == pytest.approx(precision[side])
        assert got[f"{name}_recall"] == pytest.approx(recall[side])
        assert got[f"{name}_f1"] == pytest.approx(f1[side])
    assert got["sensitivity"] == got["positive_recall"]
    assert got["specificity"] == got["negative_recall"]
    expected = oracle.accuracy_score(truth, found, sample_weight=weights)
    assert got["accuracy"] == pytest.approx(expected)


def test_brier_is_that_of_scikit_learn() -> None:
    truth, score, weights = example()
    expected = oracle.brier_score_loss(truth, score, sample_weight=weights)
    assert metrics.brier(truth, score, weights) == pytest.approx(expected)


def test_calibration_error_counts_gaps_by_their_images() -> None:
    probability = np.array([0.05, 0.05, 0.95, 0.95, 0.95, 0.95])
    truth = np.array([False, True, True, True, True, False])
    expected = 2 / 6 * abs(0.5 - 0.05) + 4 / 6 * abs(0.75 - 0.95)
    assert metrics.calibration_error(truth, probability, np.ones(6)) == pytest.approx(expected)
    weights = np.array([[1, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1.0]])
    got = metrics.calibration_error(truth, probability, weights)
    assert got == pytest.approx([1 / 4 * 0.05 + 3 / 4 * 0.05, 0.95])
    certain = metrics.calibration_error(truth, truth.astype(float), np.ones(6))
    assert certain == 0


def test_without_one_class_there_is_no_number() -> None:
    score, one = np.array([0.2, 0.7]), np.ones(2)
    for truth in (np.array([True, True]), np.array([False, False])):
        assert np.isnan(metrics.auc(truth, score, one))
        assert np.isnan(metrics.sensitivity_at(0.8, truth, score, one))
    rates = metrics.rates(np.array([True, True]), score > 0.5, one)
    assert rates["sensitivity"] == 0.5
    assert np.isnan(rates["specificity"])
    nothing = np.zeros(0)
    assert np.isnan(metrics.auc(nothing.astype(bool), nothing, nothing))
    assert np.isnan(metrics.brier(nothing.astype(bool), nothing, nothing))


def test_concordance_by_its_two_parts() -> None:
    """Lin 1989: Pearson's correlation times the bias correction."""
    first = RNG.normal(10, 4, 50)
    second = 0.8 * first + RNG.normal(1, 1, 50)
    v = first.std() / second.std()
    u = (first.mean() - second.mean()) / np.sqrt(first.std() * second.std())
    expected = np.corrcoef(first, second)[0, 1] * 2 / (v + 1 / v + u * u)
    assert metrics.concordance(first, second) == pytest.approx(expected)
    assert metrics.concordance(first, first) == pytest.approx(1)
    assert np.isnan(metrics.concordance(first[:1], second[:1]))


def test_groups_are_drawn_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    weights = draw_weights(groups)
    assert np.array_equal(weights[:, 0], weights[:, 2])
    assert np.array_equal(weights[:, 1], weights[:, 4])
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert np.array_equal(weights, draw_weights(groups))


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = RNG.normal(3, 2, 400)
    means = metrics.mean(values, draw_weights([str(n) for n in range(400)]))
    low, high = interval(means, 400)
    half = 1.96 * values.std() / np.sqrt(400)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.05)
    assert interval(means, 4) is None
    assert interval(np.full(1000, np.nan), 400) is None


def test_repeated_patients_widen_the_interval() -> None:
    values = np.repeat(RNG.normal(0, 1, 20), 10)
    groups = [str(n // 10) for n in range(200)]
    by_patient = interval(metrics.mean(values, draw_weights(groups)), 20)
    by_row = interval(metrics.mean(values, draw_weights([str(n) for n in range(200)])), 200)
    assert by_patient[1] - by_patient[0] > 2 * (by_row[1] - by_row[0])
