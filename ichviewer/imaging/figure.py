"""The lines of a measurement, in the patient: what is drawn, and what follows from it.

Also of one that is not finished, so that it can be seen while it is being drawn.
"""

from dataclasses import dataclass

import numpy as np

from ichviewer.imaging.construction import circle_through, foot_on_line, skull_foot_mm
from ichviewer.imaging.cut import Cut
from ichviewer.imaging.grid import Float
from ichviewer.imaging.measurement import Kind
from ichviewer.imaging.regions import box_outline, ellipse_outline

#: Corners of a drawn ellipse or arc: on a circle of 1,000 pixels they miss it by 0.2.
_CORNERS = 180
#: The skull's arc is drawn so much beyond its outer points, in turns of its own length.
_BEYOND = 0.15


@dataclass(frozen=True, eq=False)
class Stroke:
    """One line of a figure.

    Parameters
    ----------
    points_lps_mm
        (N, 3) corners; closed lines end where they begin.
    handles
        Which handles it belongs to: it is seen on their cuts.
    is_derived
        True for what the program constructs, such as the perpendicular of a ruler.
    """

    points_lps_mm: Float
    handles: tuple[int, ...]
    is_derived: bool = False


def figure(kind: Kind, points_lps_mm: Float, cut: Cut) -> tuple[Stroke, ...]:
    """All lines.

    Parameters
    ----------
    kind
        What is measured.
    points_lps_mm
        (N, 3) the handles put down so far.
    cut
        The first handle's.
    """
    count = len(points_lps_mm)
    if kind in (Kind.COBB, Kind.ABC2):
        pairs = ((n, n + 1) for n in range(0, count - 1, 2))
        return tuple(Stroke(points_lps_mm[list(pair)], pair) for pair in pairs)
    if kind.is_region:
        return _region(kind, points_lps_mm, cut)
    if kind is Kind.MIDLINE:
        return _midline(points_lps_mm)
    if kind is Kind.THICKNESS:
        return _thickness(points_lps_mm, cut)
    return _chain(points_lps_mm)


def _chain(points: Float) -> tuple[Stroke, ...]:
    return (Stroke(points, tuple(range(len(points)))),) if len(points) > 1 else ()


def _region(kind: Kind, points: Float, cut: Cut) -> tuple[Stroke, ...]:
    if kind not in (Kind.ELLIPSE, Kind.RECTANGLE):
        closed = np.concatenate([points, points[:1]])
        return (Stroke(closed, tuple(range(len(points)))),) if len(points) > 1 else ()
    if len(points) < 2:
        return ()
    corners = cut.flat_mm(points)
    if kind is Kind.RECTANGLE:
        flat = box_outline(*corners).corners_mm
    else:
        outline = ellipse_outline(*corners)
        turn = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
        unit = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        flat = np.asarray(outline.center_mm) + unit * np.asarray(outline.radii_mm)
    return (Stroke(cut.lps_mm(np.concatenate([flat, flat[:1]])), (0, 1)),)


def _midline(points: Float) -> tuple[Stroke, ...]:
    if len(points) < 3:
        return _chain(points)
    start, end, structure = points
    foot = foot_on_line(start, end, structure)
    return (
        Stroke(np.stack([start, end]), (0, 1)),
        Stroke(np.stack([foot, structure]), (2,), is_derived=True),
    )


def _thickness(points: Float, cut: Cut) -> tuple[Stroke, ...]:
    if len(points) < 3:
        return _chain(points)
    flat = cut.flat_mm(points)
    skull = Stroke(cut.lps_mm(_skull(flat[:3])), (0, 1, 2))
    if len(points) < 4:
        return (skull,)
    foot = cut.lps_mm(skull_foot_mm(flat[:3], flat[3]))
    return skull, Stroke(np.stack([foot, points[3]]), (3,), is_derived=True)


def _skull(flat: Float) -> Float:
    """The arc through three points, or the line where they lie on one."""
    circle = circle_through(*flat)
    if circle is None:
        return flat[np.argsort(flat @ (flat[2] - flat[0]))]
    away = flat - circle.center_mm
    # Turns from the middle of the three, so that the arc never runs the long way round.
    middle = away.mean(axis=0)
    along = away @ middle
    across = away @ np.array([-middle[1], middle[0]])
    turns = np.arctan2(across, along)
    reach = _BEYOND * np.ptp(turns)
    turn = np.linspace(turns.min() - reach, turns.max() + reach, _CORNERS)
    turn += np.arctan2(middle[1], middle[0])
    unit = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray(circle.center_mm + circle.radius_mm * unit)
