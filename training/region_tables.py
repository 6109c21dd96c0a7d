"""The card's tables on marked regions: how probable they are said to be, and how many are right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from training.card import table
from training.metrics import auc, expected_calibration_error
from training.reading import Reading
from training.regions import JudgedRegion

_BINS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1.0)


def probability_table(regions: Sequence[JudgedRegion]) -> str:
    """By the probability that is stated: how many regions, and how many of them are hemorrhage."""
    stated = np.array([one.probability for one in regions])
    voxels = np.array([one.known.voxels for one in regions])
    right = np.array([one.is_right for one in regions])
    rows = []
    for low, high in pairwise(_BINS):
        within = (stated >= low) & ((stated < high) | (high == 1.0))
        if within.any():
            means = [f"{values[within].mean():.2f}" for values in (stated, right, voxels)]
            rows.append([f"{low:g} to {high:g}", f"{int(within.sum())}", *means])
    head = [
        "probability stated", "regions", "mean of it", "hemorrhage", "mean of their voxels",
    ]  # fmt: skip
    return table(head, rows)


def shown_regions_table(readings: Sequence[Reading]) -> str:
    """Without contrast and with it: the probability's AUC and error, and what is shown by it."""
    rows = []
    for name, has_contrast in (("without contrast", False), ("with contrast", True)):
        chosen = [r for r in readings if r.has_contrast == has_contrast]
        if chosen:
            rows.append([name, f"{len(chosen)}", *_counted(chosen)])
    head = [
        "heads", "studies", "right regions", "AUC (of the voxels' mean)", "ECE",
        "right regions shown", "share of right mL shown", "false regions a study",
        "false ones shown",
    ]  # fmt: skip
    return table(head, rows)


def _counted(readings: Sequence[Reading]) -> list[str]:
    regions = [one for r in readings for one in r.regions]
    right = [one for one in regions if one.is_right]
    false = [one for one in regions if not one.is_right]
    truth = np.array([float(one.is_right) for one in regions])
    stated = np.array([one.probability for one in regions])
    voxels = np.array([one.known.voxels for one in regions])
    shown = [one for one in right if one.is_shown]
    return [
        f"{len(right)} of {len(regions)}",
        f"{auc(truth, stated):.3f} ({auc(truth, voxels):.3f})",
        f"{expected_calibration_error(truth, stated):.3f}",
        f"{len(shown)}",
        f"{_ml(shown) / _ml(right):.3f}" if right else "–",
        f"{len(false) / len(readings):.1f}",
        f"{sum(one.is_shown for one in false) / len(readings):.1f}",
    ]


def _ml(regions: Sequence[JudgedRegion]) -> float:
    return sum(one.known.volume_ml for one in regions)
