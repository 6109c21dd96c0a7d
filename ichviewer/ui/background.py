"""Steps in the background: a function runs in the worker, its callbacks on the window's thread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from ichviewer.progress import silent
from ichviewer.ui.messages import Messages
from ichviewer.ui.running import Running
from ichviewer.ui.viewer_model import ViewerModel, Work
from ichviewer.worker import Worker


class Background(QObject):
    """Starts steps, shows how far they are, and stops them."""

    _called = Signal(object)

    def __init__(
        self,
        worker: Worker,
        model: ViewerModel,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker = worker
        self._model = model
        self._messages = messages
        self._running: list[Running] = []
        self._quiet: list[Running] = []
        # The worker calls back on its own thread; the queued signal brings the call to ours.
        self._called.connect(_call, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    def start(
        self,
        title: str,
        function: Callable[..., Any],
        *arguments: Any,
        on_success: Callable[[Any], None],
        on_failure: Callable[[Exception], None] | None = None,
        on_progress: Callable[[int, int, str], None] | None = None,
        on_cancelled: Callable[[], None] = lambda: None,
        is_quiet: bool = False,
    ) -> Running:
        """Run a function in the worker; the callbacks run on the window's thread.

        Without `on_failure` the error is shown; without `on_progress` the status corner shows it.
        A quiet step does not count as work, and is cancelled like all others.
        """
        running = Running(title, on_cancelled)
        fail = on_failure or self._messages.failure
        watch = on_progress or partial(self._show_progress, title)
        if is_quiet:
            watch = silent
            self._quiet.append(running)
        else:
            self._running.append(running)
            self._show_progress(title, 0, 0, "")

        def ended(callback: Callable[[Any], None], value: Any) -> None:
            if not running.is_over:
                running.is_over = True
                self._forget(running)
                callback(value)

        def progressed(done: int, total: int, what: str) -> None:
            if not running.is_over:
                watch(done, total, what)

        running.job = self._worker.submit(
            function,
            *arguments,
            on_progress=lambda *p: self._called.emit(partial(progressed, *p)),
            on_success=lambda value: self._called.emit(partial(ended, on_success, value)),
            on_failure=lambda error: self._called.emit(partial(ended, fail, error)),
        )
        return running

    def cancel_all(self) -> None:
        """Stop everything under way."""
        for running in (*self._running, *self._quiet):
            self._forget(running)
            running.cancel()

    def _show_progress(self, title: str, done: int, total: int, what: str) -> None:
        self._model.work = Work(title, done, total, what)

    def _forget(self, running: Running) -> None:
        if running in self._quiet:
            self._quiet.remove(running)
            return
        if running in self._running:
            self._running.remove(running)
        self._model.work = Work(self._running[-1].title) if self._running else None


def _call(function: Callable[[], None]) -> None:
    function()
