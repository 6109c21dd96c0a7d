"""Where the values stand: beside their lines, inside the view, and never over one another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF

_GAP_PX = 8.0
#: The corners of a view hold its texts: so far to the side and down or up.
_CORNER_PX = (260.0, 110.0)


@dataclass(frozen=True)
class Label:
    """Lines of text that belong to a line on the screen."""

    points: Sequence[QPointF]
    lines: tuple[str, ...]
    colour: QColor


def place(labels: Sequence[Label], area: QRectF, metrics: QFontMetricsF) -> list[QRectF]:
    """A box for every label, the first ones first."""
    taken = _corners(area)
    figures = [_bounds(label.points) for label in labels]
    boxes = []
    for label, figure in zip(labels, figures, strict=True):
        width = max(metrics.horizontalAdvance(text) for text in label.lines) + 4
        size = (width, metrics.height() * len(label.lines))
        best = min(
            _candidates(label.points, figure, size),
            key=lambda box: _cost(box, area, figure, taken),
        )
        taken.append(best)
        boxes.append(best)
    return boxes


def _candidates(
    points: Sequence[QPointF], figure: QRectF, size: tuple[float, float]
) -> Iterator[QRectF]:
    """Beyond the ends of a straight line, then at the sides of the figure's box."""
    width, height = size
    if len(points) == 2:
        for end, other in ((points[1], points[0]), (points[0], points[1])):
            right = end.x() >= other.x()
            x = end.x() + _GAP_PX if right else end.x() - _GAP_PX - width
            low = end.y() >= other.y()
            yield QRectF(x, end.y() - height / 2, width, height)
            yield QRectF(x, end.y() if low else end.y() - height, width, height)
    x, y = figure.center().x() - width / 2, figure.center().y() - height / 2
    yield QRectF(figure.right() + _GAP_PX, y, width, height)
    yield QRectF(figure.left() - _GAP_PX - width, y, width, height)
    yield QRectF(x, figure.bottom() + _GAP_PX, width, height)
    yield QRectF(x, figure.top() - _GAP_PX - height, width, height)
    yield QRectF(figure.right() + _GAP_PX, figure.bottom() + _GAP_PX, width, height)
    yield QRectF(figure.left() - _GAP_PX - width, figure.top() - _GAP_PX - height, width, height)


def _cost(box: QRectF, area: QRectF, figure: QRectF, taken: Sequence[QRectF]) -> float:
    """Pixels that would be covered or cut off; those outside the view count most."""
    outside = _size(box) - _size(box.intersected(area))
    over = sum(_size(box.intersected(other)) for other in taken)
    return 10 * outside + 3 * over + _size(box.intersected(figure))


def _corners(area: QRectF) -> list[QRectF]:
    width, height = _CORNER_PX
    top = QRectF(area.left(), area.top(), width, height)
    return [
        top,
        top.translated(area.width() - width, 0),
        top.translated(0, area.height() - height),
    ]


def _bounds(points: Sequence[QPointF]) -> QRectF:
    xs, ys = [p.x() for p in points], [p.y() for p in points]
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _size(box: QRectF) -> float:
    return max(box.width(), 0.0) * max(box.height(), 0.0)
