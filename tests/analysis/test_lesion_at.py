"""ABC/2 stands beside the lesion that was measured, and no other."""

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.lesion_at import lesion_at
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.measure import measure
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import ellipsoid, make_grid

CENTER, RADII = (30.0, 10.0, 0.0), (15.0, 20.0, 12.5)


def callipers(axis: Axis) -> Measurement:
    """A, B and C through an ellipsoid of 40 x 30 x 25 mm."""
    x, y, z = CENTER
    a = [(x, y - RADII[1], z), (x, y + RADII[1], z)]
    b = [(x - RADII[0], y, z), (x + RADII[0], y, z)]
    c = [(x, y, z - RADII[2]), (x, y, z + RADII[2])]
    handles = [Handle(point) for point in a + b] + [Handle(point, axis) for point in c]
    return Measurement("1", Kind.ABC2, tuple(handles))


def mask_of(grid: Grid) -> np.ndarray:
    """The ellipsoid, a smaller one of its type beside it, and another type on top of it."""
    mask = np.zeros(grid.shape_kji, np.uint8)
    mask[ellipsoid(grid, CENTER, RADII)] = HemorrhageType.INTRAPARENCHYMAL
    mask[ellipsoid(grid, (-30.0, 10.0, 0.0), (5, 5, 10))] = HemorrhageType.INTRAPARENCHYMAL
    mask[ellipsoid(grid, (30.0, -11.0, 0.0), (4, 4, 10))] = HemorrhageType.SUBARACHNOID
    return mask


@pytest.mark.parametrize("tilt_deg", [0.0, 18.5])
def test_callipers_of_an_ellipsoid_and_its_voxels(tilt_deg: float) -> None:
    """ABC/2 is 0.5 A B C; the ellipsoid itself has pi/6 A B C."""
    grid = make_grid(slices=40, gaps_mm=1.0, px=100, px_mm=1.0, tilt_deg=tilt_deg)
    mask = mask_of(grid)
    alone = np.where(ellipsoid(grid, CENTER, RADII), mask, 0)
    segmented = lesion_at(callipers(Axis.J), mask, grid)
    assert segmented is not None
    assert segmented.what == "intraparenchymal hemorrhage"
    own = alone == HemorrhageType.INTRAPARENCHYMAL
    assert segmented.volume_ml == pytest.approx(own.sum() / 1000, rel=1e-3)
    if tilt_deg == 0:
        volume = Volume(np.zeros(grid.shape_kji, np.int16), grid)
        found = measure(callipers(Axis.J), volume, segmented)
        assert found.value("ABC/2") == pytest.approx(40 * 30 * 25 / 2000, rel=1e-3)
        assert found.value("difference") == pytest.approx(15.0 - segmented.volume_ml)


def test_nothing_segmented_is_nothing_to_compare_with() -> None:
    grid = make_grid(px=100, px_mm=1.0)
    mask = np.zeros(grid.shape_kji, np.uint8)
    assert lesion_at(callipers(Axis.K), mask, grid) is None
    mask[ellipsoid(grid, (-30.0, 10.0, 0.0), (8, 8, 10))] = HemorrhageType.SUBDURAL
    assert lesion_at(callipers(Axis.K), mask, grid) is None
