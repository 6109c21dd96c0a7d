"""Simulated CT series on disk, right in every detail unless a test changes one."""

import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    JPEG2000,
    AllTransferSyntaxes,
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
)

ROWS, COLUMNS = 16, 24
ROOT = "1.2.826.0.1.3680043.10.1"
Change = Callable[[Dataset, int], None]


def hu_of(k: int, rows: int = ROWS, columns: int = COLUMNS) -> NDArray[np.int16]:
    """(rows, columns) HU of slice k: every voxel of a small series differs."""
    j, i = np.mgrid[:rows, :columns]
    return np.asarray(20 * k + 3 * j - 7 * i - 200, dtype=np.int16)


def ct_slice(
    k: int = 0, *, series: str = "1", tilt_deg: float = 0.0, gap_mm: float = 5.0
) -> Dataset:
    """Slice k of a head series, 12 bits unsigned with intercept -1024."""
    tilt = np.radians(tilt_deg)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"{ROOT}.{series}.{k + 1}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.StudyDate, dataset.StudyTime = "20260102", "030405"
    dataset.Modality = "CT"
    dataset.SeriesDescription = f"simulated head {series}"
    dataset.PatientName, dataset.PatientID = "Simulated^Head", "SIM-1"
    dataset.PatientAge, dataset.PatientSex = "050Y", "O"
    dataset.SliceThickness = str(gap_mm)
    dataset.KVP = "120"
    dataset.ConvolutionKernel = "STANDARD"
    dataset.StudyInstanceUID = f"{ROOT}.9"
    dataset.SeriesInstanceUID = f"{ROOT}.{series}"
    dataset.FrameOfReferenceUID = f"{ROOT}.8"
    dataset.SeriesNumber, dataset.InstanceNumber = "1", str(k + 1)
    dataset.AcquisitionNumber = "1"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, _ds(np.cos(tilt)), _ds(np.sin(tilt))]
    dataset.ImagePositionPatient = [-100.5, -80.25, _ds(-30.0 + k * gap_mm / np.cos(tilt))]
    dataset.PixelSpacing = [0.5, 0.75]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-1024", "1", "HU"
    dataset.WindowCenter, dataset.WindowWidth = "40", "80"
    dataset.PixelData = (hu_of(k) + 1024).astype("<u2").tobytes()
    return dataset


def _ds(value: float) -> str:
    return f"{value:.10g}"[:16]


def save(dataset: Dataset, path: Path, raw: Mapping[str, bytes] | None = None) -> Path:
    """Write a dataset as it stands, valid or not.

    Parameters
    ----------
    raw
        Values that pydicom would not write, by keyword; explicit little endian only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    known = dataset.file_meta.TransferSyntaxUID in AllTransferSyntaxes
    encoding = (
        {} if known else {"implicit_vr": False, "little_endian": True, "force_encoding": True}
    )
    whole = known and bool(dataset.get("SOPClassUID") and dataset.get("SOPInstanceUID"))
    dcmwrite(path, dataset, enforce_file_format=whole, **encoding)
    if raw:
        content = path.read_bytes()
        for keyword, value in raw.items():
            content = with_value(content, keyword, value)
        path.write_bytes(content)
    return path


def with_value(content: bytes, keyword: str, value: bytes, vr: bytes = b"") -> bytes:
    """A file's bytes with the value (and VR) of one top-level element replaced."""
    tag = tag_for_keyword(keyword)
    assert tag is not None
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    old_vr = dictionary_VR(tag).split(" ")[0].encode()
    at = content.index(head + old_vr)
    old_vr, long = content[at + 4 : at + 6], old_vr in (b"OB", b"OW", b"SQ", b"UN", b"UT")
    start = at + (12 if long else 8)
    length = int.from_bytes(content[at + 8 : start] if long else content[at + 6 : start], "little")
    size = struct.pack("<2xL", len(value)) if long else struct.pack("<H", len(value))
    return content[: at + 4] + (vr or old_vr) + size + value + content[start + length :]


def series(
    folder: Path,
    count: int = 8,
    change: Change | None = None,
    only: Sequence[int] | None = None,
    raw: Mapping[str, bytes] | None = None,
    **options: float | str,
) -> list[Path]:
    """Write a series.

    Parameters
    ----------
    change
        Called with every dataset and its k before it is written.
    only
        The slices to write, all of `count` where not given.
    raw
        For `save`.
    options
        For `ct_slice`.
    """
    paths = []
    for k in range(count) if only is None else only:
        dataset = ct_slice(k, **options)  # type: ignore[arg-type]
        if change is not None:
            change(dataset, k)
        paths.append(save(dataset, folder / f"{k:04d}.dcm", raw))
    return paths


def enhanced(
    slices: Sequence[Dataset],
    stacks: Sequence[str] = (),
    encode: Callable[[bytes], bytes] | None = None,
) -> Dataset:
    """One enhanced CT object (PS3.3 A.38) whose frames are the given slices, in their order.

    Parameters
    ----------
    stacks
        StackID of every frame.
    encode
        Turns the bytes of one frame into a JPEG 2000 codestream; uncompressed where not given.
    """
    first = slices[0]
    root = Dataset()
    root.file_meta = FileMetaDataset()
    root.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    root.SOPClassUID = EnhancedCTImageStorage
    root.SOPInstanceUID = f"{first.SeriesInstanceUID}.1"
    for keyword in (
        "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality", "PatientName",
        "PatientID", "SeriesNumber", "SamplesPerPixel", "PhotometricInterpretation", "Rows",
        "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "ImageType",
    ):  # fmt: skip
        setattr(root, keyword, getattr(first, keyword))
    root.NumberOfFrames = len(slices)
    root.SharedFunctionalGroupsSequence = [
        _group(
            PlaneOrientationSequence=_group(ImageOrientationPatient=first.ImageOrientationPatient),
            PixelMeasuresSequence=_group(
                PixelSpacing=first.PixelSpacing, SliceThickness=first.SliceThickness
            ),
            FrameVOILUTSequence=_group(WindowCenter="35", WindowWidth="90"),
        )
    ]
    root.PerFrameFunctionalGroupsSequence = [
        _group(
            PlanePositionSequence=_group(ImagePositionPatient=one.ImagePositionPatient),
            FrameContentSequence=_group(
                StackID=stacks[at] if stacks else "1", InStackPositionNumber=at + 1
            ),
            PixelValueTransformationSequence=_group(
                RescaleSlope=one.RescaleSlope,
                RescaleIntercept=one.RescaleIntercept,
                RescaleType="HU",
            ),
        )
        for at, one in enumerate(slices)
    ]
    frames = [one.PixelData for one in slices]
    if encode is None:
        root.PixelData = b"".join(frames)
    else:
        root.file_meta.TransferSyntaxUID = JPEG2000
        root.PixelData = encapsulate([encode(frame) for frame in frames])
        root["PixelData"].VR = "OB"
        root["PixelData"].is_undefined_length = True
    return root


def _group(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, [value] if isinstance(value, Dataset) else value)
    return item
