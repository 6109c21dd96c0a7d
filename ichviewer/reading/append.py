"""A file that is only ever appended to, locked, and never left with half a line by us."""

import errno
import os
import threading
from collections import deque
from pathlib import Path

from ichviewer.errors import ReadingLocked
from ichviewer.language import tr
from ichviewer.reading.locking import take_lock


class AppendFile:
    """One locked file; `write` and `sync` may be called from two threads."""

    def __init__(self, path: Path) -> None:
        """Open and lock a file, made with its folder where there is none.

        Raises
        ------
        ReadingLocked
            Another window has it.
        OSError
            It cannot be opened for writing.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o600)
        try:
            if not take_lock(self._descriptor):
                raise ReadingLocked(
                    tr(
                        "This study is being read in another window of ichviewer. What you decide "
                        "here is not kept: read on there, or close it there and open the study "
                        "here again."
                    )
                )
            _sync_folder(path.parent)
        except (OSError, ReadingLocked):
            os.close(self._descriptor)
            raise
        self._guard = threading.Lock()
        self._outgoing: deque[bytes] = deque()
        self._offset = 0
        self._unsynced: list[bytes] = []

    @property
    def is_synced(self) -> bool:
        """Whether the disk has said that it keeps all that was written."""
        return not self._unsynced

    def add(self, line: bytes) -> None:
        """Queue a line for `write`."""
        with self._guard:
            self._outgoing.append(line)

    def write(self) -> None:
        """Hand everything queued to the system.

        After an error the same call goes on where it stopped, in the middle of a line if need be.
        """
        while self._outgoing:
            line = self._outgoing[0]
            while self._offset < len(line):
                self._offset += os.write(self._descriptor, line[self._offset :])
            with self._guard:
                self._offset = 0
                self._unsynced.append(self._outgoing.popleft())

    def sync(self) -> None:
        """Have the disk keep what was written so far.

        A disk that fails to may have lost it although the system no longer knows: then all of it
        is queued to be written again, which a reader recognises by its number and checksum.
        """
        with self._guard:
            count = len(self._unsynced)
        try:
            _sync(self._descriptor)
        except OSError:
            with self._guard:
                # Never into a line that stands half written.
                at = 1 if self._offset else 0
                for line in reversed(self._unsynced[:count]):
                    self._outgoing.insert(at, line)
                del self._unsynced[:count]
            raise
        with self._guard:
            del self._unsynced[:count]

    def close(self) -> None:
        """Let go of file and lock."""
        os.close(self._descriptor)


def _sync(descriptor: int) -> None:
    try:
        import fcntl

        full = fcntl.F_FULLFSYNC  # type: ignore[attr-defined]  # on macOS only
    except (ImportError, AttributeError):
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, full)


def _sync_folder(folder: Path) -> None:
    """Have the disk keep the file's name; systems that cannot do so for folders are let be."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(opened)
