"""A file's header to the images that it holds; nothing here raises on what a file says."""

from collections.abc import Sequence
from datetime import date, time

from pydicom.dataset import Dataset

from ichviewer.dicom.image import Image, PatientLabel, PixelLayout, Placement, Vector
from ichviewer.dicom.part10 import UNCOMPRESSED, FileHeader, syntax_name
from ichviewer.dicom.study import Instance
from ichviewer.dicom.tags import Header, sequence_items
from ichviewer.dicom.voi import lut_windows, windows_of
from ichviewer.language import tr, tr_later

#: Frames of one file; a two hour perfusion study has some 20,000.
FRAME_LIMIT = 20_000
#: Direction cosines whose lengths or angle are further off than this are no orientation.
ORIENTATION_TOLERANCE = 1e-3
#: In-plane spacings outside these are typing errors or attacks, not scanners.
SPACING_RANGE_MM = (0.005, 50.0)
#: Positions outside this are not in any scanner.
POSITION_LIMIT_MM = 100_000.0

_CT_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
}
_GROUPS = ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence")


def images_of(file: FileHeader, instance: Instance) -> tuple[Image, ...]:
    """All frames of a file; one image where the file has one frame.

    Parameters
    ----------
    file
        Its header, with pixel data.
    instance
        The file, frame None.
    """
    root = Header([file.dataset])
    layout = _layout(root, file)
    patient = _patient(root)
    notes = file.notes + _label_notes(file)
    uid = root.code("SOPInstanceUID")
    multi_frame = root.has("NumberOfFrames") and (layout.frames > 1 or root.has(_GROUPS[0]))
    if not multi_frame:
        whole = Instance(instance.path, None, uid, instance.member)
        return (_image(root, whole, patient, layout, notes=notes),)
    per_frame, shared = (root.items(keyword) for keyword in _GROUPS)
    shared_macros = _macros(shared[:1])
    images = []
    for frame in range(layout.frames):
        macros = _macros(per_frame[frame : frame + 1]) + shared_macros
        header = Header([*macros, file.dataset])
        one = Instance(instance.path, frame, uid, instance.member)
        images.append(_image(header, one, patient, layout, notes=notes, macros=Header(macros)))
    return tuple(images)


def _label_notes(file: FileHeader) -> tuple[str, ...]:
    """Say so where pixel data are not compressed although the transfer syntax says it."""
    if file.pixels is None or file.pixels.length is None or file.transfer_syntax in UNCOMPRESSED:
        return ()
    name = syntax_name(file.transfer_syntax)
    return (tr("The pixel data are labelled as {name}, but are not compressed.", name=name),)


def _macros(groups: Sequence[Dataset]) -> list[Dataset]:
    """The single items of all functional group macros of a frame."""
    items = (sequence_items(group, tag) for group in groups for tag in list(group.keys()))
    return [found[0] for found in items if found]


def _image(
    header: Header,
    instance: Instance,
    patient: PatientLabel,
    layout: PixelLayout,
    *,
    notes: tuple[str, ...],
    macros: Header | None = None,
) -> Image:
    modality = header.code("Modality")
    sop_class = header.code("SOPClassUID")
    rescale, rescale_problem = _rescale(header, modality, sop_class)
    # Frames without functional groups have no position of their own: the file's is the first's.
    placed = header if macros is None else macros
    return Image(
        instance=instance,
        patient=patient,
        series_uid=header.code("SeriesInstanceUID"),
        sop_class=sop_class,
        modality=modality,
        description=header.text("SeriesDescription"),
        number=header.whole("SeriesNumber"),
        instance_number=header.whole("InstanceNumber") if macros is None else instance.frame,
        acquisition_number=_first_whole(header, "AcquisitionNumber", "FrameAcquisitionNumber"),
        acquisition_time=header.code("AcquisitionTime"),
        stack=f"{header.code('StackID')} {header.code('TemporalPositionIndex')}".strip(),
        image_type=header.codes("FrameType") or header.codes("ImageType"),
        kernel=header.text("ConvolutionKernel"),
        manufacturer=header.text("Manufacturer"),
        scanner=header.text("ManufacturerModelName"),
        contrast=header.text("ContrastBolusAgent"),
        body_part=header.text("BodyPartExamined"),
        frame_of_reference_uid=header.code("FrameOfReferenceUID"),
        placement=_placement(placed),
        thickness_mm=_positive(placed.number("SliceThickness")),
        diameter_mm=_positive(header.number("ReconstructionDiameter")),
        kvp=_positive(header.number("KVP")),
        layout=layout,
        rescale=rescale,
        rescale_problem=rescale_problem,
        windows=windows_of(header),
        lossy=_lossy(header, layout.transfer_syntax),
        notes=notes + _assumptions(header),
    )


def _first_whole(header: Header, *keywords: str) -> int | None:
    values = (header.whole(keyword) for keyword in keywords)
    return next((value for value in values if value is not None), None)


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _layout(header: Header, file: FileHeader) -> PixelLayout:
    allocated = header.word("BitsAllocated") or 0
    stored = header.word("BitsStored")
    stored = allocated if stored is None else stored
    high_bit = header.word("HighBit")
    frames = header.whole("NumberOfFrames")
    return PixelLayout(
        transfer_syntax=file.transfer_syntax,
        rows=header.word("Rows") or 0,
        columns=header.word("Columns") or 0,
        frames=1 if frames is None else frames,
        samples=header.word("SamplesPerPixel") or 1,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit is None else high_bit,
        signed=header.word("PixelRepresentation") == 1,
        photometric=header.code("PhotometricInterpretation"),
        planar=header.word("PlanarConfiguration") == 1,
        little_endian=file.little_endian,
        padding=_padding(header),
    )


