"""Make the exported model's probabilities honest, and choose where it says yes.

`python -m training.calibrate models/ichnet-s` reads simulated studies of the validation anatomies,
fits a temperature and a bias per column for slices and for studies, picks the mask probability
with the best Dice, the three operating points, the quantiles for abstention and what tells right
regions from false ones, and writes them with the vectors of known studies into the manifest.
Studies in which the gate sees contrast are left out of all but the last two: nothing is called
present there. What the same answers mean in them is fitted by itself, on these and on some more,
which are given contrast for this.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from ichviewer.analysis.calibration import (
    Aggregation,
    Calibration,
    calibrate,
    read_aggregation,
    read_calibration,
)
from ichviewer.analysis.detect import any_at_least_types, study_probability
from ichviewer.analysis.embed import study_embedding
from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from training.anatomy import VALIDATION
from training.metrics import dice, expected_calibration_error
from training.reading import Reading, plan_studies, read_studies
from training.regions import fit_regions
from training.temperature import fit_columns, followed_by

FIRST_SEED = 1_000_000
_CONTRAST_SEED = FIRST_SEED + 100_000
_MIN_PROBABILITIES = (0.3, 0.4, 0.5, 0.6)
_SLABS = 2
ALPHA = 0.05
_MISSED = 0.05
_ALARMED = 0.05
_MASK_SHIFTS = {"sensitive": -0.1, "balanced": 0.0, "specific": 0.15}
_CENTRES = 24
_KNOWN_SHARE = 0.98
_WRITTEN = ("calibration", "study", "thresholds", "operating_points", "conformal")

Floats32 = NDArray[np.float32]
Floats64 = NDArray[np.float64]


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


def calibration_of(readings: list[Reading], said: list[Floats32]) -> dict[str, Any]:
    """Calibration, operating points and abstention for what was said of each reading's slabs."""
    raw = np.concatenate(said).astype(np.float64)
    truth = np.concatenate([r.slab_truth for r in readings]).astype(np.float64)
    fitted = fit_columns(truth, raw)
    slabs = [calibrate(one, fitted) for one in said]
    calibrated = np.concatenate([any_at_least_types(s) for s in slabs]).astype(np.float64)
    plain = Aggregation(_SLABS, Calibration((1.0,) * 6, (0.0,) * 6))
    study_truth = np.stack([r.study_truth for r in readings]).astype(np.float64)
    pooled = np.stack([study_probability(s, plain) for s in slabs]).astype(np.float64)
    whole = Aggregation(_SLABS, fit_columns(study_truth, pooled))
    study = np.stack([study_probability(s, whole) for s in slabs]).astype(np.float64)
    of_study, of_slice = _thresholds(study_truth, study), _thresholds(truth, calibrated)
    return {
        "calibration": {
            "temperature": _named(fitted.temperature),
            "bias": _named(fitted.bias),
            "ece_before": _eces(truth, raw),
            "ece_after": _eces(truth, calibrated),
            "ece_study_before": _eces(study_truth, pooled),
            "ece_study_after": _eces(study_truth, study),
            "data": f"{len(readings)} simulated studies without contrast, {len(raw)} slabs, of "
            f"anatomies {list(VALIDATION)} never trained on, half of them with scanner settings "
            "never trained on",
        },
        "study": {
            "slices": _SLABS,
            "temperature": _named(whole.calibration.temperature),
            "bias": _named(whole.calibration.bias),
        },
        "thresholds": {
            "detection": _named(of_study["balanced"]),
            "chosen": "sensitive: 95 % of the positive found; balanced: sensitivity equal to "
            "specificity; specific: 95 % of the negative left alone; each on the calibration "
            "studies and slices; mask probability by the best mean Dice there",
        },
        "operating_points": {
            point: {
                "study": _named(of_study[point]),
                "slice": _named(of_slice[point]),
                "mask_probability": _MIN_PROBABILITIES[1],
            }
            for point in of_study
        },
        "conformal": {"alpha": ALPHA, **conformal_quantiles(study_truth, study)},
    }


