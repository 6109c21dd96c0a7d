"""Several studies in the list: dropped, opened behind each other, and taken off."""

from pathlib import Path

from pydicom import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.study_tree import StudyTree
from tests.dicom.make import series
from tests.ui.test_main_window import drop

WAIT_MS = 30_000


def of_study(number: int, folder: Path) -> list[Path]:
    """Eight slices of a patient of their own."""

    def change(dataset: Dataset, k: int) -> None:
        dataset.PatientID, dataset.PatientName = f"P{number}", f"Person^{number}"
        dataset.StudyInstanceUID = f"1.2.840.77.{number}"
        dataset.SeriesInstanceUID = f"1.2.840.77.{number}.1"
        uid = f"1.2.840.77.{number}.1.{k}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid

    return series(folder, change=change)


def listed(window: MainWindow) -> list[str]:
    return [study.patient_id for study in window.model.scan.studies] if window.model.scan else []


def wait_for(window: MainWindow, qtbot: QtBot, patient_id: str) -> None:
    def is_open() -> bool:
        study = window.model.study
        return (
            window.model.volume is not None
            and study is not None
            and (study.patient_id == patient_id)
        )

    qtbot.waitUntil(is_open, timeout=WAIT_MS)


def open_two(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for number in (1, 2):
        of_study(number, tmp_path / f"folder {number}")
        drop(window, tmp_path / f"folder {number}")
        wait_for(window, qtbot, f"P{number}")


def choose_row(window: MainWindow, row: int) -> StudyTree:
    tree = window.studies.findChild(StudyTree)
    assert tree is not None
    tree.setFocus()
    tree.setCurrentItem(tree.topLevelItem(row))
    return tree


def test_another_folder_is_added_and_opened(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    assert listed(window) == ["P1", "P2"]


def test_several_dropped_at_once_and_one_that_cannot_be_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    files = of_study(1, tmp_path / "one")
    of_study(2, tmp_path / "two")
    (tmp_path / "letter.txt").write_text("no image " * 50)
    drop(window, *files[:3], tmp_path / "two", tmp_path / "letter.txt")
    wait_for(window, qtbot, "P2")
    assert listed(window) == ["P1", "P2"]
    assert window.model.scan is not None
    assert [len(held.instances) for held in window.model.scan.series] == [3, 8]
    assert window.messages.current is not None
    assert window.messages.current.sentence == "No image could be read from letter.txt."


def test_an_unreadable_folder_leaves_the_list_as_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    drop(window, tmp_path / "gone")
    qtbot.waitUntil(lambda: window.messages.current is not None, timeout=WAIT_MS)
    assert listed(window) == ["P1", "P2"]
    assert window.model.volume is not None


def test_delete_takes_the_chosen_study_off_and_leaves_the_open_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    opened = window.model.volume
    QTest.keyClick(choose_row(window, 0), Qt.Key.Key_Delete)
    assert listed(window) == ["P2"]
    assert window.model.volume is opened
    assert len(list((tmp_path / "folder 1").iterdir())) == 8


def test_delete_of_the_open_study_clears_the_screen(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    QTest.keyClick(choose_row(window, 1), Qt.Key.Key_Delete)
    assert listed(window) == ["P1"]
    assert window.model.volume is None


def test_the_open_study_is_taken_off_by_key(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_two(window, qtbot, tmp_path)
    QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert listed(window) == ["P1"]
    assert window.model.volume is None


def test_clearing_the_list(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_two(window, qtbot, tmp_path)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_W, both)
    assert window.model.scan is None
    assert window.model.volume is None
