"""The fixed banner over everything that comes from the AI."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ichviewer.language import tr
from ichviewer.ui import wording


class Banner(QLabel):
    """Says that the AI's results are not for primary diagnosis; cannot be closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr(wording.NOT_FOR_DIAGNOSIS), parent)
        self.setObjectName("banner")
        self.setTextFormat(Qt.TextFormat.PlainText)
        # It takes a second line rather than width from the images on a small screen.
        self.setWordWrap(True)
        self.setMinimumWidth(1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