def contrast_terms(
    readings: list[Reading], calibration: Calibration, aggregation: Aggregation
) -> dict[str, Any]:
    """A manifest's `with_contrast`: calibration in heads whose vessels are bright.

    Held near that of other heads, since few are seen. Its words are then to be believed; the
    operating points and abstention stay, as nothing is called present there.

    Parameters
    ----------
    readings
        Of heads with contrast.
    calibration, aggregation
        Those of other heads.
    """
    raw = np.concatenate([r.said for r in readings])
    truth = np.concatenate([r.slab_truth for r in readings]).astype(np.float64)
    before = calibrate(raw, calibration).astype(np.float64)
    of_slabs = followed_by(calibration, fit_columns(truth, before))
    slabs = [calibrate(r.said, of_slabs) for r in readings]
    study_truth = np.stack([r.study_truth for r in readings]).astype(np.float64)
    pooled = np.stack([study_probability(s, aggregation) for s in slabs]).astype(np.float64)
    of_study = followed_by(aggregation.calibration, fit_columns(study_truth, pooled))
    return {
        "calibration": {
            "temperature": _named(of_slabs.temperature),
            "bias": _named(of_slabs.bias),
            "ece_before": _eces(truth, before),
            "ece_after": _eces(truth, calibrate(raw, of_slabs).astype(np.float64)),
            "data": f"{len(readings)} simulated studies with contrast, {len(raw)} slabs, of "
            f"anatomies {list(VALIDATION)} never trained on",
        },
        "study": {
            "method": "max_of_running_mean",
            "slices": aggregation.slabs,
            "temperature": _named(of_study.temperature),
            "bias": _named(of_study.bias),
        },
    }


def _thresholds(truth: Floats64, probability: Floats64) -> dict[str, list[float]]:
    """By operating point, one threshold for each column, never falling from point to point."""
    columns = [_three(truth[:, c], probability[:, c]) for c in range(6)]
    return {
        point: [column[index] for column in columns]
        for index, point in enumerate(("sensitive", "balanced", "specific"))
    }


def _three(truth: Floats64, probability: Floats64) -> tuple[float, float, float]:
    balanced = balanced_threshold(truth, probability)
    positive, negative = probability[truth == 1], probability[truth == 0]
    low = float(np.quantile(positive, _MISSED)) if len(positive) else balanced
    high = float(np.quantile(negative, 1 - _ALARMED)) if len(negative) else balanced
    return min(low, balanced), balanced, max(high, balanced)


def conformal_quantiles(truth: Floats64, probability: Floats64) -> dict[str, dict[str, float]]:
    """Split-conformal quantiles of one minus the true statement's probability, by column.

    The ceil((n + 1) (1 - alpha))-th smallest of n; 1 where there are too few studies for alpha.
    """
    found: dict[str, list[float]] = {"present_quantile": [], "absent_quantile": []}
    for c in range(6):
        for name, value in (("present_quantile", 1), ("absent_quantile", 0)):
            own = probability[truth[:, c] == value, c]
            away = np.sort(1 - own if value else own)
            rank = int(np.ceil((len(away) + 1) * (1 - ALPHA)))
            found[name].append(float(away[rank - 1]) if rank <= len(away) else 1.0)
    return {name: _named(values) for name, values in found.items()}


def known_vectors(readings: list[Reading], calibration: Calibration) -> dict[str, Any]:
    """Centres of one half of the studies' vectors, and how near the other half lies to them."""
    vectors = np.stack(
        [study_embedding(r.vectors, calibrate(r.raw, calibration)[:, 0]) for r in readings]
    )
    rng = np.random.default_rng(0)
    order = rng.permutation(len(vectors))
    half = len(vectors) // 2
    fitted = KMeans(min(_CENTRES, half), n_init=4, random_state=0).fit(vectors[order[:half]])
    centres = fitted.cluster_centers_
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    held_out = vectors[order[half:]]
    nearest = np.linalg.norm(held_out[:, None] - centres[None], axis=2).min(1)
    return {
        "centres": [[round(float(v), 4) for v in centre] for centre in centres],
        "warned_distance": round(float(np.quantile(nearest, _KNOWN_SHARE)), 4),
        "warned_share": _KNOWN_SHARE,
    }


