"""The card's tables on readings whose numbers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ichviewer.analysis.calibration import Calibration, uncalibrate
from ichviewer.analysis.manifest import read_manifest
from training.anatomy import ROOT
from training.evaluate import contrast_table, detection_table, mask_table, shown_table
from training.reading import Reading

MANIFEST = read_manifest(ROOT / "models" / "ichnet-s")
#: Probabilities as good as no and yes.
NOTHING, MUCH = 0.001, 0.999


def said(probability: float, calibration: Calibration) -> np.ndarray:
    """What two slabs say raw that are calibrated to the same of any hemorrhage, no type."""
    calibrated = np.full((2, 6), NOTHING, np.float32)
    calibrated[:, 0] = probability
    return uncalibrate(calibrated, calibration)


def reading(
    probability: float,
    *,
    has_blood: bool,
    has_contrast: bool = False,
    marked_ml: float = 0,
    alone: float = 0.5,
) -> Reading:
    """Two slabs of which the network for whole scans says `probability`, the first `alone`."""
    truth = np.zeros(6, np.float32)
    truth[:2] = has_blood
    return Reading(
        seed=0,
        has_contrast=has_contrast,
        raw=said(alone, MANIFEST.terms.calibration),
        in_scan=said(probability, MANIFEST.terms_of(2, has_contrast=has_contrast).calibration),
        expected_mm2=np.zeros((2, 6), np.float32),
        vectors=np.zeros((2, 4), np.float32),
        slab_truth=np.tile(truth, (2, 1)),
        study_truth=truth,
        true_ml=truth.astype(np.float64) * 5,
        marked_ml=np.full(6, marked_ml),
        both_ml=np.zeros(6),
        shown_ml=np.zeros(6),
        shown_both_ml=np.zeros(6),
        regions=(),
    )


def test_heads_with_contrast_stand_apart() -> None:
    readings = [
        reading(MUCH, has_blood=True, has_contrast=False, marked_ml=5),
        reading(NOTHING, has_blood=False, has_contrast=False, marked_ml=0.5),
        reading(NOTHING, has_blood=False, has_contrast=False, marked_ml=1.5),
        reading(NOTHING, has_blood=True, has_contrast=True, marked_ml=0),
        reading(MUCH, has_blood=False, has_contrast=True, marked_ml=20),
    ]
    _, _, *lines = contrast_table(readings, MANIFEST).splitlines()
    assert lines == [
        "| without contrast | 1 of 3 | 1.000 | 1.000 | 1.00 / 1.00 | 1.00 / 1.00 |",
        "| with contrast | 1 of 2 | 0.000 | 0.000 | 0.00 / 0.00 | 20.00 / 20.00 |",
    ]


def test_a_kind_of_head_that_is_not_there_has_no_line() -> None:
    readings = [reading(MUCH, has_blood=True, has_contrast=False, marked_ml=5)]
    *_, last = contrast_table(readings, MANIFEST).splitlines()
    assert last == "| without contrast | 1 of 1 | nan | nan | 1.00 / nan | – |"


def test_slices_alone_and_in_the_scan_stand_side_by_side() -> None:
    readings = [
        reading(MUCH, has_blood=True, alone=NOTHING),
        reading(MUCH, has_blood=True, alone=NOTHING),
        reading(NOTHING, has_blood=False, alone=MUCH),
        reading(NOTHING, has_blood=False, alone=MUCH),
    ]
    # Of every type, so that none is without slices to tell apart.
    readings = [
        replace(r, slab_truth=r.slab_truth[:, [0] * 6], study_truth=r.study_truth[[0] * 6])
        for r in readings
    ]
    head, _, any_line, *_ = detection_table(readings, MANIFEST).splitlines()
    told = dict(zip(head.split(" | "), any_line.split(" | "), strict=True))
    assert told["slice AUC alone"] == "0.000"
    assert told["slice AUC in the scan (95 %)"].startswith("1.000")
    assert told["slice sens. / spec."] == told["study sens. / spec."] == "1.00 / 1.00"


def test_volumes_stand_as_marked_and_as_shown() -> None:
    """5 mL are true; 6 marked, 4 of them rightly, and 4 shown, 3 rightly; 2 mL made up are not."""
    six = np.ones(6)
    bleeds, healthy = reading(MUCH, has_blood=True), reading(NOTHING, has_blood=False)
    readings = [
        replace(bleeds, true_ml=5 * six, marked_ml=6 * six, both_ml=4 * six,
                shown_ml=4 * six, shown_both_ml=3 * six),
        replace(bleeds, true_ml=9 * six, marked_ml=9 * six, both_ml=9 * six,
                shown_ml=9 * six, shown_both_ml=9 * six),
        replace(healthy, marked_ml=2 * six),
    ]  # fmt: skip
    marked, shown = (table(readings).splitlines()[2] for table in (mask_table, shown_table))
    assert marked.startswith("| any | 2 | 0.86 / 0.86 | 0.90 | 7.0 | +0.5 ± 0.5 | 0.5 |")
    assert marked.endswith("| 2.00 (in 1 of 1) |")
    assert shown.startswith("| any | 2 | 0.83 / 0.83 | 0.89 | 7.0 | -0.5 ± 0.5 | 0.5 |")
    assert shown.endswith("| 0.00 (in 0 of 1) |")
