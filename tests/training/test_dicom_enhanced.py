"""The small file of a library case: what counts keeps its HU, and it says what it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEG2000, EnhancedCTImageStorage

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from training.dicom_enhanced import MOST_BYTES, compacted, write_case
from training.simulate import SimulatedSeries
from training.starter_library import Plan, simulate


@pytest.fixture(scope="module")
def clot(label_maps: None) -> SimulatedSeries:
    """One case as the starter library has it."""
    return simulate(Plan("sim-007", (HemorrhageType.INTRAPARENCHYMAL,), 3, 7))


@pytest.fixture(scope="module")
def small(clot: SimulatedSeries) -> tuple[Volume, np.ndarray]:
    """The series made compact, on a straight grid, with its mask."""
    hu, crop = compacted(clot.volume.hu.astype(np.float32), clot.mask > 0)
    positions = np.array([[-80.0, -90.0, 5.0 * k] for k in range(len(hu))])
    grid = Grid(hu.shape, positions, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    return Volume(hu, grid), clot.mask[crop]


def test_brain_and_blood_are_not_touched_before_compression(clot: SimulatedSeries) -> None:
    hu, crop = compacted(clot.volume.hu.astype(np.float32), clot.mask > 0)
    before, blood = clot.volume.hu[crop], clot.mask[crop] > 0
    assert blood.any()
    np.testing.assert_array_equal(hu[blood], before[blood])
    assert (hu != before).any(), "the face is blurred"
    cut_off = np.ones(clot.volume.hu.shape, bool)
    cut_off[crop] = False
    assert not (clot.mask[cut_off] > 0).any()


def test_the_file_is_small_and_its_hu_are_near(
    small: tuple[Volume, np.ndarray], tmp_path: Path
) -> None:
    volume, mask = small
    ratio = write_case(volume, 7, "sim-007", tmp_path / "case.dcm")
    assert (tmp_path / "case.dcm").stat().st_size < MOST_BYTES + 20_000
    assert ratio > 5
    (series,) = scan_folder(tmp_path).series
    read = load_volume(series)
    assert read.shape_kji == volume.shape_kji
    np.testing.assert_allclose(read.affine, volume.affine, atol=1e-9)
    error = read.hu.astype(float) - volume.hu
    assert abs(error[(volume.hu > 0) & (volume.hu < 80)].mean()) < 0.5
    assert abs(error[mask > 0].mean()) < 2
    assert np.sqrt((error[mask > 0] ** 2).mean()) < 5
    assert any("lossy" in note for note in read.notes)


def test_the_header_says_simulated_and_lossy(
    small: tuple[Volume, np.ndarray], tmp_path: Path
) -> None:
    write_case(small[0], 7, "sim-007", tmp_path / "case.dcm")
    dataset = pydicom.dcmread(tmp_path / "case.dcm")
    assert dataset.SOPClassUID == EnhancedCTImageStorage
    assert dataset.file_meta.TransferSyntaxUID == JPEG2000
    assert str(dataset.PatientName) == "SIMULATED^SIM-007"
    assert "SIMULATED" in dataset.StudyDescription
    assert "SIMULATED" in dataset.SeriesDescription
    assert dataset.LossyImageCompression == "01"
    assert float(dataset.LossyImageCompressionRatio) > 5
    assert dataset.NumberOfFrames == len(dataset.PerFrameFunctionalGroupsSequence)


def test_the_same_case_gives_the_same_bytes(
    small: tuple[Volume, np.ndarray], tmp_path: Path
) -> None:
    for name in ("a.dcm", "b.dcm"):
        write_case(small[0], 7, "sim-007", tmp_path / name)
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()
