"""One plane as a graphics item: the grey image and the label colours over it.

The grey is smoothed when enlarged a little; labels never are, so they end exactly at their
voxels' edges at every zoom. Item coordinates are millimetres from the plane's upper left corner.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ichviewer.imaging.overlay import Overlay

#: From this enlargement on the voxels themselves are shown instead of a smoothed image.
_VOXELS_FROM = 6.0


class PlaneItem(QGraphicsItem):
    """Paints what it was last given."""

    def __init__(self) -> None:
        super().__init__()
        self._size_mm = (1.0, 1.0)
        self._pixel_mm = (1.0, 1.0)
        self._grey = QPixmap()
        self._overlay = QPixmap()
        self._overlay_mm = QRectF()
        self._evidence = QPixmap()

    def lay_out(self, shape: tuple[int, int], pixel_mm: tuple[float, float]) -> None:
        """Take rows and columns, and height and width of a pixel in mm."""
        self.prepareGeometryChange()
        self._pixel_mm = pixel_mm
        self._size_mm = (shape[0] * pixel_mm[0], shape[1] * pixel_mm[1])

    def show_grey(self, grey: NDArray[np.uint8] | None) -> None:
        """Take the windowed image; the caller asks for the repaint."""
        self._grey = QPixmap() if grey is None else _grey_pixmap(grey)

    def show_overlay(self, overlay: Overlay | None) -> None:
        """Take the coloured labels; the caller asks for the repaint."""
        self._overlay = QPixmap() if overlay is None else _rgba_pixmap(overlay.rgba)
        if overlay is not None:
            down_mm, right_mm = self._pixel_mm
            rows, columns = overlay.rgba.shape[:2]
            self._overlay_mm = QRectF(
                overlay.column * right_mm,
                overlay.row * down_mm,
                columns * right_mm,
                rows * down_mm,
            )

    def show_evidence(self, rgba: NDArray[np.uint8] | None) -> None:
        """Take a coloured map of the whole plane; the caller asks for the repaint."""
        self._evidence = QPixmap() if rgba is None else _rgba_pixmap(rgba)

    def boundingRect(self) -> QRectF:  # noqa: N802  Qt's name
        """The plane's extent in mm."""
        return QRectF(0, 0, self._size_mm[1], self._size_mm[0])

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the grey, then the evidence, then the labels."""
        if self._grey.isNull():
            return
        screen_px_per_mm = painter.worldTransform().m11() * painter.device().devicePixelRatio()
        is_smooth = screen_px_per_mm * max(self._pixel_mm) < _VOXELS_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawPixmap(self.boundingRect(), self._grey, QRectF(self._grey.rect()))
        if not self._evidence.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawPixmap(self.boundingRect(), self._evidence, QRectF(self._evidence.rect()))
        if not self._overlay.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawPixmap(self._overlay_mm, self._overlay, QRectF(self._overlay.rect()))


def _grey_pixmap(grey: NDArray[np.uint8]) -> QPixmap:
    grey = np.ascontiguousarray(grey)
    rows, columns = grey.shape
    image = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(image)


def _rgba_pixmap(rgba: NDArray[np.uint8]) -> QPixmap:
    rgba = np.ascontiguousarray(rgba)
    rows, columns = rgba.shape[:2]
    form = QImage.Format.Format_RGBA8888_Premultiplied
    return QPixmap.fromImage(QImage(rgba.data, columns, rows, 4 * columns, form))
