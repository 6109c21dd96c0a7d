"""Operating points and abstention against hand-made numbers and the promise of coverage."""

import numpy as np
import pytest

from ichviewer.analysis.findings import Answer, OperatingPoint
from ichviewer.analysis.operating import (
    Conformal,
    Thresholds,
    answers,
    choose,
    reached,
    without_present,
)

BALANCED = Thresholds((0.5,) * 6, (0.6,) * 6, 0.5, 0.1)
SENSITIVE = Thresholds((0.2,) * 6, (0.3,) * 6, 0.4, 0.05)
NARROW = Conformal(0.05, present=(0.3,) * 6, absent=(0.4,) * 6)
WIDE = Conformal(0.05, present=(0.9,) * 6, absent=(0.8,) * 6)


def said(probability: float, conformal: Conformal | None, threshold: float = 0.5) -> Answer:
    study = np.full(6, probability, np.float32)
    return answers(study, np.full(6, threshold, np.float32), conformal)[1]


def test_wanted_point_is_used_where_the_model_has_it() -> None:
    points = {OperatingPoint.BALANCED: BALANCED, OperatingPoint.SENSITIVE: SENSITIVE}
    assert choose(points, OperatingPoint.SENSITIVE, "m 1") == (
        OperatingPoint.SENSITIVE,
        SENSITIVE,
        "",
    )


def test_point_that_is_missing_is_said() -> None:
    used, thresholds, sentence = choose(
        {OperatingPoint.BALANCED: BALANCED}, OperatingPoint.SPECIFIC, "m 1"
    )
    assert (used, thresholds) == (OperatingPoint.BALANCED, BALANCED)
    assert sentence == (
        "The model m 1 has no specific operating point; its balanced one is used instead."
    )


def test_without_quantiles_the_operating_point_decides() -> None:
    assert said(0.5, None) is Answer.PRESENT
    assert said(0.49, None) is Answer.ABSENT


@pytest.mark.parametrize(
    ("probability", "conformal", "answer"),
    [
        (0.95, NARROW, Answer.PRESENT),
        (0.05, NARROW, Answer.ABSENT),
        (0.6, NARROW, Answer.PRESENT),  # neither is possible: the operating point decides
        (0.45, NARROW, Answer.ABSENT),
        (0.6, WIDE, Answer.UNCERTAIN),
        (0.3, WIDE, Answer.UNCERTAIN),
        (0.85, WIDE, Answer.PRESENT),
        (0.05, WIDE, Answer.ABSENT),
    ],
)
def test_possible_statements(probability: float, conformal: Conformal, answer: Answer) -> None:
    assert said(probability, conformal) is answer


def test_words_never_contradict_the_operating_point() -> None:
    assert said(0.3, NARROW, threshold=0.2) is Answer.UNCERTAIN
    assert said(0.8, NARROW, threshold=0.9) is Answer.UNCERTAIN


def test_any_follows_the_types() -> None:
    thresholds = np.full(6, 0.5, np.float32)
    subdural_uncertain = Conformal(0.05, (0.1,) * 5 + (0.9,), (0.1,) * 5 + (0.9,))
    study = np.array([0.3, 0, 0, 0, 0, 0.3], np.float32)
    found = answers(study, thresholds, subdural_uncertain)
    assert (found[0], found[5]) == (Answer.UNCERTAIN, Answer.UNCERTAIN)
    any_uncertain = Conformal(0.05, (0.9,) + (0.1,) * 5, (0.9,) + (0.1,) * 5)
    study = np.array([0.7, 0.7, 0, 0, 0, 0], np.float32)
    assert answers(study, thresholds, any_uncertain)[0] is Answer.PRESENT


def test_nothing_is_present_where_something_else_looks_like_blood() -> None:
    said = (Answer.PRESENT, Answer.ABSENT, Answer.UNCERTAIN, Answer.PRESENT)
    expected = (Answer.UNCERTAIN, Answer.ABSENT, Answer.UNCERTAIN, Answer.UNCERTAIN)
    assert without_present(said) == expected


def test_the_truth_is_left_out_in_no_more_than_alpha_of_the_studies() -> None:
    """Quantiles from 400 made-up studies of each kind, held to 20,000 others."""
    rng = np.random.default_rng(3)
    alpha, count = 0.05, 400
    rank = int(np.ceil((count + 1) * (1 - alpha))) - 1
    shows, clean = rng.beta(4, 2, (2, 10_000)), rng.beta(2, 4, (2, 10_000))
    present = float(np.sort(1 - shows[0, :count])[rank])
    absent = float(np.sort(clean[0, :count])[rank])
    conformal = Conformal(alpha, (present,) * 6, (absent,) * 6)

    def share(probabilities: np.ndarray, wrong: Answer) -> float:
        return float(np.mean([said(float(p), conformal) is wrong for p in probabilities]))

    assert share(shows[1, :4000], Answer.ABSENT) <= alpha + 0.02
    assert share(clean[1, :4000], Answer.PRESENT) <= alpha + 0.02
    assert 0.2 < share(shows[1, :4000], Answer.UNCERTAIN) < 0.9


def test_no_type_is_found_where_no_hemorrhage_is() -> None:
    thresholds = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1], np.float32)
    study = np.array([0.4, 0.05, 0.4, 0.0, 0.0, 0.0], np.float32)
    assert not reached(study, thresholds).any()
    assert Answer.PRESENT not in answers(study, thresholds, None)
    study[0] = 0.6
    assert reached(study, thresholds).tolist() == [True, False, True, False, False, False]
