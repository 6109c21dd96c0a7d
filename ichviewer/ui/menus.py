"""Menus and tool bar, made from the table of actions."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar

from ichviewer.language import tr, tr_later
from ichviewer.ui.action import Action, Desk
from ichviewer.ui.actions import ACTIONS, FILE, HELP
from ichviewer.ui.keys import Own, key_text, keys_of
from ichviewer.ui.reading_actions import VIEW, WINDOWS
from ichviewer.ui.recent_places import RecentMenu
from ichviewer.ui.view_state import Layout

_LAYOUTS = VIEW[: len(Layout)]
_IN_TOOL_BAR = (FILE[0], *WINDOWS[:9], *_LAYOUTS, HELP[0])
_AFTER_A_LINE = (WINDOWS[0], VIEW[0], HELP[0])
#: Shorter words where the menu's would not fit the tool bar.
_SHORT = {
    _LAYOUTS[0]: tr_later("1 view"),
    _LAYOUTS[1]: tr_later("3 views"),
    _LAYOUTS[2]: tr_later("4 views"),
    WINDOWS[7]: tr_later("Model"),
    WINDOWS[8]: tr_later("File"),
    HELP[0]: tr_later("Keys"),
}


class Menus:
    """The table's actions as Qt's, in the menus and the tool bar of a window.

    Held actions have no shortcut here: the window watches their keys itself.
    """

    def __init__(self, window: QMainWindow, desk: Desk) -> None:
        self._desk = desk
        self.recent = RecentMenu(desk.model, window)
        self._made = {action: self._make(window, action) for action in ACTIONS}
        menus: dict[str, QMenu] = {}
        for action, made in self._made.items():
            if action.menu not in menus:
                menus[action.menu] = window.menuBar().addMenu(tr(action.menu))
                menus[action.menu].aboutToShow.connect(self.show_switches)
            if action.release is None:
                menus[action.menu].addAction(made)
            if action is FILE[2]:
                menus[action.menu].addMenu(self.recent)
        window.addToolBar(self._tool_bar())

    def assign(self, own: Own) -> None:
        """Take the reader's keys, and the names of what the reader can rename."""
        for action, made in self._made.items():
            if action.release is None:
                made.setShortcuts([QKeySequence(key) for key in keys_of(action, own)])
            title = action.title_at(self._desk)
            made.setText(title)
            made.setIconText(tr(_SHORT.get(action, "")) or title.split("  ")[0].rstrip("…"))
            keys = key_text(action, own)
            made.setToolTip(f"{title}  ({keys})" if keys else title)
        self.show_switches()

    def show_switches(self) -> None:
        """Bring the check marks up to date."""
        for action, made in self._made.items():
            if action.is_on is not None:
                made.setChecked(action.is_on(self._desk))

    def show_tool_bar(self) -> None:
        """Bring the check marks that are always seen up to date, as for every step of a drag."""
        for action in _IN_TOOL_BAR:
            if action.is_on is not None:
                self._made[action].setChecked(action.is_on(self._desk))

    def _make(self, window: QMainWindow, action: Action) -> QAction:
        made = QAction(action.words, window)
        made.setCheckable(action.is_on is not None)
        made.triggered.connect(self._runner(action))
        return made

    def _runner(self, action: Action) -> Callable[[], None]:
        def run() -> None:
            action.run(self._desk)
            self.show_switches()

        return run

    def _tool_bar(self) -> QToolBar:
        bar = QToolBar(tr("Tools"))
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for action in _IN_TOOL_BAR:
            if action in _AFTER_A_LINE:
                bar.addSeparator()
            bar.addAction(self._made[action])
        return bar
