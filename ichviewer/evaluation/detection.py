"""The detection numbers: what a set of answers is worth, by column, as plain values for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, Answer, HemorrhageType
from ichviewer.evaluation import metrics
from ichviewer.evaluation.bootstrap import draw_weights, interval
from ichviewer.evaluation.conformal import abstention
from ichviewer.evaluation.outcome import Answers
from ichviewer.language import tr_later
from ichviewer.report.summary import number

Floats = NDArray[np.float64]

SPECIFICITIES = (0.80, 0.90)
_ROC_POINTS = 201
#: Names of the rows of the confusion matrix (true) and of its columns (said).
CONFUSION = (tr_later("none"), *(kind.word for kind in HemorrhageType))


def join(answers: Sequence[Answers]) -> Answers:
    """Several sets of answers as one."""
    empty = np.zeros((0, len(PROBABILITY_COLUMNS)))
    parts = {
        field.name: np.concatenate([empty, *(getattr(one, field.name) for one in answers)])
        for field in fields(Answers)
    }
    return Answers(**parts)


def part(answers: Answers, chosen: NDArray[np.bool_]) -> Answers:
    """Some of them."""
    return Answers(
        **{field.name: getattr(answers, field.name)[chosen] for field in fields(Answers)}
    )


def describe(answers: Answers, groups: Sequence[str]) -> dict[str, Any]:
    """All numbers of any hemorrhage and of the five types.

    Parameters
    ----------
    answers
        n of them.
    groups
        (n,) the patient of each.
    """
    return {
        name: _column(answers, column, np.asarray(groups, dtype=object))
        for column, name in enumerate(PROBABILITY_COLUMNS)
    }


def confusion(answers: Answers, amounts: Sequence[Floats | None]) -> dict[str, Any]:
    """Which type was said where which was true, over the images with one main type.

    The main type is the one with most blood in the mask, or the only one that the labels name;
    images with several types and no mask are left out. What is said is the type whose odds stand
    highest above its threshold, where any hemorrhage is found.

    Parameters
    ----------
    answers
        n of them.
    amounts
        (n,) blood by `PROBABILITY_COLUMNS`, or None without a mask.
    """
    counts = np.zeros((len(CONFUSION), len(CONFUSION)), int)
    left_out = 0
    odds = _logit(answers.probability) - _logit(answers.thresholds)
    for row in range(len(answers.labels)):
        true = _main_type(answers.labels[row], amounts[row])
        if true is None:
            left_out += 1
            continue
        said = 1 + int(odds[row, 1:].argmax()) if answers.found[row, 0] else 0
        counts[true, said] += 1
    return {
        "names": list(CONFUSION),
        "true_by_said": counts.tolist(),
        "left_out": left_out,
        "rule": "rows are the true main type, columns the type that was said",
    }


def _main_type(labels: Floats, amount: Floats | None) -> int | None:
    if labels[0] == 0:
        return 0
    present = np.flatnonzero(labels[1:] == 1)
    if amount is not None and amount[1:].any():
        return 1 + int(amount[1:].argmax())
    return 1 + int(present[0]) if len(present) == 1 else None


def _column(answers: Answers, column: int, groups: NDArray[np.object_]) -> dict[str, Any]:
    known = np.isfinite(answers.labels[:, column])
    truth = answers.labels[known, column] == 1
    probability = answers.probability[known, column]
    raw = answers.uncalibrated[known, column]
    found = answers.found[known, column]
    one, draws = np.ones(len(truth)), draw_weights(groups[known].tolist())
    described: dict[str, Any] = {
        "positives": int(truth.sum()),
        "negatives": int((~truth).sum()),
        "unknown": int((~known).sum()),
    }

    owner = groups[known]
    patients = {
        "with": _count(owner[truth]),
        "without": _count(owner[~truth]),
        "all": _count(owner),
    }
    patients["both"] = min(patients["with"], patients["without"])

    def say(name: str, at: Floats, by_draw: Floats, over: str) -> None:
        described[name] = number(float(at))
        ends = interval(by_draw, patients[over])
        described[f"{name}_interval"] = None if ends is None else [number(x) for x in ends]

    say("auc", metrics.auc(truth, probability, one), metrics.auc(truth, probability, draws), "both")
    at_point = metrics.rates(truth, found, one)
    drawn = metrics.rates(truth, found, draws)
    for name, over in (("sensitivity", "with"), ("specificity", "without"), ("accuracy", "all")):
        say(name, at_point[name], drawn[name], over)
    for side in ("positive", "negative"):
        described[side] = {
            part: number(float(at_point[f"{side}_{part}"]))
            for part in ("precision", "recall", "f1")
        }
    described["counts"] = {
        "true_positive": int((truth & found).sum()),
        "false_negative": int((truth & ~found).sum()),
        "false_positive": int((~truth & found).sum()),
        "true_negative": int((~truth & ~found).sum()),
    }
    for wanted in SPECIFICITIES:
        say(
            f"sensitivity_at_specificity_{wanted:.2f}",
            metrics.sensitivity_at(wanted, truth, probability, one),
            metrics.sensitivity_at(wanted, truth, probability, draws),
            "both",
        )
    say(
        "ece",
        metrics.calibration_error(truth, probability, one),
        metrics.calibration_error(truth, probability, draws),
        "all",
    )
    say(
        "brier",
        metrics.brier(truth, probability, one),
        metrics.brier(truth, probability, draws),
        "all",
    )
    described["before_calibration"] = {
        "ece": number(float(metrics.calibration_error(truth, raw, one))),
        "brier": number(float(metrics.brier(truth, raw, one))),
    }
    described["roc"] = _roc(truth, probability)
    described["reliability"] = _reliability(truth, probability)
    described["abstention"] = _said(truth, answers.said[known, column])
    described["conformal_on_this_table"] = abstention(truth, probability, groups[known].tolist())
    return described


def _count(groups: NDArray[np.object_]) -> int:
    return len(set(groups.tolist()))


def _said(truth: NDArray[np.bool_], said: NDArray[np.object_]) -> dict[str, Any]:
    """How the model's own words fare, where "uncertain" is one of them."""
    decided = said != Answer.UNCERTAIN
    right = (said == Answer.PRESENT) == truth
    return {
        "present": int((said == Answer.PRESENT).sum()),
        "absent": int((said == Answer.ABSENT).sum()),
        "uncertain": int((~decided).sum()),
        "accuracy_of_decided": number(float(right[decided].mean()) if decided.any() else np.nan),
        "missed": int((truth & (said == Answer.ABSENT)).sum()),
        "false_alarms": int((~truth & (said == Answer.PRESENT)).sum()),
    }


def _roc(truth: NDArray[np.bool_], probability: Floats) -> dict[str, Any] | None:
    """The curve, at most `_ROC_POINTS` of its points."""
    if truth.all() or not truth.any():
        return None
    false, true = metrics.roc(truth, probability)
    kept = np.unique(np.linspace(0, len(false) - 1, min(len(false), _ROC_POINTS)).astype(int))
    return {
        "false_positive_rate": [number(x) for x in false[kept]],
        "true_positive_rate": [number(x) for x in true[kept]],
    }


def _reliability(truth: NDArray[np.bool_], probability: Floats) -> list[Mapping[str, Any]]:
    weight, said, true = metrics.reliability(truth, probability, np.ones(len(truth)))
    return [
        {"images": int(n), "probability": number(p), "frequency": number(f)}
        for n, p, f in zip(weight, said, true, strict=True)
    ]


def _logit(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
