"""From outcomes to all numbers, as plain values for JSON: in all, by source, by amount of blood."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.evaluation import detection, lesion_probability, metrics, segmentation
from ichviewer.evaluation.outcome import Answers, Outcome
from ichviewer.evaluation.overlap import totals
from ichviewer.evaluation.segmentation import Overlaps
from ichviewer.language import tr, tr_later
from ichviewer.report.summary import number

Floats = NDArray[np.float64]

STUDY, SLICE = "scans", "single_slices"
UNITS = {STUDY: "mL", SLICE: "mm²"}
#: Edges of the bins of true blood in an image.
BLOOD_BINS = {"mL": (0.0, 1.0, 5.0, 20.0, np.inf), "mm²": (0.0, 50.0, 250.0, 1000.0, np.inf)}

_RULES = {
    "unit": tr_later(
        "One row is one image: a single slice is held to the slices' threshold, a scan to the "
        "study's. Slices of scans with a mask are counted apart, under slices."
    ),
    "truth": tr_later(
        "A label that the table leaves open comes from the mask: 1 where any voxel has it."
    ),
    "refused": tr_later(
        "Images that the gate refuses are read and counted all the same; the numbers "
        "without them stand under without_refused."
    ),
    "interval": tr_later(
        "Intervals are 95 % by bootstrap over groups (patients); none stands where fewer "
        "than five are concerned, and one without width means that no drawn patient went wrong."
    ),
    "empty": segmentation.EMPTY_RULE,
    "lesion": segmentation.LESION_RULE,
    "lesion_probability": lesion_probability.RULE,
}


def describe(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Counts, rules, notes, detection, segmentation, and every row."""
    return {
        "counts": _counts(outcomes),
        "rules": _RULES,
        "notes": _notes(outcomes),
        "detection": _detection(outcomes),
        "segmentation": _segmentation(outcomes),
        "rows": [_describe_row(outcome) for outcome in outcomes],
    }


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {
        "images": len(outcomes),
        SLICE: sum(outcome.is_single for outcome in outcomes),
        STUDY: sum(not outcome.is_single for outcome in outcomes),
        "groups": len({outcome.row.group for outcome in outcomes}),
        "with_mask": sum(outcome.overlap is not None for outcome in outcomes),
        "refused_by_the_gate": sum(outcome.is_refused for outcome in outcomes),
    }


def _notes(outcomes: Sequence[Outcome]) -> list[str]:
    notes = []
    single = sum(outcome.is_single for outcome in outcomes)
    if single:
        notes.append(
            tr(
                "Slices without neighbours, which the networks read less surely: {count}.",
                count=single,
            )
        )
    refused = sum(outcome.is_refused for outcome in outcomes)
    if refused:
        notes.append(tr("Refused by the gate, but read and counted here: {count}.", count=refused))
    return notes


