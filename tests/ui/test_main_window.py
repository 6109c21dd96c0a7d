"""The window as a reader uses it."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ichviewer import workflow
from ichviewer.analysis.findings import GateAnswer, HemorrhageType, Side
from ichviewer.analysis.priority import priority_of
from ichviewer.dicom.study import Permission
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.volume import Volume
from ichviewer.ui import wording
from ichviewer.ui.companion import Companion
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.lesion_table import LesionTable
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import MessageBar, Messages
from ichviewer.ui.similar_panel import SimilarPanel
from ichviewer.ui.slice_strip import SliceStrip
from ichviewer.ui.view_state import Layout
from ichviewer.ui.viewer_model import AiState, AiStatus, ViewerModel
from tests.ui import samples

WAIT_MS = 30_000
GE = Path(__file__).parents[3] / "shared" / "data" / "dcm_qa_ct" / "In" / "GE"


def show_findings(model: ViewerModel) -> None:
    model.show_volume(samples.series(), samples.volume())
    model.ai = AiStatus(AiState.PROCESSED)
    model.findings = samples.findings(
        samples.lesion(1, HemorrhageType.SUBDURAL, 4, Side.LEFT),
        samples.lesion(2, HemorrhageType.EPIDURAL, 8, Side.RIGHT),
    )


def texts(window: MainWindow) -> list[str]:
    return [found.text() for found in window.findChildren(QLabel) if found.isVisible()]


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(50, 50), actions, mime, buttons, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)


def test_the_banner_stands_before_and_after_findings(window: MainWindow) -> None:
    assert wording.NOT_FOR_DIAGNOSIS in texts(window)
    show_findings(window.model)
    assert wording.NOT_FOR_DIAGNOSIS in texts(window)


def test_no_figure_is_cut_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1200, 800)
    show_findings(window.model)
    QApplication.processEvents()
    shown = [one for one in window.findings.findChildren(QLabel) if one.text().endswith(" mL")]
    assert shown
    for one in shown:
        assert one.width() >= one.fontMetrics().horizontalAdvance(one.text()), one.text()


@pytest.mark.parametrize("layout", Layout)
def test_the_window_fits_a_full_hd_screen_at_twice_its_size(
    window: MainWindow, layout: Layout
) -> None:
    model = window.model
    show_findings(model)
    assert model.findings
    model.scan = samples.scan(samples.series())
    model.priorities = {samples.series().key: priority_of(model.findings)}
    model.layout = layout
    QApplication.processEvents()
    assert len([text for text in texts(window) if text == wording.NOT_FOR_DIAGNOSIS]) > 1
    least = window.minimumSizeHint()
    assert least.width() <= 960
    assert least.height() <= 500


def test_a_row_jumps_to_the_largest_slice(window: MainWindow, qtbot: QtBot) -> None:
    show_findings(window.model)
    table = window.findChild(LesionTable)
    assert table is not None
    assert table.rowCount() == 2
    point = table.visualItemRect(table.item(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert window.model.cursor_kji[0] == 8
    assert window.model.lesion is not None
    assert window.model.lesion.number == 2


def test_a_click_on_the_strip_jumps(window: MainWindow, qtbot: QtBot) -> None:
    show_findings(window.model)
    strip = window.findChild(SliceStrip)
    assert strip is not None
    for k in (0, 7, 11):
        at = strip.row_rect(k).center().toPoint()
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at)
        assert window.model.cursor_kji[0] == k
    # The head is up, so the highest slice has the uppermost row.
    assert strip.row_rect(11).y() < strip.row_rect(0).y()


def test_no_finding_is_not_called_a_clearance(window: MainWindow) -> None:
    window.model.show_volume(samples.series(), samples.volume())
    window.model.findings = samples.findings()
    assert "No finding by sample 1.0; not a clearance" in texts(window)


def test_a_refusal_says_why_and_shows_no_numbers(window: MainWindow) -> None:
    window.model.show_volume(samples.series(), samples.volume())
    window.model.ai = AiStatus(AiState.REFUSED, "The series is not a head.")
    window.model.findings = samples.findings(gate=GateAnswer.REFUSED)
    assert "The series is not a head." in texts(window)
    assert not any("mL" in text for text in texts(window))


def test_planes_that_are_not_permitted_say_why(window: MainWindow) -> None:
    reason = "The slices have no positions."
    window.model.show_volume(samples.series("a", {Permission.MPR: reason}), samples.volume())
    assert window.images.coronal.plane is None
    assert window.images.axial.plane is not None


def test_without_positions_no_direction_and_no_position_is_claimed(window: MainWindow) -> None:
    volume = samples.volume()
    grid = replace(volume.grid, geometry=GeometryClass.NO_GEOMETRY)
    window.model.show_volume(samples.series(), Volume(volume.hu, grid))
    assert len(window.images.axial.readout(10, 25)) == 2
    assert window.images.axial.plane is not None
    assert set(window.images.axial.plane.letters) == {""}


def test_what_a_reader_must_not_miss_stands_beside_the_list(window: MainWindow) -> None:
    note = "Left out: 0010.dcm is damaged."
    window.model.show_volume(samples.series(), replace(samples.volume(), notes=(note,)))
    assert note in texts(window)


def test_the_last_case_asked_for_wins(window: MainWindow, qtbot: QtBot) -> None:
    show_findings(window.model)
    first, second = samples.match("sim-1", "subdural"), samples.match("sim-2", "epidural")
    window.jobs.open_case(first)
    window.jobs.open_case(second)
    qtbot.waitUntil(lambda: not window.jobs.is_busy, timeout=WAIT_MS)
    # Neither has images; only the second may still say so.
    assert window.messages.current is not None
    assert "sim-2" in window.messages.current.sentence


def test_similar_cases_open_beside_and_close_again(window: MainWindow, qtbot: QtBot) -> None:
    show_findings(window.model)
    near = samples.match("sim-1", "subdural")
    window.model.matches = samples.matches(near, samples.match("sim-2", is_discordant=True))
    qtbot.waitUntil(lambda: texts(window).count("SIMULATED") == 2)
    shown = texts(window)
    assert any("distance 0.40" in text and "98 %" in text for text in shown)
    assert "labels: simulator (exact)" in shown
    window.model.companion = Companion(near, samples.volume(2.5), 4, 4)
    assert window.images.beside.isVisible()
    assert not window.images.coronal.isVisible()
    panel = window.findChild(SimilarPanel)
    assert panel is not None
    with qtbot.waitSignal(panel.case_closed):
        panel._cards[0].chosen.emit(near)
    assert window.model.companion is None
    assert window.images.coronal.isVisible()


def test_far_matches_are_said_to_be_far(window: MainWindow) -> None:
    show_findings(window.model)
    window.model.matches = samples.matches(samples.match("sim-1", "subdural"), is_far=True)
    assert any(text.startswith("No similar case in this library") for text in texts(window))


@pytest.mark.parametrize("kind", ["text files", "empty", "missing"])
def test_a_folder_without_images_gives_one_message(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "dropped"
    if kind != "missing":
        folder.mkdir()
    if kind == "text files":
        for name in "ab":
            (folder / f"{name}.txt").write_text("no image")
    drop(window, folder)
    qtbot.waitUntil(lambda: window.messages.current is not None, timeout=WAIT_MS)
    bars = [bar for bar in window.findChildren(MessageBar) if bar.isVisible()]
    assert len(bars) == 1
    assert window.messages.current is not None
    assert "dropped" in window.messages.current.sentence
    assert window.messages.current.details == "", "expected trouble needs no traceback"
    assert not window.jobs.is_busy
    show_findings(window.model)
    window.images.axial.scroll(1)
    assert window.model.cursor_kji[0] == 7


@pytest.mark.skipif(not GE.is_dir(), reason="needs ../shared/data")
def test_a_real_series_opens_with_three_planes(window: MainWindow, qtbot: QtBot) -> None:
    drop(window, GE)
    qtbot.waitUntil(lambda: window.model.volume is not None, timeout=WAIT_MS)
    window.jobs.cancel_all()
    assert window.model.volume is not None
    assert window.model.volume.shape_kji == (28, 512, 512)
    words = [
        view.plane.orientation
        for view in (window.images.axial, window.images.coronal, window.images.sagittal)
    ]
    assert words == ["axial", "coronal", "sagittal"]
    assert any("tilt corrected 18.5°" in text for text in texts(window))
    assert window.model.ai.state is AiState.CANCELLED


def wheel(window: MainWindow, notches: int, modifier: Qt.KeyboardModifier) -> None:
    viewport = window.images.axial.viewport()
    at = QPointF(viewport.rect().center())
    turn, none = QPoint(0, 120 * notches), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, viewport.mapToGlobal(at), QPoint(), turn, none, modifier, phase, False)
    QApplication.sendEvent(viewport, event)


def test_the_wheel_scrolls_and_zooms(window: MainWindow) -> None:
    show_findings(window.model)
    wheel(window, 1, Qt.KeyboardModifier.NoModifier)
    assert window.model.cursor_kji[0] == 7, "up goes to the head"
    wheel(window, -1, Qt.KeyboardModifier.ShiftModifier)
    assert window.model.cursor_kji[0] == 0, "ten at a time, to the end"
    before = window.images.axial.screen_point(0, 1) - window.images.axial.screen_point(0, 0)
    wheel(window, 2, Qt.KeyboardModifier.ControlModifier)
    after = window.images.axial.screen_point(0, 1) - window.images.axial.screen_point(0, 0)
    assert after.x() > 1.2 * before.x()
    assert window.model.cursor_kji[0] == 0


@pytest.mark.parametrize(
    "button", [Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton]
)
def test_each_button_drags_its_own_thing(window: MainWindow, button: Qt.MouseButton) -> None:
    show_findings(window.model)
    view = window.images.axial
    start, end = view.screen_point(20, 16).toPoint(), view.screen_point(12, 24).toPoint()
    window.model.cursor_kji = (6, 20, 16)
    before = (window.model.cursor_kji, window.model.window, view.screen_point(0, 0))
    viewport = view.viewport()
    QTest.mousePress(viewport, button, Qt.KeyboardModifier.NoModifier, start)
    for part in range(1, 11):
        at = start + (end - start) * (part / 10)
        kinds, none = QMouseEvent.Type.MouseMove, Qt.MouseButton.NoButton
        move = QMouseEvent(kinds, QPointF(at), QPointF(viewport.mapToGlobal(at)), none, button,
                           Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, button, Qt.KeyboardModifier.NoModifier, end)
    after = (window.model.cursor_kji, window.model.window, view.screen_point(0, 0))
    moved = [a != b for a, b in zip(before, after, strict=True)]
    assert moved == [
        button is Qt.MouseButton.LeftButton,
        button is Qt.MouseButton.RightButton,
        button is Qt.MouseButton.MiddleButton,
    ]
    if button is Qt.MouseButton.LeftButton:
        assert window.model.cursor_kji == (6, 12, 24)


def test_gestures_change_window_and_crosshair(window: MainWindow, qtbot: QtBot) -> None:
    show_findings(window.model)
    view = window.images.axial
    width = window.model.window.width
    view.drag_window(160, 0)
    assert window.model.window.width == pytest.approx(2 * width)
    center = window.model.window.center
    view.drag_window(0, 320)
    assert window.model.window.center == pytest.approx(center + 2 * width)
    assert view.plane is not None
    at = view.screen_point(10, 25)
    view.place_crosshair(view._box.mapFromScene(at))
    assert window.model.cursor_kji == (window.model.cursor_kji[0], 10, 25)


def test_a_reset_undoes_zoom_and_pan(window: MainWindow) -> None:
    show_findings(window.model)
    before = window.images.axial.screen_point(10, 10)
    window.images.axial.zoom(3)
    window.images.axial.pan(QPointF(30, -20))
    assert (window.images.axial.screen_point(10, 10) - before).manhattanLength() > 5
    window.reset()
    assert (window.images.axial.screen_point(10, 10) - before).manhattanLength() < 0.5


def test_panning_moves_the_image_with_the_hand(window: MainWindow) -> None:
    show_findings(window.model)
    before = window.images.axial.screen_point(10, 10)
    window.images.axial.pan(QPointF(30, -20))
    moved = window.images.axial.screen_point(10, 10) - before
    assert (moved.x(), moved.y()) == (pytest.approx(30, abs=0.5), pytest.approx(-20, abs=0.5))


def test_texts_from_files_are_never_markup(window: MainWindow) -> None:
    show_findings(window.model)
    assert all(
        found.textFormat() == Qt.TextFormat.PlainText for found in window.findChildren(QLabel)
    )


def test_closing_leaves_no_thread_timer_or_window(qtbot: QtBot) -> None:
    threads = set(threading.enumerate())
    windows = set(QApplication.topLevelWidgets())
    model, messages = ViewerModel(), Messages()
    with workflow.start_worker(processes=1) as worker:
        window = MainWindow(model, Jobs(worker, model, messages), messages)
        window.show()
        show_findings(model)
        window.close()
        running = [timer for timer in window.findChildren(QTimer) if timer.isActive()]
        window.deleteLater()
        QTest.qWait(0)
    assert set(threading.enumerate()) == threads
    assert not running
    assert {w for w in QApplication.topLevelWidgets() if w.isVisible()} <= windows


def test_a_point_in_the_menu_bar_is_not_an_image(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert window.model.volume is None
