"""Pulling a grip moves that grip to where it was pulled, and what is opposite stays."""

import numpy as np
import pytest

from ichviewer.imaging.cut import cut_of
from ichviewer.imaging.grips import cut_of_grip, grips_lps_mm, pulled
from ichviewer.imaging.measure import measure
from ichviewer.imaging.measurement import Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.template import template
from tests.imaging.series import SCANS, grid_of, volume_of


def put(kind: Kind, name: str = "tilted and uneven", axis: Axis = Axis.K) -> Measurement:
    cut = cut_of(grid_of(SCANS[name]), axis, 6)
    x, y = cut.centers_mm
    return Measurement("1", kind, template(kind, cut, np.array([x.mean(), y.mean()])))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("axis", [Axis.K, Axis.J])
def test_a_grip_goes_where_it_is_pulled(kind: Kind, axis: Axis) -> None:
    grid = grid_of(SCANS["tilted and uneven"])
    first = put(kind, axis=axis)
    before = grips_lps_mm(first, grid)
    for grip in range(len(before)):
        cut = cut_of_grip(first, grip, grid)
        target = cut.lps_mm(cut.flat_mm(before[grip]) + np.array([3.5, -2.25]))
        after = grips_lps_mm(pulled(first, grip, target, grid), grid)
        assert after[grip] == pytest.approx(target, abs=1e-9)
        if kind in (Kind.ELLIPSE, Kind.RECTANGLE):
            opposite = (grip + 2) % 4
            assert after[opposite] == pytest.approx(before[opposite], abs=1e-9)
        else:
            others = [n for n in range(len(before)) if n != grip]
            assert np.allclose(after[others], before[others])


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_put_down_by_key_can_be_measured_at_once(kind: Kind, name: str) -> None:
    found = measure(put(kind, name), volume_of(SCANS[name]))
    assert found.quantities
    expected = {
        Kind.LENGTH: ("length", 30.0),
        Kind.ANGLE: ("angle", 90.0),
        Kind.COBB: ("angle", 0.0),
        Kind.ELLIPSE: ("area", np.pi * 70),
        Kind.RECTANGLE: ("area", 280.0),
        Kind.ABC2: ("A", 30.0),
        Kind.MIDLINE: ("shift", 0.0),
        Kind.THICKNESS: ("thickness", 8.0),
    }
    if kind in expected:
        word, value = expected[kind]
        assert found.value(word) == pytest.approx(value, rel=1e-3, abs=1e-6)
    if kind is Kind.ABC2:
        assert found.value("C") >= 15.0
