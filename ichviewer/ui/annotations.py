"""What is written over an image: letters, corner texts, scale bar, crosshair, type names."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPixmapCache

from ichviewer.imaging.plane import Letters
from ichviewer.ui.theme import ON_IMAGE

_MARGIN = 10.0
#: What the scale takes at the right edge.
_SCALE_PX = 30
#: Half of the opening in the middle of the crosshair, so that it covers nothing that is read.
_OPENING = 14.0
_LIGHT_PX = 9.0
_RIM_PX = 1
_LETTER_PX = 28.0
#: The right corner's part of a narrow view: slice, window and fidelity matter most.
_RIGHT_SHARE = 0.75
_SCALE_STEPS_MM = (200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True)
class Corners:
    """Lines of text in three corners; the scale has the fourth."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    #: Below the upper right corner: the fidelity light, and what it means.
    light: QColor | None = None
    beside_light: tuple[str, ...] = ()


def write_letters(painter: QPainter, area: QRectF, letters: Letters, drop_px: float = 0) -> None:
    """Write the orientation letters at the middle of each edge, the upper one lower by a drop."""
    usual = painter.font()
    font = QFont(usual)
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.15)
    painter.setFont(font)
    flags, inner = Qt.AlignmentFlag, area.adjusted(_MARGIN, 6, -_MARGIN, -6)
    top = inner.adjusted(0, drop_px, 0, 0)
    for text, side, box in (
        (letters.left, flags.AlignLeft | flags.AlignVCenter, inner),
        (letters.right, flags.AlignRight | flags.AlignVCenter, inner),
        (letters.top, flags.AlignTop | flags.AlignHCenter, top),
        (letters.bottom, flags.AlignBottom | flags.AlignHCenter, inner),
    ):
        write(painter, box, side, text, QColor(ON_IMAGE.warning))
    painter.setFont(usual)


def letter_drop_px(painter: QPainter, area: QRectF, corners: Corners) -> float:
    """How far the upper letter must go down to be clear of the corner texts; 0 where it is."""
    metrics = QFontMetricsF(painter.font())
    half = area.width() / 2 - _MARGIN - 16
    # The letter is somewhat higher than a line, so the second one counts, too.
    beside = _beside_light(corners, metrics, area.width() - 2 * _MARGIN)
    light = beside[: max(0, 2 - len(corners.top_right))]
    top = (*corners.top_left, *corners.top_right, *(f"{text}  ●" for text in light))
    if all(metrics.horizontalAdvance(text) <= half for text in top):
        return 0.0
    right = len(corners.top_right) + max(len(beside), corners.light is not None)
    return max(len(corners.top_left), right) * metrics.height()


def write_corners(painter: QPainter, area: QRectF, corners: Corners) -> None:
    """Write the corner texts; where two do not fit side by side the left one is cut short."""
    inner = area.adjusted(_MARGIN, 6, -_MARGIN, -6)
    metrics = QFontMetricsF(painter.font())
    line = metrics.height()
    beside = _beside_light(corners, metrics, inner.width())
    right = [*((text, 0.0) for text in corners.top_right), *((t, _LIGHT_PX + 6) for t in beside)]
    for row in range(max(len(corners.top_left), len(right))):
        y, room = inner.top() + row * line, inner.width()
        if row < len(right):
            text, indent = right[row]
            share = _RIGHT_SHARE if row < len(corners.top_left) else 1.0
            most = share * inner.width() - indent
            wide = min(math.ceil(metrics.horizontalAdvance(text)), most)
            box = inner.adjusted(0, 0, -indent, 0)
            _write_line(painter, box, y, wide + 1, text, is_left=False)
            room -= wide + indent + 12
        if row < len(corners.top_left):
            _write_line(painter, inner, y, room, corners.top_left[row], is_left=True)
    if corners.light is not None:
        top = inner.top() + len(corners.top_right) * line
        _draw_light(painter, QRectF(inner.left(), top, inner.width(), line), corners.light)
    widest = max((metrics.horizontalAdvance(text) for text in corners.bottom_left), default=0)
    # The letter at the lower edge has the last line to itself where the texts would meet it.
    lift = line if widest > inner.width() / 2 - 16 else 0.0
    first = inner.bottom() - lift - len(corners.bottom_left) * line
    for row, text in enumerate(corners.bottom_left):
        _write_line(painter, inner, first + row * line, inner.width(), text, is_left=True)


