"""Everything that can have the focus has a name that a screen reader can say."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QToolBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ichviewer.ui.key_help import KeyHelp
from ichviewer.ui.main_window import MainWindow
from ichviewer.ui.settings_dialog import SettingsDialog
from tests.ui.test_main_window import show_findings


def nameless(whole: QWidget) -> list[str]:
    named_by_label = {id(w.buddy()) for w in whole.findChildren(QLabel) if w.buddy()}
    found = []
    for widget in whole.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or isinstance(widget, QToolBar):
            continue
        parent = widget.parentWidget()
        if isinstance(parent, QAbstractScrollArea) and widget is parent.viewport():
            continue  # speaks with its area's name
        if isinstance(parent, QFrame) and isinstance(parent.parentWidget(), QComboBox):
            continue  # the list that a box opens
        if isinstance(widget, QLineEdit) and isinstance(
            parent, QAbstractSpinBox | QComboBox
        ) | _is_key_edit(parent):
            continue  # part of a control that has a name
        if isinstance(widget, QAbstractButton | QLabel):
            if not widget.text() and widget.isVisible():
                found.append(f"empty {type(widget).__name__}")
            continue
        if not widget.accessibleName() and id(widget) not in named_by_label:
            found.append(f"{type(widget).__name__} in {type(parent).__name__}")
    return found


def _is_key_edit(widget: QWidget | None) -> bool:
    return type(widget).__name__ == "QKeySequenceEdit"


def test_the_window_names_its_controls(window: MainWindow) -> None:
    show_findings(window.model)
    assert nameless(window) == []


def test_the_dialogs_name_their_controls(window: MainWindow, qtbot: QtBot) -> None:
    for dialog in (SettingsDialog(window.model, window), KeyHelp(window, window)):
        qtbot.addWidget(dialog)
        assert nameless(dialog) == []
