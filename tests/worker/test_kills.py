"""Processes killed at random moments: the next step works and nothing is left behind."""

import gc
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from ichviewer import paths, workflow
from ichviewer.dicom.study import Series
from ichviewer.errors import WorkerDied
from ichviewer.imaging.volume import Volume
from ichviewer.worker import Worker
from tests.worker import steps

SEGMENTS = Path("/dev/shm")
SHAPE = (60, 256, 256)


class Killer:
    """Ends the busy process of a worker after a random time."""

    def __init__(self, worker: Worker, longest_s: float, seed: int) -> None:
        self.process_ids: set[int] = set()
        self._worker = worker
        self._longest_s = longest_s
        self._random = random.Random(seed)

    def run(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Run a step under fire; gives its result, or None where it was lost."""
        timer = threading.Timer(self._random.random() * self._longest_s, self._kill_one)
        timer.start()
        try:
            return self._worker.run(step, *arguments)
        except WorkerDied:
            return None
        finally:
            timer.join()

    def _kill_one(self) -> None:
        process_ids = self._worker.process_ids
        self.process_ids |= set(process_ids)
        victim = self._random.choice(process_ids)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return


def segments_of(process_ids: set[int]) -> list[str]:
    """Names in shared memory that belong to these processes or to this one."""
    owners = {str(process_id) for process_id in process_ids | {os.getpid()}}
    names = (path.name for path in SEGMENTS.glob("ichv-*"))
    return [name for name in names if name.split("-")[1] in owners]


def shoot(rounds: int) -> None:
    """Kill while large arrays are made and sent both ways."""
    expected = steps.ramp(SHAPE)
    threads = threading.active_count()
    with Worker(processes=2) as worker:
        assert worker.run(steps.add, 1, 1) == 2
        killer = Killer(worker, longest_s=0.15, seed=rounds)
        for _ in range(rounds):
            array = killer.run(steps.ramp, SHAPE)
            assert array is None or np.array_equal(array, expected)
            killer.run(steps.describe, expected)
            assert worker.run(steps.add, 1, 1) == 2
        del array
    gc.collect()
    assert segments_of(killer.process_ids) == []
    assert threading.active_count() == threads


@pytest.mark.skipif(not SEGMENTS.is_dir(), reason="needs /dev/shm to look for leftovers")
def test_ten_kills_while_arrays_cross() -> None:
    shoot(10)


@pytest.mark.slow
@pytest.mark.skipif(not SEGMENTS.is_dir(), reason="needs /dev/shm to look for leftovers")
def test_two_hundred_kills_while_arrays_cross() -> None:
    shoot(200)


@pytest.mark.slow
def test_two_hundred_kills_during_load_and_analysis() -> None:
    with workflow.start_worker() as worker:
        scan = worker.run(workflow.open_folder, paths.demo_study_folder())
        series = workflow.best_series(scan)
        volume = worker.run(workflow.open_series, series)
        findings = worker.run(workflow.analyze, series, volume)
        seconds = sum(findings.seconds.values())
        loading = Killer(worker, longest_s=0.5, seed=1)
        for _ in range(100):
            _load(loading, worker, series, volume)
        analysing = Killer(worker, longest_s=seconds, seed=2)
        for _ in range(100):
            again = analysing.run(workflow.analyze, series, volume)
            assert again is None or np.array_equal(again.mask, findings.mask)
            assert worker.run(steps.add, 1, 1) == 2
        descriptors = psutil.Process().num_fds()
        assert worker.run(steps.add, 1, 1) == 2
        assert psutil.Process().num_fds() <= descriptors
    gc.collect()
    assert segments_of(loading.process_ids | analysing.process_ids) == []


def _load(killer: Killer, worker: Worker, series: Series, volume: Volume) -> None:
    """A killed load repeats itself: the user gets every slice, late."""
    again = killer.run(workflow.open_series, series)
    assert again is not None
    assert np.array_equal(again.hu, volume.hu)
    assert again.notes == volume.notes
    assert worker.run(steps.add, 1, 1) == 2
