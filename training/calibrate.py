"""Make the exported model's probabilities honest, and choose where it says yes.

`python -m training.calibrate models/ichnet-s` reads simulated studies of the validation anatomies,
fits a temperature and a bias per column for slices and for studies, picks the mask probability
with the best Dice and the balanced thresholds, and writes them into the manifest.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ichviewer.analysis.detect import calibrate, study_probability
from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.manifest import Aggregation, Calibration
from ichviewer.analysis.model import load_model
from training.anatomy import VALIDATION
from training.metrics import dice, expected_calibration_error
from training.reading import Reading, plan_studies, read_study

FIRST_SEED = 1_000_000
_MIN_PROBABILITIES = (0.35, 0.5, 0.65)
_SLABS = 2
_SHRINK = 1.0

Floats64 = NDArray[np.float64]


def fit(truth: Floats64, probability: Floats64) -> tuple[float, float]:
    """Temperature and bias with the smallest negative log likelihood (NaN truth is left out).

    Both are held near neutral, so that few cases cannot carry them away.
    """
    asked = ~np.isnan(truth)
    logit, truth = _logit(probability[asked]), truth[asked]

    def cost(at: Floats64) -> float:
        scaled = (logit + at[1]) / np.exp(at[0])
        return _loss(truth, scaled) + _SHRINK * float(at @ at) / len(truth)

    log_t, bias = minimize(cost, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(np.clip(log_t, -np.log(4), np.log(4)))), float(np.clip(bias, -6, 6))


def balanced_threshold(truth: Floats64, probability: Floats64) -> float:
    """Where sensitivity and specificity are nearest to each other, in the middle of the gap."""
    positive, negative = np.sort(probability[truth == 1]), np.sort(probability[truth == 0])
    if not len(positive) or not len(negative):
        return 0.5
    at = np.unique(np.concatenate([positive, negative, [0.0, 1.0]]))
    at = (at[:-1] + at[1:]) / 2
    missed = np.searchsorted(positive, at) / len(positive)
    alarmed = 1 - np.searchsorted(negative, at) / len(negative)
    worst = np.maximum(missed, alarmed)
    best = at[worst <= worst.min() + 1e-9]
    return float(np.clip(np.median(best), 0.1, 0.9))


def _logit(probability: Floats64) -> Floats64:
    clipped = np.clip(probability.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _loss(truth: Floats64, logit: Floats64) -> float:
    return float((np.logaddexp(0, logit) - truth * logit).mean())


def calibration_of(readings: list[Reading]) -> dict[str, Any]:
    """The manifest's `calibration`, `study` and detection thresholds from validation readings."""
    raw = np.concatenate([r.raw for r in readings]).astype(np.float64)
    truth = np.concatenate([r.slab_truth for r in readings]).astype(np.float64)
    fitted = _fit_columns(truth, raw)
    slabs = [calibrate(r.raw, fitted) for r in readings]
    calibrated = np.concatenate(slabs)
    plain = Aggregation(_SLABS, Calibration((1.0,) * 6, (0.0,) * 6))
    study_truth = np.stack([r.study_truth for r in readings]).astype(np.float64)
    pooled = np.stack([study_probability(s, plain) for s in slabs]).astype(np.float64)
    whole = Aggregation(_SLABS, _fit_columns(study_truth, pooled))
    study = np.stack([study_probability(s, whole) for s in slabs]).astype(np.float64)
    return {
        "calibration": {
            "temperature": _named(fitted.temperature),
            "bias": _named(fitted.bias),
            "ece_before": _eces(truth, raw),
            "ece_after": _eces(truth, calibrated),
            "ece_study_before": _eces(study_truth, pooled),
            "ece_study_after": _eces(study_truth, study),
            "data": f"{len(readings)} simulated studies, {len(raw)} slabs, of anatomies "
            f"{list(VALIDATION)} never trained on",
        },
        "study": {
            "slices": _SLABS,
            "temperature": _named(whole.calibration.temperature),
            "bias": _named(whole.calibration.bias),
        },
        "thresholds": {
            "detection": _named(
                [balanced_threshold(study_truth[:, c], study[:, c]) for c in range(6)]
            ),
            "chosen": "study sensitivity equal to specificity on the calibration studies; "
            "mask probability by the best mean Dice there",
        },
    }


def _fit_columns(truth: Floats64, probability: Floats64) -> Calibration:
    fits = [fit(truth[:, c], probability[:, c]) for c in range(6)]
    return Calibration(tuple(t for t, _ in fits), tuple(b for _, b in fits))


def _named(values: tuple[float, ...] | list[float]) -> dict[str, float]:
    return {n: round(float(v), 4) for n, v in zip(PROBABILITY_COLUMNS, values, strict=True)}


def _eces(truth: Floats64, probability: Floats64) -> dict[str, float]:
    return _named([expected_calibration_error(truth[:, c], probability[:, c]) for c in range(6)])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=4, help="studies: 13 times this")
    given = parser.parse_args()
    model = load_model(given.folder, "cpu", 1)
    readings: dict[float, list[Reading]] = {p: [] for p in _MIN_PROBABILITIES}
    scale = given.scale
    for series in plan_studies(FIRST_SEED, VALIDATION, 5 * scale, scale, 3 * scale):
        for reading, read in zip(
            read_study(model, series, _MIN_PROBABILITIES), readings.values(), strict=True
        ):
            read.append(reading)
    mean_dice = {
        probability: float(np.nanmean([dice(r.both_ml, r.marked_ml, r.true_ml)[0] for r in read]))
        for probability, read in readings.items()
    }
    best = max(mean_dice, key=lambda p: mean_dice[p])
    print("mean Dice by mask probability:", mean_dice)
    file = given.folder / "manifest.json"
    manifest = json.loads(file.read_text())
    for key, entries in calibration_of(readings[best]).items():
        manifest[key] |= entries
    manifest["thresholds"]["segmentation_min_probability"] = best
    file.write_text(json.dumps(manifest, indent=2) + "\n")
    print(json.dumps({k: manifest[k] for k in ("calibration", "study", "thresholds")}, indent=1))


if __name__ == "__main__":
    main()
