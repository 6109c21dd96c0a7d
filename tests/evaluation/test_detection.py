"""Confusion of types, abstention, and the numbers of answers that are known beforehand."""

import numpy as np
import pytest

from ichviewer.analysis.findings import Answer
from ichviewer.evaluation.conformal import LEAST, abstention
from ichviewer.evaluation.detection import CONFUSION, confusion, describe, join
from ichviewer.evaluation.outcome import Answers

NAN = float("nan")


def answers(labels: list[list[float]], probability: list[list[float]]) -> Answers:
    p = np.array(probability, float)
    said = np.where(p >= 0.5, Answer.PRESENT, Answer.ABSENT).astype(object)
    return Answers(np.array(labels, float), p, p / 2, np.full(p.shape, 0.5), said)


def test_numbers_of_a_few_answers() -> None:
    one = answers(
        [[1, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 0], [0] * 6, [0] * 6, [NAN] * 6],
        [
            [0.9, 0, 0, 0, 0, 0.9],
            [0.4, 0, 0.4, 0, 0, 0],
            [0.6, 0, 0, 0, 0.6, 0],
            [0.1, 0, 0, 0, 0, 0],
            [0.9] * 6,
        ],
    )
    numbers = describe(one, list("abcde"))
    found = numbers["any"]
    assert (found["positives"], found["negatives"], found["unknown"]) == (2, 2, 1)
    assert found["auc"] == 0.75
    assert found["auc_interval"] is None
    assert found["counts"] == {
        "true_positive": 1, "false_negative": 1, "false_positive": 1, "true_negative": 1,
    }  # fmt: skip
    assert found["sensitivity"] == found["specificity"] == found["accuracy"] == 0.5
    assert found["sensitivity_at_specificity_0.80"] == 0.5
    brier = (0.1**2 + 0.6**2 + 0.6**2 + 0.1**2) / 4
    assert found["brier"] == pytest.approx(brier)
    raw = (0.55**2 + 0.8**2 + 0.3**2 + 0.05**2) / 4
    assert found["before_calibration"]["brier"] == pytest.approx(raw, abs=1e-4)
    assert numbers["epidural"]["auc"] is None
    assert numbers["epidural"]["roc"] is None
    assert numbers["subdural"]["auc"] == 1.0
    assert found["abstention"]["missed"] == 1
    assert found["abstention"]["false_alarms"] == 1
    assert "why_not" in found["conformal_on_this_table"]


def test_no_answers_are_no_numbers() -> None:
    numbers = describe(join([]), [])
    assert numbers["any"]["auc"] is None
    assert numbers["any"]["sensitivity"] is None


def test_confusion_of_main_types() -> None:
    one = answers(
        [
            [0] * 6,
            [1, 0, 0, 0, 0, 1],
            [1, 0, 1, 1, 0, 0],  # two types: the mask decides
            [1, 0, 1, 1, 0, 0],  # two types and no mask
            [1, 0, 0, 0, 0, 1],
        ],
        [
            [0.7, 0, 0, 0, 0.7, 0],
            [0.9, 0.55, 0, 0, 0, 0.9],
            [0.9, 0, 0.6, 0.9, 0, 0],
            [0.9, 0, 0.6, 0.9, 0, 0],
            [0.2, 0, 0, 0, 0, 0.2],
        ],
    )
    mask = np.array([7.0, 0, 6, 1, 0, 0])
    table = confusion(one, [None, None, mask, None, None])
    expected = np.zeros((6, 6), int)
    at = {name: place for place, name in enumerate(CONFUSION)}
    expected[0, at["subarachnoid"]] = 1
    expected[at["subdural"], at["subdural"]] = 1
    expected[at["intraparenchymal"], at["intraventricular"]] = 1
    expected[at["subdural"], 0] = 1
    assert table["true_by_said"] == expected.tolist()
    assert table["left_out"] == 1


def test_abstention_keeps_its_coverage() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(4000) < 0.4
    logit = rng.normal(np.where(truth, 1.2, -1.2), 1.0)
    probability = 1 / (1 + np.exp(-2 * logit))
    got = abstention(truth, probability, [str(n) for n in range(4000)])
    assert got["coverage_of_positives"] == pytest.approx(0.95, abs=0.015)
    assert got["coverage_of_negatives"] == pytest.approx(0.95, abs=0.015)
    assert got["decided"] + got["abstained"] == pytest.approx(1)
    assert 0.1 < got["abstained"] < 0.5
    assert got["accuracy_of_decided"] > (truth == (probability > 0.5)).mean() + 0.02


def test_abstention_needs_enough_of_both() -> None:
    assert LEAST == 19
    truth = np.r_[np.ones(60, bool), np.zeros(30, bool)]
    got = abstention(truth, truth.astype(float), [str(n) for n in range(90)])
    assert "19 negatives" in got["why_not"]
