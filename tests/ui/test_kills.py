"""The window over a worker whose processes are killed while it loads and analyses."""

import os
import random
import signal
import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from ichviewer import paths, workflow
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.viewer_model import AiState, ViewerModel

KILLS = 200
WAIT_MS = 60_000
#: The longest that the window's thread may leave a reader without an answer.
LONGEST_STALL_S = 0.25


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_window_answers_while_its_worker_is_killed(
    qtbot: QtBot, model: ViewerModel, messages: Messages
) -> None:
    random_moment = random.Random(1)
    beats: list[float] = []
    heart = QTimer()
    heart.timeout.connect(lambda: beats.append(time.perf_counter()))
    heart.start(10)
    with workflow.start_worker() as worker:
        jobs = Jobs(worker, model, messages)
        window = MainWindow(model, jobs, messages)
        qtbot.addWidget(window)
        window.show()
        for _ in range(KILLS):
            window.open_paths(paths.demo_study_folder())
            qtbot.wait(random_moment.randrange(1, 1500))
            _kill(random_moment.choice(worker.process_ids))
        window.open_paths(paths.demo_study_folder())
        read = (AiState.PROCESSED, AiState.WARNED)
        qtbot.waitUntil(lambda: model.ai.state in read, timeout=WAIT_MS)
        jobs.cancel_all()
    heart.stop()
    stalls_s = [later - earlier for earlier, later in pairwise(beats)]
    assert max(stalls_s) < LONGEST_STALL_S


def _kill(process_id: int) -> None:
    """End a process that may just have ended."""
    try:
        os.kill(process_id, signal.SIGKILL)
    except ProcessLookupError:
        return
