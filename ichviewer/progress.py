"""How a long step says how far it is, and learns that the user cancelled."""

from collections.abc import Callable

from ichviewer.errors import IchViewerError

#: Called as ``progress(done, total, what)``; ``total`` is 0 while unknown.
#: It raises `Cancelled` when the user has cancelled, so call it once per file, slice or batch.
Progress = Callable[[int, int, str], None]


class Cancelled(IchViewerError):
    """The user cancelled the step."""


def silent(done: int, total: int, what: str) -> None:
    """Progress for callers that neither watch nor cancel."""
