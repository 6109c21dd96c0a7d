"""Every scheme does with each gesture what its table says, in the real window."""

from dataclasses import replace

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichviewer.imaging.plane_slab import Projection
from ichviewer.settings import Settings
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.mouse import GESTURES, OWN, SCHEMES, MouseAction, gestures_in_words, scheme_of
from tests.ui import samples

BUTTONS = {
    "Left": Qt.MouseButton.LeftButton,
    "Middle": Qt.MouseButton.MiddleButton,
    "Right": Qt.MouseButton.RightButton,
}
MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}


@pytest.fixture
def reading(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    # A test drags faster than any hand; pyqtgraph would leave most of it out.
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", 0)
    window.model.show_volume(samples.series(), samples.volume())
    return window


def perform(window: MainWindow, gesture: str) -> None:
    """Drag up and to the right over the axial view, or turn its wheel by one notch."""
    *held, source = gesture.split("+")
    modifiers = Qt.KeyboardModifier.NoModifier
    for name in held:
        modifiers |= MODIFIERS[name]
    viewport = window.images.axial.viewport()
    start = viewport.rect().center()
    if source == "Wheel":
        at = QPointF(start)
        QApplication.sendEvent(viewport, QWheelEvent(
            at, viewport.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            modifiers, Qt.ScrollPhase.NoScrollPhase, False))  # fmt: skip
        return
    button = BUTTONS[source]
    QTest.mousePress(viewport, button, modifiers, start)
    for part in range(1, 11):
        at = QPointF(start + QPoint(8, -8) * part)
        QApplication.sendEvent(viewport, QMouseEvent(
            QMouseEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton,
            button, modifiers))  # fmt: skip
    QTest.mouseRelease(viewport, button, modifiers, start + QPoint(80, -80))


def done_by(window: MainWindow, gesture: str) -> MouseAction:
    """What a gesture did, told from what is on the screen."""
    model, view = window.model, window.images.axial
    k, j, i = model.cursor_kji
    before = (model.window, view.px_per_mm, view.screen_point(0, 0), model.view.slab)
    perform(window, gesture)
    after = (model.window, view.px_per_mm, view.screen_point(0, 0), model.view.slab)
    moved = model.cursor_kji[0] - k
    if after[3] != before[3]:
        return MouseAction.SLAB
    if moved:
        return MouseAction.FAST_SCROLL if abs(moved) > 6 else MouseAction.SCROLL
    if model.cursor_kji[1:] != (j, i):
        return MouseAction.TOOL
    if after[0] != before[0]:
        return MouseAction.WINDOW
    if after[1] != pytest.approx(before[1], rel=1e-3):
        return MouseAction.ZOOM
    return MouseAction.PAN if after[2] != before[2] else MouseAction.NOTHING


@pytest.mark.parametrize("name", list(SCHEMES))
def test_a_scheme_does_what_its_table_says(reading: MainWindow, name: str) -> None:
    reading.model.choices = replace(reading.model.choices, mouse_scheme=name)
    found = {}
    for gesture in GESTURES:
        reading.model.cursor_kji = (2, 20, 16)
        found[gesture] = done_by(reading, gesture)
    expected = {g: SCHEMES[name].get(g, MouseAction.NOTHING) for g in GESTURES}
    assert found == expected


def test_own_assignments_are_used_and_unknown_words_do_nothing() -> None:
    own = {"Right": "zoom", "Middle": "juggle", "Wheel": "scroll"}
    scheme = scheme_of(Settings(mouse_scheme=OWN, own_mouse=own))
    assert scheme == {"Right": MouseAction.ZOOM, "Wheel": MouseAction.SCROLL}
    assert scheme_of(Settings(mouse_scheme="of a later version")) == SCHEMES["PACS"]


def test_a_gesture_can_be_given_another_action(reading: MainWindow) -> None:
    assert done_by(reading, "Alt+Middle") is MouseAction.NOTHING
    own = {**SCHEMES["PACS"], "Alt+Middle": MouseAction.WINDOW}
    reading.model.choices = replace(
        reading.model.choices, mouse_scheme=OWN, own_mouse={g: str(a) for g, a in own.items()}
    )
    assert done_by(reading, "Alt+Middle") is MouseAction.WINDOW


@pytest.mark.parametrize("sensitivity", [0.5, 1.0, 4.0])
def test_the_drag_follows_the_width_and_the_sensitivity(
    reading: MainWindow, sensitivity: float
) -> None:
    model, view = reading.model, reading.images.axial
    model.choices = replace(model.choices, window_sensitivity=sensitivity)
    for width in (80.0, 2800.0):
        model.window = replace(model.window, center=0, width=width)
        view.drag_window(0, 32)
        assert model.window.center == pytest.approx(0.1 * width * sensitivity)
        view.drag_window(160 / sensitivity, 0)
        assert model.window.width == pytest.approx(2 * width)


def test_the_wheel_with_alt_begins_and_thickens_a_slab(reading: MainWindow) -> None:
    perform(reading, "Alt+Wheel")
    assert reading.model.view.slab.projection is Projection.MAXIMUM
    before_mm = reading.model.view.slab.thickness_mm
    perform(reading, "Alt+Wheel")
    assert reading.model.view.slab.thickness_mm == before_mm + 5


def test_the_help_names_every_gesture_in_use() -> None:
    shown = dict(gestures_in_words(SCHEMES["OHIF/Weasis"]))
    assert shown["Left drag"] == "window"
    assert shown["Wheel"] == "scroll"
    assert len(shown) == len(SCHEMES["OHIF/Weasis"])
