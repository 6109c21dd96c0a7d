"""The list of measurements, what is exported from it, ABC/2 beside what was segmented."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.measurement import Kind
from ichviewer.report.measurements import from_json
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.measure_label import Label, place
from ichviewer.ui.measure_list import MeasureList
from ichviewer.ui.measure_table import MeasureTable
from tests.ui import samples
from tests.ui.measuring import click, draw


@pytest.fixture
def reading(window: MainWindow, qtbot: QtBot) -> MainWindow:
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    qtbot.waitUntil(lambda: window.images.axial.width() > 300)
    return window


@pytest.fixture
def measures(reading: MainWindow) -> MeasureList:
    return reading.measuring.measures


@pytest.fixture
def table(reading: MainWindow) -> MeasureTable:
    return reading.measuring.panel.findChild(MeasureTable)


def two(window: MainWindow) -> None:
    """A length on slice 4 and a box on slice 8."""
    window.model.move_cursor((4, 20, 16))
    draw(window, Kind.LENGTH, (4, 10, 10), (4, 30, 25))
    window.model.move_cursor((8, 20, 16))
    draw(window, Kind.RECTANGLE, (8, 10, 10), (8, 30, 25))


def test_the_panel_is_there_once_something_is_measured(reading: MainWindow) -> None:
    panel = reading.measuring.panel
    assert panel.isHidden()
    two(reading)
    assert not panel.isHidden()
    reading.reading.keeper.undo()
    reading.reading.keeper.undo()
    assert panel.isHidden()


def test_a_row_jumps_to_its_measurement_and_takes_a_name(
    reading: MainWindow, measures: MeasureList, table: MeasureTable
) -> None:
    two(reading)
    assert [table.item(row, 1).text() for row in range(2)] == ["axial 5", "axial 9"]
    table.setCurrentCell(0, 0)
    assert reading.model.cursor_kji[0] == 4
    assert measures.selected == measures.measurements[0]
    table.item(0, 0).setText("  Largest diameter ")
    assert measures.measurements[0].name == "Largest diameter"
    assert table.item(0, 0).text() == "Largest diameter"
    table.item(0, 0).setText(" ")
    assert measures.measurements[0].name == "Largest diameter"
    reading.reading.keeper.undo()
    assert table.item(0, 0).text() == "Length 1"


def test_the_chosen_region_shows_its_histogram(reading: MainWindow, measures: MeasureList) -> None:
    two(reading)
    shown = reading.measuring.panel.histogram
    assert not shown.isHidden()
    count = int(measures.entries[1].measured.value("voxels"))
    assert f"{count} voxels" in shown.accessibleDescription()
    measures.step(1)
    assert shown.isHidden()


def test_exports_hold_everything_and_never_overwrite(
    reading: MainWindow, measures: MeasureList, tmp_path: Path
) -> None:
    two(reading)
    desk = reading.measuring
    desk.save(tmp_path / "case.json")
    desk.save(tmp_path / "case.csv")
    measures.delete_selected()
    desk.save(tmp_path / "case.json")
    first, second = (tmp_path / name for name in ("case.json", "case (2).json"))
    assert len(from_json(first.read_text(encoding="utf-8"), "first")) == 2
    assert from_json(second.read_text(encoding="utf-8"), "second") == measures.measurements
    assert reading.messages.current is not None
    assert "case (2).json" in reading.messages.current.sentence
    lines = list(csv.DictReader(io.StringIO((tmp_path / "case.csv").read_text(encoding="utf-8"))))
    assert {line["name"] for line in lines} == {"Length 1", "Rectangle 1"}
    desk.save(tmp_path / "nowhere" / "case.json")
    assert "cannot be written" in reading.messages.current.sentence


def test_copies_are_csv(reading: MainWindow, measures: MeasureList) -> None:
    reading.measuring.copy()
    assert reading.messages.current is not None
    assert "Nothing is measured" in reading.messages.current.sentence
    two(reading)
    reading.measuring.copy()
    held = list(csv.DictReader(io.StringIO(QApplication.clipboard().text())))
    assert held[0]["quantity"] == "length"
    length_mm = measures.entries[0].measured.value("length")
    assert float(held[0]["value"]) == pytest.approx(length_mm, abs=5e-4)  # three decimals


def test_abc2_stands_beside_the_segmented_lesion(
    reading: MainWindow, measures: MeasureList, qtbot: QtBot
) -> None:
    model = reading.model
    model.findings = samples.findings(samples.lesion(1, HemorrhageType.SUBDURAL, 6))
    model.move_cursor((6, 20, 22))
    draw(reading, Kind.ABC2, (6, 18, 22), (6, 22, 22), (6, 20, 20), (6, 20, 24))
    for k in (5, 7):
        model.move_cursor((k, 20, 22))
        click(reading.images.axial, (k, 20, 22))
    qtbot.waitUntil(lambda: measures.is_compared(measures.measurements[0]), timeout=30_000)
    measured = measures.entries[0].measured
    # The sample's lesion: 5 x 5 voxels on 3 slices, all 5 mm apart.
    expected_ml = 5 * 5 * 3 * 5.0**3 / 1000
    assert measured.value("segmented") == pytest.approx(expected_ml, rel=1e-3)
    assert measured.value("C") == pytest.approx(15.0, rel=1e-3)
    difference = measured.value("ABC/2") - expected_ml
    assert measured.value("difference") == pytest.approx(difference)
    model.findings = None
    assert np.isnan(measures.entries[0].measured.value("segmented"))


def test_what_is_measured_is_read_again_with_the_study(
    reading: MainWindow, measures: MeasureList
) -> None:
    """As the journal has it: plain JSON in, the same measurements out."""
    two(reading)
    held = json.loads(json.dumps(dict(reading.model.reading.measurements)))
    assert [plain["name"] for plain in held.values()] == ["Length 1", "Rectangle 1"]
    assert set(held) == {drawn.uid for drawn in measures.measurements}


#: Clear of the corners, which hold the view's own texts.
LINES = st.lists(
    st.tuples(st.floats(60, 740), st.floats(200, 400), st.floats(-80, 80), st.floats(-80, 80)),
    min_size=1,
    max_size=4,
)


@given(LINES)
@settings(max_examples=100, deadline=None)
def test_values_stay_in_the_view_and_off_their_own_line(
    theme: None, lines: list[tuple[float, float, float, float]]
) -> None:
    area = QRectF(0, 0, 800, 600)
    labels = [
        Label([QPointF(x, y), QPointF(x + dx, y + dy)], ("12.3 mm",), QColor(Qt.GlobalColor.white))
        for x, y, dx, dy in lines
    ]
    boxes = place(labels, area, QFontMetricsF(QFont()))
    for label, box in zip(labels, boxes, strict=True):
        assert area.contains(box)
        if len(labels) == 1:
            assert not any(box.contains(end) for end in label.points)
            letters = [(22, 300), (778, 300), (400, 22), (400, 578)]
            assert not any(box.contains(QPointF(x, y)) for x, y in letters)


def test_one_tool_has_the_pointer_at_a_time(
    reading: MainWindow, measures: MeasureList, qtbot: QtBot
) -> None:
    model, brush = reading.model, reading.reading.brush
    model.findings = samples.findings(samples.lesion(1, HemorrhageType.SUBDURAL, 6))
    qtbot.waitUntil(lambda: model.edited is not None, timeout=30_000)
    measures.take_tool(Kind.LENGTH)
    brush.take(is_eraser=False)
    assert measures.tool is None
    assert measures.is_resting
    measures.take_tool(Kind.LENGTH)
    assert not brush.is_on
    assert not measures.is_resting
