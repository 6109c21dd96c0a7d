"""The list to read: most urgent series decides, equal studies keep their places, veil holds."""

from dataclasses import replace

from ichviewer.analysis.priority import Priority, Urgency
from ichviewer.dicom.study import Permission, Study
from ichviewer.reading.replay import study_key
from ichviewer.reading.status import ReadingStatus
from ichviewer.report.worklist import (
    by_urgency,
    journal_keys,
    revealed,
    study_priority,
    study_status,
)
from tests.ui import samples

BLOOD = Priority(Urgency.SUSPECTED, ("suspected subdural 34 mL",), 34.0)
NOTHING = Priority(Urgency.NO_FINDING, ("no finding by sample 1.0",))


def study(uid: str, *keys: str, refusal: str = "") -> Study:
    refusals = {Permission.AI: refusal} if refusal else {}
    held = tuple(samples.series(key, refusals) for key in keys)
    return replace(samples.scan().studies[0], study_uid=uid, series=held)


def test_the_most_urgent_series_places_its_study() -> None:
    studies = study("1", "a"), study("2", "b"), study("3", "c", "d")
    ordered = by_urgency(studies, {"b": NOTHING, "c": NOTHING, "d": BLOOD})
    assert [one.study_uid for one in ordered] == ["3", "2", "1"]
    assert study_priority(ordered[0], {"c": NOTHING, "d": BLOOD}) is BLOOD


def test_studies_of_which_nothing_is_known_keep_their_places() -> None:
    studies = study("1", "a"), study("2", "b", refusal="No CT."), study("3", "c")
    assert by_urgency(studies, {}) == studies
    assert study_priority(studies[1], {}).reason == "not read by the AI: No CT."
    assert study_priority(studies[0], {}).reason == "not read yet"


def test_a_study_without_uid_is_as_far_as_its_farthest_series() -> None:
    unnamed = study("", "a", "b")
    assert len(journal_keys(unnamed)) == 2
    statuses = {
        study_key("", "a"): ReadingStatus.READ,
        study_key("", "b"): ReadingStatus.IN_READING,
    }
    assert study_status(unnamed, statuses) is ReadingStatus.READ
    assert study_status(study("1", "c"), statuses) is None


def test_what_the_ai_says_stays_hidden_until_the_reader_has_answered() -> None:
    studies = study("1", "a"), study("2", "b")
    statuses = {
        study_key("1", ""): ReadingStatus.READ,
        study_key("2", ""): ReadingStatus.IN_READING,
    }
    assert revealed({"a": BLOOD, "b": BLOOD}, studies, statuses) == {"a": BLOOD}
