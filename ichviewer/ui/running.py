"""One background step, as the window holds it."""

from collections.abc import Callable

from ichviewer.worker import Job


class Running:
    """One step under way; once cancelled, nothing of it reaches the window any more."""

    def __init__(self, title: str, on_cancelled: Callable[[], None]) -> None:
        self.title = title
        self.is_over = False
        self.on_cancelled = on_cancelled
        self.job: Job | None = None

    def cancel(self) -> None:
        """Drop the result and stop the work."""
        if not self.is_over:
            self.is_over = True
            if self.job is not None:
                self.job.cancel()
            self.on_cancelled()
