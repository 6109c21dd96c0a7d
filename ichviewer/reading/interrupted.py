"""Which reading a killed program was at, and where its images are.

While a study is open, a small file beside its journal says which folder it came from. It is taken
away when the study is closed, so that paths, which may name a patient, outlive a reading only
where the program was killed; it is then the one thing needed to take the reading up again.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ichviewer.errors import ReadingError
from ichviewer.reading.locking import take_lock
from ichviewer.reading.replay import journal_file, replay

_SUFFIX = ".open"


@dataclass(frozen=True)
class Interrupted:
    """A reading that was never closed.

    Parameters
    ----------
    study
        Key of its journal.
    source
        Folder, file or archive that the study came from.
    last_time
        When the last thing was written down, UTC.
    """

    study: str
    source: Path
    last_time: str


def note_open(folder: Path, study: str, source: Path) -> None:
    """Note where an open study came from; raises OSError where that cannot be written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(_file(folder, study), flags, 0o600), "w", encoding="ascii") as opened:
        json.dump({"source": str(source.absolute())}, opened)


def forget_open(folder: Path, study: str) -> None:
    """The study was closed, or the reader does not want to take it up again."""
    _file(folder, study).unlink(missing_ok=True)


def interrupted(folder: Path) -> Interrupted | None:
    """The reading that was interrupted last, or None; those that a window has open do not count."""
    found = []
    try:
        notes = [file for file in folder.iterdir() if file.suffix == _SUFFIX]
    except OSError:
        return None
    for file in notes:
        try:
            source = Path(json.loads(file.read_text(encoding="ascii"))["source"])
            said = replay(folder, file.stem)
        except (OSError, ValueError, TypeError, KeyError, ReadingError):
            # A note torn by the kill itself: the journal beside it is whole all the same.
            continue
        if said.is_open and _is_free(journal_file(folder, file.stem)):
            found.append(Interrupted(file.stem, source, said.last_time))
    return max(found, key=lambda one: one.last_time, default=None)


def _file(folder: Path, study: str) -> Path:
    return folder / f"{study}{_SUFFIX}"


def _is_free(file: Path) -> bool:
    opened = os.open(file, os.O_RDWR)
    try:
        return take_lock(opened)
    finally:
        os.close(opened)
