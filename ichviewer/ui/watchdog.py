"""Watches that the window's thread answers, and notes where it was when it did not."""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, Signal

_log = logging.getLogger(__name__)
#: A reader takes what answers within this time as answering at once.
LONGEST_S = 0.1
_PAUSE_S = 0.02


@dataclass(frozen=True)
class Block:
    """One time for which the window's thread did not answer.

    Parameters
    ----------
    wall_s
        How long by the clock.
    cpu_s
        How long the thread itself worked since its last answer. Much less than `wall_s` means that
        it waited, or that the machine was busy with something else.
    places
        Where it was once the time was up, outermost first: file, line and function.
    """

    wall_s: float
    cpu_s: float
    places: tuple[str, ...]


class WindowBlocked(Exception):
    """Carries the places of a block into the log; it is never raised."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__()
        self.places = places


def log_block(block: Block) -> None:
    """Write a block into the log."""
    times_ms = {"wall_ms": round(1000 * block.wall_s), "cpu_ms": round(1000 * block.cpu_s)}
    blocked = WindowBlocked(block.places)
    _log.warning("the window was blocked", extra=times_ms, exc_info=(type(blocked), blocked, None))


class Watchdog(QObject):
    """Asks the thread it is made on for a sign of life, over and over, until it is stopped.

    `on_block` is called on the watchdog's own thread.
    """

    _asked = Signal()

    def __init__(self, on_block: Callable[[Block], None] = log_block) -> None:
        super().__init__()
        self._on_block = on_block
        self._watched = threading.get_ident()
        self._is_over = threading.Event()
        self._has_answered = threading.Event()
        self._cpu_s = time.thread_time()
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._is_over.set()
        self._has_answered.set()
        self._thread.join()

    def _answer(self) -> None:
        self._cpu_s = time.thread_time()
        self._has_answered.set()

    def _watch(self) -> None:
        while not self._is_over.wait(_PAUSE_S):
            self._has_answered.clear()
            if self._is_over.is_set():  # Stopped just before: nobody will answer.
                return
            asked_s, before_s = time.perf_counter(), self._cpu_s
            self._asked.emit()
            if self._has_answered.wait(LONGEST_S):
                continue
            places = _places(sys._current_frames().get(self._watched))
            self._has_answered.wait()
            if not self._is_over.is_set():
                wall_s = time.perf_counter() - asked_s
                self._on_block(Block(wall_s, self._cpu_s - before_s, places))


def _places(frame: FrameType | None) -> tuple[str, ...]:
    lines = traceback.extract_stack(frame) if frame is not None else []
    return tuple(f"{Path(line.filename).name}:{line.lineno} {line.name}" for line in lines)
