"""The images: acquired plane with its strip, reformats, slab, or a similar case beside."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from ichviewer.imaging.plane import Axis
from ichviewer.ui.content import CaseContent, SlabContent, StudyContent
from ichviewer.ui.slice_strip import SliceStrip
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.view_state import Layout
from ichviewer.ui.viewer_model import ViewerModel

#: Width of the acquired plane to that of the reformats, beside two of them and in four views.
_SHARES = {Layout.PLANES: (2000, 960), Layout.GRID: (1060, 1000), Layout.SINGLE: (1000, 1000)}


class ImagesPanel(QWidget):
    """Arranges the views; they follow the model by themselves."""

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.axial, self.coronal, self.sagittal = (
            SliceView(model, axis, StudyContent(model, axis)) for axis in Axis
        )
        self.slab = SliceView(model, Axis.K, SlabContent(model))
        self.beside = SliceView(model, Axis.K, CaseContent(model))
        self.strip = SliceStrip(model)
        self._acquired = QWidget()
        row = QHBoxLayout(self._acquired)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.axial, 1)
        row.addWidget(self.strip)
        self._left = _splitter(Qt.Orientation.Vertical, self._acquired, self.slab)
        self._reformats = _splitter(Qt.Orientation.Vertical, self.coronal, self.sagittal)
        self._columns = _splitter(
            Qt.Orientation.Horizontal, self._left, self._reformats, self.beside
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._columns)
        self._arranged: tuple[bool, Layout, Axis] | None = None
        for signal in (
            model.volume_changed,
            model.layout_changed,
            model.view_changed,
            model.companion_changed,
        ):
            signal.connect(self._arrange)
        for view in (self.axial, self.coronal, self.sagittal):
            view.enlarged.connect(self.enlarge)
        self._arrange()

    @property
    def views(self) -> tuple[SliceView, ...]:
        """All views, shown or not."""
        return self.axial, self.coronal, self.sagittal, self.slab, self.beside

    @property
    def active(self) -> SliceView:
        """The view that keys act on."""
        return (self.axial, self.coronal, self.sagittal)[self._model.view.active]

    def enlarge(self) -> None:
        """Show the active view alone, or all planes again."""
        is_single = self._model.layout is Layout.SINGLE
        self._model.layout = Layout.PLANES if is_single else Layout.SINGLE

    def activate_next(self, step: int) -> None:
        """Let keys act on the next view."""
        view = self._model.view
        self._model.view = replace(view, active=Axis((view.active + step) % len(Axis)))

    def _arrange(self) -> None:
        has_case = self._model.companion is not None
        layout = self._model.layout
        alone = self._model.view.active if layout is Layout.SINGLE and not has_case else Axis.K
        self.setVisible(self._model.volume is not None)
        if self._arranged == (has_case, layout, alone):
            return
        self._arranged = has_case, layout, alone
        has_planes = not has_case and layout is not Layout.SINGLE
        self._left.setVisible(alone is Axis.K)
        self.slab.setVisible(has_planes and layout is Layout.GRID)
        self._reformats.setVisible(has_planes or alone is not Axis.K)
        self.coronal.setVisible(has_planes or alone is Axis.J)
        self.sagittal.setVisible(has_planes or alone is Axis.I)
        self.beside.setVisible(has_case)
        self._share_out(has_case, layout)

    def _share_out(self, has_case: bool, layout: Layout) -> None:
        self._left.setSizes([1000, 1000])
        self._reformats.setSizes([1000, 1000])
        if has_case:
            # The strip belongs to the study's side; the two images get the same width.
            strip = self.strip.width()
            half = (self._columns.width() - strip) // 2
            self._columns.setSizes([half + strip, 0, half])
        else:
            self._columns.setSizes([*_SHARES[layout], 0])


def _splitter(direction: Qt.Orientation, *parts: QWidget) -> QSplitter:
    made = QSplitter(direction)
    for part in parts:
        made.addWidget(part)
    made.setHandleWidth(4)
    made.setChildrenCollapsible(False)
    return made
