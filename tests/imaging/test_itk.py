"""NIfTI files say the same millimetres as the grid, tilt included."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from ichviewer.errors import GeometryError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.itk import write_nifti, write_nifti_mask
from ichviewer.imaging.volume import Volume

LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


def grid_of(offsets: list[float], tilt_deg: float, geometry: GeometryClass) -> Grid:
    tilt = np.radians(tilt_deg)
    return Grid(
        (len(offsets), 4, 6),
        np.array([-10.0, 20.0, 5.0]) + np.array(offsets)[:, None] * np.array([0.0, 0.0, 1.0]),
        column_step_lps_mm=np.array([0.5, 0.0, 0.0]),
        row_step_lps_mm=0.7 * np.array([0.0, np.cos(tilt), np.sin(tilt)]),
        geometry=geometry,
    )


@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
@pytest.mark.parametrize("tilt_deg", [0.0, 18.5])
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_volume(tmp_path: Path, suffix: str, tilt_deg: float, dtype: type) -> None:
    grid = grid_of(
        [0, 5, 10], tilt_deg, GeometryClass.TILTED if tilt_deg else GeometryClass.REGULAR
    )
    voxels = np.arange(72, dtype=dtype).reshape(3, 4, 6) - 40
    path = tmp_path / f"out.{suffix}"
    write_nifti(Volume(voxels, grid), path)
    image = nib.load(path)
    assert image.get_data_dtype() == dtype
    for kji in ((0, 0, 0), (2, 3, 5), (1, 2, 0)):
        assert image.dataobj[kji[::-1]] == voxels[kji]
        ras = image.affine @ np.array([*kji[::-1], 1.0])
        assert np.allclose(ras[:3] * LPS_TO_RAS, grid.lps_mm(np.array(kji, float)), atol=1e-4)


def test_a_sheared_mask_keeps_its_shear(tmp_path: Path) -> None:
    grid = grid_of([0, 5, 10], 18.5, GeometryClass.TILTED)
    mask = np.zeros((3, 4, 6), np.uint8)
    mask[2, 3, 5] = 4
    assert not write_nifti_mask(mask, grid, tmp_path / "mask.nii.gz")
    image = nib.load(tmp_path / "mask.nii.gz")
    assert (image.header["sform_code"], image.header["qform_code"]) == (1, 0)
    (voxel,) = np.argwhere(image.get_fdata() == 4)
    ras = image.affine @ np.array([*voxel, 1.0])
    assert np.allclose(ras[:3] * LPS_TO_RAS, grid.lps_mm(np.array([2.0, 3, 5])), atol=1e-4)


def test_a_mask_of_uneven_slices_is_written_on_even_ones(tmp_path: Path) -> None:
    grid = grid_of([0, 4, 8, 12, 18, 24, 30], 18.5, GeometryClass.IRREGULAR)
    mask = np.zeros(grid.shape_kji, np.uint8)
    mask[5] = 2
    said = write_nifti_mask(mask, grid, tmp_path / "mask.nii")
    assert "unevenly spaced" in said
    image = nib.load(tmp_path / "mask.nii")
    for voxel in np.argwhere(image.get_fdata() == 2):
        ras = image.affine @ np.array([*voxel, 1.0])
        assert abs(grid.kji(ras[:3] * LPS_TO_RAS)[0] - 5) <= 0.51


def test_nothing_is_marked_where_slices_are_missing(tmp_path: Path) -> None:
    grid = grid_of([0, 5, 10, 40, 45, 50], 0.0, GeometryClass.GAPPED)
    write_nifti_mask(np.ones(grid.shape_kji, np.uint8), grid, tmp_path / "mask.nii")
    image = nib.load(tmp_path / "mask.nii")
    marked = image.get_fdata()[0, 0] > 0
    z = (
        image.affine
        @ np.stack([0 * np.arange(11), 0 * np.arange(11), np.arange(11), 1 + 0 * np.arange(11)])
    )[2]
    assert marked.tolist() == [bool(mm - 5 <= 12.5 or mm - 5 >= 37.5) for mm in z]


def test_uneven_volumes_and_volumes_without_positions_are_refused(tmp_path: Path) -> None:
    grid = grid_of([0, 5, 12], 0.0, GeometryClass.IRREGULAR)
    with pytest.raises(GeometryError, match="irregular"):
        write_nifti(Volume(np.zeros((3, 4, 6), np.int16), grid), tmp_path / "out.nii")
    flat = grid_of([0, 1, 2], 0.0, GeometryClass.NO_GEOMETRY)
    with pytest.raises(GeometryError, match="without slice positions"):
        write_nifti_mask(np.zeros((3, 4, 6), np.uint8), flat, tmp_path / "out.nii")
    assert not list(tmp_path.iterdir())
