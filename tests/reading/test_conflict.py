"""Where reader and AI differ, by what each has said; and where neither contradicts the other."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.findings import Answer, Findings, GateAnswer, HemorrhageType
from ichviewer.analysis.mid_plane import Midline
from ichviewer.reading.conflict import Conflict, Density, density_of_drawn, find_conflict
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
#: Column i of the samples lies across from column 32 - i.
MIDDLE = Midline(np.array([1.0, 0.0, 0.0]), 0.0)


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
    stroke = Stroke(marked.result, 0, int(SUBDURAL), 1, 0.1, ((10.0, 5.0), (10.0, 8.0)))
    strokes = [stroke, replace(stroke, lesion=0)] if is_erased else [stroke]
    measured = density_of_drawn(edit(marked, grid, strokes), 1, volume, MIDDLE)
    if is_erased:
        assert measured is None
        return
    painted = volume.hu[0, 10, 5:9]
    assert measured == Density(painted.mean(), painted.max(), volume.hu[0, 10, 24:28].mean())


def test_what_was_painted_on_both_sides_or_without_a_midline_has_no_mirror() -> None:
    grid, volume = samples.grid(), samples.volume()
    marked = mark_lesions(WITHOUT, grid)
    left = Stroke(marked.result, 0, int(SUBDURAL), 1, 0.1, ((10.0, 24.0), (10.0, 27.0)))
    right = replace(left, lesion=2, path_ji=((10.0, 5.0), (10.0, 8.0)))
    alone, both = edit(marked, grid, [right]), edit(marked, grid, [left, right])
    for edited, midline in ((alone, None), (both, MIDDLE)):
        measured = density_of_drawn(edited, 2, volume, midline)
        assert measured is not None
        assert math.isnan(measured.mirror_hu)