def _beside_light(corners: Corners, metrics: QFontMetricsF, room_px: float) -> tuple[str, ...]:
    """The words beside the light; in a narrow view a phrase a line, so that none is cut short."""
    if corners.light is None:
        return ()
    room_px -= _LIGHT_PX + 6
    return tuple(
        line
        for text in corners.beside_light
        for line in ([text] if metrics.horizontalAdvance(text) <= room_px else text.split(", "))
    )


def _draw_light(painter: QPainter, line: QRectF, light: QColor) -> None:
    """A dot at the right edge of a line."""
    painter.setPen(QPen(QColor(0, 0, 0), 1))
    painter.setBrush(light)
    middle = line.center().y()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawEllipse(
        QRectF(line.right() - _LIGHT_PX, middle - _LIGHT_PX / 2, _LIGHT_PX, _LIGHT_PX)
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _write_line(
    painter: QPainter, inner: QRectF, y: float, width: float, text: str, *, is_left: bool
) -> None:
    metrics = QFontMetricsF(painter.font())
    short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    box = QRectF(inner.left() if is_left else inner.right() - width, y, width, metrics.height())
    side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
    write(painter, box, side, short, QColor(ON_IMAGE.text))


def write(
    painter: QPainter, box: QRectF, side: Qt.AlignmentFlag, text: str, colour: QColor
) -> None:
    """Write one line of plain text with a dark rim, readable on bone and on air."""
    if not text:
        return
    ratio = painter.device().devicePixelRatioF()
    drawn = _drawn_once(painter.font(), text, colour, ratio)
    size = drawn.deviceIndependentSize()
    x, y = box.left() - _RIM_PX, box.top() - _RIM_PX
    if side & Qt.AlignmentFlag.AlignRight:
        x = box.right() + _RIM_PX - size.width()
    elif side & Qt.AlignmentFlag.AlignHCenter:
        x = box.center().x() - size.width() / 2
    if side & Qt.AlignmentFlag.AlignBottom:
        y = box.bottom() + _RIM_PX - size.height()
    elif side & Qt.AlignmentFlag.AlignVCenter:
        y = box.center().y() - size.height() / 2
    # On whole device pixels, so that it stays sharp on screens scaled by a fraction.
    painter.drawPixmap(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), drawn)


def write_paragraph(
    painter: QPainter, box: QRectF, side: Qt.AlignmentFlag, text: str, colour: QColor
) -> None:
    """Write plain text with a dark rim, in as many lines as it takes."""
    wrapped = side | Qt.TextFlag.TextWordWrap
    painter.setPen(QColor(0, 0, 0, 220))
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        painter.drawText(box.translated(dx, dy), wrapped, text)
    painter.setPen(colour)
    painter.drawText(box, wrapped, text)


