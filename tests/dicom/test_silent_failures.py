"""What other readers get wrong without a word: ours is right, or refused by name.

One change each to a regular series of 28 slices of 5 mm, as in the table of docs/dicom.md.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission
from ichviewer.errors import NotDicomError
from ichviewer.imaging.grid import GeometryClass
from tests.dicom.make import ct_slice, hu_of, save, series

COUNT = 28
ALL_BUT_VIEW_AND_HU = {Permission.MPR, Permission.VOLUMETRY, Permission.AI}


def put(keyword: str, value: object) -> Callable[[Dataset, int], None]:
    return lambda dataset, k: setattr(dataset, keyword, value)


def drop(keyword: str) -> Callable[[Dataset, int], None]:
    return lambda dataset, k: delattr(dataset, keyword)


def test_one_file_copied(tmp_path: Path) -> None:
    paths = series(tmp_path, COUNT)
    (tmp_path / "copy.dcm").write_bytes(paths[7].read_bytes())
    (found,) = scan_folder(tmp_path).series
    assert (len(found.instances), found.spacing_mm[0]) == (COUNT, pytest.approx(5.0))
    assert any("is a copy" in warning for warning in found.warnings)
    assert found.permits(Permission.AI)


def test_same_position_other_pixels(tmp_path: Path) -> None:
    series(tmp_path, COUNT)
    other = ct_slice(7)
    other.PixelData = bytes(len(other.PixelData))
    other.InstanceNumber = "8"
    save(other, tmp_path / "other.dcm")
    (found,) = scan_folder(tmp_path).series
    assert found.geometry is GeometryClass.NO_GEOMETRY
    assert set(found.refusals) >= ALL_BUT_VIEW_AND_HU
    assert "claim the same position" in found.refusals[Permission.AI]
    assert "other.dcm" in found.refusals[Permission.AI]


def test_three_slices_removed(tmp_path: Path) -> None:
    series(tmp_path, COUNT, only=[k for k in range(COUNT) if k not in (9, 10, 11)])
    (found,) = scan_folder(tmp_path).series
    assert found.geometry is GeometryClass.GAPPED
    assert (found.spacing_mm[0], found.gaps_mm[1]) == pytest.approx((5.0, 20.0))
    assert found.missing_slices == 3
    assert "3 slices seem to be missing: between slices 9 and 10 (20.0 mm)" in found.warnings[0]
    grid = load_volume(found).grid
    assert np.allclose(grid.slice_weights_mm, 5.0)
    assert grid.lps_mm(np.array([9.0, 0.0, 0.0]))[2] == pytest.approx(-30.0 + 12 * 5.0)


def test_two_reconstructions_in_one_series(tmp_path: Path) -> None:
    series(tmp_path / "brain", COUNT)

    def bone(dataset: Dataset, k: int) -> None:
        dataset.ConvolutionKernel = "BONE"
        dataset.SOPInstanceUID += ".2"

    series(tmp_path / "bone", 60, bone, gap_mm=1.0)
    found = scan_folder(tmp_path).series
    assert sorted((one.kernel, len(one.instances), one.spacing_mm[0]) for one in found) == [
        ("BONE", 60, pytest.approx(1.0)),
        ("STANDARD", COUNT, pytest.approx(5.0)),
    ]


def test_two_reconstructions_without_kernel(tmp_path: Path) -> None:
    series(tmp_path / "brain", COUNT, drop("ConvolutionKernel"))
    series(tmp_path / "bone", 60, drop("ConvolutionKernel"), gap_mm=1.0)
    found = scan_folder(tmp_path).series
    assert sorted(len(one.instances) for one in found) == [COUNT, 60]
    assert {one.geometry for one in found} == {GeometryClass.REGULAR}


def test_positions_removed(tmp_path: Path) -> None:
    series(tmp_path, COUNT, drop("ImagePositionPatient"))
    (found,) = scan_folder(tmp_path).series
    assert found.geometry is GeometryClass.NO_GEOMETRY
    assert np.isnan(found.spacing_mm[0])
    assert set(found.refusals) == ALL_BUT_VIEW_AND_HU
    assert "ImagePositionPatient is missing" in found.refusals[Permission.MPR]
    # Still readable in 2-D, in the order of InstanceNumber.
    assert np.array_equal(load_volume(found).hu[5], hu_of(5))


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("PixelSpacing", b"", "PixelSpacing is missing"),
        ("PixelSpacing", b"abc ", "PixelSpacing is 'abc'"),
        ("PixelSpacing", b"0\\0 ", "PixelSpacing is '0\\\\0'"),
        ("PixelSpacing", b"-1\\-1 ", "PixelSpacing is '-1\\\\-1'"),
        ("PixelSpacing", b"0.5 ", "PixelSpacing is '0.5'"),
        ("PixelSpacing", b"1e30\\1 ", "PixelSpacing is '1e30\\\\1'"),
        ("ImageOrientationPatient", b"0\\0\\0\\0\\0\\0 ", "ImageOrientationPatient is '0"),
        ("ImageOrientationPatient", b"nan\\0\\0\\0\\1\\0", "ImageOrientationPatient is 'nan"),
        ("ImageOrientationPatient", b"1\\0\\0\\0\\1 ", "ImageOrientationPatient is '1"),
        ("ImageOrientationPatient", b"2\\0\\0\\0\\1\\0 ", "ImageOrientationPatient is '2"),
        ("ImageOrientationPatient", b"1\\0\\0\\1\\0\\0 ", "ImageOrientationPatient is '1"),
        ("ImageOrientationPatient", b"1,0\\0\\0\\0\\1\\0", "ImageOrientationPatient is '1,0"),
    ],
)  # fmt: skip
def test_geometry_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, keyword: str, value: bytes, words: str
) -> None:
    series(tmp_path, COUNT, raw={keyword: value})
    (found,) = scan_folder(tmp_path).series
    assert found.geometry is GeometryClass.NO_GEOMETRY
    assert set(found.refusals) == ALL_BUT_VIEW_AND_HU
    assert all(words in refusal for refusal in found.refusals.values())
    assert load_volume(found).geometry is GeometryClass.NO_GEOMETRY


def test_rescale_removed(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        del dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType

    series(tmp_path, COUNT, change)
    (found,) = scan_folder(tmp_path).series
    assert set(found.refusals) == {Permission.HU, Permission.AI}
    assert "RescaleSlope is missing" in found.refusals[Permission.HU]
    volume = load_volume(found)
    assert not volume.is_hu
    assert any("not HU" in note for note in volume.notes)


@pytest.mark.parametrize("slope", [b"nan ", b"inf ", b"1e400 ", b"0 ", b"1,5 ", b""])
def test_slope_that_is_no_number(tmp_path: Path, slope: bytes) -> None:
    series(tmp_path, COUNT, raw={"RescaleSlope": slope})
    (found,) = scan_folder(tmp_path).series
    assert set(found.refusals) == {Permission.HU, Permission.AI}
    assert "RescaleSlope" in found.refusals[Permission.HU]


def test_monochrome1_keeps_its_values(tmp_path: Path) -> None:
    series(tmp_path, COUNT, put("PhotometricInterpretation", "MONOCHROME1"))
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert volume.is_inverted
    assert all(np.array_equal(volume.hu[k], hu_of(k)) for k in range(COUNT))


def test_slope_of_one_half(tmp_path: Path) -> None:
    series(tmp_path, COUNT, put("RescaleSlope", "0.5"))
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert volume.hu.dtype == np.float32
    for k in range(COUNT):
        assert np.array_equal(volume.hu[k], (hu_of(k) + 1024) * 0.5 - 1024)


def test_one_slice_with_its_own_rescale(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k == 4:
            dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "-1000"

    series(tmp_path, COUNT, change)
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert np.array_equal(volume.hu[4], (hu_of(4) + 1024) * 0.5 - 1000)
    assert np.array_equal(volume.hu[3], hu_of(3))
    assert np.array_equal(volume.hu[20], hu_of(20))


def test_pixel_data_cut_short(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k == 9:
            dataset.PixelData = dataset.PixelData[:100]

    series(tmp_path, COUNT, change)
    result = scan_folder(tmp_path)
    (found,) = result.series
    assert len(found.instances) == COUNT - 1
    assert found.geometry is GeometryClass.GAPPED
    assert found.missing_slices == 1
    assert result.skipped_counts == {"damaged": 1}
    assert "0009.dcm is cut short: 100 of 768 bytes" in result.skipped[0].sentence
    assert any("0009.dcm" in warning for warning in found.warnings)


def test_every_file_cut_short(tmp_path: Path) -> None:
    series(tmp_path, COUNT, lambda dataset, k: setattr(dataset, "PixelData", bytes(100)))
    with pytest.raises(NotDicomError, match=r"0000\.dcm is cut short"):
        scan_folder(tmp_path)
