"""Metrics of weighted rows: weights (n,) give one number, weights (B, n) give B of them.

Truth is 0 or 1 throughout; rows whose truth is unknown are left out before. What has no value,
a rate over no rows, is NaN.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Equal bins of the calibration error and of the reliability curve (Guo et al. 2017).
BINS = 10


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part / whole; NaN where the whole is 0."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    nowhere = np.full(whole.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=nowhere, where=whole > 0))


def mean(values: Floats, weights: Floats) -> Floats:
    """Mean over the rows that have a value."""
    known = np.isfinite(values)
    return ratio(weights[..., known] @ values[known], weights[..., known].sum(axis=-1))


def auc(truth: Bools, score: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve: how often a positive scores above a negative, ties half."""
    positive, negative = _by_score(truth, score, weights)
    below = np.cumsum(negative, axis=-1) - negative
    wins = (positive * (below + negative / 2)).sum(axis=-1)
    return ratio(wins, positive.sum(axis=-1) * negative.sum(axis=-1))


def roc(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """False-positive and true-positive rates from (0, 0) to (1, 1), one point per score."""
    positive, negative = _by_score(truth, score, np.ones(len(truth)))
    rates = [
        np.concatenate(
            [[0.0], ratio(np.cumsum(amount[::-1]), np.asarray(amount.sum()) + 0 * amount)]
        )
        for amount in (negative, positive)
    ]
    return rates[0], rates[1]


def sensitivity_at(specificity: float, truth: Bools, score: Floats, weights: Floats) -> Floats:
    """Highest sensitivity among thresholds whose specificity is at least the wanted one."""
    positive, negative = _by_score(truth, score, weights)
    alarms = np.cumsum(negative[..., ::-1], axis=-1)
    hits = np.cumsum(positive[..., ::-1], axis=-1)
    total = negative.sum(axis=-1, keepdims=True)
    allowed = alarms <= (1.0 - specificity) * total + 1e-9
    best = np.where(allowed, hits, 0.0).max(axis=-1, initial=0.0)
    return np.where(total[..., 0] > 0, ratio(best, positive.sum(axis=-1)), np.nan)


def rates(truth: Bools, found: Bools, weights: Floats) -> Mapping[str, Floats]:
    """Sensitivity, specificity, accuracy, and precision, recall, F1 of both classes."""
    tp, fn = weights @ (truth & found), weights @ (truth & ~found)
    fp, tn = weights @ (~truth & found), weights @ (~truth & ~found)
    return {
        "sensitivity": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp),
        "accuracy": ratio(tp + tn, tp + fn + fp + tn),
        "positive_precision": ratio(tp, tp + fp),
        "positive_recall": ratio(tp, tp + fn),
        "positive_f1": ratio(2 * tp, 2 * tp + fp + fn),
        "negative_precision": ratio(tn, tn + fn),
        "negative_recall": ratio(tn, tn + fp),
        "negative_f1": ratio(2 * tn, 2 * tn + fp + fn),
    }


def brier(truth: Bools, probability: Floats, weights: Floats) -> Floats:
    """Mean squared distance of the probability from what is true."""
    return mean((probability - truth) ** 2, weights)


def reliability(truth: Bools, probability: Floats, weights: Floats) -> tuple[Floats, ...]:
    """By bin of probability: weight, mean probability, share of positives; each (..., BINS)."""
    bins = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
    member = (bins[:, None] == np.arange(BINS)).astype(np.float64)
    weight = weights @ member
    said = ratio(weights @ (member * probability[:, None]), weight)
    true = ratio(weights @ (member * truth[:, None]), weight)
    return weight, said, true


def calibration_error(truth: Bools, probability: Floats, weights: Floats) -> Floats:
    """ECE: mean gap of probability and frequency over the bins, weighted by their rows."""
    weight, said, true = reliability(truth, probability, weights)
    return ratio(np.nansum(weight * np.abs(said - true), axis=-1), weight.sum(axis=-1))


def concordance(first: Floats, second: Floats) -> float:
    """Concordance correlation coefficient (Lin 1989, doi:10.2307/2532051), population moments."""
    if len(first) < 2:
        return float("nan")
    covariance = float(np.mean((first - first.mean()) * (second - second.mean())))
    spread = float(first.var() + second.var() + (first.mean() - second.mean()) ** 2)
    return 2 * covariance / spread if spread > 0 else float("nan")


def _by_score(truth: Bools, score: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weights of positives and of negatives at each distinct score, lowest first."""
    order = np.argsort(score, kind="stable")
    if not len(order):
        empty = np.zeros((*weights.shape[:-1], 0))
        return empty, empty
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    sorted_weights, sorted_truth = weights[..., order], truth[order]
    positive = np.add.reduceat(sorted_weights * sorted_truth, starts, axis=-1)
    negative = np.add.reduceat(sorted_weights * ~sorted_truth, starts, axis=-1)
    return positive, negative
