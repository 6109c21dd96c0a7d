"""Simulated series as files: read back they are the same, and say that they are simulated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from training.dicom_series import SYNTAXES, uid_of, write_series
from training.simulate import SimulatedSeries


@pytest.mark.parametrize("compress", [None, *SYNTAXES])
def test_pixels_and_places_come_back(
    healthy: SimulatedSeries, tmp_path: Path, compress: str | None
) -> None:
    files = write_series(healthy, tmp_path, compress)
    assert len(files) == len(healthy.mask)
    for k in (0, len(files) // 2, len(files) - 1):
        dataset = pydicom.dcmread(files[k])
        expected = SYNTAXES.get(compress or "", pydicom.uid.ExplicitVRLittleEndian)
        assert dataset.file_meta.TransferSyntaxUID == expected
        hu = dataset.pixel_array.astype(int) * int(dataset.RescaleSlope)
        np.testing.assert_array_equal(hu + int(dataset.RescaleIntercept), healthy.volume.hu[k])
        position = healthy.volume.grid.slice_positions_lps_mm[k]
        np.testing.assert_allclose(
            np.array(dataset.ImagePositionPatient, float), position, atol=1e-5
        )
        across = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
        np.testing.assert_allclose(np.cross(*across), healthy.volume.grid.normal_lps, atol=1e-6)


def test_files_belong_together_and_name_themselves_simulated(
    healthy: SimulatedSeries, tmp_path: Path
) -> None:
    datasets = [
        pydicom.dcmread(f, stop_before_pixels=True) for f in write_series(healthy, tmp_path)
    ]
    assert len({d.SOPInstanceUID for d in datasets}) == len(datasets)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        assert len({d[keyword].value for d in datasets}) == 1
    assert all(str(d.PatientName).startswith("SIMULATED^") for d in datasets)
    assert all(d.PatientPosition == "HFS" and d.BurnedInAnnotation == "NO" for d in datasets)


def test_the_programs_own_reader_finds_the_same_volume(
    bleeding: dict[HemorrhageType, SimulatedSeries], tmp_path: Path
) -> None:
    series = bleeding[HemorrhageType.SUBDURAL]
    write_series(series, tmp_path, "jpegls")
    scanned = scan_folder(tmp_path)
    assert len(scanned.series) == 1
    assert not scanned.skipped
    volume = load_volume(scanned.series[0])
    np.testing.assert_array_equal(volume.hu, series.volume.hu)
    np.testing.assert_allclose(volume.affine, series.volume.affine, atol=1e-4)
    assert volume.geometry == series.volume.geometry


def test_uids_are_valid_and_belong_to_the_seed() -> None:
    assert uid_of(1, "study") == uid_of(1, "study")
    uids = {uid_of(seed, role) for seed in range(50) for role in ("study", "series")}
    assert len(uids) == 100
    assert all(uid.is_valid and uid.startswith("2.25.") for uid in uids)
