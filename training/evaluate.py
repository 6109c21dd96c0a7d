"""Say how good the exported model is, and write its card.

`python -m training.evaluate models/ichnet-s` reads simulated studies of the test anatomies, which
neither training nor calibration ever saw, and the real heads at hand; every number of the card
comes from that run.
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types, study_probability
from ichviewer.analysis.findings import PROBABILITY_COLUMNS, OperatingPoint
from ichviewer.analysis.manifest import Manifest, Terms
from ichviewer.analysis.model import load_model
from ichviewer.evaluation.metrics import concordance
from training.anatomy import TEST
from training.card import card, table
from training.metrics import (
    auc,
    auc_interval,
    dice,
    expected_calibration_error,
    sensitivity_specificity,
)
from training.reading import LEAST_SLAB_MM2, LEAST_STUDY_ML, Reading, plan_studies, read_studies
from training.real_heads import RealAnswer, real_answers
from training.region_tables import probability_table, shown_regions_table

FIRST_SEED = 2_000_000
#: Every study has more slabs than one.
_SEVERAL = 2
_SIZES_ML = (0.1, 1.0, 5.0, 20.0, np.inf)


def detection_table(readings: list[Reading], manifest: Manifest) -> str:
    """By column: slabs and studies, AUC with its interval, operating point, calibration error."""
    terms = manifest.terms_of(_SEVERAL, has_contrast=False)
    slabs = [any_at_least_types(one) for one in _slabs(readings, manifest)]
    alone = [any_at_least_types(calibrate(r.raw, manifest.terms.calibration)) for r in readings]
    study = _studies(readings, manifest)
    study_truth = np.stack([r.study_truth for r in readings])
    truth = [r.slab_truth for r in readings]
    all_truth, all_slabs = np.concatenate(truth), np.concatenate(slabs)
    all_said = np.concatenate([r.said for r in readings])
    all_alone = np.concatenate(alone)
    rows = []
    for c, name in enumerate(PROBABILITY_COLUMNS):
        point = terms.operating_points[OperatingPoint.BALANCED]
        found, spared = sensitivity_specificity(all_truth[:, c], all_slabs[:, c], point.slices[c])
        study_found, study_spared = sensitivity_specificity(
            study_truth[:, c], study[:, c], point.study[c]
        )
        rng = np.random.default_rng(0)
        slab_ci = auc_interval([t[:, c] for t in truth], [s[:, c] for s in slabs], rng)
        study_ci = auc_interval(
            [t[c : c + 1] for t in study_truth], [s[c : c + 1] for s in study], rng
        )
        before = expected_calibration_error(all_truth[:, c], all_said[:, c])
        after = expected_calibration_error(all_truth[:, c], all_slabs[:, c])
        rows.append(
            [
                name,
                f"{int(np.nansum(all_truth[:, c]))}",
                f"{auc(all_truth[:, c], all_alone[:, c]):.3f}",
                _with_interval(auc(all_truth[:, c], all_slabs[:, c]), slab_ci),
                f"{found:.2f} / {spared:.2f}",
                f"{int(np.nansum(study_truth[:, c]))}",
                _with_interval(auc(study_truth[:, c], study[:, c]), study_ci),
                f"{study_found:.2f} / {study_spared:.2f}",
                f"{before:.3f} → {after:.3f}",
            ]
        )
    head = [
        "type", "slices with it", "slice AUC alone", "slice AUC in the scan (95 %)",
        "slice sens. / spec.", "studies with it", "study AUC (95 %)", "study sens. / spec.",
        "slice ECE raw → calibrated",
    ]  # fmt: skip
    return table(head, rows)


def _terms(reading: Reading, manifest: Manifest) -> Terms:
    return manifest.terms_of(_SEVERAL, has_contrast=reading.has_contrast)


def _slabs(readings: list[Reading], manifest: Manifest) -> list[NDArray[np.float32]]:
    """Calibrated probabilities of each study's slabs [N, 6]."""
    return [calibrate(r.said, _terms(r, manifest).calibration) for r in readings]


def _studies(readings: list[Reading], manifest: Manifest) -> NDArray[np.float32]:
    """Probabilities of the studies [n, 6], as the viewer states them."""
    slabs = _slabs(readings, manifest)
    return np.stack(
        [
            study_probability(s, _terms(r, manifest).aggregation)
            for r, s in zip(readings, slabs, strict=True)
        ]
    )


def _threshold(manifest: Manifest) -> float:
    """From which a study counts as positive for any hemorrhage, at the balanced point."""
    points = manifest.terms_of(_SEVERAL, has_contrast=False).operating_points
    return points[OperatingPoint.BALANCED].study[0]


def _with_interval(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.3f} ({interval[0]:.3f}–{interval[1]:.3f})"


def contrast_table(readings: list[Reading], manifest: Manifest) -> str:
    """Any hemorrhage without contrast and with it, as the gate tells them apart."""
    rows = []
    for name, has_contrast in (("without contrast", False), ("with contrast", True)):
        chosen = [r for r in readings if r.has_contrast == has_contrast]
        if not chosen:
            continue
        study = _studies(chosen, manifest)[:, 0]
        truth = np.array([r.study_truth[0] for r in chosen])
        found, spared = sensitivity_specificity(truth, study, _threshold(manifest))
        slabs = _slabs(chosen, manifest)
        of_slabs = np.concatenate([any_at_least_types(s)[:, 0] for s in slabs])
        false_ml = np.array([r.marked_ml[0] for r in chosen if not r.true_ml[0]])
        rows.append(
            [
                name,
                f"{int((truth == 1).sum())} of {len(chosen)}",
                f"{auc(np.concatenate([r.slab_truth[:, 0] for r in chosen]), of_slabs):.3f}",
                f"{auc(truth, study):.3f}",
                f"{found:.2f} / {spared:.2f}",
                f"{false_ml.mean():.2f} / {np.median(false_ml):.2f}" if len(false_ml) else "–",
            ]
        )
    head = [
        "heads", "studies with hemorrhage", "slice AUC", "study AUC", "study sens. / spec.",
        "false mL where there is none, mean / median",
    ]  # fmt: skip
    return table(head, rows)


