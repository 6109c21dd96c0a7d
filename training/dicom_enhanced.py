"""A simulated case as one small file: enhanced multi-frame CT, JPEG 2000 with loss.

Made to lie beside a study for comparison: soft tissue inside the skull keeps its detail, face
and scalp are blurred away. Valid by dciodvfy, marked as simulated, and the same for a seed.
"""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import JPEG2000, EnhancedCTImageStorage
from scipy import ndimage

from ichviewer.imaging.volume import Volume
from training.dicom_series import IMPLEMENTATION_UID, uid_of

MOST_BYTES = 106_000

_INTERCEPT_HU = -1024
_AIR_HU = -1000
_MARGIN_PX = 4
_BLUR_PX = 3.0
#: OpenJPEG's quality is a peak signal-to-noise ratio in dB of 12 bits: 60 dB are 4 HU.
_QUALITIES_DB = (66, 64, 62, 61, 60, 59, 58, 57, 56, 55, 54, 52, 50)
_DATE, _TIME = "20260101", "120000"


def write_case(volume: Volume, seed: int, name: str, path: Path) -> float:
    """Write a case; return its compression ratio.

    Parameters
    ----------
    volume
        From `compacted`: HU whole numbers, regular and untilted.
    seed
        The UIDs belong to it.
    name
        Of the case, for PatientID and descriptions.
    path
        The file; its folder exists.
    """
    frames, ratio = _encode(volume)
    dataset = _about(volume, seed, name)
    _image(dataset, volume, ratio)
    _functional_groups(dataset, volume)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = JPEG2000
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "ICHVIEWER_SIM"
    dataset.file_meta = meta
    dataset.save_as(path, enforce_file_format=True)
    return ratio


def compacted(
    hu: NDArray[np.floating], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int16], tuple[slice, slice, slice]]:
    """Blur what lies outside the skull and cut off the air around the head.

    Most of a file's bytes would else describe the edges of skin and sinuses.

    Parameters
    ----------
    hu
        (K, J, I) HU.
    keep
        (K, J, I), True where every voxel must keep its detail (blood).

    Returns
    -------
    HU of the crop, and where it was cut from.
    """
    brain = ndimage.binary_opening((hu > -5) & (hu < 95), np.ones((1, 5, 5)))
    labels, count = ndimage.label(brain)
    inside = labels == 1 + np.bincount(labels.ravel())[1:].argmax() if count else brain
    inside |= keep
    away_px = np.stack([_distance(~plane) for plane in inside])
    outside = np.clip((away_px - _MARGIN_PX) / _MARGIN_PX, 0.0, 1.0)
    head = np.stack([ndimage.binary_opening(plane > -300, iterations=2) for plane in hu])
    around = np.stack([ndimage.binary_dilation(plane, iterations=3) for plane in head])
    still = np.where(around, hu, _AIR_HU)
    blurred = ndimage.gaussian_filter(still, (0.0, _BLUR_PX, _BLUR_PX))
    mixed = np.clip(still * (1.0 - outside) + blurred * outside, _INTERCEPT_HU, 3071)
    box = ndimage.find_objects(around.any(axis=0).astype(np.uint8))[0]
    rows, columns = (slice(max(0, s.start - 2), s.stop + 2) for s in box)
    crop = (slice(None), rows, columns)
    return np.rint(mixed[crop]).astype(np.int16), crop


