"""Steps for the worker to run: real ones, each with one way of going well or wrong."""

import ctypes
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer import workflow
from ichviewer.dicom.study import ScanResult
from ichviewer.errors import NotDicomError
from ichviewer.progress import Progress, opening, silent, so_far
from ichviewer.worker import guarded


def add(left: int, right: int, progress: Progress = silent) -> int:
    """A step that ends at once."""
    progress(1, 1, "adding")
    return left + right


def process_id(progress: Progress = silent) -> int:
    """Which process runs this."""
    return os.getpid()


def ramp(shape: tuple[int, ...], progress: Progress = silent) -> NDArray[np.int16]:
    """A large array."""
    return np.arange(int(np.prod(shape)), dtype=np.int64).astype(np.int16).reshape(shape)


def describe(array: NDArray[np.int16], progress: Progress = silent) -> tuple[int, bool]:
    """What arrived of a large argument."""
    return int(array.sum(dtype=np.int64)), bool(array.flags.writeable)


def count(steps: int, progress: Progress = silent) -> int:
    """Many quick progress calls."""
    for step in range(steps):
        progress(step, steps, f"step {step}")
    progress(steps, steps, "done")
    return steps


def find_some(progress: Progress = silent) -> list[int]:
    """Shows what it has before it ends."""
    found = []
    for number in range(3):
        found.append(number)
        so_far(progress, found)
    return found


def refuse(progress: Progress = silent) -> None:
    """Expected trouble."""
    raise NotDicomError("notes.txt holds no DICOM.")


def stumble(progress: Progress = silent) -> None:
    """A bug."""
    raise ZeroDivisionError("a bug")


class ForeignError(Exception):
    """Not ours, and not picklable by its arguments."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__(f"{left} and {right}")


def stumble_elsewhere(progress: Progress = silent) -> None:
    """An exception of a foreign library."""
    raise ForeignError(1, 2)


def crash(progress: Progress = silent) -> None:
    """What a broken decoder does."""
    progress(0, 1, "decoding")
    os.kill(os.getpid(), signal.SIGKILL)


def hang(progress: Progress = silent) -> None:
    """Never calls progress again, never ends."""
    progress(0, 1, "hanging")
    threading.Event().wait()


def hang_in_c(progress: Progress = silent) -> None:
    """Holds the interpreter's lock for ever, as a looping C extension does."""
    progress(0, 1, "hanging")
    ctypes.PyDLL(None).pause()


def work_until_cancelled(progress: Progress = silent) -> None:
    """A well-behaved long step."""
    while True:
        progress(0, 0, "working")
        time.sleep(0.001)


@guarded(step_s=0.3)
def hang_with_short_step(progress: Progress = silent) -> None:
    """A step that may be silent for 0.3 s."""
    hang(progress)


#: What a step leaves behind at the top of the heap.
_left: list[bytes] = []


def leave_one_of_many(mebibytes: int, progress: Progress = silent) -> None:
    """Fill memory with small pieces and free all but the last, as steps with caches do."""
    pieces = [bytes(4000) for _ in range(mebibytes * 2**20 // 4000)]
    _left.append(pieces[-1])


def allocate(mebibytes: int, progress: Progress = silent) -> int:
    """Allocate and touch memory."""
    return _touch(mebibytes)


def _touch(mebibytes: int) -> int:
    kept = [np.ones(2**24, np.uint8) for _ in range(mebibytes // 16)]
    return 16 * len(kept)


@guarded(file_s=1.0, leaves_out_files=True)
def open_impatiently(
    path: Path, excluded: dict[Path, str] | None = None, progress: Progress = silent
) -> ScanResult:
    """The real scan, with a tenth of the usual patience."""
    return workflow.open_folder(path, excluded=excluded or {}, progress=progress)


@guarded(file_s=1.0, leaves_out_files=True)
def read_folder(
    folder: Path, excluded: dict[Path, str] | None = None, progress: Progress = silent
) -> tuple[list[str], dict[str, str]]:
    """Read a folder whose files say what to do to the process that reads them.

    Returns
    -------
    Names of the files that were read, and why others were left out, by name.
    """
    excluded = excluded or {}
    files = sorted(folder.iterdir())
    read = []
    for number, file in enumerate(files):
        if file in excluded:
            continue
        progress(number, len(files), "reading")
        opening(progress, file)
        _obey(file.read_text().strip(), progress)
        read.append(file.name)
    progress(len(files), len(files), "sorting")
    return read, {file.name: why for file, why in excluded.items()}


def _obey(order: str, progress: Progress) -> None:
    if order == "crash":
        os.abort()
    elif order == "hang":
        threading.Event().wait()
    elif order == "grow":
        np.empty(1 << 40, np.uint8)
    elif order.startswith("crash once "):
        marker = Path(order.removeprefix("crash once "))
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
