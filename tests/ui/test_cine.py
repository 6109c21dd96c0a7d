"""The film goes round or to and fro through the active view, and stops with what it shows."""

from dataclasses import replace

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from ichviewer.imaging.plane import Axis
from ichviewer.ui.cine import Cine
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui import samples


def steps(model: ViewerModel, count: int, axis: Axis = Axis.K) -> list[int]:
    cine, seen = Cine(model), []
    for _ in range(count):
        cine.step()
        seen.append(model.cursor_kji[axis])
    return seen


def test_a_loop_begins_again_at_the_other_end(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    model.move_cursor((2, 20, 16))
    assert steps(model, 5) == [1, 0, 11, 10, 9]


def test_to_and_fro_turns_round_at_both_ends(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    model.choices = replace(model.choices, is_cine_to_and_fro=True)
    model.move_cursor((1, 20, 16))
    seen = steps(model, 24)
    assert seen[:3] == [0, 1, 2]
    assert seen[10:15] == [10, 11, 10, 9, 8]


def test_it_plays_the_active_view(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    model.view = replace(model.view, active=Axis.J)
    assert steps(model, 2, Axis.J) == [19, 18]
    assert model.cursor_kji[0] == 6


def test_it_runs_until_stopped_and_never_over_another_series(
    window: MainWindow, qtbot: QtBot
) -> None:
    model = window.model
    model.show_volume(samples.series(), samples.volume())
    model.choices = replace(model.choices, cine_hz=60)
    seen = []
    model.cursor_changed.connect(lambda: seen.append(model.cursor_kji[0]))
    model.is_playing = True
    qtbot.waitUntil(lambda: len(seen) >= 3)
    model.show_volume(samples.series("b"), samples.volume())
    assert not model.is_playing
    timers = [t for t in window.findChildren(QTimer) if t.isActive() and t.interval() == 17]
    assert not timers
