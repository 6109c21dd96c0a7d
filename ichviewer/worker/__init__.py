"""The process boundary: guarded processes that run steps with limits, progress and cancellation.

Built on `multiprocessing` alone. Pools that share one pipe and its locks among their processes
(concurrent.futures, pebble) lose the whole pool, or hang, when a process is killed inside a
message; here every process has its own pipe, so nothing that one process does or suffers can
block another.
"""

from ichviewer.worker.client import Worker
from ichviewer.worker.dispatcher import RemoteTraceback
from ichviewer.worker.job import Job
from ichviewer.worker.limits import Limits, guarded

__all__ = ["Job", "Limits", "RemoteTraceback", "Worker", "guarded"]
