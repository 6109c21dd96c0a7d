"""Settings are found by search, are in effect at once, and say why a key is refused."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ichviewer.imaging.window import PRESETS
from ichviewer.settings import Settings
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.key_rows import KeyControl
from ichviewer.ui.keys import conflict, keys_of
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.mouse import OWN, MouseAction, scheme_of
from ichviewer.ui.settings_dialog import SettingsDialog
from tests.ui import samples


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(window.model, window)
    qtbot.addWidget(made)
    made.show()
    return made


def named(dialog: SettingsDialog, name: str) -> QWidget:
    return next(w for w in dialog.findChildren(QWidget) if w.accessibleName() == name)


def row(dialog: SettingsDialog, text: str) -> QWidget:
    dialog.search.setText(text)
    return next(r.control for r in dialog.rows if r.text == text)


def shown_rows(dialog: SettingsDialog) -> list[str]:
    return [r.text for r in dialog.rows if r.control.isVisibleTo(dialog)]


def test_a_search_looks_through_all_groups(dialog: SettingsDialog) -> None:
    assert shown_rows(dialog) == ["Theme", "Language (from the next start)"]
    dialog.search.setText("ctrl wheel")
    assert shown_rows(dialog) == ["Ctrl+Wheel"]
    dialog.search.setText("window")
    found = shown_rows(dialog)
    assert "Sensitivity of the window drag" in found
    assert "Window: Preset 2" in found
    dialog.search.setText("no such thing")
    assert shown_rows(dialog) == []
    texts = [found.text() for found in dialog.findChildren(QLabel) if found.isVisible()]
    assert "No setting is called so." in texts
    dialog.search.clear()
    assert shown_rows(dialog) == ["Theme", "Language (from the next start)"]


def test_every_group_has_rows(dialog: SettingsDialog) -> None:
    groups = dialog.findChild(QListWidget)
    assert groups is not None
    for at in range(groups.count()):
        groups.setCurrentRow(at)
        assert shown_rows(dialog)


def test_a_preset_is_changed_everywhere_at_once(window: MainWindow, dialog: SettingsDialog) -> None:
    model = window.model
    model.window = PRESETS[2]
    width = named(dialog, "Preset 2, width")
    assert isinstance(width, QDoubleSpinBox)
    width.setValue(220)
    assert model.choices.presets[1].width == 220
    assert model.window.width == 220, "the window on screen is that preset"
    name = named(dialog, "Preset 2, name")
    assert isinstance(name, QLineEdit)
    name.setText("thin subdural")
    name.editingFinished.emit()
    assert "Thin subdural  220 / 80" in [a.text() for a in window.findChildren(QAction)]
    assert model.choices.presets[0] == PRESETS[1]


def test_a_preset_stays_when_another_series_opens(window: MainWindow) -> None:
    presets = (replace(PRESETS[1], width=95.0), *Settings().presets[1:])
    window.model.choices = replace(window.model.choices, presets=presets)
    next(a for a in ACTIONS if "1" in a.keys).run(window)
    window.model.show_volume(samples.series(), samples.volume())
    window.model.show_volume(samples.series("b"), samples.volume())
    assert window.model.window.width == 95.0


def test_the_language_is_chosen_and_stays_when_all_else_is_as_usual(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    language = row(dialog, "Language (from the next start)")
    assert isinstance(language, QComboBox)
    assert [language.itemText(n) for n in range(3)] == ["As the system", "English", "Deutsch"]
    language.setCurrentIndex(2)
    language.activated.emit(2)
    assert window.model.choices.language == "de"
    next(b for b in dialog.findChildren(QPushButton) if b.text() == "All as usual").click()
    assert window.model.choices.language == "de"


def test_a_gesture_makes_the_scheme_ones_own(window: MainWindow, dialog: SettingsDialog) -> None:
    box = row(dialog, "Alt+Right drag")
    assert isinstance(box, QComboBox)
    at = box.findText("Zoom")
    box.setCurrentIndex(at)
    box.activated.emit(at)
    choices = window.model.choices
    assert choices.mouse_scheme == OWN
    scheme = scheme_of(choices)
    assert scheme["Alt+Right"] is MouseAction.ZOOM
    assert scheme["Right"] is MouseAction.WINDOW, "the rest is as before"
    schemes = row(dialog, "Scheme")
    assert isinstance(schemes, QComboBox)
    assert schemes.currentText().startswith("Own")
    schemes.activated.emit(1)
    left = row(dialog, "Left drag")
    assert isinstance(left, QComboBox)
    assert left.currentText() == "Window", "the rows show the chosen scheme"
    schemes.activated.emit(2)
    assert scheme_of(window.model.choices)["Alt+Right"] is MouseAction.ZOOM, "own is kept"


def test_a_new_key_works_and_the_old_one_no_longer(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    control = row(dialog, "Image: Invert")
    assert isinstance(control, KeyControl)
    control.begin()
    edit = control.findChild(QKeySequenceEdit)
    assert edit is not None
    edit.setKeySequence(QKeySequence("F8"))
    edit.editingFinished.emit()
    action = next(a for a in ACTIONS if a.name == "Image: Invert")
    assert keys_of(action, window.model.choices.keys) == ("F8",)
    made = next(a for a in window.findChildren(QAction) if a.text() == "Invert")
    assert [s.toString() for s in made.shortcuts()] == ["F8"]
    usual = next(b for b in control.findChildren(QPushButton) if b.text() == "Usual")
    usual.click()
    assert window.model.choices.keys == {}
    assert [s.toString() for s in made.shortcuts()] == ["I"]


def test_a_taken_key_is_refused_with_its_owner(window: MainWindow, dialog: SettingsDialog) -> None:
    control = row(dialog, "Image: Invert")
    assert isinstance(control, KeyControl)
    control.begin()
    control.take(("K",))
    texts = [found.text() for found in control.findChildren(QLabel)]
    assert "K already means “Key image” (Image). Change that first." in texts
    assert window.model.choices.keys == {}
    edit = control.findChild(QKeySequenceEdit)
    assert edit is not None
    assert edit.keySequence().toString() == "I"


def test_a_freed_key_can_be_given_to_another_action() -> None:
    invert = next(a for a in ACTIONS if a.name == "Image: Invert")
    key_image = next(a for a in ACTIONS if a.name == "Image: Key image")
    assert conflict(invert, "K", {}) is key_image
    assert conflict(invert, "K", {key_image.name: ()}) is None
    assert conflict(key_image, "F8", {invert.name: ("F8",)}) is invert


def test_a_held_key_can_be_another_one(window: MainWindow, qtbot: QtBot) -> None:
    held = next(a for a in ACTIONS if a.release is not None)
    window.model.choices = replace(window.model.choices, keys={held.name: ("F9",)})
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyPress(window, Qt.Key.Key_O)
    assert not window.model.is_overlay_off
    qtbot.keyPress(window, Qt.Key.Key_F9)
    assert window.model.is_overlay_off
    qtbot.keyRelease(window, Qt.Key.Key_F9)
    assert not window.model.is_overlay_off


def test_all_as_usual_leaves_device_and_library(window: MainWindow, dialog: SettingsDialog) -> None:
    window.model.choices = replace(
        Settings(), device="cpu", theme="dark", window_sensitivity=3.0, keys={"Image: Invert": ()}
    )
    usual = next(b for b in dialog.findChildren(QPushButton) if b.text() == "All as usual")
    usual.click()
    assert window.model.choices == replace(Settings(), device="cpu")
