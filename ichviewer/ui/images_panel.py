"""The images: acquired plane with its strip, the two reformats, or a similar case beside."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from ichviewer.imaging.plane import Axis
from ichviewer.ui.content import CaseContent, StudyContent
from ichviewer.ui.slice_strip import SliceStrip
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.viewer_model import Layout, ViewerModel

#: Width of the acquired plane to that of the reformats.
_AXIAL_TO_REFORMATS = (2000, 960)


class ImagesPanel(QWidget):
    """Arranges the views; they follow the model by themselves."""

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.axial, self.coronal, self.sagittal = (
            SliceView(model, axis, StudyContent(model, axis)) for axis in Axis
        )
        self.beside = SliceView(model, Axis.K, CaseContent(model))
        self.strip = SliceStrip(model)
        acquired = QWidget()
        row = QHBoxLayout(acquired)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.axial, 1)
        row.addWidget(self.strip)
        self._reformats = QSplitter(Qt.Orientation.Vertical)
        self._reformats.addWidget(self.coronal)
        self._reformats.addWidget(self.sagittal)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        for part in (acquired, self._reformats, self.beside):
            self._columns.addWidget(part)
        for splitter in (self._columns, self._reformats):
            splitter.setHandleWidth(4)
            splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._columns)
        for signal in (model.volume_changed, model.layout_changed, model.companion_changed):
            signal.connect(self._arrange)
        self._arrange()

    @property
    def views(self) -> tuple[SliceView, ...]:
        """All views, shown or not."""
        return self.axial, self.coronal, self.sagittal, self.beside

    def _arrange(self) -> None:
        has_case = self._model.companion is not None
        is_single = self._model.layout is Layout.SINGLE
        self.setVisible(self._model.volume is not None)
        if (has_case, is_single) == (not self.beside.isHidden(), self._reformats.isHidden()):
            return
        self.beside.setVisible(has_case)
        self._reformats.setVisible(not has_case and not is_single)
        if has_case:
            # The strip belongs to the study's side; the two images get the same width.
            strip = self.strip.width()
            half = (self._columns.width() - strip) // 2
            self._columns.setSizes([half + strip, 0, half])
        else:
            self._columns.setSizes([*_AXIAL_TO_REFORMATS, 0])
