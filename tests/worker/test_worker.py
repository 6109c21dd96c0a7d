"""The worker with real processes: results, trouble, limits, cancellation, respawn."""

import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from ichviewer.errors import IchViewerError, NotDicomError, WorkerDied
from ichviewer.progress import Cancelled
from ichviewer.worker import RemoteTraceback, Worker
from tests.worker import steps

MEMORY_BYTES = 512 * 2**20
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(memory_bytes=MEMORY_BYTES) as worker:
        yield worker


class Outcome:
    """Callbacks that can be waited for."""

    def __init__(self) -> None:
        self.ends: queue.Queue[Any] = queue.Queue()
        self.progress: queue.Queue[tuple[int, int, str]] = queue.Queue()

    def submit(self, worker: Worker, *call: Any, **options: Any) -> Any:
        return worker.submit(
            *call,
            on_progress=lambda *args: self.progress.put(args),
            on_success=self.ends.put,
            on_failure=self.ends.put,
            **options,
        )

    def end(self) -> Any:
        return self.ends.get(timeout=PATIENCE_S)


def test_result_comes_back(worker: Worker) -> None:
    assert worker.run(steps.add, 2, 3) == 5


def test_steps_run_in_another_process(worker: Worker) -> None:
    assert worker.run(steps.process_id) != os.getpid()


def test_large_arrays_come_back_read_only_and_equal(worker: Worker) -> None:
    array = worker.run(steps.ramp, (40, 256, 256))
    assert array.dtype == np.int16
    assert not array.flags.writeable
    np.testing.assert_array_equal(array, steps.ramp((40, 256, 256)))


def test_large_arguments_arrive_read_only_and_equal(worker: Worker) -> None:
    array = steps.ramp((40, 256, 256))
    total, is_writeable = worker.run(steps.describe, array)
    assert total == int(array.sum(dtype=np.int64))
    assert not is_writeable


def test_progress_is_rate_limited_and_ends_complete(worker: Worker) -> None:
    heard: list[tuple[int, int, str]] = []
    worker.run(steps.count, 20_000, progress=lambda *args: heard.append(args))
    assert heard[0] == (0, 20_000, "step 0")
    assert heard[-1] == (20_000, 20_000, "done")
    assert len(heard) < 200


def test_parts_of_a_result_come_before_the_whole(worker: Worker) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    worker.submit(steps.find_some, on_so_far=heard.put, on_success=heard.put, on_failure=heard.put)
    got = [heard.get(timeout=PATIENCE_S) for _ in range(4)]
    assert got == [[0], [0, 1], [0, 1, 2], [0, 1, 2]]


def test_expected_trouble_keeps_its_type_and_sentence(worker: Worker) -> None:
    with pytest.raises(NotDicomError, match=r"notes.txt holds no DICOM") as caught:
        worker.run(steps.refuse)
    assert isinstance(caught.value.__cause__, RemoteTraceback)
    assert "in refuse" in str(caught.value.__cause__)


def test_bugs_rise_with_the_workers_traceback(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug") as caught:
        worker.run(steps.stumble)
    assert "in stumble" in str(caught.value.__cause__)


def test_foreign_exceptions_arrive_as_words(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="ForeignError: 1 and 2"):
        worker.run(steps.stumble_elsewhere)


def test_what_cannot_be_sent_fails_the_job_only(worker: Worker) -> None:
    with pytest.raises((AttributeError, TypeError)):
        worker.run(lambda progress: None)
    assert worker.run(steps.add, 1, 1) == 2


def test_crash_is_told_and_the_next_step_works(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match="ended unexpectedly"):
        worker.run(steps.crash)
    assert worker.run(steps.add, 1, 1) == 2


@pytest.mark.parametrize("step", [steps.hang, steps.hang_in_c])
def test_job_time_limit(worker: Worker, step: Any) -> None:
    outcome = Outcome()
    outcome.submit(worker, step, time_limit_s=0.3)
    error = outcome.end()
    assert isinstance(error, WorkerDied)
    assert "longer than 0.3 s in all" in str(error)
    assert worker.run(steps.add, 1, 1) == 2


def test_step_time_limit(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match=r"longer than 0.3 s"):
        worker.run(steps.hang_with_short_step)


def test_memory_limit(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match="more memory"):
        worker.run(steps.allocate, 2048)
    assert worker.run(steps.allocate, 16) == 16


@pytest.mark.skipif(sys.platform != "linux", reason="other allocators do this by themselves")
def test_freed_memory_goes_back_to_the_system(worker: Worker) -> None:
    process = psutil.Process(worker.run(steps.process_id))
    before_bytes = process.memory_full_info().uss
    worker.run(steps.leave_one_of_many, 200)
    # A step after it has an answer only once the memory was given back.
    assert worker.run(steps.process_id) == process.pid
    assert process.memory_full_info().uss - before_bytes < 20 * 2**20


def test_the_window_goes_first(worker: Worker) -> None:
    behind = psutil.Process(worker.run(steps.process_id)).nice()
    if sys.platform == "win32":
        assert behind == psutil.BELOW_NORMAL_PRIORITY_CLASS
    else:
        assert behind == min(19, psutil.Process().nice() + 5)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("crash", "made the reading process crash"),
        ("hang", "took longer than 1 s to read"),
        ("grow", "needs more memory than this computer can give to one file"),
    ],
)
def test_deadly_file_is_named_and_the_rest_is_read(
    worker: Worker, tmp_path: Path, order: str, why: str
) -> None:
    for name, text in {"a": "", "b": order, "c": "", "d": order, "e": ""}.items():
        (tmp_path / name).write_text(text)
    read, left_out = worker.run(steps.read_folder, tmp_path)
    assert read == ["a", "c", "e"]
    assert left_out == {"b": why, "d": why}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_the_real_scan_of_a_file_that_never_answers_ends(worker: Worker, tmp_path: Path) -> None:
    pipe = tmp_path / "stalled.dcm"
    os.mkfifo(pipe)
    with pytest.raises(IchViewerError, match=r"stalled.dcm.*longer than 1 s"):
        worker.run(steps.open_impatiently, pipe)


