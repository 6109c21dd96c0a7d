"""The key help: the table of actions and the mouse scheme, as the reader has them."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ichviewer.language import tr, tr_later
from ichviewer.ui.action import Desk
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.keys import key_text
from ichviewer.ui.labels import label
from ichviewer.ui.measure_keys import KEYS
from ichviewer.ui.mouse import gestures_in_words, scheme_of

Rows = list[tuple[str, str]]
_COLUMNS = 4
#: What the mouse does besides its scheme.
ALSO_MOUSE: tuple[tuple[str, str], ...] = (
    (tr_later("Left click"), tr_later("crosshair, in all planes")),
    (tr_later("Double click"), tr_later("this view alone, and back")),
    (tr_later("Slice strip"), tr_later("click or drag to jump")),
    (tr_later("Drop"), tr_later("a folder or file onto the window opens it")),
)


class KeyHelp(QDialog):
    """All keys and mouse gestures on one page."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("All keys"))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setSpacing(32)
        for groups in _columns(help_rows(desk)):
            columns.addLayout(_column(groups))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAccessibleName(tr("All keys and mouse gestures"))
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.addWidget(scroll)
        whole.addWidget(buttons)
        room = self.screen().availableSize() * 0.9
        wanted = page.sizeHint() + QSize(70, 90 + buttons.sizeHint().height())
        self.resize(wanted.boundedTo(room))


def help_rows(desk: Desk) -> dict[str, Rows]:
    """Keys and what they do, by menu; then the mouse."""
    settings = desk.model.choices
    groups: dict[str, Rows] = {}
    for action in ACTIONS:
        keys = key_text(action, settings.keys) or "–"
        groups.setdefault(tr(action.menu), []).append((keys, action.title_at(desk)))
    groups[tr("While measuring")] = _said(KEYS)
    scheme = tr("Mouse in an image: {scheme}", scheme=tr(settings.mouse_scheme))
    groups[scheme] = [*gestures_in_words(scheme_of(settings)), *_said(ALSO_MOUSE)]
    return groups


def _said(rows: Iterable[tuple[str, str]]) -> Rows:
    return [(tr(keys), tr(text)) for keys, text in rows]


def _columns(groups: dict[str, Rows]) -> list[list[tuple[str, Rows]]]:
    """Groups shared out to columns of about the same length, in their order."""
    total = sum(len(rows) + 2 for rows in groups.values())
    columns: list[list[tuple[str, Rows]]] = [[] for _ in range(_COLUMNS)]
    done = 0.0
    for title, rows in groups.items():
        middle = done + (len(rows) + 2) / 2
        columns[min(int(_COLUMNS * middle / total), _COLUMNS - 1)].append((title, rows))
        done += len(rows) + 2
    return columns


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
