"""A simulated series as DICOM CT files: valid, marked as simulated, the same for the same seed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

if TYPE_CHECKING:
    from training.simulate import SimulatedSeries

SYNTAXES = {"jpegls": JPEGLSLossless, "jpeg2000": JPEG2000Lossless, "rle": RLELossless}
IMPLEMENTATION_UID = UID("2.25.281474976710655020261120")
_RESCALE_INTERCEPT = -1024
_DATE, _TIME = "20260101", "120000"


def uid_of(seed: int, role: str) -> UID:
    """A UID under 2.25 (PS3.5 B.2) that belongs to this seed and role alone."""
    digest = hashlib.sha256(f"ichviewer simulated {seed} {role}".encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def write_series(series: SimulatedSeries, folder: Path, compress: str | None = None) -> list[Path]:
    """Write one file per slice.

    Parameters
    ----------
    series
        From `simulate_series`.
    folder
        Made where it does not exist.
    compress
        None (explicit VR little endian), `jpegls`, `jpeg2000` or `rle`; all without loss.

    Returns
    -------
    The files, feet to head.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for k in range(len(series.mask)):
        instance = _instance(series, k)
        if compress:
            instance.compress(SYNTAXES[compress], generate_instance_uid=False)
        file = folder / f"{k + 1:04d}.dcm"
        instance.save_as(file, enforce_file_format=True)
        files.append(file)
    return files


def _instance(series: SimulatedSeries, k: int) -> Dataset:
    dataset = Dataset()
    _who_and_when(dataset, series)
    _how(dataset, series)
    _where(dataset, series, k)
    _pixels(dataset, series, k)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "ICHVIEWER_SIM"
    dataset.file_meta = meta
    return dataset


def _who_and_when(dataset: Dataset, series: SimulatedSeries) -> None:
    seed = series.seed
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = f"SIMULATED^CASE {seed:06d}"
    dataset.PatientID = f"SIM-{seed:06d}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "O"
    dataset.StudyInstanceUID = uid_of(seed, "study")
    dataset.SeriesInstanceUID = uid_of(seed, "series")
    dataset.FrameOfReferenceUID = uid_of(seed, "frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = _DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = _TIME
    dataset.StudyID = f"{seed:06d}"
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.SeriesNumber = 2
    dataset.AcquisitionNumber = 1
    dataset.StudyDescription = "SIMULATED head CT"
    dataset.SeriesDescription = f"SIMULATED {series.protocol.slab_mm:g} mm"


def _how(dataset: Dataset, series: SimulatedSeries) -> None:
    protocol = series.protocol
    dataset.SOPClassUID = CTImageStorage
    dataset.Modality = "CT"
    dataset.Manufacturer = "ichviewer simulator"
    dataset.ManufacturerModelName = "training.simulate"
    dataset.BodyPartExamined = "HEAD"
    dataset.ProtocolName = "SIMULATED"
    dataset.ScanOptions = "AXIAL"
    dataset.KVP = str(protocol.kvp)
    dataset.ConvolutionKernel = protocol.kernel
    dataset.GantryDetectorTilt = f"{protocol.tilt_deg:.2f}"
    dataset.PatientPosition = "HFS"
    dataset.SliceThickness = f"{protocol.slab_mm:g}"
    dataset.ReconstructionDiameter = f"{protocol.size_px * protocol.px_mm:.3f}"


def _where(dataset: Dataset, series: SimulatedSeries, k: int) -> None:
    grid = series.volume.grid
    row = grid.column_step_lps_mm / np.linalg.norm(grid.column_step_lps_mm)
    column = grid.row_step_lps_mm / np.linalg.norm(grid.row_step_lps_mm)
    dataset.SOPInstanceUID = uid_of(series.seed, f"instance {k}")
    dataset.InstanceNumber = k + 1
    dataset.ImageOrientationPatient = [f"{v + 0.0:.12g}" for v in (*row, *column)]
    dataset.ImagePositionPatient = [f"{v:.10g}" for v in grid.slice_positions_lps_mm[k]]
    dataset.SliceLocation = f"{grid.slice_positions_lps_mm[k][2]:.10g}"
    dataset.PixelSpacing = [f"{v:.10g}" for v in grid.spacing_mm[1:]]


def _pixels(dataset: Dataset, series: SimulatedSeries, k: int) -> None:
    hu = series.volume.hu[k]
    dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    dataset.DerivationDescription = "Simulated; no patient was scanned"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = hu.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept = str(_RESCALE_INTERCEPT)
    dataset.RescaleSlope = "1"
    dataset.RescaleType = "HU"
    dataset.WindowCenter, dataset.WindowWidth = "40", "80"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    stored = (hu.astype(np.int32) - _RESCALE_INTERCEPT).astype("<u2")
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
