"""The page of the first start: chosen and left by keys alone, remembered, and found again."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ichviewer.ui import wording
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.main_window import MainWindow
from tests.ui import samples

WAIT_MS = 60_000


@pytest.fixture
def first(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window as it comes up the first time, with the keyboard."""
    window.show_first_steps()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    """A key where the focus is, as from the keyboard."""
    qtbot.keyClick(QApplication.focusWidget() or window, key)


def tab_to(window: MainWindow, qtbot: QtBot, text: str) -> None:
    for _ in range(12):
        focused = QApplication.focusWidget()
        if isinstance(focused, QPushButton) and focused.text() == text:
            return
        press(window, qtbot, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {text}")


def test_it_says_what_the_ai_is_not(first: MainWindow) -> None:
    texts = [found.text() for found in first.first_run.findChildren(QLabel) if found.isVisible()]
    assert wording.NOT_FOR_DIAGNOSIS in texts
    assert any("simulated CT only" in text for text in texts)
    assert not first.studies.isVisible(), "nothing else is on the page"


def test_choices_are_made_by_keys_and_in_effect_at_once(first: MainWindow, qtbot: QtBot) -> None:
    before = first.model.choices
    seen = set()
    for _ in range(8):
        focused = QApplication.focusWidget()
        if isinstance(focused, QComboBox) and focused.accessibleName() not in seen:
            seen.add(focused.accessibleName())
            if focused.accessibleName() in ("Mouse scheme", "Theme"):
                press(first, qtbot, Qt.Key.Key_Down)
        press(first, qtbot, Qt.Key.Key_Tab)
    assert {"Mouse scheme", "Theme"} <= seen
    assert first.model.choices == replace(before, mouse_scheme="OHIF/Weasis", theme="light")


def test_plain_keys_do_not_reach_the_images_behind(first: MainWindow, qtbot: QtBot) -> None:
    first.model.show_volume(samples.series(), samples.volume())
    before = (first.model.cursor_kji, first.model.window, first.model.key_images)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_2, Qt.Key.Key_K):
        press(first, qtbot, key)
    assert (first.model.cursor_kji, first.model.window, first.model.key_images) == before
    press(first, qtbot, Qt.Key.Key_Escape)
    press(first, qtbot, Qt.Key.Key_K)
    assert first.model.key_images != before[2], "behind the page all is as before"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_esc_begin_and_that_is_remembered(
    first: MainWindow, qtbot: QtBot, key: Qt.Key
) -> None:
    assert not first.model.choices.is_introduced
    press(first, qtbot, key)
    assert first.studies.isVisible()
    assert not first.first_run.isVisible()
    assert first.model.choices.is_introduced


def test_the_demo_study_opens_from_the_page(first: MainWindow, qtbot: QtBot) -> None:
    tab_to(first, qtbot, "Open the demo study")
    press(first, qtbot, Qt.Key.Key_Return)
    assert not first.first_run.isVisible()
    qtbot.waitUntil(lambda: first.model.volume is not None, timeout=WAIT_MS)
    first.jobs.cancel_all()
    assert first.model.choices.is_introduced


def test_start_is_a_button_too(first: MainWindow, qtbot: QtBot) -> None:
    tab_to(first, qtbot, "Start")
    press(first, qtbot, Qt.Key.Key_Space)
    assert first.model.choices.is_introduced


def test_the_help_menu_shows_it_again(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.first_run.isVisible()
    next(action for action in ACTIONS if action.name == "Help: First steps").run(window)
    assert window.first_run.isVisible()