def _drawn_once(font: QFont, text: str, colour: QColor, ratio: float) -> QPixmap:
    """A line of text with its rim, kept by Qt: the same few are drawn in every frame."""
    key = f"{font.key()} {colour.rgba()} {ratio} {text}"
    drawn = QPixmap()
    if QPixmapCache.find(key, drawn):
        return drawn
    metrics = QFontMetricsF(font)
    wide = math.ceil(metrics.horizontalAdvance(text)) + 2 * _RIM_PX
    high = math.ceil(metrics.height()) + 2 * _RIM_PX
    drawn = QPixmap(math.ceil(wide * ratio), math.ceil(high * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setFont(font)
    base = QPointF(_RIM_PX, _RIM_PX + metrics.ascent())
    painter.setPen(QColor(0, 0, 0, 220))
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        painter.drawText(base + QPointF(dx, dy), text)
    painter.setPen(colour)
    painter.drawText(base, text)
    painter.end()
    QPixmapCache.insert(key, drawn)
    return drawn


def draw_scale(painter: QPainter, area: QRectF, px_per_mm: float) -> None:
    """Draw a ruler of a round length, at most a third of the view, above the lower edge."""
    fits = (mm for mm in _SCALE_STEPS_MM if mm * px_per_mm <= area.height() / 3)
    length_mm = next(fits, None)
    if length_mm is None or px_per_mm <= 0:
        return
    length = length_mm * px_per_mm
    x, y0 = area.right() - _MARGIN - _SCALE_PX + 8, area.center().y() + area.height() / 4
    y0 = min(y0, area.bottom() - 60) - length / 2
    lines = [QLineF(x, y0, x, y0 + length)]
    lines += [QLineF(x - 4, y, x + 4, y) for y in (y0, y0 + length / 2, y0 + length)]
    for pen in (QPen(QColor(0, 0, 0, 200), 3), QPen(QColor(ON_IMAGE.text), 1)):
        painter.setPen(pen)
        painter.drawLines(lines)
    name = f"{length_mm // 10} cm" if length_mm >= 10 else f"{length_mm} mm"
    box = QRectF(x - 90, y0 + length + 3, 98, 20)
    write(painter, box, Qt.AlignmentFlag.AlignRight, name, QColor(ON_IMAGE.dim))


def draw_frame(painter: QPainter, area: QRectF, is_active: bool) -> None:
    """Frame the view that the keys act on."""
    if is_active:
        painter.setPen(QPen(QColor(ON_IMAGE.accent), 2))
        painter.drawRect(area.adjusted(1, 1, -1, -1))


def draw_traces(painter: QPainter, traces: list[tuple[QLineF, QColor]], at: QPointF) -> None:
    """Draw where the other planes cut this one, open around the crossing."""
    for line, colour in traces:
        painter.setPen(QPen(colour, 1))
        for end in (line.p1(), line.p2()):
            half = QLineF(at, end)
            if half.length() > _OPENING:
                half.setP1(half.pointAt(_OPENING / half.length()))
                painter.drawLine(half)


def write_foot(painter: QPainter, area: QRectF, text: str, colour: QColor) -> None:
    """Write what must stand under an image whole, clear of the scale, in as few lines as fit."""
    metrics = QFontMetricsF(painter.font())
    beside = _MARGIN + _SCALE_PX
    foot = area.adjusted(beside, 6, -beside, -6 - 3 * metrics.height())
    side = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
    if max(map(metrics.horizontalAdvance, text.split())) > foot.width():
        foot.setLeft(area.left() + _MARGIN)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
    fits = metrics.horizontalAdvance(text) <= foot.width()
    (write if fits else write_paragraph)(painter, foot, side, text, colour)


def write_type(
    painter: QPainter,
    area: QRectF,
    beside: QRectF,
    text: str,
    colour: QColor,
    *,
    taken: list[QRectF],
) -> None:
    """Write a type's name beside its region, towards the nearer edge; above it without room.

    `taken` holds what is written already; the name moves down until it is clear of that, and is
    added.
    """
    metrics = QFontMetricsF(painter.font())
    width, height = metrics.horizontalAdvance(text) + 2, metrics.height()
    left, right = beside.left() - width - 6, beside.right() + 6
    fits_left, fits_right = left > area.left() + 4, right + width < area.right() - 4
    y = beside.center().y() - 1.5 * height
    if fits_left and (beside.center().x() < area.center().x() or not fits_right):
        x = left
    elif fits_right:
        x = right
    else:
        x, y = beside.center().x() - width / 2, beside.top() - height - 4
    x = min(max(x, area.left() + 4), area.right() - width - 4)
    y = min(max(y, area.top() + 4), area.bottom() - height - 4)
    box = QRectF(x, y, width, height)
    while any(box.intersects(other) for other in taken) and box.bottom() < area.bottom() - height:
        box.translate(0, height / 2)
    taken.append(box)
    write(painter, box, Qt.AlignmentFlag.AlignLeft, text, colour)


def letter_boxes(area: QRectF) -> list[QRectF]:
    """Where the letters at the left and right edge are."""
    high = QRectF(0, area.center().y() - _LETTER_PX / 2, _LETTER_PX, _LETTER_PX)
    return [
        high.translated(area.left(), 0),
        high.translated(area.right() - _LETTER_PX, 0),
    ]
