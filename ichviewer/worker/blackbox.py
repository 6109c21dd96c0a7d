"""Which file a worker process is working on, in memory that survives the process.

Progress messages are rate-limited and can be lost with the process; this record is neither.
"""

import os
import time
from multiprocessing.shared_memory import SharedMemory

from ichviewer.worker.parcel import memory_of, segment_name

#: Two numbers (monotonic time in ns, length of the path), then the path; a longer one is cut.
_HEADER_BYTES = 16
_SIZE_BYTES = 8192


class Blackbox:
    """A record shared by one worker process (writes) and the window's side (reads)."""

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            self._segment = SharedMemory(segment_name(), create=True, size=_SIZE_BYTES)
        else:
            self._segment = SharedMemory(name)
        memory = memory_of(self._segment)
        self._numbers = memory[:_HEADER_BYTES].cast("Q")
        self._text = memory[_HEADER_BYTES:_SIZE_BYTES]

    @property
    def name(self) -> str:
        """What the other process attaches by."""
        return self._segment.name

    def note(self, file: str = "") -> None:
        """Record a sign of life, and the file that is worked on from now, if any."""
        text = os.fsencode(file)[: len(self._text)]
        self._numbers[1] = 0
        self._text[: len(text)] = text
        self._numbers[1] = len(text)
        # One clock for all processes of the machine, on every platform that is supported.
        self._numbers[0] = time.monotonic_ns()

    def read(self) -> tuple[float, str]:
        """Monotonic seconds of the last sign of life, and the file at hand or empty."""
        text = bytes(self._text[: min(self._numbers[1], len(self._text))])
        return self._numbers[0] / 1e9, os.fsdecode(text)

    def unlink(self) -> None:
        """Remove the name once both sides are attached, or the worker is gone."""
        self._segment.unlink()

    def close(self) -> None:
        """Let go of the memory."""
        self._numbers.release()
        self._text.release()
        self._segment.close()
