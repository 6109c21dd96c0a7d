"""What the window's side and a worker process say to each other."""

from dataclasses import dataclass

from ichviewer.worker.parcel import Parcel

#: Exit code of a worker process that ran into its memory limit.
EXIT_OUT_OF_MEMORY = 77


@dataclass(frozen=True)
class Task:
    """To the worker: run this. `call` holds (function, arguments, keyword arguments)."""

    number: int
    call: Parcel


@dataclass(frozen=True)
class Cancel:
    """To the worker: stop the task at its next call of progress."""

    number: int


@dataclass(frozen=True)
class Received:
    """To the worker: the result is attached here, let go of its segment."""

    number: int


@dataclass(frozen=True)
class Ready:
    """From the worker: the process is up."""


@dataclass(frozen=True)
class Announced:
    """From the worker: a segment of this name is about to exist."""

    segment: str


@dataclass(frozen=True)
class Started:
    """From the worker: the task's arguments are attached and it runs."""

    number: int


@dataclass(frozen=True)
class Progressed:
    """From the worker: how far the task is."""

    number: int
    done: int
    total: int
    what: str


@dataclass(frozen=True)
class SoFar:
    """From the worker: what the task has found so far, pickled."""

    number: int
    value: bytes


@dataclass(frozen=True)
class Done:
    """From the worker: the task's result."""

    number: int
    result: Parcel
    peak_memory_bytes: int


@dataclass(frozen=True)
class Stopped:
    """From the worker: the task was cancelled and has ended."""

    number: int


@dataclass(frozen=True)
class Failed:
    """From the worker: the task raised.

    `error` is the pickled exception, `places` the lines of the program that it passed.
    """

    number: int
    error: bytes
    traceback: str
    places: tuple[str, ...]
    peak_memory_bytes: int


Message = Ready | Announced | Started | Progressed | SoFar | Done | Stopped | Failed