def mask_table(readings: list[Reading]) -> str:
    """The whole mask, see `volumes_table`."""
    true, marked, both = (
        np.stack([getattr(r, name) for r in readings])
        for name in ("true_ml", "marked_ml", "both_ml")
    )
    return volumes_table(true, marked, both)


def shown_table(readings: list[Reading]) -> str:
    """What the viewer shows of it, see `volumes_table`."""
    true, shown, both = (
        np.stack([getattr(r, name) for r in readings])
        for name in ("true_ml", "shown_ml", "shown_both_ml")
    )
    return volumes_table(true, shown, both)


def volumes_table(
    true: NDArray[np.float64], marked: NDArray[np.float64], both: NDArray[np.float64]
) -> str:
    """By column: Dice over studies that hold the type, pooled Dice, error of the volume.

    Parameters
    ----------
    true, marked, both
        (studies, 6) mL of what is true, of what was marked, and of their overlap.
    """
    rows = []
    for c, name in enumerate(PROBABILITY_COLUMNS):
        there = true[:, c] > 0
        values = dice(both[:, c], marked[:, c], true[:, c])[there]
        error = (marked - true)[there, c]
        pooled = 2 * both[there, c].sum() / (marked[there, c] + true[there, c]).sum()
        without = marked[~there, c]
        rows.append(
            [
                name,
                f"{int(there.sum())}",
                f"{values.mean():.2f} / {np.median(values):.2f}",
                f"{pooled:.2f}",
                f"{np.median(true[there, c]):.1f}",
                f"{error.mean():+.1f} ± {error.std():.1f}",
                f"{np.median(np.abs(error)):.1f}",
                f"{concordance(true[there, c], marked[there, c]):.2f}",
                f"{without.mean():.2f} (in {int((without > LEAST_STUDY_ML).sum())} "
                f"of {len(without)})",
            ]
        )
    head = [
        "type", "studies with it", "Dice mean / median", "Dice pooled", "true mL median",
        "error mL mean ± SD", "error mL median absolute",
        "concordance of mL (CCC)", "false mL where there is none, mean",
    ]  # fmt: skip
    return table(head, rows)


def size_table(readings: list[Reading], manifest: Manifest) -> str:
    """How many studies are called positive for any hemorrhage, by how much blood they hold."""
    called = _studies(readings, manifest)[:, 0] >= _threshold(manifest)
    true = np.array([r.true_ml[0] for r in readings])
    rows = []
    for low, high in pairwise(_SIZES_ML):
        within = (true >= low) & (true < high)
        name = f"{low:g} to {high:g}" if np.isfinite(high) else f"above {low:g}"
        share = f"{called[within].mean():.2f}" if within.any() else "–"
        rows.append([name, f"{int(within.sum())}", share])
    return table(["blood in mL", "studies", "found"], rows)


def real_table(answers: list[RealAnswer]) -> str:
    """One line for each real head; the infarct slices together."""
    single = [a for a in answers if a.name.startswith("infarct")]
    rows = [
        [
            a.name,
            f"{a.study:.2f}",
            f"{a.slabs} of {a.of_slabs}",
            f"{a.marked_mm2:.0f} mm²" if np.isnan(a.marked_ml) else f"{a.marked_ml:.2f} mL",
            f"{a.shown_mm2:.0f} mm²" if np.isnan(a.marked_ml) else f"{a.shown_ml:.2f} mL",
        ]
        for a in answers
        if a not in single
    ]
    if single:
        highest = max(a.study for a in single)
        rows.append(
            [
                f"{len(single)} infarct slices, no hemorrhage",
                f"highest {highest:.2f}",
                f"{sum(a.slabs for a in single)} of {len(single)}",
                f"{sum(a.marked_mm2 for a in single):.0f} mm² in all",
                f"{sum(a.shown_mm2 for a in single):.0f} mm² in all",
            ]
        )
    head = ["real images", "probability of any", "slices called positive", "marked", "shown"]
    return table(head, rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=6, help="studies: 13 times this")
    given = parser.parse_args()
    model = load_model(given.folder, "cpu", 1)
    manifest = model.manifest
    scale = given.scale
    readings = [
        read[0]
        for read in read_studies(
            given.folder,
            plan_studies(FIRST_SEED, TEST, 5 * scale, scale, 3 * scale),
            (manifest.segmentation_min_probability,),
        )
    ]
    tables = {
        "detection": detection_table(readings, manifest),
        "mask": mask_table(readings),
        "shown": shown_table(readings),
        "region_probability": probability_table([one for r in readings for one in r.regions]),
        "regions": shown_regions_table(readings),
        "contrast": contrast_table(readings, manifest),
        "size": size_table(readings, manifest),
        "real": real_table(list(real_answers(model))),
    }
    entry = json.loads((given.folder / "manifest.json").read_text())
    counted = (
        f"{len(readings)} simulated studies ({5 * scale} without hemorrhage, {scale} of each type "
        f"alone, {3 * scale} as the statistics mix them; {sum(len(r.raw) for r in readings)} "
        f"slabs) of anatomies {list(TEST)}"
    )
    text = card(entry, tables, counted, LEAST_SLAB_MM2, LEAST_STUDY_ML)
    (given.folder / "MODEL_CARD.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
