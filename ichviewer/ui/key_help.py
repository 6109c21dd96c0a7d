"""The key help: the table of actions, as the reader sees it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from ichviewer.ui.actions import FILE, FINDINGS, HELP, IMAGE, MOUSE, VIEW, WINDOWS, Action
from ichviewer.ui.labels import label

Rows = list[tuple[str, str]]


class KeyHelp(QDialog):
    """All keys and mouse gestures on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("All keys")
        columns = QHBoxLayout()
        columns.setSpacing(32)
        for groups in (
            [("Files and series", _rows(FILE)), ("Mouse in an image", list(MOUSE))],
            [("Image", _rows(IMAGE)), ("View", _rows(VIEW + HELP))],
            [("Window", _rows(WINDOWS)), ("Findings and similar cases", _rows(FINDINGS))],
        ):
            columns.addLayout(_column(groups))
        buttons = QDialogButtonBox()
        buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.addLayout(columns)
        whole.addWidget(buttons)


def key_text(action: Action) -> str:
    """The keys of an action, as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence(key).toString(native) for key in action.keys)


def _rows(actions: tuple[Action, ...]) -> Rows:
    return [(key_text(action), action.text) for action in actions]


def _column(groups: list[tuple[str, Rows]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    for title, rows in groups:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, (keys, text) in enumerate(rows):
            grid.addWidget(label(keys, "heading"), row, 0)
            grid.addWidget(label(text, "dim"), row, 1)
        column.addWidget(label(title, "heading"))
        column.addLayout(grid)
        column.addSpacing(14)
    column.addStretch(1)
    return column
