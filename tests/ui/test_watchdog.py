"""A window's thread that does not answer is noticed, with the place where it was."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ichviewer.logs import ScrubbingFormatter
from ichviewer.ui.watchdog import Block, Watchdog, log_block


@pytest.fixture
def blocks(qtbot: QtBot) -> Iterator[list[Block]]:
    noticed: list[Block] = []
    watchdog = Watchdog(noticed.append)
    yield noticed
    watchdog.stop()


def work(cpu_s: float) -> None:
    """Keep this thread working, however busy the machine is."""
    end_s = time.thread_time() + cpu_s
    while time.thread_time() < end_s:
        pass


def test_a_block_is_noticed_with_its_place(blocks: list[Block], qtbot: QtBot) -> None:
    qtbot.wait(100)
    work(0.3)

    def of_work() -> list[Block]:
        """What earlier tests left to do may block the first wait as well."""
        return [block for block in blocks if "work" in block.places[-1]]

    qtbot.waitUntil(lambda: any(block.cpu_s > 0.25 for block in of_work()), timeout=20_000)
    block = max(of_work(), key=lambda one: one.cpu_s)
    assert block.wall_s > 0.25
    assert "test_watchdog.py" in block.places[-1]


def test_short_work_is_no_block(blocks: list[Block], qtbot: QtBot) -> None:
    for _ in range(20):
        work(0.02)
        qtbot.wait(1)
    assert not [block for block in blocks if block.cpu_s > 0.1]


def test_a_stop_just_before_it_asks_is_not_missed(qtbot: QtBot) -> None:
    watchdog = Watchdog()

    class Stopped(threading.Event):
        """What `stop` sets, set at the worst moment."""

        def clear(self) -> None:
            watchdog._is_over.set()
            self.set()
            super().clear()

    watchdog._has_answered = Stopped()
    watchdog._thread.join(20)
    assert not watchdog._thread.is_alive()


def test_the_log_tells_times_and_places() -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("ichviewer.ui.watchdog")
    logger.addHandler(handler)
    log_block(Block(0.25, 0.125, ("main_window.py:10 open_paths",)))
    logger.removeHandler(handler)
    line = ScrubbingFormatter().format(records[0])
    assert '"event": "the window was blocked", "wall_ms": 250, "cpu_ms": 125' in line
    assert "main_window.py:10 open_paths" in line
