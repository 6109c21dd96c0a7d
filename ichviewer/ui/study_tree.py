"""The tree of studies and series, which has a use of its own for the Delete key."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QTreeWidget


class StudyTree(QTreeWidget):
    """Delete belongs to the row while the keyboard is here, elsewhere to the measurements."""

    delete_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        """Claim the key before the window's own shortcut takes it."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Tell that a row is to go."""
        if _is_delete(event):
            self.delete_pressed.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


def _is_delete(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Delete)
