"""What stands in the middle while no series is open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ichviewer.language import tr
from ichviewer.ui.labels import label
from ichviewer.ui.recent_places import RecentList
from ichviewer.ui.viewer_model import ViewerModel


class Welcome(QWidget):
    """Says how to begin, or what is being opened."""

    folder_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._title = label("", "heading")
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        self._title.setFont(font)
        self._text = label("", "dim", wraps=True)
        self._folder = QPushButton(tr("Open folder…"))
        self._folder.clicked.connect(self.folder_wanted)
        self._demo = QPushButton(tr("Open the demo study"))
        self._demo.clicked.connect(self.demo_wanted)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._folder)
        buttons.addWidget(self._demo)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(2)
        for part in (self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addLayout(buttons)
        self.recent = RecentList(model)
        column.addWidget(self.recent, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        model.work_changed.connect(self._refresh)
        model.studies_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        work, scan = self._model.work, self._model.scan
        self._folder.setVisible(work is None)
        self._demo.setVisible(work is None and scan is None)
        self.recent.show_for(work is None and scan is None)
        if work is not None:
            self._title.setText(f"{work.title}…")
            self._text.setText(work.what)
        elif scan is not None:
            self._title.setText(tr("No series open"))
            self._text.setText(tr("Choose one from the list on the left."))
        else:
            self._title.setText(tr("Drop a head CT here"))
            self._text.setText(
                tr(
                    "A folder, a file or a ZIP with DICOM images. They are only read, never "
                    "changed, and nothing leaves this computer."
                )
            )
