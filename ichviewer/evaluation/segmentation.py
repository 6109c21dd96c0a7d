"""The segmentation numbers: overlap, borders, volumes and lesions, as plain values for JSON.

The empty-case rule: a Dice, IoU or border value of a class counts over the images that truly hold
the class; where nothing of it is marked there it is 0. Blood marked where there is none has
numbers of its own (false amounts), and `dice_mean_empty_is_one` counts those images too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.evaluation import metrics
from ichviewer.evaluation.bootstrap import draw_weights, interval
from ichviewer.evaluation.overlap import TrueLesion, totals
from ichviewer.language import tr_later
from ichviewer.report.summary import number

Floats = NDArray[np.float64]

EMPTY_RULE = tr_later(
    "Dice, IoU and NSD of a class are means over the images that truly hold it, 0 where nothing of "
    "it is marked; images without it count in the false amounts, and in dice_mean_empty_is_one "
    "(1 where nothing is marked, else 0)."
)
LESION_RULE = tr_later(
    "A true lesion is one connected region of one type; it is found where any of its voxels is "
    "marked as blood of any type."
)
#: Edges of the lesions' bins.
LESION_BINS = {
    "mL": (0.0, 0.2, 1.0, 5.0, 20.0, np.inf),
    "mm²": (0.0, 20.0, 60.0, 200.0, 1000.0, np.inf),
}


@dataclass(frozen=True, eq=False)
class Overlaps:
    """n images with masks.

    Parameters
    ----------
    amount
        (n, 6, 6) amounts by true and marked label, in `unit` of each image.
    surface
        (n, 6) surface Dice.
    groups
        (n,) the patient of each.
    """

    amount: Floats
    surface: Floats
    groups: Sequence[str]


def describe(overlaps: Overlaps) -> dict[str, Any]:
    """Overlap and borders by class, the mean of the types, with intervals."""
    true, marked, shared = totals(overlaps.amount)
    holds = true > 0
    dice = np.where(holds, metrics.ratio(2 * shared, true + marked), np.nan)
    iou = np.where(holds, metrics.ratio(shared, true + marked - shared), np.nan)
    nsd = np.where(holds, overlaps.surface, np.nan)
    with_empty = np.where(holds, dice, (marked == 0).astype(float))
    one, draws = np.ones(len(true)), draw_weights(overlaps.groups)
    owner = np.asarray(overlaps.groups, dtype=object)
    patients = [len(set(owner[holds[:, column]].tolist())) for column in range(holds.shape[1])]
    classes: dict[str, Any] = {}
    drawn = np.full((len(HemorrhageType), len(draws)), np.nan)
    for column, name in enumerate(PROBABILITY_COLUMNS):
        entry: dict[str, Any] = {"images": len(true), "images_with_it": int(holds[:, column].sum())}
        for key, values in (("dice", dice), ("iou", iou), ("nsd_2mm", nsd)):
            by_draw = metrics.mean(values[:, column], draws)
            entry[f"{key}_mean"] = number(float(metrics.mean(values[:, column], one)))
            entry[f"{key}_mean_interval"] = _pair(interval(by_draw, patients[column]))
            if key == "dice" and column:
                drawn[column - 1] = by_draw
        entry["dice_median"] = _median(dice[:, column])
        entry["dice_mean_empty_is_one"] = number(float(metrics.mean(with_empty[:, column], one)))
        classes[name] = entry
    types = [classes[kind.word]["dice_mean"] for kind in HemorrhageType]
    known = [value for value in types if value is not None]
    places = [place for place, value in enumerate(types) if value is not None]
    macro = drawn[places].mean(axis=0) if places else np.full(len(draws), np.nan)
    return {
        "images": len(true),
        "any_dice_mean": classes["any"]["dice_mean"],
        "any_dice_mean_interval": classes["any"]["dice_mean_interval"],
        "macro_dice": number(float(np.mean(known))) if known else None,
        "macro_dice_interval": _pair(interval(macro, min(patients[1:][n] for n in places)))
        if places
        else None,
        "macro_dice_types": [list(HemorrhageType)[place].word for place in places],
        "classes": classes,
    }


def describe_amounts(
    overlaps: Overlaps,
    lesions: Sequence[TrueLesion],
    false_regions: Sequence[Sequence[float]],
    unit: str,
) -> dict[str, Any]:
    """What has a unit: pooled overlap, amounts, false amounts, lesions; None in no images."""
    true, marked, shared = totals(overlaps.amount)
    pooled = overlaps.amount.sum(axis=0)
    without = true[:, 0] == 0
    return {
        "unit": unit,
        "images": len(true),
        "classes": {
            name: {
                "dice_pooled": _ratio(
                    2 * shared[:, c].sum(), true[:, c].sum() + marked[:, c].sum()
                ),
                "iou_pooled": _ratio(
                    shared[:, c].sum(), (true[:, c] + marked[:, c] - shared[:, c]).sum()
                ),
                "amount_error": _agreement(true[:, c], marked[:, c]),
                "false_amount": _false(marked[true[:, c] == 0, c]),
            }
            for c, name in enumerate(PROBABILITY_COLUMNS)
        },
        "false_amount_on_negatives": _false(marked[without, 0]),
        "lesions": _lesions(lesions, unit),
        "false_regions_per_image": number(float(np.mean([len(one) for one in false_regions]))),
        "confusion": {
            "names": ["none", *(kind.word for kind in HemorrhageType)],
            "true_by_marked": [
                [None if row == column == 0 else number(value) for column, value in enumerate(line)]
                for row, line in enumerate(pooled)
            ],
        },
    }


def _agreement(true: Floats, marked: Floats) -> dict[str, Any]:
    """Bland-Altman and concordance over all images, with or without blood."""
    error = marked - true
    spread = float(error.std(ddof=1)) if len(error) > 1 else float("nan")
    bias = float(error.mean()) if len(error) else float("nan")
    return {
        "bias": number(bias),
        "limits_of_agreement": [number(bias - 1.96 * spread), number(bias + 1.96 * spread)],
        "absolute_median": _median(np.abs(error)),
        "ccc": number(metrics.concordance(true, marked)),
    }


def _false(marked: Floats) -> dict[str, Any]:
    return {
        "images": len(marked),
        "images_marked": int((marked > 0).sum()),
        "mean": number(float(marked.mean())) if len(marked) else None,
        "largest": number(float(marked.max())) if len(marked) else None,
    }


def _lesions(lesions: Sequence[TrueLesion], unit: str) -> list[dict[str, Any]]:
    described = []
    for low, high in pairwise(LESION_BINS[unit]):
        inside = [lesion for lesion in lesions if low < lesion.amount <= high]
        described.append(
            {
                "above": low,
                "up_to": high if np.isfinite(high) else None,
                "lesions": len(inside),
                "found": sum(lesion.is_found for lesion in inside),
                "sensitivity": _ratio(sum(lesion.is_found for lesion in inside), len(inside)),
                "sensitivity_as_type": _ratio(
                    sum(lesion.is_found_as_type for lesion in inside), len(inside)
                ),
            }
        )
    return described


def _pair(values: tuple[float, float] | None) -> list[float | None] | None:
    return None if values is None else [number(value) for value in values]


def _median(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return number(float(np.median(known))) if len(known) else None


def _ratio(part: float, whole: float) -> float | None:
    return number(float(part) / float(whole)) if whole else None
