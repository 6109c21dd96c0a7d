"""One background step, as the one who asked for it sees it."""

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ichviewer.worker.limits import Limits

OnProgress = Callable[[int, int, str], None]
OnSuccess = Callable[[Any], None]
OnFailure = Callable[[Exception], None]


class Job:
    """A submitted step. Its callbacks run on the worker client's thread.

    Exactly one of `on_success` and `on_failure` is called, or neither once `cancel` has returned
    True.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        limits: Limits,
        *,
        on_progress: OnProgress,
        on_so_far: OnSuccess,
        on_success: OnSuccess,
        on_failure: OnFailure,
        on_cancel: Callable[[], None],
    ) -> None:
        self.function = function
        self.limits = limits
        self.excluded: dict[Path, str] = {}
        self.suspect: str | None = None
        self.deaths = 0
        self.failed_starts = 0
        self._arguments = arguments
        self._on_progress = on_progress
        self._on_so_far = on_so_far
        self._on_success = on_success
        self._on_failure = on_failure
        self._on_cancel = on_cancel
        self._lock = threading.Lock()
        self._has_ended = False
        self._is_cancelled = False

    @property
    def call(self) -> tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]:
        """Function, arguments and keyword arguments to run next."""
        keywords = {"excluded": dict(self.excluded)} if self.excluded else {}
        return self.function, self._arguments, keywords

    @property
    def is_cancelled(self) -> bool:
        """Whether the user cancelled before the step ended."""
        return self._is_cancelled

    def cancel(self) -> bool:
        """Drop the result and stop the work; at once for the caller, soon in the worker.

        Returns
        -------
        False where the step had already ended.
        """
        with self._lock:
            if self._has_ended:
                return False
            self._has_ended = self._is_cancelled = True
        self._on_cancel()
        return True

    def progressed(self, done: int, total: int, what: str) -> None:
        """Pass on a progress message."""
        if not self._has_ended:
            _call(self._on_progress, done, total, what)

    def found_so_far(self, value: object) -> None:
        """Pass on a part of the result."""
        if not self._has_ended:
            _call(self._on_so_far, value)

    def succeed(self, result: object) -> None:
        """End with a result."""
        if self._end():
            _call(self._on_success, result)

    def fail(self, error: Exception) -> None:
        """End with an error."""
        if self._end():
            _call(self._on_failure, error)

    def _end(self) -> bool:
        with self._lock:
            if self._has_ended:
                return False
            self._has_ended = True
        return True


def _call(callback: Callable[..., None], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:  # noqa: BLE001 - a bug in one callback goes to the one handler of bugs,
        sys.excepthook(*sys.exc_info())  # and must not take every later step down with it.
