"""Lines pass through what was clicked, and meet at right angles where they should."""

from itertools import pairwise

import numpy as np
import pytest

from ichviewer.imaging.cut import cut_of
from ichviewer.imaging.figure import figure
from ichviewer.imaging.measurement import Kind
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.template import template
from tests.imaging.series import SCANS, grid_of

CUT = cut_of(grid_of(SCANS["tilted and uneven"]), Axis.K, 6)


def points_of(kind: Kind) -> np.ndarray:
    return np.array([h.lps_mm for h in template(kind, CUT, np.array([15.0, 12.0]))])


def nearest_mm(line: np.ndarray, point: np.ndarray) -> float:
    """Distance of a point from the nearest part of a line."""
    best = np.inf
    for start, end in pairwise(line):
        along = end - start
        length2 = along @ along
        share = np.clip((point - start) @ along / length2, 0, 1) if length2 else 0.0
        best = min(best, float(np.linalg.norm(start + share * along - point)))
    return best


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.ELLIPSE])
def test_every_handle_lies_on_a_line(kind: Kind) -> None:
    points = points_of(kind)
    strokes = figure(kind, points, CUT)
    assert {n for stroke in strokes for n in stroke.handles} == set(range(len(points)))
    for point in points:
        assert min(nearest_mm(s.points_lps_mm, point) for s in strokes) <= 0.01


def test_an_ellipse_is_drawn_closed_at_its_radii() -> None:
    points = points_of(Kind.ELLIPSE)
    (stroke,) = figure(Kind.ELLIPSE, points, CUT)
    drawn = CUT.flat_mm(stroke.points_lps_mm)
    center, radii = CUT.flat_mm(points).mean(axis=0), np.array([10.0, 7.0])
    assert np.allclose((((drawn - center) / radii) ** 2).sum(axis=1), 1.0)
    assert np.allclose(drawn[0], drawn[-1])


def test_the_shift_is_drawn_square_to_the_midline() -> None:
    flat = np.array([[10.0, 0.0], [14.0, 25.0], [20.0, 12.0]])
    line, shift = figure(Kind.MIDLINE, CUT.lps_mm(flat), CUT)
    assert shift.is_derived
    first, second = (np.diff(s.points_lps_mm, axis=0)[0] for s in (line, shift))
    assert first @ second == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("turn", np.linspace(0, 6, 7))
def test_the_skull_is_drawn_through_its_points_the_short_way(turn: float) -> None:
    angles = turn + np.array([0.3, -0.3, 0.0])
    flat = 70 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    border = 55 * np.array([[np.cos(turn), np.sin(turn)]])
    skull, thickness = figure(Kind.THICKNESS, CUT.lps_mm(np.concatenate([flat, border])), CUT)
    drawn = CUT.flat_mm(skull.points_lps_mm)
    assert np.allclose(np.linalg.norm(drawn, axis=1), 70)
    length = np.linalg.norm(np.diff(drawn, axis=0), axis=1).sum()
    assert length == pytest.approx(70 * 0.6 * 1.3, rel=1e-3)
    ends = CUT.flat_mm(thickness.points_lps_mm)
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(15.0)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_begun_can_be_drawn(kind: Kind) -> None:
    points = points_of(kind)
    for count in range(1, len(points)):
        for stroke in figure(kind, points[:count], CUT):
            assert np.isfinite(stroke.points_lps_mm).all()
            assert max(stroke.handles) < count
