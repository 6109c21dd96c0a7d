"""How far the reading of a study is, as its journal tells."""

from enum import StrEnum

from ichviewer.language import tr_later
from ichviewer.reading.record import Reading


class ReadingStatus(StrEnum):
    """How far a reader is with a study; `tr` says it in the reader's language."""

    UNREAD = tr_later("unread")
    IN_READING = tr_later("in reading")
    READ = tr_later("read")
    REPORTED = tr_later("report made")

    @property
    def is_answered(self) -> bool:
        """Whether the reader has said whether there is hemorrhage."""
        return self in (ReadingStatus.READ, ReadingStatus.REPORTED)


def status_of(reading: Reading, was_opened: bool) -> ReadingStatus:
    """The status of a study's reading.

    Parameters
    ----------
    reading
        What the reader has decided so far.
    was_opened
        Whether the study has ever been opened on this computer.
    """
    if any(text.strip() for text in reading.drafts.values()):
        return ReadingStatus.REPORTED
    if reading.answers:
        return ReadingStatus.READ
    return ReadingStatus.IN_READING if was_opened else ReadingStatus.UNREAD
