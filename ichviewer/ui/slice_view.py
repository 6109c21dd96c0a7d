"""One plane on the screen, with the mouse: the only file that knows pyqtgraph."""

from dataclasses import replace
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ichviewer.imaging.plane import Axis, Pixel, Plane
from ichviewer.imaging.plane_slab import Projection
from ichviewer.imaging.window import Window
from ichviewer.language import tr, tr_later
from ichviewer.ui.content import Content
from ichviewer.ui.mouse import Hand, MouseAction, scheme_of
from ichviewer.ui.plane_item import PlaneItem
from ichviewer.ui.plane_notes import Notes
from ichviewer.ui.plane_picture import PlanePicture
from ichviewer.ui.theme import IMAGE_GROUND
from ichviewer.ui.viewer_model import OWN_WINDOW, ViewerModel

#: A drag over so many pixels doubles the window's width, or moves its centre by one width.
_DOUBLING_PX = 160.0
_CENTER_PX = 320.0
_NAMES = {
    Axis.K: tr_later("acquired plane"),
    Axis.J: tr_later("across the rows"),
    Axis.I: tr_later("across the columns"),
}
_ZOOM_STEP = 1.15
#: Thicknesses that a slab may have, in mm.
_SLAB_RANGE_MM = (5.0, 100.0)


