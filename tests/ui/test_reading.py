"""The reading in the window: decisions, edits, undo, resume, read-then-reveal, agreement."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.reading.change import Part
from ichviewer.reading.interrupted import Interrupted
from ichviewer.reading.mark import mark_lesions
from ichviewer.reading.record import Presence
from ichviewer.reading.replay import journals, replay
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.messages import Messages
from ichviewer.ui.reading_agreement import AgreementPage
from ichviewer.ui.viewer_model import AiState, ViewerModel
from ichviewer.worker import Worker
from tests.reading.samples import comparison
from tests.ui import samples

SUBDURAL, SUBARACHNOID = HemorrhageType.SUBDURAL, HemorrhageType.SUBARACHNOID
LIMIT_MS = 90_000


def press(window: MainWindow, key: str) -> None:
    next(action for action in ACTIONS if key in action.keys).run(window)


def mark(window: MainWindow) -> None:
    """What the worker does for findings, without waiting for it."""
    assert window.model.findings is not None
    window.reading.lesions.take_marked(mark_lesions(window.model.findings, samples.grid()))


def open_study(window: MainWindow, has_findings: bool = True) -> None:
    """A study with a subdural lesion on slice 4 and a subarachnoid one on slice 8."""
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    if has_findings:
        window.model.findings = samples.findings(
            samples.lesion(1, SUBDURAL, 4), samples.lesion(2, SUBARACHNOID, 8)
        )


@pytest.fixture
def reading(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with findings that are ready for decisions."""
    open_study(window)
    mark(window)
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    return window


@pytest.fixture
def another(worker: Worker, qtbot: QtBot) -> Callable[[], MainWindow]:
    """Makes a window as after a new start of the program."""

    def make() -> MainWindow:
        model, messages = ViewerModel(), Messages()
        made = MainWindow(model, Jobs(worker, model, messages), messages)
        qtbot.addWidget(made)
        return made

    return make


def states(window: MainWindow) -> list[str]:
    table = window.findings.findChild(QTableWidget)
    return [table.item(row, table.columnCount() - 1).text() for row in range(table.rowCount())]


def test_verdicts_stand_in_the_table_and_can_be_taken_back(reading: MainWindow) -> None:
    press(reading, "N")
    press(reading, "A")
    press(reading, "N")
    press(reading, "R")
    assert states(reading) == ["A", "R"]
    press(reading, "U")
    assert states(reading) == ["A", "U"]
    press(reading, "U")
    assert states(reading) == ["A", ""]
    press(reading, "Ctrl+Z")
    press(reading, "Ctrl+Z")
    assert states(reading) == ["A", "R"]
    press(reading, "Ctrl+Y")
    assert states(reading) == ["A", "U"]


def test_buttons_show_and_give_the_verdict(reading: MainWindow, qtbot: QtBot) -> None:
    reject = next(b for b in reading.findings.findChildren(QPushButton) if b.text() == "Reject")
    assert not reject.isEnabled()
    press(reading, "N")
    assert reject.isEnabled()
    qtbot.mouseClick(reject, Qt.MouseButton.LeftButton)
    assert states(reading)[0] == "R"
    assert reject.isChecked()
    said = {found.text() for found in reading.findings.findChildren(QLabel)}
    assert "Finding 1: rejected" in said
    sums = " ".join(found.text() for found in reading.findings.findChildren(QLabel))
    assert "By your reading, without what you rejected: subarachnoid" in sums


def test_a_verdict_without_a_chosen_finding_says_what_to_do(reading: MainWindow) -> None:
    press(reading, "A")
    assert reading.messages.current is not None
    assert "Choose a finding first" in reading.messages.current.sentence


def test_a_stroke_changes_mask_volumes_and_overlay(reading: MainWindow) -> None:
    model = reading.model
    press(reading, "N")
    before_ml = model.volume_ml(SUBDURAL)
    press(reading, "W")
    assert reading.reading.brush.kind is SUBDURAL
    reading.reading.brush.set_radius(0.5)
    model.move_cursor((4, 20, 20))
    reading.reading.brush.stroke(((30.0, 10.0),))
    assert model.mask is not None
    assert model.mask[4, 30, 10] == SUBDURAL
    # One voxel of 5 mm in each direction.
    assert model.volume_ml(SUBDURAL) == pytest.approx(before_ml_by_voxels(model) + 0.125)
    assert states(reading)[0] == "✎"
    press(reading, "Ctrl+Z")
    assert model.mask[4, 30, 10] == 0
    assert model.volume_ml(SUBDURAL) == pytest.approx(before_ml)


