"""Enhanced CT: every frame has its own position and rescale, in any order."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission
from ichviewer.imaging.grid import GeometryClass
from tests.dicom.make import ct_slice, enhanced, hu_of, save

SHUFFLED = [3, 0, 7, 1, 6, 2, 5, 4]


def test_frames_in_random_order_are_sorted_by_position(tmp_path: Path) -> None:
    save(enhanced([ct_slice(k, tilt_deg=12.0) for k in SHUFFLED]), tmp_path / "one.dcm")
    (series,) = scan_folder(tmp_path).series
    assert series.geometry is GeometryClass.TILTED
    assert abs(series.tilt_deg) == pytest.approx(12.0, abs=1e-3)
    assert [instance.frame for instance in series.instances] == list(np.argsort(SHUFFLED))
    assert series.permits(Permission.AI)
    volume = load_volume(series)
    for k in range(8):
        assert np.array_equal(volume.hu[k], hu_of(k))
        own = ct_slice(k, tilt_deg=12.0).ImagePositionPatient
        assert np.allclose(volume.slice_positions_lps_mm[k], [float(mm) for mm in own])
    assert (volume.windows[0].center, volume.windows[0].width) == (35.0, 90.0)


def test_rescale_is_each_frames_own(tmp_path: Path) -> None:
    slices = [ct_slice(k) for k in range(5)]
    slices[2].RescaleIntercept = "-1000"
    save(enhanced(slices), tmp_path / "one.dcm")
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert np.array_equal(volume.hu[2], hu_of(2) + 24)
    assert np.array_equal(volume.hu[3], hu_of(3))


def test_two_stacks_in_one_file_are_two_series(tmp_path: Path) -> None:
    slices = [ct_slice(k % 4) for k in range(8)]
    save(enhanced(slices, stacks=["1"] * 4 + ["2"] * 4), tmp_path / "one.dcm")
    series = scan_folder(tmp_path).series
    assert [len(one.instances) for one in series] == [4, 4]
    assert {one.geometry for one in series} == {GeometryClass.REGULAR}


def test_compressed_frames(tmp_path: Path) -> None:
    def lossless(frame: bytes) -> bytes:
        pixels = np.frombuffer(frame, "<u2").reshape(16, 24)
        return bytes(imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", level=0))

    save(enhanced([ct_slice(k) for k in range(6)], encode=lossless), tmp_path / "one.dcm")
    volume = load_volume(scan_folder(tmp_path).series[0])
    assert all(np.array_equal(volume.hu[k], hu_of(k)) for k in range(6))


def test_frames_that_are_claimed_but_not_there(tmp_path: Path) -> None:
    dataset = enhanced([ct_slice(k) for k in range(6)])
    dataset.NumberOfFrames = 9
    save(dataset, tmp_path / "one.dcm")
    save(ct_slice(0, series="2"), tmp_path / "good.dcm")
    result = scan_folder(tmp_path)
    assert len(result.series) == 1
    assert "one.dcm is cut short" in result.skipped[0].sentence