def _distance(plane: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance in pixels to the nearest False, far where there is none."""
    if plane.all():
        return np.full(plane.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(plane))


def _encode(volume: Volume) -> tuple[list[bytes], float]:
    """Frames in the best quality that stays below `MOST_BYTES`, and their ratio."""
    stored = (volume.hu.astype(np.int32) - _INTERCEPT_HU).astype(np.uint16)
    for quality_db in _QUALITIES_DB:
        frames = [
            imagecodecs.jpeg2k_encode(
                plane, level=quality_db, codecformat="j2k", reversible=False, bitspersample=12
            )
            for plane in stored
        ]
        size = sum(map(len, frames))
        if size <= MOST_BYTES:
            break
    return [bytes(frame) for frame in frames], stored.nbytes / size


def _about(volume: Volume, seed: int, name: str) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = EnhancedCTImageStorage
    dataset.SOPInstanceUID = uid_of(seed, f"{name} instance")
    dataset.StudyInstanceUID = uid_of(seed, f"{name} study")
    dataset.SeriesInstanceUID = uid_of(seed, f"{name} series")
    dataset.FrameOfReferenceUID = uid_of(seed, f"{name} frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.PatientName = f"SIMULATED^{name.upper()}"
    dataset.PatientID = f"SIM-{name.upper()}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.PatientPosition = "HFS"
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = _DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = _TIME
    dataset.AcquisitionDateTime = _DATE + _TIME
    dataset.AcquisitionNumber = 1
    dataset.StudyID = str(seed)
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.StudyDescription = "SIMULATED head CT"
    dataset.SeriesDescription = f"SIMULATED {name}"
    dataset.Modality = "CT"
    dataset.Manufacturer = "ichviewer simulator"
    dataset.ManufacturerModelName = "training.starter_library"
    dataset.DeviceSerialNumber = "0"
    dataset.SoftwareVersions = "1"
    return dataset


def _image(dataset: Dataset, volume: Volume, ratio: float) -> None:
    dataset.ImageType = ["DERIVED", "PRIMARY", "VOLUME", "NONE"]
    dataset.ImageComments = "Simulated; no patient was scanned. Blurred outside the skull."
    dataset.PixelPresentation = "MONOCHROME"
    dataset.VolumetricProperties = "VOLUME"
    dataset.VolumeBasedCalculationTechnique = "NONE"
    dataset.ContentQualification = "RESEARCH"
    dataset.AcquisitionContextSequence = Sequence()
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = volume.shape_kji
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = f"{ratio:.1f}"
    dataset.LossyImageCompressionMethod = "ISO_15444_1"
    dataset.PresentationLUTShape = "IDENTITY"


def _functional_groups(dataset: Dataset, volume: Volume) -> None:
    shared = Dataset()
    shared.PixelMeasuresSequence = Sequence([_pixel_measures(volume)])
    shared.PlaneOrientationSequence = Sequence([_plane_orientation(volume)])
    shared.CTImageFrameTypeSequence = Sequence([_frame_type()])
    shared.FrameAnatomySequence = Sequence([_anatomy()])
    shared.FrameVOILUTSequence = Sequence([_window()])
    shared.PixelValueTransformationSequence = Sequence([_rescale()])
    shared.IrradiationEventIdentificationSequence = Sequence([_event(dataset)])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        _frame(k, position) for k, position in enumerate(volume.slice_positions_lps_mm)
    )
    organization = uid_of(0, "dimension organization")
    owner = Dataset()
    owner.DimensionOrganizationUID = organization
    dataset.DimensionOrganizationSequence = Sequence([owner])
    dataset.DimensionOrganizationType = "3D"
    dataset.DimensionIndexSequence = Sequence(
        _dimension(organization, pointer) for pointer in ("StackID", "InStackPositionNumber")
    )


def _pixel_measures(volume: Volume) -> Dataset:
    item = Dataset()
    k_mm, j_mm, i_mm = volume.spacing_mm
    item.PixelSpacing = [f"{j_mm:.10g}", f"{i_mm:.10g}"]
    item.SliceThickness = f"{k_mm:.10g}"
    item.SpacingBetweenSlices = f"{k_mm:.10g}"
    return item


def _plane_orientation(volume: Volume) -> Dataset:
    item = Dataset()
    steps = (volume.grid.column_step_lps_mm, volume.grid.row_step_lps_mm)
    cosines = np.concatenate([step / np.linalg.norm(step) for step in steps])
    item.ImageOrientationPatient = [f"{cosine + 0.0:.12g}" for cosine in cosines]
    return item


def _frame_type() -> Dataset:
    item = Dataset()
    item.FrameType = ["DERIVED", "PRIMARY", "VOLUME", "NONE"]
    item.PixelPresentation = "MONOCHROME"
    item.VolumetricProperties = "VOLUME"
    item.VolumeBasedCalculationTechnique = "NONE"
    return item


def _anatomy() -> Dataset:
    item = Dataset()
    item.FrameLaterality = "U"
    region = Dataset()
    region.CodeValue = codes.SCT.Head.value
    region.CodingSchemeDesignator = codes.SCT.Head.scheme_designator
    region.CodeMeaning = codes.SCT.Head.meaning
    item.AnatomicRegionSequence = Sequence([region])
    return item


def _window() -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = "40", "80"
    item.WindowCenterWidthExplanation = "BRAIN"
    return item


def _rescale() -> Dataset:
    item = Dataset()
    item.RescaleIntercept = str(_INTERCEPT_HU)
    item.RescaleSlope = "1"
    item.RescaleType = "HU"
    return item


def _event(dataset: Dataset) -> Dataset:
    """The macro is mandatory, though nobody was irradiated."""
    item = Dataset()
    item.IrradiationEventUID = f"{dataset.SeriesInstanceUID[:60]}.1"
    return item


def _frame(k: int, position_lps_mm: NDArray[np.float64]) -> Dataset:
    content = Dataset()
    content.FrameAcquisitionNumber = 1
    content.StackID = "1"
    content.InStackPositionNumber = k + 1
    content.DimensionIndexValues = [1, k + 1]
    position = Dataset()
    position.ImagePositionPatient = [f"{value + 0.0:.10g}" for value in position_lps_mm]
    frame = Dataset()
    frame.FrameContentSequence = Sequence([content])
    frame.PlanePositionSequence = Sequence([position])
    return frame


def _dimension(organization: str, keyword: str) -> Dataset:
    item = Dataset()
    item.DimensionOrganizationUID = organization
    item.DimensionIndexPointer = keyword
    item.FunctionalGroupPointer = "FrameContentSequence"
    return item
