"""The one thread that starts worker processes, gives them jobs, and sees to those that die."""

import logging
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from ichviewer.errors import WorkerDied
from ichviewer.language import tr
from ichviewer.worker import sentences
from ichviewer.worker.host import Death, Host
from ichviewer.worker.job import Job
from ichviewer.worker.messages import Done, Failed, Message, Progressed, SoFar, Stopped

log = logging.getLogger(__name__)

#: How many processes one reading step may take along before it is given up.
MOST_DEATHS = 64
#: Processes in a row that end before they are up, or before they have started a given job.
MOST_FAILED_STARTS = 3


class RemoteTraceback(Exception):
    """Where in the worker process an error was raised; stands as that error's cause."""

    def __init__(self, text: str, places: tuple[str, ...]) -> None:
        super().__init__(text)
        self.places = places


class Dispatcher:
    """Hosts on one side, jobs on the other.

    Parameters
    ----------
    process_count
        How many processes to keep up.
    new_host
        Starts one.
    """

    def __init__(self, process_count: int, new_host: Callable[[], Host]) -> None:
        self.peak_memory_bytes = 0
        self._process_count = process_count
        self._new_host = new_host
        self._hosts: list[Host] = []
        self._failed_starts = 0
        self._lock = threading.Lock()
        self._submitted: deque[Job] = deque()
        self._waiting: deque[Job] = deque()
        self._is_closing = False
        self._wake_receiver, self._wake_sender = get_context("spawn").Pipe(duplex=False)
        self._is_wake_sent = False
        self._thread = threading.Thread(target=self._loop, name="worker client", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Run a job as soon as a process is free."""
        with self._lock:
            if self._is_closing:
                raise RuntimeError("the worker is closed")
            self._submitted.append(job)
        self.wake()

    def wake(self) -> None:
        """Look at the jobs again; one was cancelled."""
        with self._lock:
            if not self._is_wake_sent and not self._wake_sender.closed:
                self._is_wake_sent = True
                self._wake_sender.send_bytes(b"!")

    def close(self) -> None:
        """End all processes; jobs that still run are dropped without a callback."""
        with self._lock:
            self._is_closing = True
        self.wake()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes at this moment."""
        return tuple(h.process.pid for h in list(self._hosts) if h.process.pid is not None)

    # Everything below runs on the dispatcher's own thread.

    def _loop(self) -> None:
        try:
            while self._take_in():
                self._start_hosts()
                self._start_jobs()
                self._wait()
                for host in list(self._hosts):
                    self._attend(host)
        finally:
            self._stop()

    def _stop(self) -> None:
        """End all processes; if this is not `close` but a bug here, tell those who wait."""
        jobs = [host.running.job for host in self._hosts if host.running is not None]
        with self._lock:
            is_bug = not self._is_closing
            self._is_closing = True
            jobs += [*self._waiting, *self._submitted]
            self._wake_receiver.close()
            self._wake_sender.close()
        if is_bug:
            for job in jobs:
                job.fail(WorkerDied(tr(sentences.CANNOT_START)))
        for host in self._hosts:
            host.close()

    def _take_in(self) -> bool:
        with self._lock:
            self._waiting.extend(self._submitted)
            self._submitted.clear()
            return not self._is_closing

    def _start_hosts(self) -> None:
        while len(self._hosts) < self._process_count:
            if self._failed_starts >= MOST_FAILED_STARTS:
                self._give_up()
                return
            try:
                self._hosts.append(self._new_host())
            except OSError:
                log.warning("worker process could not be started")
                self._failed_starts += 1

    def _give_up(self) -> None:
        """No process can be kept up: tell those who wait; the next step tries again."""
        if self._waiting and not self._hosts:
            self._failed_starts = 0
            while self._waiting:
                self._waiting.popleft().fail(WorkerDied(tr(sentences.CANNOT_START)))

    def _start_jobs(self) -> None:
        for host in list(self._hosts):
            while self._waiting and self._waiting[0].is_cancelled:
                self._waiting.popleft()
            if not self._waiting:
                return
            if host.is_idle:
                self._start_job(host, self._waiting.popleft())

    def _start_job(self, host: Host, job: Job) -> None:
        try:
            host.start(job)
        except OSError:
            # The process ended while idle; `_attend` replaces it and the job starts elsewhere.
            host.finish()
            self._waiting.appendleft(job)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            host.finish()
            job.fail(error)

    def _wait(self) -> None:
        limits = [s for s in (host.seconds_left() for host in self._hosts) if s is not None]
        waitables: list[Any] = [self._wake_receiver]
        for host in self._hosts:
            waitables.extend(host.waitables)
        if self._wake_receiver in wait(waitables, min(limits, default=None)):
            with self._lock:
                self._wake_receiver.recv_bytes()
                self._is_wake_sent = False

    def _attend(self, host: Host) -> None:
        has_ended = host.is_dead
        while (message := host.receive()) is not None:
            self._handle(host, message)
        if has_ended:
            self._bury(host)
            return
        if host.running is not None and host.running.job.is_cancelled:
            host.cancel()
        host.enforce()

    def _handle(self, host: Host, message: Message) -> None:
        if host.running is None:
            self._failed_starts = 0
            return
        job = host.running.job
        seconds = time.monotonic() - host.running.since_s
        if isinstance(message, Progressed):
            job.progressed(message.done, message.total, message.what)
        elif isinstance(message, SoFar):
            job.found_so_far(pickle.loads(message.value))
        elif isinstance(message, Done):
            self.peak_memory_bytes = max(self.peak_memory_bytes, message.peak_memory_bytes)
            try:
                result = host.take_result(message)
            except (OSError, MemoryError, ImportError, pickle.UnpicklingError) as unpacking:
                job.fail(unpacking)
            else:
                log.info("step done", extra={"step": job.function, "seconds": seconds})
                job.succeed(result)
        elif isinstance(message, Failed):
            self.peak_memory_bytes = max(self.peak_memory_bytes, message.peak_memory_bytes)
            host.finish()
            error = _error(message)
            log.info("step failed", extra={"step": job.function}, exc_info=error)
            job.fail(error)
        elif isinstance(message, Stopped):
            host.finish()

    def _bury(self, host: Host) -> None:
        """Replace a process that has ended, and see to the job that it took along."""
        self._hosts.remove(host)
        self._failed_starts = 0 if host.is_ready else self._failed_starts + 1
        death, file = host.death(), host.last_file()
        running = host.running
        host.close()
        log.warning("worker process ended", extra={"why": death, "file": Path(file)})
        if running is None or running.job.is_cancelled:
            return
        if not running.has_started and running.job.failed_starts < MOST_FAILED_STARTS:
            # The process was gone before the job could do anything to it.
            running.job.failed_starts += 1
            self._waiting.appendleft(running.job)
        elif self._is_worth_repeating(running.job, death, file):
            self._waiting.appendleft(running.job)
        else:
            running.job.fail(WorkerDied(sentences.died(death, file, running.job.limits)))

    @staticmethod
    def _is_worth_repeating(job: Job, death: Death, file_at_hand: str) -> bool:
        """Whether to run a reading step again; a file that is to blame is left out then.

        A crash is blamed on a file when it happens there twice running: the process may have been
        ended from outside. A file that ran out of time or memory is to blame at once.
        """
        job.deaths += 1
        if not job.limits.leaves_out_files or job.deaths > MOST_DEATHS:
            return False
        if death is Death.CRASH and job.suspect != file_at_hand:
            job.suspect = file_at_hand
            return True
        file = Path(file_at_hand)
        if not file_at_hand or file in job.excluded or death is Death.JOB_TIME:
            return False
        job.excluded[file] = sentences.left_out(death, job.limits)
        return True


def _error(message: Failed) -> Exception:
    error: Exception = pickle.loads(message.error)
    error.__cause__ = RemoteTraceback(message.traceback, message.places)
    return error
