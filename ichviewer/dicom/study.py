"""What a folder holds: studies, series, and what was skipped and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.grid import GeometryClass
from ichviewer.language import tr, tr_later


class Permission(StrEnum):
    """What a series may be used for."""

    VIEW = tr_later("2-D reading")
    HU = tr_later("HU tools")
    MPR = tr_later("coronal and sagittal planes")
    VOLUMETRY = tr_later("volumes in mL")
    AI = tr_later("AI")


@dataclass(frozen=True)
class Instance:
    """One image of a series: a file, or one frame of a multi-frame file.

    Parameters
    ----------
    path
        The file.
    frame
        Index of the frame, None for a single-frame file.
    sop_instance_uid
        SOPInstanceUID, as in the file.
    member
        Name inside the ZIP archive `path`; empty for a file of its own.
    """

    path: Path
    frame: int | None = None
    sop_instance_uid: str = ""
    member: str = ""

    @property
    def name(self) -> str:
        """What to call it in a sentence: file name, archive member, frame."""
        file = f"{self.path.name}/{self.member}" if self.member else self.path.name
        if self.frame is None:
            return file
        return tr("{file} frame {number}", file=file, number=self.frame + 1)


@dataclass(frozen=True)
class Series:
    """One stack of images that belong together; a DICOM series may hold several.

    Parameters
    ----------
    key
        Identifies the stack within its ScanResult, also where UIDs are missing or shared.
    series_uid, study_uid
        SeriesInstanceUID, StudyInstanceUID; empty where absent.
    modality, description, number
        Modality, SeriesDescription and SeriesNumber, cleaned for the screen.
    instances
        Ordered along the slice normal (by InstanceNumber where there are no positions).
    rows, columns
        Matrix of every image.
    geometry
        What is known about the positions.
    spacing_mm
        (k, j, i), k measured from positions; NaN where unknown.
    tilt_deg
        Gantry tilt measured from positions, signed as a rotation about the patient's
        left-right axis (positive: the top of the slice normal leans to anterior).
    gaps_mm
        Smallest and largest distance of neighbouring slices; NaN for a single slice.
    missing_slices
        Number of slices that the gaps suggest are missing.
    kernel, contrast, body_part
        ConvolutionKernel, ContrastBolusAgent, BodyPartExamined as the file says; unreliable.
    manufacturer, scanner
        Manufacturer and ManufacturerModelName as the file says; empty where absent.
    kvp, age_years
        KVP and PatientAge; None where absent.
    warnings
        Sentences that a reader must not miss.
    refusals
        What the series may not be used for, with the reason as a sentence.
    conflict
        Why the positions of its images cannot be used; empty where they can.
    grey
        Of a PNG or JPEG picture: the HU of its black and white. None for DICOM.
    """

    key: str
    series_uid: str
    study_uid: str
    modality: str
    description: str
    number: int | None
    instances: tuple[Instance, ...]
    rows: int
    columns: int
    geometry: GeometryClass
    spacing_mm: tuple[float, float, float]
    tilt_deg: float
    gaps_mm: tuple[float, float]
    missing_slices: int = 0
    kernel: str = ""
    manufacturer: str = ""
    scanner: str = ""
    contrast: str = ""
    body_part: str = ""
    kvp: float | None = None
    age_years: float | None = None
    warnings: tuple[str, ...] = ()
    refusals: dict[Permission, str] = field(default_factory=dict)
    conflict: str = ""
    grey: GreyScale | None = None

    def permits(self, use: Permission) -> bool:
        """Whether the series may be used so."""
        return use not in self.refusals


@dataclass(frozen=True)
class Study:
    """The series of one StudyInstanceUID and one patient.

    Parameters
    ----------
    study_uid
        StudyInstanceUID; empty where absent.
    patient_name, patient_id, patient_sex, patient_age
        As the file says, cleaned for the screen.
    date, time, description
        StudyDate (YYYY-MM-DD), StudyTime (HH:MM:SS), StudyDescription; empty where absent.
    series
        In the order of their numbers.
    """

    study_uid: str
    patient_name: str
    patient_id: str
    patient_sex: str
    patient_age: str
    date: str
    time: str
    description: str
    series: tuple[Series, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it is a PNG or JPEG picture, of which only pixels are known."""
        return any(series.grey is not None for series in self.series)


@dataclass(frozen=True)
class Skipped:
    """One file that could not be used, and the sentence that says why."""

    path: Path
    reason: str
    sentence: str


@dataclass(frozen=True)
class ScanResult:
    """What a folder holds.

    Parameters
    ----------
    folder
        Where was looked; the first of several places.
    studies
        Readable images, grouped.
    skipped
        Files with DICOM in them that could not be used, named one by one.
    skipped_counts
        Number of files by reason ("not DICOM" ...), `skipped` included.
    file_count
        All files met.
    """

    folder: Path
    studies: tuple[Study, ...]
    skipped: tuple[Skipped, ...]
    skipped_counts: dict[str, int]
    file_count: int

    @property
    def series(self) -> tuple[Series, ...]:
        """All series of all studies."""
        return tuple(series for study in self.studies for series in study.series)