def _detection(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    described = _answers(outcomes)
    amounts = [None if o.overlap is None else totals(o.overlap.amount)[0] for o in outcomes]
    answers = detection.join([outcome.whole for outcome in outcomes])
    described["confusion"] = detection.confusion(answers, amounts)
    described |= _parts(outcomes, _answers)
    described["by_blood"] = _by_blood(outcomes)
    scans = [outcome for outcome in outcomes if not outcome.is_single and outcome.slices]
    described["slices"] = _slices([o for o in outcomes if o.slices]) if scans else None
    return described


def _answers(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    answers = detection.join([outcome.whole for outcome in outcomes])
    return {"images": len(outcomes), **detection.describe(answers, _groups(outcomes))}


def _slices(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    sets = [(outcome.row.group, outcome.slices) for outcome in outcomes if outcome.slices]
    answers: list[Answers] = [answers for _, answers in sets]
    groups = [group for group, answers in sets for _ in answers.labels]
    return {"images": len(groups), **detection.describe(detection.join(answers), groups)}


def _segmentation(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    masked = [outcome for outcome in outcomes if outcome.overlap is not None]
    described = _overlap(masked)
    described |= _parts(masked, _overlap)
    for kind, members in _kinds(masked).items():
        overlaps = [o.overlap for o in members if o.overlap is not None]
        described[kind] = None
        if overlaps:
            described[kind] = _overlap(members) | segmentation.describe_amounts(
                _overlaps(members),
                [lesion for overlap in overlaps for lesion in overlap.lesions],
                [overlap.false_amounts for overlap in overlaps],
                UNITS[kind],
            )
    has_scans = any(not outcome.is_single for outcome in masked)
    described["slices"] = _slice_overlap(masked) if has_scans else None
    shown = [lesion for outcome in masked for lesion in outcome.lesions]
    described["lesion_probability"] = lesion_probability.describe(shown)
    return described


def _overlap(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return segmentation.describe(_overlaps(outcomes))


def _overlaps(outcomes: Sequence[Outcome]) -> Overlaps:
    found = [outcome.overlap for outcome in outcomes if outcome.overlap is not None]
    columns = len(PROBABILITY_COLUMNS)
    return Overlaps(
        np.array([overlap.amount for overlap in found]).reshape(-1, columns, columns),
        np.array([overlap.surface for overlap in found]).reshape(-1, columns),
        _groups([outcome for outcome in outcomes if outcome.overlap is not None]),
    )


def _slice_overlap(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    pairs = [(o.row.group, o.overlap) for o in outcomes if o.overlap is not None]
    return segmentation.describe(
        Overlaps(
            np.concatenate([overlap.area_mm2 for _, overlap in pairs]),
            np.concatenate([overlap.slice_surface for _, overlap in pairs]),
            [group for group, overlap in pairs for _ in overlap.area_mm2],
        )
    )


def _parts(
    outcomes: Sequence[Outcome], describe: Callable[[Sequence[Outcome]], dict[str, Any]]
) -> dict[str, Any]:
    """The same numbers by source, and without what the gate refuses."""
    sources = sorted({outcome.row.source for outcome in outcomes if outcome.row.source})
    accepted = [outcome for outcome in outcomes if not outcome.is_refused]
    return {
        "by_source": {s: describe([o for o in outcomes if o.row.source == s]) for s in sources},
        "without_refused": describe(accepted) if len(accepted) < len(outcomes) else None,
    }


def _kinds(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return {
        SLICE: [outcome for outcome in outcomes if outcome.is_single],
        STUDY: [outcome for outcome in outcomes if not outcome.is_single],
    }


def _by_blood(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """How images with little and with much true blood fare, against all negatives alike."""
    described = []
    for kind, members in _kinds(outcomes).items():
        unit = UNITS[kind]
        negatives = [outcome for outcome in members if outcome.whole.labels[0, 0] == 0]
        for low, high in pairwise(BLOOD_BINS[unit]):
            inside = [outcome for outcome in members if low < outcome.true_amount <= high]
            if inside:
                described.append(
                    {
                        "unit": unit,
                        "above": low,
                        "up_to": high if np.isfinite(high) else None,
                        **_bin(inside, negatives),
                    }
                )
    return described


def _bin(inside: Sequence[Outcome], negatives: Sequence[Outcome]) -> dict[str, Any]:
    answers = detection.join([outcome.whole for outcome in (*inside, *negatives)])
    truth = np.arange(len(answers.labels)) < len(inside)
    score, one = answers.probability[:, 0], np.ones(len(truth))
    overlap = _overlap(inside)
    return {
        "images": len(inside),
        "sensitivity": number(float(answers.found[truth, 0].mean())),
        "auc_against_negatives": number(float(metrics.auc(truth, score, one))),
        "dice_mean": overlap["any_dice_mean"],
        "dice_mean_interval": overlap["any_dice_mean_interval"],
        "macro_dice": overlap["macro_dice"],
    }


def _groups(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.row.group for outcome in outcomes]


def _describe_row(outcome: Outcome) -> dict[str, Any]:
    row, whole = outcome.row, outcome.whole
    dice = None
    if outcome.overlap is not None and outcome.true_amount > 0:
        true, marked, shared = totals(outcome.overlap.amount)
        dice = number(float(2 * shared[0] / (true[0] + marked[0])))
    return {
        "row": row.number,
        "image": row.name,
        "group": row.group,
        "source": row.source,
        "kind": SLICE if outcome.is_single else STUDY,
        "unit": UNITS[SLICE if outcome.is_single else STUDY],
        "gate": {"answer": str(outcome.gate.answer), "reasons": list(outcome.gate.reasons)},
        "labels": _by_column(whole.labels[0]),
        "probability": _by_column(whole.probability[0]),
        "thresholds": _by_column(whole.thresholds[0]),
        "found": dict(zip(PROBABILITY_COLUMNS, map(bool, whole.found[0]), strict=True)),
        "said": dict(zip(PROBABILITY_COLUMNS, map(str, whole.said[0]), strict=True)),
        "true_amount": number(outcome.true_amount),
        "marked_amount": number(outcome.marked_amount),
        "any_dice": dice,
        "seconds": number(sum(outcome.seconds.values()), 3),
        "notes": list(outcome.notes),
    }


def _by_column(values: Floats) -> dict[str, float | None]:
    return {name: number(value) for name, value in zip(PROBABILITY_COLUMNS, values, strict=True)}
