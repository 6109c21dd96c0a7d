"""Where reader and AI differ, by what each has said; and where neither contradicts the other."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.findings import Answer, Findings, GateAnswer, HemorrhageType
from ichviewer.reading.conflict import Conflict, find_conflict, mean_and_max_hu
from ichviewer.reading.mark import mark_lesions
from ichviewer.reading.mask_edit import edit
from ichviewer.reading.record import (
    Presence,
    ReaderAnswer,
    Reading,
    Stroke,
    Verdict,
    lesion_id,
)
from tests.reading.samples import RESULT, TIME, decision
from tests.ui import samples

SUBDURAL, EPIDURAL = HemorrhageType.SUBDURAL, HemorrhageType.EPIDURAL
LESIONS = (samples.lesion(1, SUBDURAL, 4), samples.lesion(2, EPIDURAL, 8))
WITH, WITHOUT = samples.findings(*LESIONS), samples.findings()


def conflict_of(
    findings: Findings, presence: Presence | None = None, **verdicts: Verdict
) -> Conflict | None:
    """`_1=Verdict.REJECTED` rejects the first lesion."""
    reading = Reading(
        answers={"a": ReaderAnswer(presence, TIME, is_blind=True)} if presence else {},
        decisions={lesion_id(RESULT, int(n[1:])): decision(v) for n, v in verdicts.items()},
    )
    return find_conflict(findings, reading, "a", RESULT)


def test_who_says_the_same_or_is_unsure_contradicts_nobody() -> None:
    assert conflict_of(WITH) is None
    assert conflict_of(WITH, Presence.PRESENT, _1=Verdict.ACCEPTED) is None
    assert conflict_of(WITH, Presence.UNSURE, _1=Verdict.UNSURE) is None
    assert conflict_of(WITHOUT, Presence.ABSENT) is None
    unsure = replace(WITHOUT, answers=(Answer.UNCERTAIN,) * 6)
    assert conflict_of(unsure, Presence.PRESENT) is None


def test_reader_sees_nothing_where_the_ai_sees_hemorrhage() -> None:
    assert conflict_of(WITH, Presence.ABSENT) == Conflict(Presence.ABSENT, LESIONS)
    accepted = conflict_of(WITH, Presence.ABSENT, _1=Verdict.ACCEPTED)
    assert accepted == Conflict(Presence.ABSENT, LESIONS[1:])


def test_reader_sees_hemorrhage_where_the_ai_sees_none() -> None:
    assert conflict_of(WITHOUT, Presence.PRESENT) == Conflict(Presence.PRESENT, ())


def test_rejected_lesion_is_a_conflict_whatever_else_was_said() -> None:
    expected = Conflict(None, LESIONS[1:])
    assert conflict_of(WITH, None, _2=Verdict.REJECTED) == expected
    assert conflict_of(WITH, Presence.PRESENT, _2=Verdict.REJECTED) == expected


def test_another_series_or_result_or_a_refusal_is_none() -> None:
    reading = Reading(
        {"a": ReaderAnswer(Presence.ABSENT, TIME, is_blind=True)},
        {lesion_id(RESULT, 1): decision(Verdict.REJECTED)},
    )
    assert find_conflict(WITH, reading, "b", "cd" * 32) is None
    refused = samples.findings(gate=GateAnswer.REFUSED)
    assert conflict_of(refused, Presence.PRESENT) is None


@pytest.mark.parametrize("is_erased", [False, True])
def test_density_of_what_the_reader_painted(is_erased: bool) -> None:
    grid, volume = samples.grid(), samples.volume()
    marked = mark_lesions(WITHOUT, grid)
    stroke = Stroke(marked.result, 6, int(SUBDURAL), 1, 0.1, ((10.0, 5.0), (10.0, 8.0)))
    strokes = [stroke, replace(stroke, lesion=0)] if is_erased else [stroke]
    measured = mean_and_max_hu(edit(marked, grid, strokes), 1, volume.hu)
    painted = volume.hu[6, 10, 5:9]
    assert measured == (None if is_erased else (np.mean(painted), painted.max()))
