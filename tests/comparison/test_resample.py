"""The prior series on the current slices, held against SimpleITK's resampling."""

import numpy as np
import pytest
import SimpleITK as sitk

from ichviewer.comparison.resample import even_grid, on_grid
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.resample import OUTSIDE_HU
from ichviewer.imaging.rigid import turn_about
from ichviewer.imaging.volume import Volume

MOTION = turn_about(np.array([5.0, 5, 30]), np.array([8.0, -5, 12]), np.array([2.0, -3, 4]))


def grid_of(count: int, step_mm: float, tilt_deg: float = 0.0) -> Grid:
    tilt = np.radians(tilt_deg)
    positions = np.array([-30.0, -28.0, 0.0]) + np.outer(np.arange(count) * step_mm, [0.0, 0, 1])
    return Grid(
        (count, 40, 44), positions, np.array([1.5, 0, 0]),
        1.4 * np.array([0.0, np.cos(tilt), np.sin(tilt)]),
        GeometryClass.TILTED if tilt_deg else GeometryClass.REGULAR,
    )  # fmt: skip


def image_of(volume: Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(volume.hu.astype(np.float32))
    image.SetOrigin(volume.grid.slice_positions_lps_mm[0].tolist())
    image.SetSpacing([1.5, 1.4, volume.spacing_mm[0]])
    return image


@pytest.mark.parametrize("tilt_deg", [0.0, 15.0])
def test_voxels_are_those_of_itk(tilt_deg: float) -> None:
    rng = np.random.default_rng(0)
    prior = Volume(rng.normal(40, 20, (16, 40, 44)).astype(np.float32), grid_of(16, 4.0))
    target = grid_of(12, 5.0, tilt_deg)
    ours = on_grid(prior, MOTION, target)
    image = image_of(prior)
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(MOTION.rotation.ravel().tolist())
    transform.SetTranslation(MOTION.shift_lps_mm.tolist())
    for kji in ((3, 20, 22), (5, 11, 30), (8, 25, 15)):
        point = transform.TransformPoint(target.lps_mm(np.array(kji, float)).tolist())
        theirs = image.EvaluateAtPhysicalPoint(point, sitk.sitkLinear)
        assert ours.hu[kji] == pytest.approx(theirs, abs=1e-3)


def test_what_was_not_scanned_is_marked() -> None:
    prior = Volume(np.full((16, 40, 44), 40, np.int16), grid_of(16, 2.0))
    ours = on_grid(prior, MOTION, grid_of(12, 5.0))
    assert ours.padding is not None and ours.padding.any()
    assert (ours.hu[ours.padding] == OUTSIDE_HU).all()
    assert (ours.hu[~ours.padding] == 40).all()
    assert ours.notes[-1].startswith("The prior series, interpolated")


def test_uneven_slices_become_even() -> None:
    uneven = grid_of(3, 5.0)
    positions = uneven.slice_positions_lps_mm.copy()
    positions[2, 2] += 5
    grid = Grid(uneven.shape_kji, positions, uneven.column_step_lps_mm, uneven.row_step_lps_mm,
                GeometryClass.IRREGULAR)  # fmt: skip
    assert even_grid(grid).geometry is GeometryClass.REGULAR
    assert even_grid(uneven) is uneven
