"""What a background step may use: seconds without a sign of life, seconds in all, memory."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: A new process, and a step's first seconds, may import libraries from a cold disk.
START_LIMIT_S = 60.0
#: Share of the machine's memory that one worker process may take, and the least it needs.
MEMORY_SHARE = 0.5
MEMORY_FLOOR_BYTES = 3 * 2**30

_ATTRIBUTE = "worker_limits"
#: Of glibc's malloc.h.
_M_ARENA_MAX = -8
_NICENESS = 5


@dataclass(frozen=True)
class Limits:
    """How long a step may take, and what to do with a file that it dies on.

    Parameters
    ----------
    file_s
        Seconds for one file, from ``opening`` to the next call of ``progress`` or ``opening``.
    step_s
        Seconds from one call of ``progress`` to the next where no file is open: a batch, a stage.
    job_s
        Seconds in all, None for no limit.
    leaves_out_files
        True where the function takes ``excluded``, a dict from the path of a file to the words
        that say why it must not be opened: the step is then repeated without the file that
        killed or hung it.
    """

    file_s: float = 10.0
    step_s: float = 120.0
    job_s: float | None = None
    leaves_out_files: bool = False


def guarded(
    *,
    file_s: float = Limits.file_s,
    step_s: float = Limits.step_s,
    job_s: float | None = Limits.job_s,
    leaves_out_files: bool = Limits.leaves_out_files,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Write the limits of a step beside its definition; the function itself is unchanged."""

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        setattr(function, _ATTRIBUTE, Limits(file_s, step_s, job_s, leaves_out_files))
        return function

    return mark


def limits_of(function: Callable[..., object]) -> Limits:
    """The limits written beside a step, or the usual ones."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Limits) else Limits()


def default_memory_bytes() -> int:
    """What one worker process may allocate on this machine."""
    import psutil

    return max(MEMORY_FLOOR_BYTES, int(psutil.virtual_memory().total * MEMORY_SHARE))


def limit_memory(limit_bytes: int) -> None:
    """Make allocations beyond the limit fail in this process.

    Linux counts private writable memory against RLIMIT_DATA (since 4.7). RLIMIT_AS would also
    count address space that is only reserved: thread arenas, mapped files and the hundreds of GB
    that a GPU driver reserves. Elsewhere the window's side watches the process and ends it.
    """
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        allowed = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def let_the_window_go_first() -> None:
    """Run at a lower priority: on two cores an analysis must not make scrolling jerk."""
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(_NICENESS)


def keep_memory_together() -> None:
    """Let all threads of this process allocate from one place.

    glibc gives every thread an arena of its own, and each keeps what its largest step has needed:
    24 analyses of one study left 223 MiB instead of 187.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # musl has no arenas
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Hand what a step has freed back to the system.

    glibc keeps freed memory below the last block that is still in use; over hours of reading that
    adds up to hundreds of MiB. Other systems' allocators give it back by themselves.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)


def peak_memory_bytes() -> int:
    """Largest resident memory of this process so far."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) if sys.platform == "darwin" else int(peak) * 1024
