"""Keys that act while they are held: whatever has the focus must not swallow their release."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QMainWindow

from ichviewer.ui.action import Action, Desk
from ichviewer.ui.actions import ACTIONS
from ichviewer.ui.keys import Own, keys_of

_HELD = tuple(action for action in ACTIONS if action.release is not None)
_KEY_EVENTS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)


class HeldKeys(QObject):
    """Watches the application's keys for one window."""

    def __init__(self, window: QMainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._by_key: dict[str, Action] = {}

    def assign(self, own: Own) -> None:
        """Take the keys that the reader chose."""
        self._by_key = {
            QKeySequence(key).toString(): action for action in _HELD for key in keys_of(action, own)
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Run an action while its key is down; text fields keep their letters."""
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate and watched is self._window:
            for action in _HELD:
                self._hold(action, False)
        if kind not in _KEY_EVENTS or not self._window.isActiveWindow() or _is_typing():
            return False
        assert isinstance(event, QKeyEvent)
        held = self._by_key.get(QKeySequence(event.keyCombination()).toString())
        if held is None:
            return False
        if not event.isAutoRepeat():
            self._hold(held, kind == QEvent.Type.KeyPress)
        return True

    def _hold(self, action: Action, is_down: bool) -> None:
        if is_down:
            action.run(self._desk)
        elif action.release is not None:
            action.release(self._desk)


def _is_typing() -> bool:
    return isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)