def test_process_ended_from_outside_costs_no_file(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"crash once {tmp_path / 'marker'}")
    (tmp_path / "b").write_text("")
    read, left_out = worker.run(steps.read_folder, tmp_path)
    assert read == ["a", "b", "marker"]
    assert left_out == {}


@pytest.mark.parametrize("step", [steps.work_until_cancelled, steps.hang, steps.hang_in_c])
def test_cancel_is_immediate_silent_and_frees_the_worker(worker: Worker, step: Any) -> None:
    outcome = Outcome()
    job = outcome.submit(worker, step)
    outcome.progress.get(timeout=PATIENCE_S)
    assert worker.run(steps.add, 1, 1) == 2  # The spare is up.
    started_s = time.monotonic()
    assert job.cancel()
    assert time.monotonic() - started_s < 0.2
    assert job.is_cancelled
    assert worker.run(steps.add, 1, 1) == 2
    assert time.monotonic() - started_s < 2.0
    assert outcome.ends.empty()


def test_cancelling_a_waiting_job_drops_it(worker: Worker) -> None:
    outcome = Outcome()
    jobs = [outcome.submit(worker, steps.work_until_cancelled) for _ in range(4)]
    assert all(job.cancel() for job in jobs)
    assert worker.run(steps.add, 1, 1) == 2
    assert outcome.ends.empty()


def test_cancel_after_the_end_says_so(worker: Worker) -> None:
    outcome = Outcome()
    job = outcome.submit(worker, steps.add, 1, 1)
    assert outcome.end() == 2
    assert not job.cancel()


def test_progress_can_cancel_a_blocking_run(worker: Worker) -> None:
    def stop(done: int, total: int, what: str) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        worker.run(steps.work_until_cancelled, progress=stop)


def test_the_spare_works_while_the_first_is_busy(worker: Worker) -> None:
    busy = Outcome()
    job = busy.submit(worker, steps.work_until_cancelled)
    busy.progress.get(timeout=PATIENCE_S)
    assert worker.run(steps.add, 20, 3) == 23
    job.cancel()


def test_a_faulty_callback_reaches_the_handler_of_bugs(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: queue.Queue[type[BaseException]] = queue.Queue()
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: seen.put(kind))

    def fail(result: object) -> None:
        raise KeyError("a bug in the window")

    worker.submit(steps.add, 1, 1, on_success=fail, on_failure=fail)
    assert seen.get(timeout=PATIENCE_S) is KeyError
    assert worker.run(steps.add, 1, 1) == 2


def test_a_process_that_cannot_be_killed_is_left_behind(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that hangs inside the kernel, on a network drive that has gone away."""
    immortal: set[int | None] = set()

    def spare(process: BaseProcess) -> None:
        immortal.add(process.pid)

    monkeypatch.setattr(BaseProcess, "kill", spare)
    outcome = Outcome()
    outcome.submit(worker, steps.hang, time_limit_s=0.2)
    assert isinstance(outcome.end(), WorkerDied)
    assert worker.run(steps.add, 1, 1) == 2
    assert immortal
    for child in psutil.Process().children():
        if child.pid in immortal:
            child.kill()
            child.wait()


def test_idle_process_ended_from_outside_is_replaced(worker: Worker) -> None:
    assert worker.run(steps.add, 1, 1) == 2
    for process_id in worker.process_ids:
        os.kill(process_id, signal.SIGKILL)
    assert worker.run(steps.add, 1, 1) == 2


def test_close_ends_all_processes_and_drops_what_runs() -> None:
    outcome = Outcome()
    with Worker(processes=1, memory_bytes=MEMORY_BYTES) as worker:
        outcome.submit(worker, steps.hang)
        outcome.progress.get(timeout=PATIENCE_S)
        process_ids = worker.process_ids
    assert process_ids
    for process_id in process_ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    assert outcome.ends.empty()

    with pytest.raises(RuntimeError, match="closed"):
        outcome.submit(worker, steps.add, 1, 1)
