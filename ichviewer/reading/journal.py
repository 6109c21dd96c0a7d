"""The journal of one study on disk: append-only, written at once, and never in the window's way.

`record` puts an event into a queue and returns. One thread hands every event to the system as
soon as it comes, so that no kill of the program can take it back. Another asks the disk to keep
what was handed over, at once and then at most every `SYNC_S`, so that a power cut takes back no
more than that and twice the time the disk needs; it never keeps the first one waiting. What cannot
be written stays in the queue and is tried again until it can be. Nothing is rewritten or cut off.
"""

import errno
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ichviewer import __version__
from ichviewer.errors import ReadingError
from ichviewer.language import tr
from ichviewer.reading.append import AppendFile
from ichviewer.reading.event import Closed, Event, Line, Opened, encode
from ichviewer.reading.replay import Replay, journal_file, replay

#: Rest between two requests to the disk to keep what it was given.
SYNC_S = 0.25
#: What could not be written is tried again after this.
RETRY_S = 0.5
#: A closing window waits this long for the disk.
CLOSE_S = 3.0


@dataclass(frozen=True)
class Keeping:
    """How far the journal is.

    Parameters
    ----------
    trouble
        Why events cannot be written at present; empty where they can.
    waiting
        Number of events that are not written yet.
    waiting_s
        How long the oldest of them has been waiting.
    """

    trouble: str = ""
    waiting: int = 0
    waiting_s: float = 0.0


def now() -> str:
    """The time for events: UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_journal(
    folder: Path, study: str, on_change: Callable[[], None] = lambda: None
) -> tuple["Journal", Replay]:
    """Take a study's reading up, and keep what happens from now on.

    Parameters
    ----------
    folder
        The private folder of all journals; made where there is none.
    study
        The journal's key.
    on_change
        Called on the journal's threads when writing stops being possible, or is again.

    Returns
    -------
    The journal, and what it said so far. Where the folder cannot be written the journal still
    takes events, says why they are not kept, and tries on.

    Raises
    ------
    ReadingLocked
        Another window has this study open.
    ReadingError
        There is a journal, but it cannot be read.
    """
    trouble, file = "", None
    try:
        file = AppendFile(journal_file(folder, study))
    except OSError as error:
        trouble = _sentence(folder, error)
    try:
        said = replay(folder, study)
    except ReadingError:
        if file is not None:
            file.close()
        raise
    return Journal(folder, said, file, on_change=on_change, trouble=trouble), said


class Journal:
    """Appends events to one study's file; made by `open_journal`."""

    def __init__(
        self,
        folder: Path,
        said: Replay,
        file: AppendFile | None,
        *,
        on_change: Callable[[], None],
        trouble: str,
    ) -> None:
        self._folder = folder
        self._study = said.study
        self._file = file
        self._number = said.last_number
        self._is_whole = said.is_whole
        self._on_change = on_change
        self._trouble = trouble
        self._events: deque[tuple[float, str, Event]] = deque()
        self._is_handed = False
        self._wake = threading.Condition()
        self._is_closing = False
        self._is_done = threading.Event()
        self._has_written = threading.Event()
        self.record(Opened(len(said.damages)))
        self._threads = (
            threading.Thread(target=self._write_on, name="journal writes", daemon=True),
            threading.Thread(target=self._sync_on, name="journal syncs", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def keeping(self) -> Keeping:
        """How far writing is."""
        with self._wake:
            if not self._events:
                return Keeping(self._trouble)
            waiting_s = time.monotonic() - self._events[0][0]
            return Keeping(self._trouble, len(self._events), waiting_s)

    def record(self, event: Event) -> None:
        """Keep an event; returns at once.

        Raises
        ------
        ValueError
            The event cannot be a line: it holds a number that is not finite, or is far too long.
        """
        encode(Line(0, "", __version__, self._study, event))
        with self._wake:
            self._events.append((time.monotonic(), now(), event))
            self._wake.notify()

    def close(self, timeout_s: float = CLOSE_S) -> int:
        """Let the reading go; returns the number of events that could not be written."""
        self.record(Closed())
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        with self._wake:
            return sum(not isinstance(event, Closed | Opened) for _, _, event in self._events)

    def _write_on(self) -> None:
        is_last = False
        while not is_last:
            with self._wake:
                if not self._has_work():
                    self._wake.wait(RETRY_S if self._trouble else None)
                is_last = self._is_closing
            try:
                self._write()
                self._say("")
            except OSError as error:
                self._say(_sentence(self._folder, error))
            except ReadingError as error:
                self._say(str(error))
        self._is_done.set()
        self._has_written.set()

    def _has_work(self) -> bool:
        return self._is_closing or (bool(self._events) and not self._trouble)

    def _write(self) -> None:
        file = self._file or self._open_again()
        file.write()
        self._has_written.set()
        while self._events:
            if not self._is_handed:
                _, when, event = self._events[0]
                line = encode(Line(self._number + 1, when, __version__, self._study, event))
                file.add(line if self._is_whole else b"\n" + line)
                self._is_handed = self._is_whole = True
            file.write()
            self._has_written.set()
            self._number += 1
            self._is_handed = False
            with self._wake:
                self._events.popleft()

    def _open_again(self) -> AppendFile:
        """Open what could not be opened before; others may have written to it meanwhile."""
        file = AppendFile(journal_file(self._folder, self._study))
        try:
            said = replay(self._folder, self._study)
        except ReadingError:
            file.close()
            raise
        self._number, self._is_whole = said.last_number, said.is_whole
        self._file = file
        return file

    def _sync_on(self) -> None:
        is_last = False
        while not is_last:
            self._has_written.wait()
            self._has_written.clear()
            is_last = self._is_done.is_set()
            try:
                if self._file is not None and not self._file.is_synced:
                    self._file.sync()
            except OSError as error:
                self._say(_sentence(self._folder, error))
            self._is_done.wait(SYNC_S)
        if self._file is not None:
            self._file.close()

    def _say(self, trouble: str) -> None:
        with self._wake:
            is_new, self._trouble = trouble != self._trouble, trouble
            if is_new:
                self._wake.notify()
        if is_new:
            self._on_change()


def _sentence(folder: Path, error: OSError) -> str:
    reasons = {
        errno.ENOSPC: tr("the disk is full. Free some space"),
        errno.EDQUOT: tr("your share of the disk is full. Free some space"),
        errno.EROFS: tr("the disk is read-only. Make it writable"),
        errno.EACCES: tr("you may not write there. Have the folder's permissions corrected"),
        errno.EPERM: tr("you may not write there. Have the folder's permissions corrected"),
    }
    other = tr("{problem}. Check the disk", problem=error.strerror or error)
    return tr(
        "Your reading is not being kept in {folder}: {reason}, and do not close this window "
        "before: everything is kept as soon as it can be written.",
        folder=folder,
        reason=reasons.get(error.errno or 0, other),
    )
