"""How a long step says how far it is, and learns that the user cancelled."""

from collections.abc import Callable
from pathlib import Path

from ichviewer.errors import IchViewerError

#: Called as ``progress(done, total, what)``; ``total`` is 0 while unknown.
#: It raises `Cancelled` when the user has cancelled, so call it once per file, slice or batch.
Progress = Callable[[int, int, str], None]


class Cancelled(IchViewerError):
    """The user cancelled the step."""


def silent(done: int, total: int, what: str) -> None:
    """Progress for callers that neither watch nor cancel."""


def opening(progress: Progress, file: Path) -> None:
    """Say which file is worked on from now until the next call of `progress`.

    The worker limits the time of every file, and names the one that it hung or died on.
    """
    tell = getattr(progress, "opening", None)
    if tell is not None:
        tell(file)


def so_far(progress: Progress, value: object) -> None:
    """Hand over what has been found so far, to be shown while the step goes on."""
    tell = getattr(progress, "so_far", None)
    if tell is not None:
        tell(value)
