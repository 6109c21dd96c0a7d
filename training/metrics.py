"""Numbers that say how good: AUC, sensitivity and specificity, calibration error, Dice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Floats = NDArray[np.floating]
_BINS = 10
_DRAWS = 300


def auc(truth: Floats, score: Floats) -> float:
    """Area under the ROC curve; NaN truth is left out, and one class alone gives NaN."""
    asked = ~np.isnan(truth)
    if len(np.unique(truth[asked])) < 2:
        return float("nan")
    return float(roc_auc_score(truth[asked], score[asked]))


def auc_interval(
    truth: Sequence[Floats], score: Sequence[Floats], rng: np.random.Generator
) -> tuple[float, float]:
    """95 % interval of the AUC by bootstrap over studies, each with one truth per slice or one."""
    draws = []
    for chosen in rng.integers(0, len(truth), (_DRAWS, len(truth))):
        picked = np.concatenate([truth[i] for i in chosen])
        draws.append(auc(picked, np.concatenate([score[i] for i in chosen])))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)


def sensitivity_specificity(truth: Floats, score: Floats, threshold: float) -> tuple[float, float]:
    """Shares of the positive found and of the negative left alone; NaN where there are none."""
    positive, negative = score[truth == 1], score[truth == 0]
    return (
        float((positive >= threshold).mean()) if len(positive) else float("nan"),
        float((negative < threshold).mean()) if len(negative) else float("nan"),
    )


def expected_calibration_error(truth: Floats, probability: Floats) -> float:
    """Mean gap of probability and frequency over ten equal bins, weighted by their cases."""
    asked = ~np.isnan(truth)
    truth, probability = truth[asked], probability[asked]
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(truth[bins == b].mean() - probability[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def mask_dice(marked: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Dice of two masks; NaN where nothing is true (the empty-case rule)."""
    if not true.any():
        return float("nan")
    return 2 * int((marked & true).sum()) / int(marked.sum() + true.sum())


def dice(both: Floats, marked: Floats, true: Floats) -> Floats:
    """Dice of each study from volumes; NaN where there is no true blood (the empty-case rule)."""
    true = np.asarray(true, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(true > 0, 2 * both / (marked + true), np.nan)
