"""How the rows of the study list are drawn: picture, title, status, and lines below."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ichviewer.ui.theme import colours

SUBTITLE = Qt.ItemDataRole.UserRole
LIMITS = Qt.ItemDataRole.UserRole + 1
SERIES = Qt.ItemDataRole.UserRole + 2
STUDY = Qt.ItemDataRole.UserRole + 3
STATUS = Qt.ItemDataRole.UserRole + 4
#: What the AI says, a line each, and whether it should be looked at first.
AI = Qt.ItemDataRole.UserRole + 5
IS_URGENT = Qt.ItemDataRole.UserRole + 6
PICTURE = Qt.ItemDataRole.UserRole + 7

_PICTURE_PX = 44
_GAP_PX = 8

Index = QModelIndex | QPersistentModelIndex


class StudyRows(QStyledItemDelegate):
    """Title and status, a dim second line, what the AI says, and what a series is not fit for."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        height = option.fontMetrics.height() * len(_lines(index))
        if index.data(SERIES) is not None:
            height = max(height, _PICTURE_PX)
        return QSize(120, height + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter)
        painter.save()
        area: QRect = option.rect.adjusted(4, 5, -4, -5)
        if index.data(SERIES) is not None:
            place = QRect(area.x(), area.y(), _PICTURE_PX, _PICTURE_PX)
            _draw_picture(painter, place, index.data(PICTURE))
            area.setLeft(place.right() + _GAP_PX)
        height = option.fontMetrics.height()
        for n, (text, colour) in enumerate(_lines(index)):
            line = QRect(area.x(), area.y() + n * height, area.width(), height)
            font = QFont(option.font)
            if n == 0:
                line.setRight(line.right() - _draw_status(painter, line, font, index))
                font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            short = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, line.width()
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, short)
        painter.restore()


def picture_of(png: bytes) -> QPixmap:
    """The small picture of a series."""
    pixmap = QPixmap()
    pixmap.loadFromData(png)
    return pixmap


def _draw_picture(painter: QPainter, place: QRect, picture: QPixmap | None) -> None:
    """The picture, or the black ground that it will come on."""
    painter.fillRect(place, QColor("black"))
    if picture is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture)


def _draw_status(painter: QPainter, line: QRect, font: QFont, index: Index) -> int:
    """Write the status at the end of the title's line; returns the width that it takes."""
    status = index.data(STATUS)
    if not status:
        return 0
    painter.setFont(font)
    painter.setPen(QColor(colours().dim))
    painter.drawText(line, Qt.AlignmentFlag.AlignRight, status)
    return int(painter.fontMetrics().horizontalAdvance(status)) + _GAP_PX


def _lines(index: Index) -> list[tuple[str, str]]:
    ink = colours().warning if index.data(IS_URGENT) else colours().dim
    lines = [
        (index.data(), colours().text),
        (index.data(SUBTITLE), colours().dim),
        *((said, ink) for said in str(index.data(AI) or "").split("\n")),
        (index.data(LIMITS), colours().warning),
    ]
    return [(str(text), colour) for text, colour in lines if text]