def before_ml_by_voxels(model: ViewerModel) -> float:
    assert model.findings is not None
    return float((model.findings.mask == SUBDURAL).sum()) * 0.125


def test_brush_and_eraser_follow_the_mouse(reading: MainWindow, qtbot: QtBot) -> None:
    model, view = reading.model, reading.images.axial
    model.move_cursor((4, 20, 20))
    cursor = model.cursor_kji
    press(reading, "W")
    reading.reading.brush.set_kind(HemorrhageType.EPIDURAL)
    reading.reading.brush.set_radius(0.5)
    start, end = view.screen_point(8, 6).toPoint(), view.screen_point(8, 12).toPoint()
    drag(view.viewport(), start, end)
    assert model.mask is not None
    assert model.mask[4, 8, 6:13].tolist() == [1] * 7
    assert model.cursor_kji == cursor
    summary = " ".join(found.text() for found in reading.findings.findChildren(QLabel))
    assert "Added by you: epidural, 0.88 mL, slice 5." in summary
    press(reading, "Shift+W")
    drag(view.viewport(), start, end)
    assert model.mask[4, 8, 6:13].tolist() == [0] * 7
    assert len(model.reading.strokes) == 2
    press(reading, "Shift+W")
    drag(view.viewport(), start, end)
    assert model.cursor_kji == (4, 8, 12)
    assert len(model.reading.strokes) == 2


def drag(widget: object, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)  # type: ignore[call-overload]
    for step in range(1, 6):
        at = start + (end - start) * (step / 5)
        QTest.mouseMove(widget, at)  # type: ignore[call-overload]
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)  # type: ignore[call-overload]


def test_everything_is_there_after_closing_and_opening(
    reading: MainWindow, another: Callable[[], MainWindow], qtbot: QtBot, own_data: Path
) -> None:
    press(reading, "N")
    press(reading, "A")
    press(reading, "K")
    press(reading, "Alt+P")
    reading.reading.keeper.put(Part.DRAFT, "", "Thin subdural on the left.")
    reading.model.move_cursor((5, 7, 9))
    was = reading.model.reading
    key_images = reading.model.key_images
    reading.close()
    (study,) = journals(own_data / "readings")
    said = replay(own_data / "readings", study)
    assert said.history.reading == was
    assert not said.is_open
    again = another()
    open_study(again)
    qtbot.waitUntil(lambda: again.reading.keeper.said is not None, timeout=LIMIT_MS)
    assert again.model.reading == was
    assert again.model.key_images == key_images
    assert "1 answer, 1 decision and 1 key image taken up. You were at slice 6" in (
        again.reading.bar.text
    )
    press(again, "J")
    assert again.model.cursor_kji == (5, 7, 9)
    press(again, "Ctrl+Z")
    assert again.model.reading.drafts == {}
    again.close()


def place_after(window: MainWindow, own_data: Path, qtbot: QtBot) -> tuple[int, int, int] | None:
    """Where the journal says that the reader was, once the window is closed."""
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=LIMIT_MS)
    window.close()
    (study,) = journals(own_data / "readings")
    place = replay(own_data / "readings", study).place
    return place.cursor_kji if place else None


def test_where_images_come_up_is_no_place_of_the_reader(
    reading: MainWindow, another: Callable[[], MainWindow], qtbot: QtBot, own_data: Path
) -> None:
    came_up = reading.model.cursor_kji
    assert place_after(reading, own_data, qtbot) is None
    second = another()
    open_study(second)
    qtbot.waitUntil(lambda: second.reading.keeper.said is not None, timeout=LIMIT_MS)
    second.model.move_cursor((5, 7, 9))
    assert place_after(second, own_data, qtbot) == (5, 7, 9)
    third = another()
    open_study(third)
    assert place_after(third, own_data, qtbot) == (5, 7, 9), "nobody moved"
    fourth = another()
    open_study(fourth)
    qtbot.waitUntil(lambda: fourth.reading.keeper.said is not None, timeout=LIMIT_MS)
    fourth.model.scroll(1)
    fourth.model.scroll(-1)
    assert fourth.model.cursor_kji == came_up
    assert place_after(fourth, own_data, qtbot) == came_up, "the reader went there"


