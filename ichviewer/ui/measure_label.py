"""Where the values stand: beside their lines, inside the view, clear of all other lines and values.

Every value has a few places beside its own figure; it takes the one that covers least.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF

#: Values stand so close to their figure, or in a crowd so far from it at a small cost.
_GAPS_PX = {8.0: 0.0, 46.0: 250.0}
#: The corners of a view hold its texts: so far to the side and down or up.
_CORNER_PX = (260.0, 110.0)
#: The middles of its edges hold the orientation letters, which nothing may cover.
_LETTER_PX = 44.0
_MARGIN_PX = 6.0
#: Lines are looked at in steps of so many pixels; each step that is covered counts so much.
_STEP_PX = 4.0
_STEP_COST = 60.0

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """Lines of text that belong to a line on the screen."""

    points: Sequence[QPointF]
    lines: tuple[str, ...]
    colour: QColor

    def is_seen(self, area: QRectF) -> bool:
        """Whether its line is in the view, at least in part."""
        return area.adjusted(-1, -1, 1, 1).intersects(_bounds(self.points).adjusted(-1, -1, 1, 1))


def place(labels: Sequence[Label], area: QRectF, metrics: QFontMetricsF) -> list[QRectF]:
    """A box for every label, the first ones first."""
    taken = [*_corners(area), *_letters(area)]
    area = area.adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
    lines = np.concatenate([_steps(label.points) for label in labels]) if labels else np.empty(0)
    boxes = []
    for label in labels:
        width = max(metrics.horizontalAdvance(text) for text in label.lines) + 4
        size = (width, metrics.height() * len(label.lines))
        figure = _bounds(label.points)
        best, _ = min(
            (
                (box, cost + _cost(box, lines, taken))
                for gap, cost in _GAPS_PX.items()
                for box in _in_view(_candidates(label.points, figure, size, gap), area)
            ),
            key=lambda found: found[1],
        )
        taken.append(best)
        boxes.append(best)
    return boxes


def _candidates(
    points: Sequence[QPointF], figure: QRectF, size: tuple[float, float], gap: float
) -> Iterator[QRectF]:
    """Beyond the ends of a straight line, then at the sides of the figure's box."""
    width, height = size
    if len(points) == 2:
        for end, other in ((points[1], points[0]), (points[0], points[1])):
            right = end.x() >= other.x()
            x = end.x() + gap if right else end.x() - gap - width
            low = end.y() >= other.y()
            yield QRectF(x, end.y() - height / 2, width, height)
            yield QRectF(x, end.y() if low else end.y() - height, width, height)
    x, y = figure.center().x() - width / 2, figure.center().y() - height / 2
    yield QRectF(figure.right() + gap, y, width, height)
    yield QRectF(figure.left() - gap - width, y, width, height)
    yield QRectF(x, figure.bottom() + gap, width, height)
    yield QRectF(x, figure.top() - gap - height, width, height)
    yield QRectF(figure.right() + gap, figure.bottom() + gap, width, height)
    yield QRectF(figure.left() - gap - width, figure.top() - gap - height, width, height)


def _in_view(boxes: Iterator[QRectF], area: QRectF) -> Iterator[QRectF]:
    """The boxes, moved in from beyond the edges."""
    for box in boxes:
        x = max(min(box.left(), area.right() - box.width()), area.left())
        y = max(min(box.top(), area.bottom() - box.height()), area.top())
        yield QRectF(x, y, box.width(), box.height())


def _cost(box: QRectF, lines: Points, taken: Sequence[QRectF]) -> float:
    """How much would be covered: other values and texts by their pixels, lines by their length."""
    over = sum(_size(box.intersected(other)) for other in taken)
    x, y = lines.T
    inside = (x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())
    return 3 * over + _STEP_COST * int(inside.sum())


def _steps(points: Sequence[QPointF]) -> Points:
    """(N, 2) points along a line, close enough that none slips through a label."""
    corners = np.array([[p.x(), p.y()] for p in points])
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0, along[-1], int(along[-1] / _STEP_PX) + 2)
    return np.stack([np.interp(at, along, corners[:, n]) for n in (0, 1)], axis=1)


def _corners(area: QRectF) -> list[QRectF]:
    width, height = _CORNER_PX
    top = QRectF(area.left(), area.top(), width, height)
    return [
        top,
        top.translated(area.width() - width, 0),
        top.translated(0, area.height() - height),
    ]


def _letters(area: QRectF) -> list[QRectF]:
    box = QRectF(0, 0, _LETTER_PX, _LETTER_PX)
    middles = (
        QPointF(area.left() + _LETTER_PX / 2, area.center().y()),
        QPointF(area.right() - _LETTER_PX / 2, area.center().y()),
        QPointF(area.center().x(), area.top() + _LETTER_PX / 2),
        QPointF(area.center().x(), area.bottom() - _LETTER_PX / 2),
    )
    boxes = []
    for middle in middles:
        box.moveCenter(middle)
        boxes.append(QRectF(box))
    return boxes


def _bounds(points: Sequence[QPointF]) -> QRectF:
    xs, ys = [p.x() for p in points], [p.y() for p in points]
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _size(box: QRectF) -> float:
    return max(box.width(), 0.0) * max(box.height(), 0.0)
