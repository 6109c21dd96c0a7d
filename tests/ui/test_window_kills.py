"""The window's own process is killed in the middle of a reading; the next one goes on there."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.reading.change import redo, undo
from ichviewer.reading.interrupted import interrupted
from ichviewer.reading.plain import to_plain
from ichviewer.reading.replay import journals, replay
from ichviewer.ui.main_window import MainWindow
from tests.ui.scripted_read import ByKeys, Reader

KILLS = 10
#: Nothing older than this may be missing after a kill.
OLD_S = 1.0
#: From a station's end, a kill comes within this time.
_SOON_S = 2.0
_STATION_S = 900.0
Told = list[tuple[float, Any]]


class Killed:
    """One process of the program, killed a moment after it has reached a station."""

    def __init__(self, station: str, moment_s: float) -> None:
        self.lines: list[list[Any]] = []
        coming: SimpleQueue[list[Any] | None] = SimpleQueue()
        with subprocess.Popen(
            [sys.executable, "-m", "tests.ui.reading_window"], stdout=subprocess.PIPE, text=True
        ) as child:
            hearing = threading.Thread(target=self._hear, args=(child, coming))
            hearing.start()
            while (line := coming.get(timeout=_STATION_S)) is not None:
                if line[1:] == ["station", station]:
                    break
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(moment_s)
            family = psutil.Process(child.pid).children(recursive=True)
            self.at_s = time.monotonic()
            child.send_signal(signal.SIGKILL)
            child.wait()
            hearing.join()
        _, self.orphans = psutil.wait_procs(family, timeout=30)

    def told(self, what: str) -> Told:
        """What was on screen, with its times."""
        return [(at_s, value) for at_s, word, value in self.lines if word == what]

    def _hear(self, child: "subprocess.Popen[str]", coming: SimpleQueue[Any]) -> None:
        assert child.stdout is not None
        for raw in child.stdout:
            # The kill may tear the last line.
            if raw.endswith("\n"):
                self.lines.append(json.loads(raw))
                coming.put(self.lines[-1])
        coming.put(None)


def recent(told: Told, before: Any, killed_at_s: float) -> list[Any]:
    """The last state that was old when the kill came, and all that came after it."""
    states = [(float("-inf"), before), *told]
    old = max(n for n, (at_s, _) in enumerate(states) if at_s <= killed_at_s - OLD_S)
    return [state for _, state in states[old:]]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_kill_9_at_ten_random_moments_takes_nothing_older_than_a_second(
    own_data: Path, window: MainWindow, qtbot: QtBot
) -> None:
    chance = random.Random(5)
    names = [station.__name__ for station in Reader(window).stations[:-1]]
    reading: Any = None
    cursor: Any = None
    folder = own_data / "readings"
    for _ in range(KILLS):
        station = chance.choice(names)
        killed = Killed(station, chance.uniform(0, _SOON_S))
        readings = killed.told("reading")
        # What the new window first shows is what the killed one had kept.
        assert reading in (None, readings[0][1])
        (study,) = journals(folder)
        said = replay(folder, study)
        # The kill may have come between writing a change and showing it.
        ways = (said.history, undo(said.history), redo(said.history))
        kept = [plain(way.reading) for way in ways]
        expected = recent(readings, reading, killed.at_s)
        assert any(one in expected for one in kept)
        place = list(said.place.cursor_kji) if said.place else None
        assert place in recent(killed.told("cursor"), cursor, killed.at_s)
        found = interrupted(folder)
        # After the report the study may have been closed before the kill came.
        assert said.is_open or "report" in [name for _, name in killed.told("station")]
        if said.is_open:
            assert found is not None
            assert found.source == paths.demo_study_folder()
        assert not killed.orphans
        reading, cursor = kept[0], place
    window.reading.look_for_interrupted()
    qtbot.waitUntil(lambda: bool(window.reading.bar.text), timeout=60_000)
    hand = ByKeys(window)
    hand.press("J")
    hand.wait(lambda: list(window.model.cursor_kji) == cursor)
    hand.wait(lambda: window.reading.keeper.said is not None)
    assert plain(window.model.reading) == reading


def plain(value: object) -> Any:
    """As it comes out of JSON."""
    return json.loads(json.dumps(to_plain(value)))
