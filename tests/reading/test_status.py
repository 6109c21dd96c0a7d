"""How far a reading is: what the reader has decided tells, opening alone is not reading."""

import pytest

from ichviewer.reading.record import Presence, ReaderAnswer, Reading
from ichviewer.reading.status import ReadingStatus, status_of

ANSWER = {"a": ReaderAnswer(Presence.ABSENT, "2020-01-01T00:00:00.000Z", False)}


@pytest.mark.parametrize(
    ("reading", "was_opened", "status"),
    [
        (Reading(), False, ReadingStatus.UNREAD),
        (Reading(), True, ReadingStatus.IN_READING),
        (Reading(answers=ANSWER), True, ReadingStatus.READ),
        (Reading(answers=ANSWER, drafts={"": "  "}), True, ReadingStatus.READ),
        (Reading(drafts={"": "No blood."}), True, ReadingStatus.REPORTED),
    ],
)
def test_status(reading: Reading, was_opened: bool, status: ReadingStatus) -> None:
    assert status_of(reading, was_opened) is status
