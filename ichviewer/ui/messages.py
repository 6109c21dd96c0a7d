"""The one door for messages: expected trouble, notes, and the unexpected with its traceback."""

import logging
import sys
import traceback
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ichviewer.errors import IchViewerError
from ichviewer.language import tr, tr_later

log = logging.getLogger(__name__)

_UNEXPECTED = tr_later(
    "Something unexpected went wrong in the program. What is on screen may be incomplete; "
    "open the series again before you rely on it."
)


class Tone(StrEnum):
    """How a message looks."""

    NOTE = "note"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    """One sentence for the reader, with details behind a button where there are any."""

    sentence: str
    tone: Tone = Tone.NOTE
    details: str = ""


class Messages(QObject):
    """Holds the message on show; the newest replaces the last."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Message | None = None

    def note(self, sentence: str, details: str = "") -> None:
        """Say something that went as it should but is worth knowing."""
        self._show(Message(sentence, Tone.NOTE, details))

    def failure(self, error: BaseException) -> None:
        """Show an error: its own sentence where it is expected trouble, else as unexpected."""
        details = ""
        if not isinstance(error, IchViewerError):
            details = "".join(traceback.format_exception(error))
            log.error("unexpected error", exc_info=error)
        self._show(Message(sentence_of(error), Tone.ERROR, details))

    def clear(self) -> None:
        """Take the message off."""
        self._show(None)

    def catch_unexpected(self) -> None:
        """Become the one handler of bugs: everything uncaught ends here."""

        def handle(
            kind: type[BaseException], error: BaseException, where: TracebackType | None
        ) -> None:
            if isinstance(error, KeyboardInterrupt):
                sys.__excepthook__(kind, error, where)
            else:
                self.failure(error)

        sys.excepthook = handle

    def _show(self, message: Message | None) -> None:
        self.current = message
        self.changed.emit()


def sentence_of(error: BaseException) -> str:
    """The sentence a reader gets for an error."""
    return str(error) if isinstance(error, IchViewerError) else tr(_UNEXPECTED)


class MessageBar(QFrame):
    """The message above the images; stays until closed, and never blocks the window."""

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._messages = messages
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPushButton(tr("Details…"))
        self._details.clicked.connect(self._open_details)
        close = QPushButton(tr("Close"))
        close.clicked.connect(messages.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(self._label, 1)
        row.addWidget(self._details)
        row.addWidget(close)
        messages.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        message = self._messages.current
        self.setVisible(message is not None)
        if message is not None:
            self._label.setText(message.sentence)
            self._details.setVisible(bool(message.details))
            self.setProperty("tone", str(message.tone))
            self.style().unpolish(self)
            self.style().polish(self)

    def _open_details(self) -> None:
        message = self._messages.current
        if message is not None:
            show_text(self, tr("Details"), message.details)


def show_text(parent: QWidget, title: str, text: str, *, has_columns: bool = False) -> None:
    """Open a window with selectable plain text beside the main one."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.resize(760, 480)
    view = QPlainTextEdit(text)
    view.setReadOnly(True)
    if has_columns:
        view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    buttons = QDialogButtonBox()
    buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.addWidget(view)
    column.addWidget(buttons)
    dialog.show()
