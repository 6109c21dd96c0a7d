"""The histogram of a region: how often its HU occur."""

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichviewer.imaging.regions import Histogram, Statistics
from ichviewer.language import tr
from ichviewer.ui.theme import colours

_HEIGHT = 92


class HistogramView(QWidget):
    """Bars from the lowest to the highest value, with the mean marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._statistics: Statistics | None = None
        self._unit = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Histogram of the region"))

    def show_statistics(self, statistics: Statistics | None, unit: str) -> None:
        """Show a region's values; hidden without any."""
        self._statistics, self._unit = statistics, unit
        histogram = statistics.histogram if statistics else None
        self.setVisible(histogram is not None)
        if histogram is not None and statistics is not None:
            self.setAccessibleDescription(
                tr(
                    "{count} voxels, most often {mode:.0f} {unit}, mean {mean:.1f} {unit}",
                    count=statistics.count,
                    mode=_mode(histogram),
                    mean=statistics.mean,
                    unit=unit,
                )
            )
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        """As wide as there is room."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Draw the bars, the mean and the ends of the axis."""
        found = self._statistics
        if found is None or found.histogram is None:
            return
        painter, histogram, palette = QPainter(self), found.histogram, colours()
        line = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(6, line + 4, -6, -line - 4)
        step = area.width() / len(histogram.counts)
        scale = area.height() / max(int(histogram.counts.max()), 1)
        for number, count in enumerate(histogram.counts.tolist()):
            bar = QRectF(area.left() + number * step, area.bottom() - count * scale, step, 0)
            bar.setBottom(area.bottom())
            painter.fillRect(bar.adjusted(0, 0, -min(1.0, step / 4), 0), QColor(palette.accent))
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(QLineF(area.bottomLeft(), area.bottomRight()))
        share = (found.mean - histogram.first) / (histogram.width * len(histogram.counts))
        mean_x = area.left() + share * area.width()
        painter.setPen(QPen(QColor(palette.warning), 1.5))
        painter.drawLine(QLineF(mean_x, area.top(), mean_x, area.bottom()))
        self._write(painter, area, mean_x)

    def _write(self, painter: QPainter, area: QRectF, mean_x: float) -> None:
        found = self._statistics
        assert found is not None
        line = painter.fontMetrics().height()
        painter.setPen(QColor(colours().dim))
        foot = QRectF(area.left(), area.bottom() + 2, area.width(), line)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, f"{found.smallest:.0f} {self._unit}")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{found.largest:.0f} {self._unit}")
        text = tr("mean {mean:.1f}", mean=found.mean)
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        x = min(max(mean_x - width / 2, area.left()), area.right() - width)
        painter.drawText(QRectF(x, 1, width, line), Qt.AlignmentFlag.AlignLeft, text)


def _mode(histogram: Histogram) -> float:
    return histogram.first + (int(histogram.counts.argmax()) + 0.5) * histogram.width
