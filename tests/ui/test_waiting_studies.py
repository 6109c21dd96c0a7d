"""The list comes up to date by itself: pictures, how far readings are, and what the AI says."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.analysis.priority import Urgency
from ichviewer.dicom.study import Study
from ichviewer.reading.change import Part
from ichviewer.reading.journal import now
from ichviewer.reading.record import Presence, ReaderAnswer
from ichviewer.reading.status import ReadingStatus
from ichviewer.ui.banner import Banner
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.study_rows import AI, PICTURE, STATUS
from ichviewer.ui.study_tree import StudyTree
from tests.ui.test_studies_panel import listed, of_study, open_two

WAIT_MS = 240_000


def rows(window: MainWindow) -> list[QTreeWidgetItem]:
    tree = window.studies.findChild(StudyTree)
    assert tree is not None
    found = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    return [row for row in found if row is not None]


def study(window: MainWindow, patient_id: str) -> Study:
    return next(one for one in window.model.studies if one.patient_id == patient_id)


def answer(window: MainWindow) -> None:
    assert window.model.series is not None
    said = ReaderAnswer(Presence.ABSENT, now(), is_blind=True)
    window.reading.keeper.put(Part.ANSWER, window.model.series.key, said)


def test_pictures_and_statuses_come_by_themselves(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    model = window.model
    qtbot.waitUntil(lambda: len(model.small_pictures) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: model.status_of(study(window, "P2")) is ReadingStatus.IN_READING, timeout=WAIT_MS
    )
    for row in rows(window):
        picture = row.child(0).data(0, PICTURE)
        assert picture.width() == picture.height() == 160
    answer(window)
    assert model.status_of(study(window, "P2")) is ReadingStatus.READ
    assert [row.data(0, STATUS) for row in rows(window)][-1] == "read"


def test_a_study_that_was_read_before_says_so(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    with qtbot.waitSignal(window.model.worklist_changed, timeout=WAIT_MS):
        answer(window)
    window.jobs.close_all_studies()
    assert not window.model.statuses
    assert not window.model.small_pictures
    files = of_study(3, tmp_path / "folder 3")
    window.open_paths(tmp_path / "folder 2", tmp_path / "folder 3")
    model = window.model
    qtbot.waitUntil(lambda: len(model.statuses) == 2, timeout=WAIT_MS)
    assert files
    assert model.status_of(study(window, "P2")) is ReadingStatus.READ


def test_waiting_studies_are_read_ahead_and_the_urgent_one_comes_first(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    of_study(1, tmp_path / "phantom")
    model = window.model
    model.choices = replace(model.choices, is_reading_ahead=True)
    window.open_paths(paths.demo_study_folder())
    qtbot.waitUntil(lambda: model.volume is not None, timeout=WAIT_MS)
    window.open_paths(tmp_path / "phantom")
    qtbot.waitUntil(lambda: len(model.priorities) == 2, timeout=WAIT_MS)
    first = model.studies[0]
    brain = rows(window)[0].child(0).data(0, PICTURE).toImage().pixelColor(80, 80)
    assert 50 < brain.lightness() < 200
    assert first.patient_id != "P1"
    assert model.priority_of(first).urgency is Urgency.SUSPECTED
    assert rows(window)[0].data(0, AI).startswith("suspected ")
    assert listed(window)
    assert model.study is study(window, "P1")
    banner = window.studies.findChild(Banner)
    assert banner is not None
    assert banner.isVisible()
    model.choices = replace(model.choices, is_read_then_reveal=True)
    assert model.priority_of(first).reason == "not read yet"
    assert not banner.isVisible()


def test_cancelling_ends_reading_ahead(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_two(window, qtbot, tmp_path)
    model = window.model
    qtbot.waitUntil(
        lambda: not window.jobs.is_busy and len(model.small_pictures) == 2, timeout=WAIT_MS
    )
    # Looked at now and then, the work may be over between two looks.
    with qtbot.waitSignal(model.work_changed, timeout=WAIT_MS):
        model.choices = replace(model.choices, is_reading_ahead=True)
    assert model.work is not None
    assert model.work.title == "AI is reading a waiting study: Person, 1"
    window.jobs.cancel_all()
    qtbot.wait(0)
    assert model.work is None
    assert not window.jobs.is_busy
