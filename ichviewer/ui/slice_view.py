"""One plane on the screen, with the mouse: the only file that knows pyqtgraph."""

from typing import Any

import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ichviewer.imaging.overlay import Overlay, colour_labels
from ichviewer.imaging.plane import Axis, Plane
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.window import Window, apply_window
from ichviewer.ui.content import Content
from ichviewer.ui.plane_item import PlaneItem
from ichviewer.ui.plane_notes import Notes
from ichviewer.ui.theme import IMAGE_GROUND
from ichviewer.ui.viewer_model import ViewerModel

#: A drag over so many pixels doubles the window's width, or moves its centre by one width.
_DOUBLING_PX = 160.0
_CENTER_PX = 320.0
_OUTSIDE_HU = -1024
_NAMES = {Axis.K: "acquired plane", Axis.J: "across the rows", Axis.I: "across the columns"}
_ZOOM_STEP = 1.15
_FAST_STEPS = 10


class SliceView(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """Shows one cut of a content; scrolls, windows, pans, zooms and places the crosshair."""

    def __init__(
        self, model: ViewerModel, axis: Axis, content: Content, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, background=IMAGE_GROUND)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(QSize(160, 140))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(f"Image, {_NAMES[axis]}")
        self._model = model
        self._axis = axis
        self._content = content
        self._notes = Notes(model, axis, content)
        self._plane: Plane | None = None
        self._hu: NDArray[Any] | None = None
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
        model.blending_changed.connect(self._recut)
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

    @property
    def px_per_mm(self) -> float:
        """The scale on the screen, in logical pixels."""
        return 1.0 / float(self._box.viewPixelSize()[0])

    def readout(self, row: float, column: float) -> tuple[str, ...]:
        """HU, voxel and patient position of a pixel, as they are shown under the pointer."""
        return () if self._plane is None else self._notes.readout(self._plane, (row, column))

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
        self._plane = self._hu = None
        if volume is not None and not self._content.refusal():
            self._plane = plane_of(volume.grid, self._axis)
            self._item.lay_out(self._plane.shape, self._plane.pixel_mm)
            self.fit()
        self._drawn_index = -1
        self.viewport().update()

    def _redraw_grey(self) -> None:
        self._is_grey_stale = True
        self.viewport().update()

    def _recut(self) -> None:
        self._hu = None
        self._redraw_grey()

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
        if is_moved or self._hu is None:
            cut = plane.cut_blended if self._model.is_blended else plane.cut
            self._hu = cut(volume.hu, index, _OUTSIDE_HU)
        if is_moved or self._is_grey_stale:
            self._item.show_grey(apply_window(self._hu, self._model.window, volume.is_inverted))
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
            self._notes.refuse(painter, area)
        else:
            pointer = None if self._pointer is None else self._pixel_at(self._pointer)
            self._notes.write(
                painter, area, self._plane, screen=self, overlay=self._overlay, pointer=pointer
            )
        painter.restore()

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