def test_another_series_is_no_place_until_the_reader_moves_in_it(
    reading: MainWindow, another: Callable[[], MainWindow], qtbot: QtBot, own_data: Path
) -> None:
    first, second = samples.series("a"), samples.series("b")
    reading.model.scan = samples.scan(first, second)
    reading.model.move_cursor((5, 7, 9))
    reading.model.show_volume(second, samples.volume())
    assert place_after(reading, own_data, qtbot) == (5, 7, 9)


def test_a_move_before_the_journal_is_open_is_recorded(
    window: MainWindow, qtbot: QtBot, own_data: Path
) -> None:
    open_study(window)
    with qtbot.waitSignal(window.reading.keeper.opened, timeout=LIMIT_MS):
        qtbot.waitUntil(lambda: window.reading.keeper._up is not None, timeout=LIMIT_MS)
        window.model.move_cursor((3, 4, 5))
    (study,) = journals(own_data / "readings")
    folder = own_data / "readings"
    qtbot.waitUntil(lambda: replay(folder, study).place is not None, timeout=LIMIT_MS)
    place = replay(folder, study).place
    assert place is not None
    assert place.cursor_kji == (3, 4, 5)


def test_decisions_are_not_carried_to_another_result(reading: MainWindow, qtbot: QtBot) -> None:
    press(reading, "N")
    press(reading, "A")
    reading.model.findings = samples.findings(samples.lesion(1, SUBDURAL, 6))
    mark(reading)
    assert states(reading) == [""]
    assert reading.messages.current is not None
    assert "are not carried over to this result" in reading.messages.current.sentence
    assert len(reading.model.reading.decisions) == 1


def test_a_second_window_says_that_it_keeps_nothing(
    reading: MainWindow, another: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    second = another()
    open_study(second)
    qtbot.waitUntil(lambda: "another window" in second.reading.bar.text, timeout=LIMIT_MS)
    second.reading.keeper.put(Part.DRAFT, "", "x")
    assert second.model.reading.drafts == {"": "x"}
    second.close()
    assert reading.model.reading.drafts == {}


def test_the_ai_stays_hidden_until_the_reader_has_answered(
    window: MainWindow, qtbot: QtBot, own_data: Path
) -> None:
    press(window, "Ctrl+Shift+V")
    open_study(window, has_findings=False)
    window.jobs._show_findings(samples.findings(samples.lesion(1, SUBDURAL, 4)))
    assert window.model.findings is None
    assert window.model.ai.state is AiState.VEILED
    press(window, "Alt+A")
    mark(window)
    window.close()
    (study,) = journals(own_data / "readings")
    said = replay(own_data / "readings", study)
    (compared,) = said.comparisons
    assert (compared.answer.presence, compared.ai_presence) == (Presence.ABSENT, Presence.PRESENT)
    assert compared.answer.is_blind
    assert said.revealed == {"a"}


def test_findings_are_prepared_in_the_worker(window: MainWindow, qtbot: QtBot) -> None:
    open_study(window)
    qtbot.waitUntil(lambda: window.model.edited is not None, timeout=LIMIT_MS)
    assert window.model.edited is not None
    assert window.model.edited.labels == {1: 5, 2: 4}


def test_an_answer_with_the_ai_in_view_is_not_blind(reading: MainWindow, own_data: Path) -> None:
    press(reading, "Alt+U")
    reading.close()
    (study,) = journals(own_data / "readings")
    (compared,) = replay(own_data / "readings", study).comparisons
    assert not compared.answer.is_blind


def test_an_interrupted_reading_is_offered_and_can_be_dismissed(window: MainWindow) -> None:
    found = Interrupted("a" * 32, Path("/images/head"), "2026-11-21T09:00:00.000Z")
    window.reading._offer_interrupted(found)
    assert "while you were reading head" in window.reading.bar.text
    window.reading.dismiss()
    assert window.reading.bar.text == ""


def test_agreement_page(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from ichviewer.reading.agreement import count_agreement

    said: list[str] = []
    page = AgreementPage(count_agreement([comparison()]), said.append, window)
    qtbot.addWidget(page)
    table = page.findChild(QTableWidget)
    assert [table.item(0, column).text() for column in range(4)] == [
        "2026-11", "Maker One", "1", "1 of 1 (100%)",
    ]  # fmt: skip
    page.save(tmp_path / "a.csv")
    page.save(tmp_path / "a.csv")
    assert said[0].startswith("Saved")
    assert "not overwritten" in said[1]
