"""The table of actions is whole: unique keys, a menu for each, and each does something."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.window import PRESETS
from ichviewer.ui.action import Action
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.key_help import ALSO_MOUSE, KeyHelp
from ichviewer.ui.keys import key_text
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.mouse import SCHEMES
from ichviewer.ui.view_state import Layout, Texts
from tests.ui import samples

MODEL_KEYS = [
    "Up", "Down", "PgUp", "PgDown", "Home", "End", "Alt+Up", "Alt+Down", "Alt+Left", "Alt+Right",
    "2", "3", "4", "5", "6", "7", "0", "Ctrl+Alt+Right", "Ctrl+Alt+Left", "Ctrl+Alt+Up",
    "Ctrl+Alt+Down", "N", "P", "O", "Shift+O", "[", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4",
    "Ctrl+5", "L", "T", "X", "I", "Shift+I", "8", "Ctrl+R", "Ctrl+Shift+R", "H", "V", "B",
    "Shift+PgUp", "K", "G", "Shift+G", "Ctrl+Up", "Ctrl+Down", "Alt+1", "Alt+3", "F6", "Shift+F6",
    "Ctrl+Shift+T", "Shift+C",
]  # fmt: skip


def action_of(key: str) -> Action:
    return next(action for action in ACTIONS if key in action.keys)


@pytest.fixture
def reading(window: MainWindow) -> MainWindow:
    """The window with a study, findings and a case beside it."""
    from ichviewer.ui.companion import Companion

    lesions = [samples.lesion(n, kind, 2 * n) for n, kind in enumerate(HemorrhageType, 1)]
    window.model.scan = samples.scan(samples.series())
    window.model.show_volume(window.model.scan.series[0], samples.volume())
    window.model.findings = samples.findings(*lesions)
    window.model.matches = samples.matches(samples.match("c", "subdural"))
    match = window.model.matches.matches[0]
    window.model.companion = Companion(match, samples.volume(), 4, 4)
    return window


def test_no_key_is_given_twice() -> None:
    keys = [QKeySequence(key).toString() for action in ACTIONS for key in action.keys]
    assert all(keys), "a key that Qt does not know"
    assert sorted(keys) == sorted(set(keys))


def test_every_action_has_words_a_menu_and_a_key() -> None:
    assert all(action.menu and action.text and action.keys for action in ACTIONS)
    for called in ([action.name for action in ACTIONS], [a.menu + a.words for a in ACTIONS]):
        assert len(set(called)) == len(called)


def test_the_presets_are_on_the_number_keys(reading: MainWindow) -> None:
    for number, preset in PRESETS.items():
        action = action_of(str(number))
        assert preset.name in action.title_at(reading).lower()
        action.run(reading)
        assert reading.model.window == preset


def test_the_menus_hold_every_action_that_is_not_held(window: MainWindow) -> None:
    inside = [made for menu in window.menuBar().actions() for made in menu.menu().actions()]
    # The recent studies, a menu of their own, are no action of the table.
    in_menus = [made.text() for made in inside if made.menu() is None]
    assert in_menus == [a.title_at(window) for a in ACTIONS if a.release is None]


def test_the_key_help_lists_everything(window: MainWindow, qtbot: QtBot) -> None:
    page = KeyHelp(window, window)
    qtbot.addWidget(page)
    shown = {found.text() for found in page.findChildren(QLabel)}
    assert {action.title_at(window) for action in ACTIONS} <= shown
    assert {key_text(action, {}) for action in ACTIONS} <= shown
    assert {text for gesture in ALSO_MOUSE for text in gesture} <= shown
    assert set(map(str, SCHEMES["PACS"].values())) <= shown


@pytest.mark.parametrize("key", MODEL_KEYS)
def test_a_pressed_key_changes_what_is_shown(reading: MainWindow, qtbot: QtBot, key: str) -> None:
    model = reading.model
    reading.activateWindow()
    qtbot.waitUntil(reading.isActiveWindow)

    def state() -> tuple[object, ...]:
        return (model.cursor_kji, model.window, model.overlay, model.is_overlay_off, model.lesion,
                model.layout, model.texts, model.companion, model.is_blended, model.view,
                model.key_images, model.is_playing, model.choices)  # fmt: skip

    before = state()
    code = QKeySequence(key)[0]
    QTest.keyPress(reading, code.key(), code.keyboardModifiers())
    assert state() != before
    QTest.keyRelease(reading, code.key(), code.keyboardModifiers())


def test_shortcuts_reach_the_model(reading: MainWindow, qtbot: QtBot) -> None:
    made = {a.text(): a for a in reading.findChildren(QAction)}
    made[action_of("2").title_at(reading)].trigger()
    assert reading.model.window == PRESETS[2]
    made[action_of("Alt+1").text].trigger()
    assert reading.model.layout is Layout.SINGLE
    assert made[action_of("Alt+1").text].isChecked()
    assert not made[action_of("Alt+2").text].isChecked()


def test_the_overlay_is_off_only_while_o_is_held(reading: MainWindow, qtbot: QtBot) -> None:
    reading.activateWindow()
    qtbot.waitUntil(reading.isActiveWindow)
    qtbot.keyPress(reading, Qt.Key.Key_O)
    assert reading.model.is_overlay_off
    qtbot.keyRelease(reading, Qt.Key.Key_O)
    assert not reading.model.is_overlay_off


def test_the_crosshair_takes_the_place_of_a_tool(reading: MainWindow) -> None:
    action_of("M").run(reading)
    assert reading.measuring.measures.tool is not None
    action_of("C").run(reading)
    assert reading.measuring.measures.tool is None


def test_texts_go_round(reading: MainWindow) -> None:
    seen = []
    for _ in Texts:
        action_of("T").run(reading)
        seen.append(reading.model.texts)
    assert set(seen) == set(Texts)


def test_the_file_windows_come_in_turn(reading: MainWindow) -> None:
    widths = []
    for _ in range(3):
        action_of("0").run(reading)
        widths.append(reading.model.window.width)
    assert widths == [100, 2000, 100]
