"""The window's side of one worker process: start it, talk to it, watch its limits, end it."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING

import psutil

from ichviewer.language import chosen_language
from ichviewer.worker.blackbox import Blackbox
from ichviewer.worker.limits import START_LIMIT_S
from ichviewer.worker.messages import (
    EXIT_OUT_OF_MEMORY,
    Announced,
    Cancel,
    Done,
    Message,
    Ready,
    Received,
    Started,
    Task,
)
from ichviewer.worker.parcel import pack, unlink, unpack
from ichviewer.worker.process import serve

if TYPE_CHECKING:
    from ichviewer.worker.job import Job

#: How often the memory of a busy process is looked at, where allocations cannot be limited.
MEMORY_WATCH_S = 0.5
#: How long a cancelled step may take to notice before its process is ended.
CANCEL_GRACE_S = 2.0
#: How long a killed process is waited for: one that hangs inside the kernel, on a network drive
#: that has gone away, ends only when the drive comes back.
KILL_GRACE_S = 1.0


class Death(StrEnum):
    """Why a worker process ended."""

    CRASH = "crash"
    MEMORY = "memory"
    FILE_TIME = "time of one file"
    STEP_TIME = "time of one step"
    JOB_TIME = "time in all"
    CANCELLED = "cancelled"


@dataclass
class _Running:
    """The job in a process, with the clocks that guard it."""

    job: "Job"
    number: int
    since_s: float
    has_started: bool = False
    segments: set[str] = field(default_factory=set)
    outgoing: SharedMemory | None = None
    cancel_by_s: float | None = None

    def unlink_segments(self) -> None:
        """Remove the names of segments that both sides have attached, or never will."""
        if self.outgoing is not None:
            self.outgoing.close()
            self.outgoing = None
        for name in self.segments:
            unlink(name)
        self.segments.clear()


class Host:
    """One worker process. All methods are called by the client's one thread."""

    def __init__(self, memory_bytes: int, warm_imports: tuple[str, ...]) -> None:
        self.is_ready = False
        self.running: _Running | None = None
        self._death: Death | None = None
        self._killed_s = 0.0
        self._memory_bytes = memory_bytes
        self._started_s = time.monotonic()
        self._tasks = 0
        self._is_blackbox_named = True
        self._blackbox = Blackbox()
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=serve,
            args=(
                theirs,
                self._blackbox.name,
                memory_bytes,
                warm_imports,
                chosen_language(),
            ),
            name="ichviewer worker",
            daemon=True,
        )
        try:
            self.process.start()
        except OSError:
            self._forget()
            raise
        finally:
            # With our copy closed, the end of the process is the end of the pipe.
            theirs.close()

    @property
    def waitables(self) -> tuple[Connection, int]:
        """What to wait on: a message, or the end of the process."""
        return self.connection, self.process.sentinel

    @property
    def is_idle(self) -> bool:
        """Whether a job can start here at once."""
        return self.is_ready and self.running is None and self._death is None

    def start(self, job: "Job") -> None:
        """Send a job; raises OSError where the process is gone."""
        self._tasks += 1
        self.running = _Running(job, self._tasks, time.monotonic())
        self._blackbox.note()
        parcel, self.running.outgoing = pack(job.call, self.running.segments.add)
        self.connection.send(Task(self._tasks, parcel))

    def cancel(self) -> None:
        """Ask the running step to stop; `enforce` ends the process if it does not."""
        if self.running is not None and self.running.cancel_by_s is None:
            self.running.cancel_by_s = time.monotonic() + CANCEL_GRACE_S
            self.tell(Cancel(self.running.number))

    def tell(self, message: Cancel | Received) -> None:
        """Send a message that may come too late."""
        try:
            self.connection.send(message)
        except OSError:
            return  # The process is gone; the client's loop will notice.

    def receive(self) -> Message | None:
        """The next message, None where there is none (now, or ever again)."""
        try:
            if not self.connection.poll():
                return None
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            return None
        self._follow(message)
        return message

    def _follow(self, message: Message) -> None:
        if isinstance(message, Ready):
            self.is_ready = True
            self._unname_blackbox()
        elif self.running is None:
            return
        elif isinstance(message, Announced):
            self.running.segments.add(message.segment)
        elif isinstance(message, Started):
            self.running.since_s = time.monotonic()
            self.running.has_started = True
            self.running.unlink_segments()

    def take_result(self, done: Done) -> object:
        """Attach the result and let the worker go on."""
        try:
            return unpack(done.result)
        finally:
            self.finish()
            self.tell(Received(done.number))

    def finish(self) -> None:
        """The running job has ended; its segments' names go."""
        if self.running is not None:
            self.running.unlink_segments()
        self.running = None

    def seconds_left(self) -> float | None:
        """Until the limits want to be looked at again; None where nothing is limited."""
        if self._death is not None:
            return max(0.0, self._killed_s + KILL_GRACE_S - time.monotonic())
        limits = self._deadlines()
        if not limits:
            return None
        left_s = max(0.0, min(limits)[0] - time.monotonic())
        return min(left_s, MEMORY_WATCH_S) if self.running is not None else left_s

    def enforce(self) -> None:
        """End the process where a limit is reached."""
        if self._death is not None:
            return
        limits = self._deadlines()
        if limits and time.monotonic() >= min(limits)[0]:
            self._kill(min(limits)[1])
        elif self.running is not None and self._resident_bytes() > self._memory_bytes:
            self._kill(Death.MEMORY)

    def _kill(self, death: Death) -> None:
        self._death = death
        self._killed_s = time.monotonic()
        self.process.kill()

    def _resident_bytes(self) -> int:
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0  # The process has just ended.

    def _deadlines(self) -> list[tuple[float, Death]]:
        running = self.running
        if not self.is_ready:
            return [(self._started_s + START_LIMIT_S, Death.STEP_TIME)]
        if running is None:
            return []
        limits = running.job.limits
        alive_s, file = self._blackbox.read()
        alive_s = max(alive_s, running.since_s)
        deadlines = [
            (alive_s + limits.file_s, Death.FILE_TIME)
            if file
            else (alive_s + limits.step_s, Death.STEP_TIME)
        ]
        if limits.job_s is not None:
            deadlines.append((running.since_s + limits.job_s, Death.JOB_TIME))
        if running.cancel_by_s is not None:
            deadlines.append((running.cancel_by_s, Death.CANCELLED))
        return deadlines

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended, or cannot be waited for any longer."""
        return not self.process.is_alive() or (
            self._death is not None and time.monotonic() >= self._killed_s + KILL_GRACE_S
        )

    def death(self) -> Death:
        """Why the process ended."""
        if self._death is not None:
            return self._death
        return Death.MEMORY if self.process.exitcode == EXIT_OUT_OF_MEMORY else Death.CRASH

    def last_file(self) -> str:
        """The file that the process was working on, empty where there was none."""
        return self._blackbox.read()[1]

    def close(self) -> None:
        """End the process and remove all that it left in shared memory."""
        self.process.kill()
        self.process.join(KILL_GRACE_S)
        while self.receive() is not None:
            pass  # Segments may have been announced on the way.
        self.finish()
        self._forget()
        if not self.process.is_alive():
            self.process.close()

    def _forget(self) -> None:
        self.connection.close()
        self._unname_blackbox()
        self._blackbox.close()

    def _unname_blackbox(self) -> None:
        if self._is_blackbox_named:
            self._blackbox.unlink()
            self._is_blackbox_named = False
