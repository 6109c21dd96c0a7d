"""Figures as SVG text, to stand inside an HTML page without any file beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Any

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.language import figure, tr, trn
from ichviewer.report.colours import TYPE_COLOURS

_SIZE = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 12, 44
_ANY = "#1b1f24"
COLOURS: dict[str, str] = {
    "any": _ANY,
    **{kind.word: "#{:02x}{:02x}{:02x}".format(*TYPE_COLOURS[kind]) for kind in HemorrhageType},
}


@dataclass(frozen=True)
class _Frame:
    """A square plot with linear axes."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> str:
        share_x = (x - self.x[0]) / (self.x[1] - self.x[0])
        share_y = (y - self.y[0]) / (self.y[1] - self.y[0])
        left = _LEFT + share_x * (_SIZE - _LEFT - _RIGHT)
        top = _SIZE - _BOTTOM - share_y * (_SIZE - _TOP - _BOTTOM)
        return f"{left:.1f},{top:.1f}"

    def line(self, points: Sequence[tuple[float, float]], style: str) -> str:
        places = " ".join(self.at(*point) for point in points)
        return f'<polyline points="{places}" fill="none" {style}/>'

    def dot(self, x: float, y: float, radius: float, style: str) -> str:
        left, top = self.at(x, y).split(",")
        return f'<circle cx="{left}" cy="{top}" r="{radius:.1f}" {style}/>'

    def axes(self, x_title: str, y_title: str) -> Iterator[str]:
        """Grid lines with numbers at five places, and what the axes show."""
        for step in range(5):
            x = self.x[0] + step / 4 * (self.x[1] - self.x[0])
            y = self.y[0] + step / 4 * (self.y[1] - self.y[0])
            yield self.line([(x, self.y[0]), (x, self.y[1])], 'stroke="#e3e6ea"')
            yield self.line([(self.x[0], y), (self.x[1], y)], 'stroke="#e3e6ea"')
            left, top = self.at(x, self.y[0]).split(",")
            yield _text(float(left), float(top) + 16, figure(x, "g"), "middle")
            left, top = self.at(self.x[0], y).split(",")
            yield _text(float(left) - 6, float(top) + 4, figure(y, "g"), "end")
        yield _text((_SIZE + _LEFT) / 2, _SIZE - 8, x_title, "middle")
        middle = (_SIZE - _BOTTOM) / 2
        turned = f'transform="rotate(-90 14 {middle:.0f})"'
        yield _text(14, middle, y_title, "middle", turned)


def roc(by_column: Mapping[str, Mapping[str, Any]]) -> str:
    """ROC curves of any hemorrhage and of the types that have both positives and negatives."""
    frame = _Frame((0, 1), (0, 1))
    parts = list(frame.axes("1 − specificity", "sensitivity"))
    parts.append(frame.line([(0, 0), (1, 1)], 'stroke="#9aa2ab" stroke-dasharray="4 4"'))
    for name in reversed(PROBABILITY_COLUMNS):
        curve = by_column[name]["roc"]
        if curve:
            points = list(
                zip(curve["false_positive_rate"], curve["true_positive_rate"], strict=True)
            )
            width = 2.5 if name == "any" else 1.5
            parts.append(frame.line(points, f'stroke="{COLOURS[name]}" stroke-width="{width}"'))
    shown = [name for name in PROBABILITY_COLUMNS if by_column[name]["roc"]]
    for place, name in enumerate(shown):
        y = _SIZE - _BOTTOM - 12 - 16 * (len(shown) - 1 - place)
        area = by_column[name]["auc"]
        parts.append(f'<rect x="190" y="{y - 6}" width="12" height="4" fill="{COLOURS[name]}"/>')
        parts.append(_text(208, y, f"{tr(name)} {figure(area, '.3f')}", "start"))
    return _svg(tr("ROC curves"), parts)


def reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """Frequency against probability, a dot for every bin, larger where it holds more images."""
    frame = _Frame((0, 1), (0, 1))
    parts = list(frame.axes(tr("probability that the model gave"), tr("share that has hemorrhage")))
    parts.append(frame.line([(0, 0), (1, 1)], 'stroke="#9aa2ab" stroke-dasharray="4 4"'))
    filled = [one for one in bins if one["images"]]
    points = [(one["probability"], one["frequency"]) for one in filled]
    parts.append(frame.line(points, f'stroke="{_ANY}" stroke-width="1.5"'))
    most = max((one["images"] for one in filled), default=1)
    for one, point in zip(filled, points, strict=True):
        radius = 2.5 + 5 * (one["images"] / most) ** 0.5
        title = f"<title>{escape(trn('{n} image', '{n} images', one['images']))}</title>"
        dot = frame.dot(*point, radius, f'fill="{_ANY}" fill-opacity="0.75"')
        parts.append(dot.replace("/>", f">{title}</circle>"))
    return _svg(tr("Reliability curve of any hemorrhage"), parts)


def matrix(names: Sequence[str], counts: Sequence[Sequence[float | None]], said: str) -> str:
    """A confusion matrix: rows are true, columns what was said; shaded by share of the row."""
    left, top, right = 118, 104, 46
    cell = (_SIZE - left - right) / len(names)
    parts = [_text(left - 8, top - 8, tr("true"), "end"), _text(left + 4, 14, said, "start")]
    for row, name in enumerate(names):
        y = top + (row + 0.5) * cell
        x = left + (row + 0.5) * cell
        parts.append(_text(left - 8, y + 4, tr(name), "end"))
        parts.append(
            _text(x, top - 8, tr(name), "start", f'transform="rotate(-45 {x:.0f} {top - 8})"')
        )
        total = sum(value or 0 for value in counts[row])
        for column, value in enumerate(counts[row]):
            share = (value or 0) / total if total else 0.0
            place = f'x="{left + column * cell:.1f}" y="{top + row * cell:.1f}"'
            size = f'width="{cell - 1:.1f}" height="{cell - 1:.1f}"'
            shade = f'fill="#1f4e79" fill-opacity="{share:.2f}" stroke="#e3e6ea"'
            parts.append(f"<rect {place} {size} {shade}/>")
            if value is not None:
                shown = figure(value, ".0f" if value >= 10 or value == int(value) else ".1f")
                colour = ' fill="#ffffff"' if share > 0.5 else ""
                parts.append(_text(left + (column + 0.5) * cell, y + 4, shown, "middle", colour))
    return _svg(tr("Confusion matrix"), parts)


def bland_altman(
    true: Sequence[float], marked: Sequence[float], agreement: Mapping[str, Any], unit: str
) -> str:
    """Error of the marked amount against the mean of both, with bias and limits of agreement."""
    means = [(a + b) / 2 for a, b in zip(true, marked, strict=True)]
    errors = [b - a for a, b in zip(true, marked, strict=True)]
    low, high = agreement["limits_of_agreement"]
    lines = [value for value in (agreement["bias"], low, high) if value is not None]
    reach = _round_up(max(abs(value) for value in (*errors, *lines)))
    frame = _Frame((0, _round_up(max(means))), (-reach, reach))
    parts = list(
        frame.axes(
            tr("mean of true and marked, {unit}", unit=unit), tr("marked − true, {unit}", unit=unit)
        )
    )
    for value in lines:
        dashes = "" if value == agreement["bias"] else ' stroke-dasharray="5 4"'
        ends = [(frame.x[0], value), (frame.x[1], value)]
        parts.append(frame.line(ends, f'stroke="#b3261e"{dashes}'))
    parts += [
        frame.dot(x, y, 3, f'fill="{_ANY}" fill-opacity="0.5"')
        for x, y in zip(means, errors, strict=True)
    ]
    return _svg(tr("Error of the marked amount of blood"), parts)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 8, 10, 20 ..., whose quarters are short numbers."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {place} {more}>{escape(text)}</text>"


def _svg(title: str, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_SIZE} {_SIZE}" width="{_SIZE}" height="{_SIZE}"'
    label = f'role="img" aria-label="{escape(title)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {label}>{"".join(parts)}</svg>'
