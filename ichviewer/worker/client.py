"""The worker as the program sees it: submit a step, get callbacks, cancel, close."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self

from ichviewer.progress import Cancelled, Progress, silent
from ichviewer.worker.dispatcher import Dispatcher
from ichviewer.worker.host import Host
from ichviewer.worker.job import Job, OnFailure, OnProgress, OnSuccess
from ichviewer.worker.limits import default_memory_bytes, limits_of


def _ignore(value: object) -> None:
    """For callers that wait for the whole result."""


class Worker:
    """Guarded processes that run steps: plain functions that take ``progress``.

    The second process is the spare: when the first is busy or had to be ended, the next step does
    not wait for a new process to import its libraries.

    Parameters
    ----------
    processes
        How many processes; the command line needs no spare.
    warm_imports
        Modules that an idle process imports ahead of the first step.
    memory_bytes
        What one process may allocate; None for a share of the machine's memory.
    """

    def __init__(
        self,
        processes: int = 2,
        warm_imports: tuple[str, ...] = (),
        memory_bytes: int | None = None,
    ) -> None:
        limit = memory_bytes or default_memory_bytes()
        self._dispatcher = Dispatcher(processes, partial(Host, limit, warm_imports))

    def submit(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        on_progress: OnProgress = silent,
        on_so_far: OnSuccess = _ignore,
        on_success: OnSuccess,
        on_failure: OnFailure,
        time_limit_s: float | None = None,
    ) -> Job:
        """Run ``function(*arguments, progress=…)`` in a worker process.

        Parameters
        ----------
        function
            A module-level function; its limits stand beside it (`guarded`).
        arguments
            Anything that pickles; large arrays cross in shared memory.
        on_progress, on_so_far, on_success, on_failure
            Called on the client's thread; must return soon. `on_so_far` is given what the step
            shows before it has ended (`ichviewer.progress.so_far`).
        time_limit_s
            Seconds in all, in place of the function's own limit.
        """
        limits = limits_of(function)
        if time_limit_s is not None:
            limits = replace(limits, job_s=time_limit_s)
        job = Job(
            function,
            arguments,
            limits,
            on_progress=on_progress,
            on_so_far=on_so_far,
            on_success=on_success,
            on_failure=on_failure,
            on_cancel=self._dispatcher.wake,
        )
        self._dispatcher.submit(job)
        return job

    def run(
        self, function: Callable[..., Any], *arguments: Any, progress: Progress = silent
    ) -> Any:
        """Run a step and wait for its result; raises what the step raises.

        Ctrl-C, or `Cancelled` raised by `progress`, cancels the step.
        """
        ended = threading.Event()
        results: list[Any] = []
        errors: list[BaseException] = []

        def succeeded(result: Any) -> None:
            results.append(result)
            ended.set()

        def failed(error: BaseException) -> None:
            errors.append(error)
            ended.set()

        def progressed(done: int, total: int, what: str) -> None:
            try:
                progress(done, total, what)
            except Cancelled as error:
                failed(error)

        job = self.submit(
            function,
            *arguments,
            on_progress=progressed,
            on_success=succeeded,
            on_failure=failed,
        )
        try:
            while not ended.wait(0.5):
                pass  # Windows notices Ctrl-C only between waits.
        finally:
            job.cancel()
        if errors:
            raise errors[0]
        return results[0]

    def close(self) -> None:
        """End all processes; steps that still run are dropped without a callback."""
        self._dispatcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def peak_memory_bytes(self) -> int:
        """Largest resident memory of any worker process so far."""
        return self._dispatcher.peak_memory_bytes

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes at this moment; for tests that end them."""
        return self._dispatcher.process_ids
