"""Measuring in the window, by mouse and by keys: values, handles, undo, panel, files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichviewer.imaging.measurement import Kind
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_turn import Turn
from ichviewer.report.measurements import from_json
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.measure_list import MeasureList
from ichviewer.ui.slice_view import SliceView
from tests.ui import samples

LEFT = Qt.MouseButton.LeftButton
#: Rows and columns of the sample are 5 mm apart, so are its slices.
SPACING_MM = 5.0


@pytest.fixture
def reading(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    qtbot.waitUntil(lambda: window.images.axial.width() > 300)
    return window


@pytest.fixture
def measures(reading: MainWindow) -> MeasureList:
    return reading.measuring.measures


def point(view: SliceView, kji: tuple[float, float, float]) -> QPoint:
    """Where a voxel's centre is on the screen, to the next pixel."""
    assert view.plane is not None
    return view.screen_point(*view.plane.pixel(kji)).toPoint()


def click(view: SliceView, kji: tuple[float, float, float]) -> None:
    QTest.mouseClick(view.viewport(), LEFT, pos=point(view, kji))


def drag(view: SliceView, start: tuple[float, float, float], end: tuple[float, ...]) -> None:
    first, last = point(view, start), point(view, (end[0], end[1], end[2]))
    QTest.mousePress(view.viewport(), LEFT, pos=first)
    QTest.mouseMove(view.viewport(), (first + last) / 2)
    QTest.mouseMove(view.viewport(), last)
    QTest.mouseRelease(view.viewport(), LEFT, pos=last)


def draw(window: MainWindow, kind: Kind, *kji: tuple[float, float, float]) -> None:
    """Draw by clicks in the axial view."""
    window.measuring.measures.take_tool(kind)
    for place in kji:
        click(window.images.axial, place)


def value(measures: MeasureList, name: str) -> float:
    return measures.entries[-1].measured.value(name)


def tolerance_mm(view: SliceView) -> float:
    """A pixel of the screen at both ends."""
    return 1.5 / view.px_per_mm


def test_a_length_is_dragged_from_end_to_end(reading: MainWindow, measures: MeasureList) -> None:
    view = reading.images.axial
    measures.take_tool(Kind.LENGTH)
    drag(view, (6, 10, 10), (6, 30, 25))
    expected = SPACING_MM * np.hypot(20, 15)
    assert value(measures, "length") == pytest.approx(expected, abs=tolerance_mm(view))
    assert measures.tool is None
    assert measures.selected == measures.measurements[0]
    assert measures.selected.name == "Length 1"
