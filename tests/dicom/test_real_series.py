"""Every real series opens with HU and positions equal to the files' own arithmetic."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission, Series
from ichviewer.imaging.grid import GeometryClass

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"no real data: {DATA} is absent"),
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]
FOLDERS = ("dcm_qa_ct", "toshiba_head", "dicom2nifti_failing", "single_slices")


def real_series() -> list[Series]:
    if not DATA.exists():
        return []
    return [series for folder in FOLDERS for series in scan_folder(DATA / folder).series]


def name_of(series: Series) -> str:
    return f"{series.instances[0].path.parent.name}-{series.number}-{series.key[:6]}"


SERIES = real_series()


@pytest.mark.parametrize("series", SERIES, ids=name_of)
def test_corners_are_where_the_files_say(series: Series) -> None:
    if not series.permits(Permission.MPR) and series.geometry is not GeometryClass.SINGLE:
        pytest.skip("no geometry to compare")
    volume = load_volume(series)
    assert len(series.instances) == volume.shape_kji[0]
    for k, instance in enumerate(series.instances):
        header = pydicom.dcmread(instance.path, stop_before_pixels=True)
        position = np.array(header.ImagePositionPatient, float)
        orientation = np.array(header.ImageOrientationPatient, float)
        row_mm, column_mm = map(float, header.PixelSpacing)
        for j in (0, header.Rows - 1):
            for i in (0, header.Columns - 1):
                own = position + orientation[3:] * row_mm * j + orientation[:3] * column_mm * i
                ours = volume.grid.lps_mm(np.array([k, j, i], float))
                assert np.abs(own - ours).max() <= 0.01
                assert np.allclose(volume.grid.kji(own), [k, j, i], atol=1e-6)


@pytest.mark.parametrize("series", SERIES, ids=name_of)
def test_hu_equal_pydicom_in_every_voxel(series: Series) -> None:
    volume = load_volume(series)
    for k, instance in enumerate(series.instances):
        dataset = pydicom.dcmread(instance.path)
        pixels = dataset.pixel_array
        if pixels.ndim == 3:
            pytest.skip("a colour page has no HU")
        stored = pixels.astype(np.float64)
        if volume.is_hu:
            stored = stored * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
        assert np.array_equal(volume.hu[k], stored)


def only(folder: str, number: int) -> Series:
    (series,) = (s for s in scan_folder(DATA / folder).series if s.number == number)
    return series


def test_ge_head_is_tilted_and_unevenly_spaced() -> None:
    series = only("dcm_qa_ct/In/GE", 2)
    assert len(series.instances) == 28
    assert series.geometry is GeometryClass.IRREGULAR
    assert abs(series.tilt_deg) == pytest.approx(18.5, abs=0.01)
    assert series.gaps_mm == pytest.approx((1.08, 7.00), abs=0.005)
    assert series.missing_slices == 0
    assert not series.refusals
    grid = load_volume(series).grid
    assert grid.slice_thicknesses_mm is not None
    assert set(grid.slice_thicknesses_mm) == {4.0, 7.0}
    # The whole scanned depth is counted once, half a slice beyond either end included.
    assert grid.slice_weights_mm.sum() == pytest.approx(grid.gaps_mm.sum() + 5.5, abs=0.01)


def test_toshiba_head_is_regular() -> None:
    series = only("toshiba_head", 8)
    assert len(series.instances) == 85
    assert series.geometry is GeometryClass.REGULAR
    assert series.spacing_mm == pytest.approx((3.0, 0.527, 0.527))
    assert series.contrast == "CE"


def test_phantom_series() -> None:
    straight = only("dcm_qa_ct/In/Philips", 201)
    tilted = only("dcm_qa_ct/In/Philips", 301)
    assert (len(straight.instances), straight.geometry) == (28, GeometryClass.REGULAR)
    assert (len(tilted.instances), tilted.geometry) == (58, GeometryClass.TILTED)
    assert tilted.tilt_deg == pytest.approx(16.5, abs=0.01)
    assert tilted.spacing_mm[0] == pytest.approx(2.5 * np.cos(np.radians(16.5)), abs=1e-3)


def test_phantom_localizers_and_dose_pages_are_kept_from_the_models() -> None:
    scan = scan_folder(DATA / "dcm_qa_ct/In/Philips")
    heads = [series for series in scan.series if series.permits(Permission.AI)]
    assert sorted(series.number or 0 for series in heads) == [201, 301]
    assert scan.skipped_counts == {"DICOMDIR": 7}


def test_series_that_are_no_volume_are_refused_or_flagged() -> None:
    for series in scan_folder(DATA / "dicom2nifti_failing").series:
        assert series.warnings or series.refusals
        # A slice alone is for the models' own gate to judge.
        assert len(series.instances) == 1 or not series.permits(Permission.AI)


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize(("folder", "number"), [("dcm_qa_ct/In/GE", 2), ("toshiba_head", 8)])
def test_hu_at_named_voxels_equal_dcmtk(folder: str, number: int, tmp_path: Path) -> None:
    series = only(folder, number)
    volume = load_volume(series)
    for k in (0, len(series.instances) // 2, len(series.instances) - 1):
        raw = tmp_path / str(k)
        raw.mkdir()
        subprocess.run(
            ["dcmdump", "+W", str(raw), str(series.instances[k].path)],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        (pixels,) = (path for path in raw.iterdir() if path.stat().st_size == 2 * 512 * 512)
        stored = np.fromfile(pixels, "<i2").reshape(512, 512)
        # Slope 1 and intercept 0 in both series.
        for j, i in ((256, 256), (100, 300), (400, 200), (0, 0)):
            assert volume.hu[k, j, i] == stored[j, i]
