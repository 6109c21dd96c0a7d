"""NIfTI files are read as nibabel and SimpleITK read them, and masks land on their own voxels."""

from itertools import permutations, product
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from ichviewer.errors import GeometryError, IchViewerError, UnsupportedPixelsError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.itk import write_nifti, write_nifti_mask
from ichviewer.imaging.nifti import read_nifti, read_nifti_mask
from ichviewer.imaging.volume import Volume
from tests.imaging.test_itk import grid_of

TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
VALUES = np.arange(5 * 4 * 3, dtype=np.int16).reshape(5, 4, 3) - 30
AFFINE = np.array(
    [[-0.5, -0.024, 0, 90.0], [0.02, -0.6, 0.3, 80.0], [0, 0.2, 4.5, -20.0], [0, 0, 0, 1]]
)


def save(path: Path, values: np.ndarray, affine: np.ndarray | None) -> Path:
    nib.save(nib.Nifti1Image(values, affine), path)
    return path


def reordered(order: tuple[int, ...], signs: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The same voxels in the same places of the patient, with the file's axes in another order."""
    values = VALUES.transpose(order)
    affine = AFFINE[:, [*order, 3]].copy()
    for axis, sign in enumerate(signs):
        if sign < 0:
            values = np.flip(values, axis)
            affine[:3, 3] += affine[:3, axis] * (values.shape[axis] - 1)
            affine[:3, axis] *= -1
    return values, affine


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_every_order_of_axes_is_the_same_patient(
    tmp_path: Path, order: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    values, affine = reordered(order, signs)
    path = save(tmp_path / "a.nii.gz", values, affine)
    volume = read_nifti(path)
    assert volume.shape_kji[0] == 3
    assert volume.grid.gaps_mm.min() > 0
    image = nib.load(path)
    for kji in np.ndindex(*volume.shape_kji):
        lps = np.append(volume.grid.lps_mm(np.array(kji, float)), 1.0)
        ijk = np.rint(np.linalg.inv(TO_LPS @ image.affine) @ lps).astype(int)[:3]
        assert volume.hu[kji] == image.dataobj[tuple(ijk)]
    assert np.array_equal(read_nifti_mask(path, volume.grid), volume.hu)
    plain = read_nifti(save(tmp_path / "plain.nii", VALUES, AFFINE))
    assert np.array_equal(read_nifti_mask(path, plain.grid), plain.hu)


def test_a_qform_is_read_as_simpleitk_reads_it(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(VALUES)
    image.SetSpacing((0.5, 0.7, 4.0))
    image.SetOrigin((10.0, -20.0, 30.0))
    turn = sitk.Euler3DTransform((0, 0, 0), 0.1, -0.2, 0.3)
    image.SetDirection(turn.GetMatrix())
    sitk.WriteImage(image, str(tmp_path / "a.nii"))
    data = bytearray((tmp_path / "a.nii").read_bytes())
    data[254:256] = b"\0\0"  # no sform
    (tmp_path / "a.nii").write_bytes(data)
    volume = read_nifti(tmp_path / "a.nii")
    for kji in ((0, 0, 0), (4, 3, 2), (2, 1, 0)):
        expected = image.TransformIndexToPhysicalPoint(tuple(reversed(kji)))
        found = np.argwhere(volume.hu == VALUES[kji])[0]
        assert np.allclose(volume.grid.lps_mm(found.astype(float)), expected, atol=1e-3)


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "f4", "f8"])
def test_kinds_of_values(tmp_path: Path, dtype: str) -> None:
    values = (VALUES + 30).astype(dtype)
    volume = read_nifti(save(tmp_path / "a.nii", values, AFFINE))
    assert volume.hu.dtype == np.int16
    assert "Are these HU?" in volume.notes[0]
    assert np.array_equal(np.sort(volume.hu.ravel()), np.arange(60))


def test_scaled_values(tmp_path: Path) -> None:
    image = nib.Nifti1Image(VALUES, AFFINE)
    image.header.set_slope_inter(0.5, -7)
    image.to_filename(tmp_path / "a.nii.gz")
    expected = nib.load(tmp_path / "a.nii.gz").get_fdata()
    volume = read_nifti(tmp_path / "a.nii.gz")
    assert volume.hu.dtype == np.float32
    assert np.allclose(np.sort(volume.hu.ravel()), np.sort(expected.ravel()))


@pytest.mark.parametrize("tilt_deg", [0.0, 18.5])
def test_what_the_program_writes_comes_back(tmp_path: Path, tilt_deg: float) -> None:
    geometry = GeometryClass.TILTED if tilt_deg else GeometryClass.REGULAR
    grid = grid_of([0, 5, 10], tilt_deg, geometry)
    voxels = np.arange(72, dtype=np.int16).reshape(3, 4, 6) - 40
    write_nifti(Volume(voxels, grid), tmp_path / "a.nii.gz")
    volume = read_nifti(tmp_path / "a.nii.gz")
    assert np.array_equal(volume.hu, voxels)
    assert volume.geometry is geometry
    assert np.allclose(volume.affine, grid.affine, atol=1e-4)


def test_a_mask_on_even_slices_comes_back_to_uneven_ones(tmp_path: Path) -> None:
    for offsets, geometry in (
        ([0, 4, 8, 12, 18, 24, 30], GeometryClass.IRREGULAR),
        ([0, 5, 10, 40, 45, 50], GeometryClass.GAPPED),
    ):
        grid = grid_of(offsets, 18.5, geometry)
        mask = np.random.default_rng(0).integers(0, 6, grid.shape_kji).astype(np.uint8)
        write_nifti_mask(mask, grid, tmp_path / "mask.nii.gz")
        assert np.array_equal(read_nifti_mask(tmp_path / "mask.nii.gz", grid), mask)


def test_a_mask_of_another_grid_is_refused_by_name(tmp_path: Path) -> None:
    grid = read_nifti(save(tmp_path / "image.nii", VALUES, AFFINE)).grid
    moved, stretched = AFFINE.copy(), AFFINE.copy()
    moved[0, 3] += 0.4
    stretched[:3, 2] *= 2
    for number, (values, affine) in enumerate(
        [(VALUES, moved), (VALUES, stretched), (VALUES[:4], AFFINE), (VALUES[..., :2], AFFINE)]
    ):
        path = save(tmp_path / f"mask{number}.nii", values, affine)
        with pytest.raises(GeometryError, match=rf"mask{number}.nii is not on the image's grid"):
            read_nifti_mask(path, grid)
    flat = Grid((3, 4, 5), np.zeros((3, 3)), grid.column_step_lps_mm, grid.row_step_lps_mm,
                GeometryClass.NO_GEOMETRY)  # fmt: skip
    with pytest.raises(GeometryError, match="without slice positions"):
        read_nifti_mask(tmp_path / "mask0.nii", flat)


def test_files_that_are_no_volume(tmp_path: Path) -> None:
    good = save(tmp_path / "good.nii", VALUES, AFFINE).read_bytes()
    save(tmp_path / "four.nii", np.stack([VALUES, VALUES], -1), AFFINE)
    save(tmp_path / "complex.nii", VALUES.astype(np.complex64), AFFINE)
    save(tmp_path / "nan.nii", np.full((4, 4, 4), np.nan, np.float32), AFFINE)
    save(tmp_path / "nowhere.nii", VALUES, None)
    (tmp_path / "cut.nii").write_bytes(good[:-4])
    (tmp_path / "cut.nii.gz").write_bytes(b"\x1f\x8b\x08nonsense")
    (tmp_path / "text.nii").write_text("no volume")
    huge = bytearray(good)
    huge[42:48] = b"\xff\x7f" * 3
    (tmp_path / "huge.nii").write_bytes(huge)
    for name, words in {
        "four.nii": "three dimensions",
        "complex.nii": "no HU and no label",
        "nan.nii": "no numbers",
        "nowhere.nii": "how it lies",
        "cut.nii": "ends before",
        "cut.nii.gz": "damaged",
        "text.nii": "no NIfTI-1",
        "huge.nii": "larger",
        "missing.nii": "does not exist",
    }.items():
        with pytest.raises((UnsupportedPixelsError, GeometryError), match=words) as caught:
            read_nifti(tmp_path / name)
        assert isinstance(caught.value, IchViewerError)
        assert name in str(caught.value)