def regions_of(readings: list[Reading], manifest: dict[str, Any]) -> dict[str, Any] | None:
    """Terms for the probability of marked regions, with contrast and without, in whole scans."""
    own = manifest.get("in_scan", manifest)
    of_contrast = own.get("with_contrast", own)
    meant = {
        has_contrast: read_calibration(entry["calibration"], "calibration")
        for has_contrast, entry in ((False, own), (True, of_contrast))
    }
    slabs = [any_at_least_types(calibrate(r.said, meant[r.has_contrast])) for r in readings]
    return fit_regions([r.regions for r in readings], slabs, [r.has_contrast for r in readings])


def _named(values: tuple[float, ...] | list[float]) -> dict[str, float]:
    return {n: round(float(v), 4) for n, v in zip(PROBABILITY_COLUMNS, values, strict=True)}


def _eces(truth: Floats64, probability: Floats64) -> dict[str, float]:
    return _named([expected_calibration_error(truth[:, c], probability[:, c]) for c in range(6)])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=10, help="studies: 13 times this")
    parser.add_argument(
        "--in-scan-only",
        action="store_true",
        help="leave the first network's own terms and known vectors: a library's were weighed "
        "by them",
    )
    given = parser.parse_args()
    scale = given.scale
    file = given.folder / "manifest.json"
    manifest = json.loads(file.read_text())
    if given.in_scan_only and "in_scan" not in manifest:
        parser.error("this model has no network for whole scans")
    plans = plan_studies(FIRST_SEED, VALIDATION, 5 * scale, scale, 3 * scale)
    by_study = list(read_studies(given.folder, plans, _MIN_PROBABILITIES))
    readings = dict(zip(_MIN_PROBABILITIES, map(list, zip(*by_study, strict=True)), strict=True))
    plain = {at: [r for r in read if not r.has_contrast] for at, read in readings.items()}
    mean_dice = {
        probability: float(np.nanmean([dice(r.both_ml, r.marked_ml, r.true_ml)[0] for r in read]))
        for probability, read in plain.items()
    }
    best = max(mean_dice, key=lambda p: mean_dice[p])
    if given.in_scan_only:  # the mask is the first network's
        best = manifest["thresholds"]["segmentation_min_probability"]
    print("mean Dice by mask probability:", mean_dice)
    chosen = plain[best]
    if not given.in_scan_only:
        _write_terms(manifest, calibration_of(chosen, [r.raw for r in chosen]), best)
        fitted = read_calibration(manifest["calibration"], "calibration")
        manifest["embedding"]["known"] = known_vectors(readings[best], fitted)
    if "in_scan" in manifest:
        terms = calibration_of(chosen, [r.said for r in chosen])
        _write_terms(manifest["in_scan"], terms, best)
    bright = [r for r in readings[best] if r.has_contrast]
    bright += _given_contrast(given.folder, scale, best)
    own = manifest.get("in_scan", manifest)
    own.pop("with_contrast", None)
    if bright:
        terms = read_calibration(own["calibration"], "calibration"), read_aggregation(own["study"])
        own["with_contrast"] = contrast_terms(bright, *terms)
    manifest.pop("regions", None)
    if regions := regions_of(readings[best], manifest):
        manifest["regions"] = regions
    file.write_text(json.dumps(manifest, indent=2) + "\n")
    print(
        json.dumps(
            {key: manifest[key] for key in (*_WRITTEN, "regions", "in_scan") if key in manifest},
            indent=1,
        )
    )


def _given_contrast(folder: Path, scale: int, mask_probability: float) -> list[Reading]:
    """Half as many studies again, all with contrast; those in which the gate sees it."""
    plans = plan_studies(_CONTRAST_SEED, VALIDATION, 5 * scale // 2, scale // 2, 3 * scale // 2)
    plans = [replace(plan, with_contrast=True) for plan in plans]
    read = [reading for (reading,) in read_studies(folder, plans, (mask_probability,))]
    return [r for r in read if r.has_contrast]


def _write_terms(entry: dict[str, Any], terms: dict[str, Any], mask_probability: float) -> None:
    """Terms of one network, with the mask's probability, which is the segmenter's."""
    for key, entries in terms.items():
        entry[key] = entry.get(key, {}) | entries
    entry["thresholds"]["segmentation_min_probability"] = mask_probability
    for point, shift in _MASK_SHIFTS.items():
        shifted = round(float(np.clip(mask_probability + shift, 0.1, 0.9)), 2)
        entry["operating_points"][point]["mask_probability"] = shifted


if __name__ == "__main__":
    main()
