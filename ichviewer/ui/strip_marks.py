"""The reader's own marks on the slice strip: verdicts as letters, measurements as diamonds."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from ichviewer.errors import MeasurementError
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.measurement import from_plain
from ichviewer.language import tr
from ichviewer.report.measurements import is_on
from ichviewer.ui.reading_words import lesion_mark, lesion_state
from ichviewer.ui.theme import colours
from ichviewer.ui.viewer_model import ViewerModel

#: Room for the letters, the diamonds and the triangles of key images.
LETTERS_PX, DIAMONDS_PX, KEYS_PX = 16, 11, 10
OWN_PX = LETTERS_PX + DIAMONDS_PX + KEYS_PX
_LETTER_PX = 10


def measured(model: ViewerModel) -> Mapping[int, tuple[str, ...]]:
    """Names of the reader's measurements by every slice that holds one of their points."""
    series, volume = model.series, model.volume
    names: dict[int, tuple[str, ...]] = {}
    if series is None or volume is None or volume.geometry is GeometryClass.NO_GEOMETRY:
        return names
    for plain in model.reading.measurements.values():
        try:
            drawn = from_plain(plain)
        except MeasurementError:
            continue
        if is_on(drawn, series.key, series.series_uid):
            points = volume.grid.kji(np.array([handle.lps_mm for handle in drawn.handles]))
            for k in np.unique(np.rint(points[:, 0])).astype(int).tolist():
                names[k] = (*names.get(k, ()), drawn.name)
    return names


def decided(model: ViewerModel) -> Mapping[int, str]:
    """Letters of the reader's verdicts by the slice on which the finding is largest."""
    letters: dict[int, str] = {}
    for lesion in model.findings.lesions if model.findings else ():
        mark, k = lesion_mark(model, lesion)[:1], lesion.largest_slice
        if mark and mark not in letters.get(k, ""):
            letters[k] = letters.get(k, "") + mark
    return letters


def own_tip(model: ViewerModel, k: int) -> tuple[str, ...]:
    """What the reader has said about the findings on a slice, and measured there."""
    said = [
        tr("finding {number} {state}", number=lesion.number, state=state)
        for lesion in (model.findings.lesions if model.findings else ())
        if lesion.largest_slice == k and (state := lesion_state(model, lesion))
    ]
    names = measured(model).get(k, ())
    said += [tr("measured: {names}", names=", ".join(names))] if names else []
    return (tr("you: {said}", said="; ".join(said)),) if said else ()


def draw_letters(painter: QPainter, right: float, heights: Mapping[float, str]) -> None:
    """Write verdicts left of a line, each at its height."""
    font = QFont(painter.font())
    font.setPixelSize(_LETTER_PX)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(colours().text))
    for y, letters in heights.items():
        width = painter.fontMetrics().horizontalAdvance(letters)
        painter.drawText(QPointF(right - width, y + _LETTER_PX * 0.36), letters)


def draw_diamonds(painter: QPainter, center: float, heights: list[float]) -> None:
    """Draw a diamond at each height."""
    painter.setPen(QPen(QColor(colours().text), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for y in heights:
        corners = [(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)]
        painter.drawPolygon(QPolygonF([QPointF(center + x, y + down) for x, down in corners]))
