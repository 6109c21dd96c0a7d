"""Measuring in the window, by mouse and by keys: values, grips, undo, turned views."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from ichviewer.imaging.measurement import Kind
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_turn import Turn
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.measure_list import WHOLE, MeasureList
from ichviewer.ui.measure_screen import MeasureScreen
from tests.ui import samples
from tests.ui.measuring import click, drag, draw, key, point

#: Rows, columns and slices of the sample are all 5 mm apart.
MM = 5.0


@pytest.fixture
def reading(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    qtbot.waitUntil(lambda: window.images.axial.width() > 300)
    return window


@pytest.fixture
def measures(reading: MainWindow) -> MeasureList:
    return reading.measuring.measures


def value(measures: MeasureList, name: str) -> float:
    return measures.entries[-1].measured.value(name)


def slack_mm(window: MainWindow) -> float:
    """What a pixel of the screen at each end can make."""
    return 1.5 / window.images.axial.px_per_mm


DRAWN = [
    (Kind.LENGTH, [(6, 10, 10), (6, 30, 25)], "length", 25 * MM),
    (Kind.ANGLE, [(6, 10, 10), (6, 30, 10), (6, 30, 30)], "angle", 90.0),
    (Kind.COBB, [(6, 5, 5), (6, 5, 25), (6, 10, 5), (6, 30, 25)], "angle", 45.0),
    (Kind.ELLIPSE, [(6, 10, 8), (6, 30, 24)], "area", np.pi * 10 * 8 * MM**2),
    (Kind.RECTANGLE, [(6, 10.5, 8.5), (6, 30.5, 24.5)], "voxels", 20 * 16),
    (Kind.MIDLINE, [(6, 4, 16), (6, 36, 16), (6, 20, 20)], "shift", 4 * MM),
    (Kind.THICKNESS, [(6, 12, 4), (6, 20, 4), (6, 28, 4), (6, 20, 7)], "thickness", 3 * MM),
]  # fmt: skip


def test_every_tool_measures_what_was_clicked(reading: MainWindow, measures: MeasureList) -> None:
    reading.model.move_cursor((6, 20, 16))
    for kind, places, name, expected in DRAWN:
        draw(reading, kind, *places)
        rel = {"angle": 0.05, "area": 0.03}.get(name, 0.0)
        assert value(measures, name) == pytest.approx(expected, rel=rel, abs=slack_mm(reading)), (
            kind
        )
        assert measures.selected == measures.measurements[-1]
        assert measures.tool is None
    assert measures.entries[-2].measured.side == "left"
    values = samples.volume().hu[6, 11:31, 9:25]
    box = measures.entries[4].measured
    assert box.value("mean") == pytest.approx(values.mean(), abs=1e-3)
    assert box.value("SD") == pytest.approx(values.std(), abs=1e-3)
    names = [drawn.name for drawn in measures.measurements]
    assert names[0] == "Length 1"
    assert len(set(names)) == len(names)


def test_a_length_is_dragged_or_runs_across_slices(
    reading: MainWindow, measures: MeasureList
) -> None:
    view = reading.images.axial
    reading.model.move_cursor((4, 20, 16))
    measures.take_tool(Kind.LENGTH)
    drag(view, (4, 10, 10), (4, 20, 18), (4, 30, 25))
    assert value(measures, "length") == pytest.approx(25 * MM, abs=slack_mm(reading))
    draw(reading, Kind.LENGTH, (4, 10, 10))
    reading.model.move_cursor((8, 20, 16))
    click(view, (8, 13, 10))
    # 3 rows and 4 slices.
    assert value(measures, "length") == pytest.approx(5 * MM, abs=slack_mm(reading))
    assert measures.entries[-1].where == "axial 5–9"


def test_most_kinds_begin_anew_on_another_cut(reading: MainWindow, measures: MeasureList) -> None:
    reading.model.move_cursor((4, 20, 16))
    draw(reading, Kind.ANGLE, (4, 10, 10), (4, 30, 10))
    reading.model.move_cursor((5, 20, 16))
    click(reading.images.axial, (5, 12, 12))
    assert len(measures.draft) == 1
    key(reading, Qt.Key.Key_Escape)
    assert (measures.tool, measures.draft, measures.measurements) == (None, (), ())


def test_outlines_are_drawn_freehand_and_closed_by_double_click(
    reading: MainWindow, measures: MeasureList, qtbot: QtBot
) -> None:
    reading.model.move_cursor((6, 20, 16))
    view = reading.images.axial
    measures.take_tool(Kind.FREEHAND)
    circle = [(6, 20 + 8 * np.sin(t), 16 + 8 * np.cos(t)) for t in np.linspace(0, 6.28, 90)]
    drag(view, *circle)
    assert value(measures, "area") == pytest.approx(np.pi * (8 * MM) ** 2, rel=0.03)
    corners = [(6, 10, 8), (6, 10, 24), (6, 30, 24)]
    draw(reading, Kind.POLYGON, *corners)
    assert measures.tool is Kind.POLYGON
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point(view, corners[-1]))
    assert value(measures, "area") == pytest.approx(16 * 20 / 2 * MM**2, rel=0.03)


def test_grips_and_lines_are_pulled_and_each_pull_is_undone_by_itself(
    reading: MainWindow, measures: MeasureList
) -> None:
    view = reading.images.axial
    reading.model.move_cursor((6, 20, 16))
    draw(reading, Kind.LENGTH, (6, 10, 10), (6, 30, 10))
    first = measures.measurements
    drag(view, (6, 30, 10), (6, 28, 10), (6, 25, 10), (6, 20, 10))
    assert value(measures, "length") == pytest.approx(10 * MM, abs=slack_mm(reading))
    pulled = measures.measurements
    drag(view, (6, 15, 10), (6, 15, 15), (6, 15, 20))
    assert value(measures, "length") == pytest.approx(10 * MM, abs=slack_mm(reading))
    middle = np.mean([handle.lps_mm for handle in measures.measurements[0].handles], axis=0)
    expected = reading.model.volume.grid.lps_mm(np.array([6.0, 15, 20]))
    assert middle == pytest.approx(expected, abs=slack_mm(reading))
    moved = measures.measurements
    for state in (pulled, first, ()):
        reading.reading.keeper.undo()
        assert measures.measurements == state
    assert measures.selected is None
    for state in (first, pulled, moved):
        reading.reading.keeper.redo()
        assert measures.measurements == state
    click(view, (6, 35, 28))
    assert measures.selected is None
    click(view, (6, 15, 20))
    assert measures.selected == moved[0]


def test_a_turned_mirrored_enlarged_view_changes_no_value(
    reading: MainWindow, measures: MeasureList
) -> None:
    """What is drawn stays on its voxels, and what is drawn anew comes to the same."""
    view, model = reading.images.axial, reading.model
    model.move_cursor((6, 20, 16))
    draw(reading, Kind.RECTANGLE, (6, 10.5, 8.5), (6, 30.5, 24.5))
    upright = measures.entries[0].measured.quantities
    screen = MeasureScreen(model, view)
    for turn in (Turn(1), Turn(2, True), Turn(3, True)):
        model.view = model.view.with_turn(turn)
        view.zoom(1.5)
        assert measures.entries[0].measured.quantities == upright
        assert view.plane is not None
        for grip, kji in {0: (6, 10.5, 8.5), 2: (6, 30.5, 24.5)}.items():
            at, there = screen.grips(measures.measurements[0])[grip], point(view, kji)
            assert abs(at.x() - there.x()) + abs(at.y() - there.y()) <= 3
        draw(reading, Kind.RECTANGLE, (6, 10.5, 8.5), (6, 30.5, 24.5))
        for name in ("voxels", "mean", "SD", "min", "max"):
            first = next(quantity.value for quantity in upright if quantity.name == name)
            assert value(measures, name) == pytest.approx(first, abs=1e-3)
        measures.delete_selected()


def test_all_of_it_by_keys(reading: MainWindow, measures: MeasureList, qtbot: QtBot) -> None:
    model = reading.model
    model.move_cursor((6, 20, 16))
    reading.activateWindow()
    qtbot.waitUntil(reading.isActiveWindow)
    next(a for a in ACTIONS if a.keys == ("M",)).run(reading)
    assert reading.images.axial.hasFocus()
    key(reading, Qt.Key.Key_Return)
    assert value(measures, "length") == pytest.approx(30.0, rel=1e-3)
    key(reading, Qt.Key.Key_Tab)
    key(reading, Qt.Key.Key_Tab)
    assert measures.grip == 1
    key(reading, Qt.Key.Key_Right)
    assert value(measures, "length") == pytest.approx(30.0 + MM, rel=1e-3)
    key(reading, Qt.Key.Key_Left, shift=True)
    assert value(measures, "length") == pytest.approx(15.0, rel=1e-3)
    assert model.cursor_kji == (6, 20, 16), "arrows move the grip, not the slice"
    key(reading, Qt.Key.Key_PageUp)
    assert model.cursor_kji[0] == 7
    assert value(measures, "length") == pytest.approx(np.hypot(15.0, MM), rel=1e-3)
    reading.reading.keeper.undo()
    assert value(measures, "length") == pytest.approx(15.0, rel=1e-3)
    key(reading, Qt.Key.Key_Tab)
    assert measures.grip == WHOLE
    before = measures.measurements[0]
    key(reading, Qt.Key.Key_Down)
    step = np.subtract(measures.measurements[0].handles[0].lps_mm, before.handles[0].lps_mm)
    assert step == pytest.approx([0, MM, 0])
    next(a for a in ACTIONS if a.keys == ("Del",)).run(reading)
    assert measures.measurements == ()
    key(reading, Qt.Key.Key_Up)
    assert model.cursor_kji[0] == 7, "with nothing chosen the arrows scroll again"


def test_every_kind_can_be_put_down_by_key(reading: MainWindow, measures: MeasureList) -> None:
    reading.model.move_cursor((6, 20, 16))
    for count, kind in enumerate(Kind, start=1):
        measures.take_tool(kind)
        key(reading, Qt.Key.Key_Return)
        assert len(measures.measurements) == count
        assert measures.entries[-1].measured.quantities


def test_a_coronal_length_follows_the_slices(reading: MainWindow, measures: MeasureList) -> None:
    reading.model.move_cursor((6, 20, 16))
    view = reading.images.coronal
    measures.take_tool(Kind.LENGTH)
    drag(view, (2, 20, 16), (5, 20, 16), (10, 20, 16))
    assert value(measures, "length") == pytest.approx(8 * MM, abs=1.5 / view.px_per_mm)
    assert measures.entries[0].where == "coronal 21"
    assert reading.model.view.active is Axis.J
    reading.model.move_cursor((6, 3, 16))
    measures.step(1)
    assert reading.model.cursor_kji == (6, 20, 16)


def test_a_measurement_is_seen_on_its_own_slice_only(
    reading: MainWindow, measures: MeasureList
) -> None:
    view, model = reading.images.axial, reading.model
    black = np.full(model.volume.shape_kji, -1000, np.int16)
    model.show_volume(model.series, replace(model.volume, hu=black))
    model.move_cursor((6, 20, 16))
    draw(reading, Kind.LENGTH, (6, 10, 10), (6, 30, 10))
    measures.select("")
    at = point(view, (6, 17, 10))

    def lightest() -> int:
        image = view.grab().toImage()
        scale = image.devicePixelRatio()
        around = (
            image.pixelColor(round((at.x() + dx) * scale), round(at.y() * scale))
            for dx in (-1, 0, 1)
        )
        return max(colour.lightness() for colour in around)

    assert lightest() > QColor("#888888").lightness()
    model.move_cursor((7, 20, 16))
    assert lightest() < QColor("#888888").lightness()


def test_another_series_has_its_own_measurements(
    reading: MainWindow, measures: MeasureList
) -> None:
    model = reading.model
    draw(reading, Kind.LENGTH, (6, 10, 10), (6, 30, 10))
    first = model.series
    other = samples.series("b")
    model.scan = samples.scan(first, other)
    model.show_volume(other, samples.volume())
    assert measures.measurements == ()
    model.show_volume(first, samples.volume())
    assert [drawn.kind for drawn in measures.measurements] == [Kind.LENGTH]
