"""One image (a file, or a frame of a multi-frame file) as the scan and the loader need it."""

from dataclasses import dataclass

from ichviewer.dicom.study import Instance
from ichviewer.imaging.window import Window

Vector = tuple[float, ...]


@dataclass(frozen=True)
class PatientLabel:
    """Who and when, cleaned for the screen."""

    study_uid: str
    patient_id: str
    patient_name: str
    patient_sex: str
    patient_age: str
    date: str
    time: str
    description: str


@dataclass(frozen=True)
class PixelLayout:
    """How the stored values are encoded (PS3.3 C.7.6.3, PS3.5 8)."""

    transfer_syntax: str
    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool
    little_endian: bool
    padding: tuple[int, int] | None

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8


@dataclass(frozen=True)
class Placement:
    """Where the image is (PS3.3 C.7.6.2); whatever is missing or invalid is named."""

    position_lps_mm: Vector | None
    orientation: Vector | None
    spacing_mm: Vector | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Image:
    """One image's description.

    Parameters
    ----------
    rescale
        Slope and intercept to HU; None where missing or invalid.
    rescale_problem
        Why there are no HU; empty where there are.
    thickness_mm, diameter_mm, kvp
        SliceThickness, ReconstructionDiameter, KVP; None where absent.
    lossy
        "" for lossless pixels, else how they were compressed.
    notes
        Sentences on what was assumed while reading the file.
    """

    instance: Instance
    patient: PatientLabel
    series_uid: str
    sop_class: str
    modality: str
    description: str
    number: int | None
    instance_number: int | None
    acquisition_number: int | None
    acquisition_time: str
    stack: str
    image_type: tuple[str, ...]
    kernel: str
    manufacturer: str
    scanner: str
    contrast: str
    body_part: str
    frame_of_reference_uid: str
    placement: Placement
    thickness_mm: float | None
    diameter_mm: float | None
    kvp: float | None
    layout: PixelLayout
    rescale: tuple[float, float] | None
    rescale_problem: str
    windows: tuple[Window, ...]
    lossy: str
    notes: tuple[str, ...]

    @property
    def is_localizer(self) -> bool:
        """Whether ImageType says that this is a scout view."""
        return "LOCALIZER" in self.image_type or "SCOUT" in self.image_type
