"""Plane geometry of the rulers: feet of perpendiculars, circles through three points, angles."""

from dataclasses import dataclass

import numpy as np

from ichviewer.imaging.grid import Float

#: A circle larger than this is a straight line for all that can be drawn on a head.
_STRAIGHT_MM = 10_000.0


@dataclass(frozen=True, eq=False)
class Circle:
    """A circle on a sheet; `center_mm` is (2,)."""

    center_mm: Float
    radius_mm: float

    def foot_mm(self, point_mm: Float) -> Float:
        """(2,) the point of the circle nearest to a point."""
        away = point_mm - self.center_mm
        distance = float(np.linalg.norm(away))
        if distance == 0:
            return np.asarray(self.center_mm + np.array([self.radius_mm, 0.0]))
        return np.asarray(self.center_mm + away * (self.radius_mm / distance))


def foot_on_line(start: Float, end: Float, point: Float) -> Float:
    """Where the perpendicular from a point meets the line through two others.

    `start` where these two are one.
    """
    along = end - start
    squared = float(along @ along)
    if squared == 0:
        return np.asarray(start, dtype=np.float64)
    return np.asarray(start + along * float((point - start) @ along) / squared)


def circle_through(a_mm: Float, b_mm: Float, c_mm: Float) -> Circle | None:
    """The circle through three points of a sheet, or None where they lie on a straight line."""
    # From c, to keep the figures small: |center - a| = |center - b| = |center| is linear.
    sides = np.stack([a_mm - c_mm, b_mm - c_mm])
    squares = (sides**2).sum(axis=1)
    if abs(np.linalg.det(sides)) <= squares.max() * 1e-9:
        return None
    from_c = np.linalg.solve(sides, squares / 2)
    radius = float(np.linalg.norm(from_c))
    return None if radius > _STRAIGHT_MM else Circle(np.asarray(c_mm + from_c), radius)


def skull_foot_mm(skull_mm: Float, border_mm: Float) -> Float:
    """(2,) where the perpendicular from a border meets the inner skull through three points.

    The skull is taken as the circle through its points, since a straight line between two of
    them would cut off the curve: 1.5 mm for points 30 mm apart on a curve of 75 mm radius.
    """
    circle = circle_through(*skull_mm)
    if circle is not None:
        return circle.foot_mm(border_mm)
    ends = max(
        ((a, b) for a in skull_mm for b in skull_mm),
        key=lambda pair: float(np.linalg.norm(pair[0] - pair[1])),
    )
    return foot_on_line(*ends, border_mm)


def angle_deg(first: Float, second: Float) -> float:
    """Angle between two directions, 0-180; NaN where one has no length.

    By the arc tangent, which keeps its figures at small and at straight angles.
    """
    a, b = np.linalg.norm(first), np.linalg.norm(second)
    if a == 0 or b == 0:
        return float("nan")
    u, v = first / a, second / b
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))
