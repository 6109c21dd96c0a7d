"""Plain-text labels: what comes from files or models is never interpreted as markup."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def label(text: str = "", tone: str = "", *, wraps: bool = False) -> QLabel:
    """Make a plain-text label in one of the theme's tones."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if wraps:
        # Qt's own minimum for wrapped text is a guess that would push narrow panels apart.
        made.setMinimumWidth(1)
    else:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    if tone:
        made.setProperty("tone", tone)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change a widget's tone; the style sheet is read again only then."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