def _padding(header: Header) -> tuple[int, int] | None:
    """Bit patterns of PixelPaddingValue and PixelPaddingRangeLimit (PS3.3 C.7.5.1.1.2)."""
    value = header.word("PixelPaddingValue")
    if value is None:
        return None
    limit = header.word("PixelPaddingRangeLimit")
    return value, value if limit is None else limit


def _patient(header: Header) -> PatientLabel:
    return PatientLabel(
        study_uid=header.code("StudyInstanceUID"),
        patient_id=header.text("PatientID"),
        patient_name=header.name("PatientName"),
        patient_sex=header.text("PatientSex"),
        patient_age=header.text("PatientAge"),
        date=_date(header.code("StudyDate")),
        time=_time(header.code("StudyTime")),
        description=header.text("StudyDescription"),
    )


def _date(value: str) -> str:
    """DA (also the ACR-NEMA form with points) as YYYY-MM-DD; empty where it is no date."""
    digits = value.replace(".", "")
    if not digits.isdecimal():
        return ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""


def _time(value: str) -> str:
    """TM as HH:MM:SS; empty where it is no time."""
    stated = value.replace(":", "").split(".")[0]
    if not stated.isdecimal():
        return ""
    digits = f"{stated:0<6}"
    try:
        return time(int(digits[:2]), int(digits[2:4]), int(digits[4:])).isoformat()
    except ValueError:
        return ""


def _placement(header: Header) -> Placement:
    problems = []
    spacing = header.numbers("PixelSpacing")
    low, high = SPACING_RANGE_MM
    if spacing is None or len(spacing) != 2 or not all(low <= mm <= high for mm in spacing):
        problems.append(_invalid(header, "PixelSpacing"))
        spacing = None
    position = header.numbers("ImagePositionPatient")
    if position is None or len(position) != 3 or max(map(abs, position)) > POSITION_LIMIT_MM:
        problems.append(_invalid(header, "ImagePositionPatient"))
        position = None
    orientation = _orientation(header.numbers("ImageOrientationPatient"))
    if orientation is None:
        problems.append(_invalid(header, "ImageOrientationPatient"))
    return Placement(position, orientation, spacing, tuple(problems))


def _invalid(header: Header, keyword: str) -> str:
    value = header.code(keyword)
    return (
        tr("{keyword} is {value!r}", keyword=keyword, value=value[:40])
        if value
        else tr("{keyword} is missing", keyword=keyword)
    )


def _orientation(cosines: Vector | None) -> Vector | None:
    """Row and column direction as in the file; None where they are not nearly orthonormal.

    Cosines rounded by the writer are not renormalised: the standard's equation with the file's
    own numbers (C.7.6.2.1.1) says where the voxels are.
    """
    if cosines is None or len(cosines) != 6:
        return None
    row, column = cosines[:3], cosines[3:]
    lengths = [sum(value * value for value in vector) ** 0.5 for vector in (row, column)]
    angle = sum(a * b for a, b in zip(row, column, strict=True))
    deviation = max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(angle))
    return cosines if deviation <= ORIENTATION_TOLERANCE else None


def _rescale(
    header: Header, modality: str, sop_class: str
) -> tuple[tuple[float, float] | None, str]:
    """Slope and intercept, or the sentence that says why the values are not HU."""
    if modality != "CT" and sop_class not in _CT_CLASSES:
        return None, tr(
            "The modality is {modality}, not CT: values are not HU.",
            modality=modality or tr("unknown"),
        )
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    if slope is None or intercept is None or slope == 0:
        keyword = "RescaleIntercept" if slope else "RescaleSlope"
        return None, tr("{problem}: values are not HU.", problem=_invalid(header, keyword))
    unit = header.code("RescaleType")
    if unit not in ("", "HU", "HU_MOD", "US"):
        return None, tr("RescaleType is {unit!r}: values are not HU.", unit=unit[:16])
    return (slope, intercept), ""


_LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.53": "JPEG",
    "1.2.840.10008.1.2.4.55": "JPEG",
    "1.2.840.10008.1.2.4.81": tr_later("near-lossless JPEG-LS"),
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
}
#: Syntaxes that also carry lossless streams: lossy only where LossyImageCompression says so.
_MAYBE_LOSSLESS = {"1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.81"}


def _lossy(header: Header, syntax: str) -> str:
    stated = header.code("LossyImageCompression")
    if stated != "01" and (syntax not in _LOSSY_SYNTAXES or syntax in _MAYBE_LOSSLESS):
        return ""
    method = tr(_LOSSY_SYNTAXES.get(syntax, tr_later("lossy compression")))
    ratio = header.number("LossyImageCompressionRatio")
    return f"{method} {ratio:.0f}:1" if ratio and ratio >= 1 else method


def _assumptions(header: Header) -> tuple[str, ...]:
    notes = []
    if header.word("PixelRepresentation") is None:
        notes.append(tr("PixelRepresentation is missing: values are taken as unsigned."))
    if header.code("RescaleType") == "US":
        notes.append(tr("RescaleType is 'US' (unspecified): values are taken as HU."))
    if len(header.items("VOILUTSequence")) != sum(bool(w.curve) for w in lut_windows(header)):
        notes.append(tr("A VOI LUT of the file is damaged: its curve is not shown."))
    return tuple(notes)
