"""What was opened last is offered again, unless the reader wants nothing to be remembered."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from ichviewer import paths
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.recent_places import RecentList, RecentMenu
from ichviewer.ui.studies_settings import private_row
from tests.ui.test_studies_panel import of_study, wait_for

WAIT_MS = 240_000


def links(window: MainWindow) -> list[QPushButton]:
    shown = window.findChild(RecentList)
    assert shown is not None
    if not shown.isVisible():
        return []
    return [one for one in shown.findChildren(QPushButton) if one.isVisible()]


def entries(window: MainWindow) -> list[QAction]:
    menu = window.findChild(RecentMenu)
    assert menu is not None
    return [one for one in menu.actions() if not one.isSeparator()]


def test_what_was_opened_is_offered_and_opens_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    assert links(window) == []
    assert [one.text() for one in entries(window)] == ["none yet"]
    of_study(1, tmp_path / "night & day")
    window.open_paths(tmp_path / "night & day")
    wait_for(window, qtbot, "P1")
    assert window.model.choices.recent == (tmp_path / "night & day",)
    assert links(window) == []
    window.jobs.close_all_studies()
    qtbot.waitUntil(lambda: len(links(window)) == 1, timeout=WAIT_MS)
    assert links(window)[0].text().startswith("night && day in ")
    assert entries(window)[0].text() == links(window)[0].text()
    links(window)[0].click()
    wait_for(window, qtbot, "P1")


def test_what_is_gone_is_said_to_be_missing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    there, gone = tmp_path, tmp_path / "gone"
    window.model.choices = replace(window.model.choices, recent=(gone, there))
    qtbot.waitUntil(lambda: window.model.missing == {gone}, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(links(window)) == 2, timeout=WAIT_MS)  # Qt shows them later
    first, second = links(window)
    assert first.text().endswith("(missing)")
    assert not first.isEnabled()
    assert second.isEnabled()
    assert [one.isEnabled() for one in entries(window)] == [False, True, True]


def test_private_mode_forgets_and_remembers_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    model = window.model
    model.choices = replace(model.choices, recent=(tmp_path,))
    box = private_row(model).control
    assert isinstance(box, QCheckBox)
    box.setChecked(True)
    assert model.choices.is_private
    assert model.choices.recent == ()
    assert [one.text() for one in entries(window)] == ["none: private mode"]
    of_study(1, tmp_path / "one")
    window.open_paths(tmp_path / "one")
    wait_for(window, qtbot, "P1")
    assert model.choices.recent == ()
    qtbot.waitUntil(lambda: window.reading.keeper.said is not None, timeout=WAIT_MS)
    kept = [file.suffix for file in paths.readings_folder().iterdir()]
    assert kept == [".jsonl"]


def test_the_menu_forgets_all(window: MainWindow, tmp_path: Path) -> None:
    window.model.choices = replace(window.model.choices, recent=(tmp_path,))
    entries(window)[-1].trigger()
    assert window.model.choices.recent == ()
    assert links(window) == []