class Drawing(Protocol):
    """Something that is drawn over the image, in the widget's own pixels."""

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw."""


class SliceView(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """Shows one cut of a content; scrolls, windows, pans, zooms and places the crosshair."""

    enlarged = Signal()

    def __init__(
        self, model: ViewerModel, axis: Axis, content: Content, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, background=IMAGE_GROUND)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(QSize(100, 140))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(tr("Image, {plane}", plane=content.word or tr(_NAMES[axis])))
        self._model = model
        self._axis = axis
        self._content = content
        self._item = PlaneItem()
        self._picture = PlanePicture(model, axis, content, self._item)
        self._notes = Notes(model, axis, content, self._picture)
        self.drawings: list[Drawing] = []
        self._is_fitted = True
        self._pointer: QPointF | None = None
        self._box = _ViewBox(self, Hand(self, lambda: scheme_of(model.choices)))
        self._box.addItem(self._item, ignoreBounds=True)
        self.setCentralItem(self._box)
        self.scene().sigMouseMoved.connect(self._point_at)
        content.changed.connect(self._open)
        for signal in (
            model.cursor_changed,
            model.texts_changed,
            model.layout_changed,
            model.key_images_changed,
        ):
            signal.connect(self.viewport().update)
        model.window_changed.connect(self._redraw_grey)
        model.view_changed.connect(self._turn)
        model.blending_changed.connect(self.viewport().update)
        model.overlay_changed.connect(self._redraw_overlay)
        model.findings_changed.connect(self._redraw_overlay)
        model.edited_changed.connect(self._redraw_overlay)
        model.lesion_changed.connect(self._redraw_overlay)
        model.companion_changed.connect(self._refit)
        self._open()

    @property
    def plane(self) -> Plane | None:
        """The plane on show, turned as it is shown, or None."""
        return self._picture.plane

    @property
    def axis(self) -> Axis:
        """The voxel axis that the cuts keep fixed."""
        return self._axis

    def fit(self) -> None:
        """Show the whole plane."""
        self._is_fitted = True
        if self.plane is not None:
            shown = self._item.boundingRect()
            height_mm, width_mm = self._content.field_mm
            field = QRectF(0, 0, width_mm, height_mm)
            field.moveCenter(shown.center())
            self._box.setRange(shown.united(field), padding=0.01, disableAutoRange=True)

    def screen_point(self, row: float, column: float) -> QPointF:
        """Where a pixel's centre is in the widget."""
        assert self.plane is not None
        down_mm, right_mm = self.plane.pixel_mm
        at_mm = QPointF((column + 0.5) * right_mm, (row + 0.5) * down_mm)
        return QPointF(self._box.mapViewToScene(at_mm))

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """Row and column under a point of the widget, also beyond the image; None without one."""
        return self._pixel_at(self._box.mapSceneToView(point))

    @property
    def px_per_mm(self) -> float:
        """The scale on the screen, in logical pixels."""
        return 1.0 / float(self._box.viewPixelSize()[0])

    def readout(self, row: float, column: float) -> tuple[str, ...]:
        """HU, voxel and patient position of a pixel, as they are shown under the pointer."""
        return () if self.plane is None else self._notes.readout(self.plane, (row, column))

    def scroll(self, steps: int) -> None:
        """Go on by so many cuts: to the head, the front or the patient's right where positive."""
        self._content.scroll(steps)

    def drag_window(self, right_px: float, down_px: float) -> None:
        """Widen to the right, raise the centre downwards; the gain follows the width."""
        window, gain = self._model.window, self._model.choices.window_sensitivity
        width = min(max(window.width * 2 ** (gain * right_px / _DOUBLING_PX), 1.0), 20000.0)
        center = window.center + gain * down_px * window.width / _CENTER_PX
        self._model.window = Window(center, width, OWN_WINDOW, window.shape)

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

    def thicken(self, by_mm: float) -> None:
        """Make the slab of all views thicker or thinner; without one, begin with a MIP."""
        view, (low, high) = self._model.view, _SLAB_RANGE_MM
        is_off = view.slab.projection is Projection.NONE
        kind = Projection.MAXIMUM if is_off else view.slab.projection
        thickness_mm = view.slab.thickness_mm + (0.0 if is_off else by_mm)
        slab = replace(view.slab, projection=kind, thickness_mm=min(max(thickness_mm, low), high))
        self._model.view = replace(view, slab=slab)

    def place_crosshair(self, at: QPointF) -> None:
        """Put the crosshair onto the voxel at a point of the view."""
        pixel = self._pixel_at(self._box.mapToView(at))
        if self.plane is not None and pixel is not None:
            kji = self.plane.voxel(self._picture.index, *pixel)
            if kji is not None:
                self._content.move(kji)

    def activate(self) -> None:
        """Let the keys act on this view from now on."""
        self._model.view = replace(self._model.view, active=self._axis)

    def _refit(self) -> None:
        if self._is_fitted:
            self.fit()

    def _open(self) -> None:
        self._picture.open()
        self._picture.recut()
        if self.plane is not None:
            self.fit()
        self._redraw_overlay()

    def _turn(self) -> None:
        if self._picture.open():
            self.fit()
            self._picture.relabel()
        self._redraw_grey()

    def _redraw_grey(self) -> None:
        self._picture.regrey()
        self.viewport().update()

    def _redraw_overlay(self) -> None:
        self._picture.relabel()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Compose what changed, then let Qt draw."""
        self._picture.compose()
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
        if self.plane is None:
            self._notes.refuse(painter, area)
        else:
            pointer = None if self._pointer is None else self._pixel_at(self._pointer)
            self._notes.write(painter, area, self.plane, screen=self, pointer=pointer)
            for drawing in self.drawings:
                drawing.paint(painter, area)
        painter.restore()

    def _point_at(self, scene_point: QPointF) -> None:
        self._pointer = self._box.mapSceneToView(scene_point)
        self.viewport().update()

    def _pixel_at(self, at_mm: QPointF) -> Pixel | None:
        if self.plane is None:
            return None
        down_mm, right_mm = self.plane.pixel_mm
        return at_mm.y() / down_mm - 0.5, at_mm.x() / right_mm - 0.5


class _ViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """Hands the mouse's gestures on; items above it (tools) come first."""

    def __init__(self, view: SliceView, hand: Hand) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0)
        self.setMouseEnabled(x=False, y=False)
        self._view = view
        self._hand = hand

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Do what the scheme gives to the wheel."""
        event.accept()
        self._hand.turn_wheel(event.modifiers(), event.delta() / 120, event.pos())

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Do what the scheme gives to the button; the keys held at its start count."""
        event.accept()
        if event.isStart():
            self._view.activate()
            self._dragged = self._hand.action_of(event.button(), event.modifiers())
        by = event.screenPos() - event.lastScreenPos()
        self._hand.drag(self._dragged, QPointF(by.x(), by.y()), event.pos())

    def mouseClickEvent(self, event: Any) -> None:  # noqa: N802  pyqtgraph's name
        """Left puts the crosshair there, twice enlarges the view and back."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        self._view.activate()
        if event.double():
            self._view.enlarged.emit()
        elif self._hand.action_of(event.button(), event.modifiers()) is not MouseAction.NOTHING:
            self._view.place_crosshair(event.pos())
