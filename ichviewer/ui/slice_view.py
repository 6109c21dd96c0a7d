"""One plane on the screen, with the mouse: the only file that knows pyqtgraph."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.imaging.overlay import Overlay, colour_labels
from ichviewer.imaging.plane import Axis, Plane
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.window import Window, apply_window
from ichviewer.ui import annotations, wording
from ichviewer.ui.annotations import Corners
from ichviewer.ui.content import Content
from ichviewer.ui.plane_item import PlaneItem
from ichviewer.ui.theme import DIM, IMAGE_GROUND, WARNING, type_colour
from ichviewer.ui.viewer_model import Texts, ViewerModel

#: A drag over so many pixels doubles the window's width, or moves its centre by one width.
_DOUBLING_PX = 160.0
_CENTER_PX = 320.0
_OUTSIDE_HU = -1024
_ZOOM_STEP = 1.15
_FAST_STEPS = 10
_TRACE_COLOURS = {
    Axis.K: QColor(58, 106, 150),
    Axis.J: QColor(54, 112, 91),
    Axis.I: QColor(148, 115, 52),
}


class SliceView(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """Shows one cut of a content; scrolls, windows, pans, zooms and places the crosshair."""

    def __init__(
        self, model: ViewerModel, axis: Axis, content: Content, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, background=IMAGE_GROUND)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(QSize(160, 140))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._model = model
        self._axis = axis
        self._content = content
        self._plane: Plane | None = None
        self._overlay: Overlay | None = None
        self._drawn_index = -1
        self._is_grey_stale = self._is_overlay_stale = True
        self._is_fitted = True
        self._pointer: QPointF | None = None
        self._item = PlaneItem()
        self._box = _ViewBox(self)
        self._box.addItem(self._item, ignoreBounds=True)
        self.setCentralItem(self._box)
        self.scene().sigMouseMoved.connect(self._point_at)
        content.changed.connect(self._open)
        model.cursor_changed.connect(self.viewport().update)
        model.window_changed.connect(self._redraw_grey)
        model.blending_changed.connect(self._redraw_grey)
        model.overlay_changed.connect(self._redraw_overlay)
        model.findings_changed.connect(self._redraw_overlay)
        model.texts_changed.connect(self.viewport().update)
        model.companion_changed.connect(self._refit)
        self._open()

    @property
    def plane(self) -> Plane | None:
        """The plane on show, or None."""
        return self._plane

    def fit(self) -> None:
        """Show the whole plane."""
        self._is_fitted = True
        if self._plane is not None:
            shown = self._item.boundingRect()
            height_mm, width_mm = self._content.field_mm
            field = QRectF(0, 0, width_mm, height_mm)
            field.moveCenter(shown.center())
            self._box.setRange(shown.united(field), padding=0.01, disableAutoRange=True)

    def screen_point(self, row: float, column: float) -> QPointF:
        """Where a pixel's centre is in the widget."""
        assert self._plane is not None
        down_mm, right_mm = self._plane.pixel_mm
        at_mm = QPointF((column + 0.5) * right_mm, (row + 0.5) * down_mm)
        return QPointF(self._box.mapViewToScene(at_mm))

    def scroll(self, steps: int) -> None:
        """Go on by so many cuts: to the head, the front or the patient's right where positive."""
        self._content.scroll(steps)

    def drag_window(self, right_px: float, down_px: float) -> None:
        """Widen to the right, raise the centre downwards; the gain follows the width."""
        window = self._model.window
        width = min(max(window.width * 2 ** (right_px / _DOUBLING_PX), 1.0), 20000.0)
        center = window.center + down_px * window.width / _CENTER_PX
        self._model.window = Window(center, width, "own window", window.shape)

    def pan(self, by_px: QPointF) -> None:
        """Move the image with the mouse."""
        self._is_fitted = False
        mm_per_px = self._box.viewPixelSize()
        self._box.translateBy(x=-by_px.x() * mm_per_px[0], y=-by_px.y() * mm_per_px[1])

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Enlarge about a point of the view, or about its middle."""
        self._is_fitted = False
        factor = _ZOOM_STEP**-steps
        center = None if at is None else self._box.mapToView(at)
        self._box.scaleBy((factor, factor), center=center)

    def place_crosshair(self, at: QPointF) -> None:
        """Put the crosshair onto the voxel at a point of the view."""
        pixel = self._pixel_at(self._box.mapToView(at))
        if self._plane is not None and pixel is not None:
            kji = self._plane.voxel(self._index, *pixel)
            if kji is not None:
                self._content.move(kji)

    @property
    def _index(self) -> int:
        return self._content.cursor_kji[self._axis]

    def _refit(self) -> None:
        if self._is_fitted:
            self.fit()

    def _open(self) -> None:
        volume = self._content.volume
        self._plane = None
        if volume is not None and not self._content.refusal():
            self._plane = plane_of(volume.grid, self._axis)
            self._item.lay_out(self._plane.shape, self._plane.pixel_mm)
            self.fit()
        self._drawn_index = -1
        self.viewport().update()

    def _redraw_grey(self) -> None:
        self._is_grey_stale = True
        self.viewport().update()

    def _redraw_overlay(self) -> None:
        self._is_overlay_stale = True
        self.viewport().update()

    def _compose(self) -> None:
        """Bring the item up to date; called once per repaint, so late frames are never queued."""
        volume, plane = self._content.volume, self._plane
        if volume is None or plane is None:
            self._item.show_grey(None)
            self._item.show_overlay(None)
            return
        index = self._index
        is_moved, self._drawn_index = index != self._drawn_index, index
        if is_moved or self._is_grey_stale:
            cut = plane.cut_blended if self._model.is_blended else plane.cut
            hu = cut(volume.hu, index, _OUTSIDE_HU)
            self._item.show_grey(apply_window(hu, self._model.window, volume.is_inverted))
        if is_moved or self._is_overlay_stale:
            mask = None if self._model.is_overlay_off else self._content.mask
            labels = None if mask is None else plane.cut(mask, index)
            self._overlay = None if labels is None else colour_labels(labels, self._model.overlay)
            self._item.show_overlay(self._overlay)
        self._is_grey_stale = self._is_overlay_stale = False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Compose what changed, then let Qt draw."""
        self._compose()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  Qt's name
        """Keep the whole plane in view until the reader zooms."""
        super().resizeEvent(event)
        if event is not None:
            self._refit()

    def leaveEvent(self, event: object) -> None:  # noqa: N802  Qt's name
        """Forget the pointer."""
        self._pointer = None
        self.viewport().update()
        super().leaveEvent(event)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802  Qt's name
        """Write letters, texts, scale and crosshair over the image."""
        painter.save()
        painter.resetTransform()
        painter.setFont(QFont(self.font()))
        area = QRectF(self.viewport().rect())
        if self._plane is None:
            sentence = self._content.refusal() if self._content.volume is not None else ""
            inner = area.adjusted(24, 24, -24, -24)
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            annotations.write(painter, inner, wrap, sentence, QColor(DIM))
        elif self._model.texts is not Texts.NONE:
            self._annotate(painter, area, self._plane)
        painter.restore()

    def _annotate(self, painter: QPainter, area: QRectF, plane: Plane) -> None:
        if self._content.has_crosshair:
            annotations.draw_traces(painter, self._traces(plane), self._crossing(plane))
        self._name_types(painter, area, plane)
        annotations.write_corners(painter, area, self._corners(plane))
        annotations.draw_scale(painter, area, 1.0 / self._box.viewPixelSize()[0])
        if self._overlay is not None:
            foot = area.adjusted(10, 6, -10, -6 - 3 * painter.fontMetrics().height())
            bottom = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            annotations.write(painter, foot, bottom, wording.NOT_FOR_DIAGNOSIS, QColor(WARNING))
        annotations.write_letters(painter, area, plane.letters)

    def _corners(self, plane: Plane) -> Corners:
        word = wording.capital(plane.orientation)
        count = f"{self._index + 1} / {plane.count}"
        is_all = self._model.texts is Texts.ALL
        heading = self._content.heading() if is_all else ()
        window = wording.window_lines(self._model.window) if self._axis is Axis.K else ()
        fidelity = self._fidelity(plane) if is_all else ()
        return Corners(
            top_left=heading or (word,),
            top_right=(f"{word}  {count}" if heading else count, *window, *fidelity),
            bottom_left=self._readout(plane),
        )

    def _fidelity(self, plane: Plane) -> tuple[str, ...]:
        """How this plane differs from what was acquired; said in the reformatted ones."""
        if plane.is_native:
            return ()
        blended = ("smoothed between slices",) if self._model.is_blended else ()
        return (*wording.fidelity(plane.grid), *blended)

    def _readout(self, plane: Plane) -> tuple[str, ...]:
        """HU, voxel and patient position under the pointer."""
        volume = self._content.volume
        pixel = None if self._pointer is None else self._pixel_at(self._pointer)
        kji = None if pixel is None else plane.voxel(self._index, *pixel)
        if volume is None or kji is None:
            return ()
        value = f"{volume.hu[kji]:.0f}" + (" HU" if volume.is_hu else " (stored value, no HU)")
        x, y, z = volume.grid.lps_mm(np.array(kji, dtype=float)).tolist()
        voxel = "voxel  k {}  j {}  i {}".format(*kji)
        return (value, voxel, wording.position_text((x, y, z)))

    def _crossing(self, plane: Plane) -> QPointF:
        return self.screen_point(*plane.pixel(self._content.cursor_kji))

    def _traces(self, plane: Plane) -> list[tuple[QLineF, QColor]]:
        ends = plane.traces(self._content.cursor_kji)
        return [
            (QLineF(self.screen_point(*a), self.screen_point(*b)), _TRACE_COLOURS[axis])
            for axis, (a, b) in ends.items()
        ]

    def _name_types(self, painter: QPainter, area: QRectF, plane: Plane) -> None:
        """Words beside the regions: the second cue for those who cannot tell the colours."""
        for label, (top, left, bottom, right) in (
            self._overlay.boxes if self._overlay else {}
        ).items():
            kind = HemorrhageType(label)
            corners = self.screen_point(top, left), self.screen_point(bottom, right)
            colour = type_colour(kind).lighter(125)
            annotations.write_type(painter, area, QRectF(*corners), kind.word, colour)

    def _point_at(self, scene_point: QPointF) -> None:
        self._pointer = self._box.mapSceneToView(scene_point)
        self.viewport().update()

    def _pixel_at(self, at_mm: QPointF) -> tuple[float, float] | None:
        if self._plane is None:
            return None
        down_mm, right_mm = self._plane.pixel_mm
        return at_mm.y() / down_mm - 0.5, at_mm.x() / right_mm - 0.5


class _ViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """Turns the mouse into the view's gestures; items above it (tools) come first."""

    def __init__(self, view: SliceView) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0)
        self.setMouseEnabled(x=False, y=False)
        self._view = view
        self._wheel = 0

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Scroll, ten at a time with Shift; zoom with Ctrl."""
        event.accept()
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom(event.delta() / 120, event.pos())
            return
        self._wheel += event.delta()
        steps = int(self._wheel / 120)
        self._wheel -= 120 * steps
        fast = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._view.scroll(steps * (_FAST_STEPS if fast else 1))

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Left moves the crosshair, right windows, middle pans."""
        event.accept()
        by = event.screenPos() - event.lastScreenPos()
        if event.button() == Qt.MouseButton.RightButton:
            self._view.drag_window(by.x(), by.y())
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._view.pan(QPointF(by.x(), by.y()))
        else:
            self._view.place_crosshair(event.pos())

    def mouseClickEvent(self, event: Any) -> None:  # noqa: N802  pyqtgraph's name
        """Left puts the crosshair there."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self._view.place_crosshair(event.pos())
