"""Splitting, ordering and classifying: one test for each way that series come in the field."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission, Series
from ichviewer.imaging.grid import GeometryClass
from tests.dicom.make import ROOT, ct_slice, hu_of, save, series


def only(folder: Path) -> Series:
    (found,) = scan_folder(folder).series
    return found


def assert_in_order(found: Series, count: int = 8) -> None:
    volume = load_volume(found)
    assert volume.shape_kji[0] == count
    assert all(np.array_equal(volume.hu[k], hu_of(k)) for k in range(count))
    assert (np.diff(volume.grid.slice_offsets_mm) > 0).all()


@pytest.mark.parametrize("numbers", [[1] * 8, [5, 2, 8, 1, 7, 3, 6, 4], [None] * 8])
def test_order_comes_from_positions(tmp_path: Path, numbers: list[int | None]) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.InstanceNumber = numbers[k]

    series(tmp_path, change=change)
    assert_in_order(only(tmp_path))


def test_acquisition_number_and_time_of_every_slice_do_not_split(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.AcquisitionNumber, dataset.AcquisitionTime = k + 1, f"03040{k}"

    series(tmp_path, change=change)
    found = only(tmp_path)
    assert found.geometry is GeometryClass.REGULAR
    assert_in_order(found)


def test_image_type_beyond_the_third_value_does_not_split(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k < 4:
            dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "ADD"]

    series(tmp_path, change=change)
    assert_in_order(only(tmp_path))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("ConvolutionKernel", "BONE"),
        ("ContrastBolusAgent", "agent"),
        ("ImageType", ["DERIVED", "PRIMARY", "AXIAL"]),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("FrameOfReferenceUID", f"{ROOT}.77"),
        ("PatientID", "SIM-2"),
        ("PixelSpacing", [0.5, 0.76]),
        ("ImageOrientationPatient", [1, 0, 0, 0, 0, -1]),
    ],
)
def test_what_tells_stacks_apart(tmp_path: Path, keyword: str, value: object) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k >= 4:
            setattr(dataset, keyword, value)

    series(tmp_path, change=change)
    assert [len(one.instances) for one in scan_folder(tmp_path).series] == [4, 4]


def test_two_patients_in_one_series_are_never_merged(tmp_path: Path) -> None:
    series(tmp_path / "a")
    series(tmp_path / "b", change=lambda dataset, k: setattr(dataset, "PatientID", "SIM-2"))
    result = scan_folder(tmp_path)
    assert [study.patient_id for study in result.studies] == ["SIM-1", "SIM-2"]
    for found in result.series:
        assert any("several patients" in warning for warning in found.warnings)


def test_localizer_inside_the_series(tmp_path: Path) -> None:
    series(tmp_path)
    scout = ct_slice(20)
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    save(scout, tmp_path / "scout.dcm")
    localizer, head = sorted(scan_folder(tmp_path).series, key=lambda one: len(one.instances))
    assert localizer.refusals[Permission.AI] == "This is a localizer."
    assert head.geometry is GeometryClass.REGULAR
    assert_in_order(head)


def test_one_slice_of_another_size(tmp_path: Path) -> None:
    series(tmp_path, 8, only=[0, 1, 2, 4, 5, 6, 7])
    odd = ct_slice(3)
    odd.Rows, odd.PixelData = 8, odd.PixelData[: 8 * 24 * 2]
    save(odd, tmp_path / "odd.dcm")
    single, head = sorted(scan_folder(tmp_path).series, key=lambda one: len(one.instances))
    assert single.geometry is GeometryClass.SINGLE
    assert (head.geometry, head.missing_slices) == (GeometryClass.GAPPED, 1)


@pytest.mark.parametrize("tilt_deg", [18.5, -7.25])
def test_tilt_is_measured_and_sheared(tmp_path: Path, tilt_deg: float) -> None:
    series(tmp_path, tilt_deg=tilt_deg)
    found = only(tmp_path)
    assert found.geometry is GeometryClass.TILTED
    # The normal of a column direction that rises (+z) to posterior leans to anterior.
    assert found.tilt_deg == pytest.approx(tilt_deg, abs=1e-4)
    assert found.spacing_mm[0] == pytest.approx(5.0, abs=1e-4)
    assert f"tilt {abs(tilt_deg):.1f}°" in found.warnings[0]
    grid = load_volume(found).grid
    exact = grid.affine @ np.array([3.0, 0.0, 0.0, 1.0])
    assert np.allclose(exact[:3], grid.slice_positions_lps_mm[3], atol=1e-6)


def test_the_tag_for_tilt_is_only_text(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.GantryDetectorTilt = "-22"

    series(tmp_path, change=change)
    assert only(tmp_path).tilt_deg == pytest.approx(0.0)


def test_uneven_spacing_keeps_every_position(tmp_path: Path) -> None:
    offsets = [0.0, 4.0, 8.0, 12.0, 18.0, 24.0, 30.0, 36.0]

    def change(dataset: Dataset, k: int) -> None:
        dataset.ImagePositionPatient = [0, 0, offsets[k]]
        dataset.SliceThickness = "4" if k < 4 else "6"

    series(tmp_path, change=change)
    found = only(tmp_path)
    assert found.geometry is GeometryClass.IRREGULAR
    assert found.missing_slices == 0
    grid = load_volume(found).grid
    assert np.allclose(grid.slice_offsets_mm, offsets)
    # 4 mm slices below, 6 mm above: 6 mm between the two kinds are shared 4 to 6.
    assert np.allclose(grid.slice_weights_mm, [4, 4, 4, 2 + 2.4, 3.6 + 3, 6, 6, 6])


def test_every_series_uid_empty(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.SeriesInstanceUID = ""

    series(tmp_path / "a", change=change)
    series(tmp_path / "b", change=change)
    found = scan_folder(tmp_path).series
    assert [len(one.instances) for one in found] == [8, 8]
    assert len({one.key for one in found}) == 2
    assert_in_order(found[0])


def test_every_sop_instance_uid_the_same(tmp_path: Path) -> None:
    series(tmp_path, change=lambda dataset, k: setattr(dataset, "SOPInstanceUID", ROOT))
    assert_in_order(only(tmp_path))


def test_two_passes_over_the_same_positions(tmp_path: Path) -> None:
    series(tmp_path / "one")

    def second(dataset: Dataset, k: int) -> None:
        dataset.InstanceNumber = 9 + k
        dataset.SOPInstanceUID += ".2"
        dataset.PixelData = bytes(len(dataset.PixelData))

    series(tmp_path / "two", change=second)
    first, later = scan_folder(tmp_path).series
    assert first.geometry is later.geometry is GeometryClass.REGULAR
    assert_in_order(first)
    assert (load_volume(later).hu == -1024).all()


def test_two_acquisitions_at_the_same_positions(tmp_path: Path) -> None:
    series(tmp_path / "one")

    def second(dataset: Dataset, k: int) -> None:
        dataset.AcquisitionNumber = 2
        dataset.PixelData = bytes(len(dataset.PixelData))

    series(tmp_path / "two", change=second)
    assert [len(one.instances) for one in scan_folder(tmp_path).series] == [8, 8]


@pytest.mark.parametrize(
    ("orientation", "step"),
    [
        ([1, 0, 0, 0, 1, 0], [0, 0, 5]),
        ([-1, 0, 0, 0, 1, 0], [0, 0, 5]),
        ([-1, 0, 0, 0, -1, 0], [0, 0, 5]),
        ([0, 1, 0, -1, 0, 0], [0, 0, -5]),
        ([0, 1, 0, 0, 0, -1], [5, 0, 0]),
    ],
    ids=["supine", "feet first", "prone", "decubitus, downward", "sagittal"],
)
def test_any_patient_position(tmp_path: Path, orientation: list[int], step: list[int]) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.ImageOrientationPatient = orientation
        dataset.ImagePositionPatient = [mm * k for mm in step]

    series(tmp_path, change=change)
    found = only(tmp_path)
    assert found.geometry is GeometryClass.REGULAR
    volume = load_volume(found)
    assert (np.diff(volume.grid.slice_offsets_mm) > 0).all()
    for k in range(8):
        original = round(float(volume.slice_positions_lps_mm[k] @ step) / 25)
        assert np.array_equal(volume.hu[k], hu_of(original))


def test_one_slice_without_position(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k == 3:
            del dataset.ImagePositionPatient

    series(tmp_path, change=change)
    lost, head = sorted(scan_folder(tmp_path).series, key=lambda one: len(one.instances))
    assert lost.geometry is GeometryClass.NO_GEOMETRY
    assert (head.geometry, head.missing_slices) == (GeometryClass.GAPPED, 1)


def test_one_slice_without_rescale_never_mixes_with_hu(tmp_path: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k == 3:
            del dataset.RescaleSlope

    series(tmp_path, change=change)
    volume = load_volume(only(tmp_path))
    assert volume.is_hu
    assert volume.shape_kji[0] == 7
    assert volume.geometry is GeometryClass.GAPPED
    assert any("0003.dcm" in note for note in volume.notes)


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    paths = series(tmp_path / "a")
    for at, path in enumerate(paths):
        target = tmp_path / "b" / f"{(at * 5) % 8}"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    one, other = only(tmp_path / "a"), only(tmp_path / "b")
    assert one.key == other.key
    assert np.array_equal(load_volume(one).hu, load_volume(other).hu)
