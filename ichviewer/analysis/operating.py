"""Operating points, and when to say "uncertain": what a manifest holds and what follows from it."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import Aggregation, uncalibrate
from ichviewer.analysis.entries import EntryError, by_class, mapping, number
from ichviewer.analysis.findings import PROBABILITY_COLUMNS, Answer, OperatingPoint
from ichviewer.language import tr

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """One operating point; per-class tuples follow `PROBABILITY_COLUMNS`.

    Parameters
    ----------
    study, slices
        Calibrated probabilities from which a study, and a slice, count as showing it.
    mask_probability
        Probability of any hemorrhage from which a voxel is marked.
    lesion_min_ml
        Marked regions below this are too small to count.
    """

    study: tuple[float, ...]
    slices: tuple[float, ...]
    mask_probability: float
    lesion_min_ml: float


@dataclass(frozen=True)
class Conformal:
    """Split-conformal abstention (Vovk 2012, arXiv:1209.2673), class by class.

    On held-out studies, the nonconformity of a study to a statement is one minus the calibrated
    probability of that statement. `present` is the (1 - alpha) quantile of it over the studies
    that show a type, `absent` over those that do not, both with the correction for finite samples
    (the ceil((n + 1) (1 - alpha))-th smallest of n). A statement is possible for a new study where
    its nonconformity is not above the quantile; the true one then is possible for a share of
    at least 1 - alpha of the studies of either kind, as long as they are like the held-out ones.
    """

    alpha: float
    present: tuple[float, ...]
    absent: tuple[float, ...]


def choose(
    points: Mapping[OperatingPoint, Thresholds], wanted: OperatingPoint, title: str
) -> tuple[OperatingPoint, Thresholds, str]:
    """The operating point to use: the wanted one, else the balanced, else the only one.

    Returns
    -------
    Which it is, its thresholds, and a sentence where it is not the wanted one (else empty).
    """
    if wanted in points:
        return wanted, points[wanted], ""
    used = OperatingPoint.BALANCED if OperatingPoint.BALANCED in points else next(iter(points))
    sentence = tr(
        "The model {title} has no {wanted} operating point; its {used} one is used instead.",
        title=title,
        wanted=tr(wanted),
        used=tr(used),
    )
    return used, points[used], sentence


def reached(study: Floats, thresholds: Floats) -> NDArray[np.bool_]:
    """(6,) where a study reaches its thresholds; a type only where any hemorrhage does.

    Thresholds of types are often lower than that of any hemorrhage, as types are rarer; alone they
    would name the type of something that is not found.
    """
    own = np.asarray(study >= thresholds)
    return np.asarray(own & own[0])


def answers(study: Floats, thresholds: Floats, conformal: Conformal | None) -> tuple[Answer, ...]:
    """Present, absent or uncertain, for each of `PROBABILITY_COLUMNS`.

    A type is present where the operating point is reached and absence is not possible, absent the
    other way round, and else uncertain; so the words never contradict the operating point, and
    being uncertain more often keeps the conformal guarantee. Without quantiles the operating
    point alone decides. Any hemorrhage is present where a type is, and not absent where a type is
    uncertain.

    Parameters
    ----------
    study
        (6,) calibrated.
    thresholds
        (6,) of the operating point.
    conformal
        From the manifest, or None.
    """
    is_reached = reached(study, thresholds)
    if conformal is None:
        can_be_present, can_be_absent = is_reached, ~is_reached
    else:
        can_be_present = 1.0 - study <= np.asarray(conformal.present)
        can_be_absent = study <= np.asarray(conformal.absent)
    said = []
    for column in range(len(study)):
        if is_reached[column] and not can_be_absent[column]:
            said.append(Answer.PRESENT)
        elif not is_reached[column] and not can_be_present[column]:
            said.append(Answer.ABSENT)
        else:
            said.append(Answer.UNCERTAIN)
    if Answer.PRESENT in said[1:]:
        said[0] = Answer.PRESENT
    elif said[0] is Answer.ABSENT and Answer.UNCERTAIN in said[1:]:
        said[0] = Answer.UNCERTAIN
    return tuple(said)


def without_present(said: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Uncertain instead of present, for input in which something else looks like blood."""
    return tuple(Answer.UNCERTAIN if one is Answer.PRESENT else one for one in said)


def read_operating_points(
    entry: Mapping[str, Any], aggregation: Aggregation
) -> dict[OperatingPoint, Thresholds]:
    """Read a manifest's `thresholds`, and `operating_points` where it has them.

    `thresholds` is one point, named by its `operating_point`, whose slices are held to where a
    slab alone would bring the study to its threshold. `operating_points` adds to it or replaces it.
    """
    base = mapping(entry.get("thresholds"), "thresholds")
    study = by_class(base, "detection", low=0.0, high=1.0, within="thresholds")
    alone = uncalibrate(np.asarray(study, np.float32), aggregation.calibration)
    least_ml = number(base, "lesion_min_ml", low=0.0, within="thresholds")
    first = Thresholds(
        study=study,
        slices=tuple(float(value) for value in alone),
        mask_probability=number(
            base, "segmentation_min_probability", low=0.0, high=1.0, within="thresholds"
        ),
        lesion_min_ml=least_ml,
    )
    points = {_point(base.get("operating_point"), "thresholds.operating_point"): first}
    listed = mapping(entry.get("operating_points", {}), "operating_points")
    for key in listed:
        point, name = _point(key, "operating_points"), f"operating_points.{key}"
        one = {"lesion_min_ml": least_ml, **mapping(listed[key], name)}
        points[point] = Thresholds(
            study=by_class(one, "study", low=0.0, high=1.0, within=name),
            slices=by_class(one, "slice", low=0.0, high=1.0, within=name),
            mask_probability=number(one, "mask_probability", low=0.0, high=1.0, within=name),
            lesion_min_ml=number(one, "lesion_min_ml", low=0.0, within=name),
        )
    _check_order(points)
    return points


def read_conformal(entry: Mapping[str, Any]) -> Conformal | None:
    """Read a manifest's `conformal`; None where it has none."""
    if "conformal" not in entry:
        return None
    own = mapping(entry["conformal"], "conformal")
    return Conformal(
        alpha=number(own, "alpha", low=0.001, high=0.5, within="conformal"),
        present=by_class(own, "present_quantile", low=0.0, high=1.0, within="conformal"),
        absent=by_class(own, "absent_quantile", low=0.0, high=1.0, within="conformal"),
    )


def _point(value: Any, name: str) -> OperatingPoint:
    try:
        return OperatingPoint(value)
    except ValueError as error:
        known = ", ".join(OperatingPoint)
        raise EntryError(
            tr("{name}: {value!r} is none of {known}", name=name, value=value, known=known)
        ) from error


def _check_order(points: Mapping[OperatingPoint, Thresholds]) -> None:
    """A more sensitive point must never ask for more."""
    ordered = [point for point in OperatingPoint if point in points]
    for lower, upper in itertools.pairwise(ordered):
        for part in ("study", "slices"):
            pairs = zip(getattr(points[lower], part), getattr(points[upper], part), strict=True)
            for column, (low, high) in zip(PROBABILITY_COLUMNS, pairs, strict=True):
                if low > high:
                    raise EntryError(
                        tr(
                            "operating_points: {lower} asks for more than {upper} ({part}, "
                            "{column}: {low:g} against {high:g})",
                            lower=lower,
                            upper=upper,
                            part=part,
                            column=column,
                            low=low,
                            high=high,
                        )
                    )
