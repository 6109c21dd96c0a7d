"""Folder to voxels, against the peers: 300 slices of 512 x 512, uncompressed, files warm.

Run: ``python -m benchmarks.loading``. The slices are synthetic noise around tissue values.
"""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder

SLICES = 300
ROUNDS = 5


def write_series(folder: Path, slices: int = SLICES) -> None:
    """Write an axial series of `slices` CT files, 1 mm apart."""
    random = np.random.default_rng(1)
    study_uid, series_uid, frame_uid = (
        generate_uid(entropy_srcs=[w]) for w in ("study", "series", "frame")
    )
    for k in range(slices):
        image = Dataset()
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID = CTImageStorage
        image.SOPInstanceUID = generate_uid(entropy_srcs=[f"instance {k}"])
        image.StudyInstanceUID, image.SeriesInstanceUID = study_uid, series_uid
        image.FrameOfReferenceUID = frame_uid
        image.Modality, image.PatientName, image.PatientID = "CT", "BENCH^MARK", "bench"
        image.SeriesNumber, image.InstanceNumber = 1, k + 1
        image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        image.ImagePositionPatient = [-115, -115, float(k)]
        image.PixelSpacing, image.SliceThickness = [0.45, 0.45], 1
        image.Rows = image.Columns = 512
        image.BitsAllocated = image.BitsStored = 16
        image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 1, 1
        image.PhotometricInterpretation = "MONOCHROME2"
        image.RescaleSlope, image.RescaleIntercept = 1, -1024
        image.PixelData = random.normal(1060, 30, (512, 512)).astype("<i2").tobytes()
        image.save_as(folder / f"{k:04d}.dcm", enforce_file_format=True)


def ours(folder: Path) -> None:
    """Scan the folder, then load its series."""
    load_volume(scan_folder(folder).series[0])


def pydicom_loop(folder: Path) -> None:
    """Do what most scripts do: read, sort by position, stack, rescale."""
    images = [pydicom.dcmread(path) for path in folder.iterdir()]
    images.sort(key=lambda image: image.ImagePositionPatient[2])
    stored = np.stack([image.pixel_array for image in images])
    stored * np.int16(images[0].RescaleSlope) + np.int16(images[0].RescaleIntercept)


def simpleitk(folder: Path) -> None:
    """Read with SimpleITK's series reader."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    reader.Execute()


def dcm2niix(folder: Path) -> None:
    """Convert with dcm2niix to an uncompressed NIfTI file."""
    with tempfile.TemporaryDirectory() as out:
        command = ["dcm2niix", "-z", "n", "-b", "n", "-o", out, str(folder)]
        subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Print the median seconds of every reader and their ratio to ours."""
    readers: dict[str, Callable[[Path], None]] = {
        "ichviewer": ours,
        "pydicom loop": pydicom_loop,
        "SimpleITK": simpleitk,
    }
    if shutil.which("dcm2niix"):
        readers["dcm2niix"] = dcm2niix
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_series(folder)
        for _ in range(ROUNDS + 1):
            for reader, read in readers.items():
                start = time.perf_counter()
                read(folder)
                seconds[reader].append(time.perf_counter() - start)
    print(f"folder to voxels, {SLICES} slices of 512 x 512, median of {ROUNDS} rounds after one")
    base = statistics.median(seconds["ichviewer"][1:])
    for reader, values in seconds.items():
        median = statistics.median(values[1:])
        print(f"  {reader:14}{median:8.2f} s{median / base:8.1f} x ours")


if __name__ == "__main__":
    main()
