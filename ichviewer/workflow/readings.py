"""Readings: what the reader decided, from the journals."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ichviewer import paths
from ichviewer.analysis.findings import Findings
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent

if TYPE_CHECKING:
    from ichviewer.reading.agreement import Agreement
    from ichviewer.reading.interrupted import Interrupted
    from ichviewer.reading.mask_edit import MarkedLesions
    from ichviewer.reading.replay import Replay
    from ichviewer.reading.status import ReadingStatus


def mark_lesions(
    findings: Findings, volume: Volume, *, progress: Progress = silent
) -> "MarkedLesions":
    """Which voxel belongs to which lesion, so that decisions and edits can be bound to them."""
    from ichviewer.reading.mark import mark_lesions as mark

    return mark(findings, volume.grid)


def reading_statuses(
    studies: Sequence[str], folder: Path | None = None, *, progress: Progress = silent
) -> "dict[str, ReadingStatus]":
    """How far the readings with these keys are; unread where there is none."""
    from ichviewer.errors import ReadingError
    from ichviewer.reading.replay import replay
    from ichviewer.reading.status import ReadingStatus, status_of

    where = folder or paths.readings_folder()
    found = {}
    for study in studies:
        try:
            said = replay(where, study)
        except ReadingError:
            # It is there, and it is said when the study is opened.
            found[study] = ReadingStatus.IN_READING
        else:
            found[study] = status_of(said.history.reading, bool(said.first_time))
    return found


def list_readings(
    folder: Path | None = None, *, progress: Progress = silent
) -> "tuple[Replay, ...]":
    """Everything that was read on this computer, the latest first."""
    from ichviewer.reading.replay import replay_all

    return replay_all(folder or paths.readings_folder())


def show_reading(
    study: str, folder: Path | None = None, *, progress: Progress = silent
) -> "Replay":
    """The reading with this key, or with a key that begins so."""
    from ichviewer.reading.replay import find_journal, replay

    where = folder or paths.readings_folder()
    return replay(where, find_journal(where, study))


def agreement(
    folder: Path | None = None, *, progress: Progress = silent
) -> "tuple[Agreement, ...]":
    """How often reader and AI agreed, by month and scanner."""
    from ichviewer.reading.agreement import count_agreement

    readings = list_readings(folder, progress=progress)
    return count_agreement(one for read in readings for one in read.comparisons)


def interrupted_reading(*, progress: Progress = silent) -> "Interrupted | None":
    """The reading that the program was killed in; None where it was closed as it should."""
    from ichviewer.reading.interrupted import interrupted

    return interrupted(paths.readings_folder())
