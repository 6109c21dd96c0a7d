"""The input gate: may the models read this series at all, and with which reservations?

It asks in this order: modality, orientation, kV, spacing, gaps, tilt and number of slices (here);
is it an adult's head, with contrast, metal or motion (`gate_head`); and, once the models have read
it, how far it lies from what they know (here again).
Header words are unreliable, so what decides is measured on the voxels; the header can only add
doubt. A refusal is for input the models have never seen the like of; a warning is for a head that
they may read worse than usual.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.familiarity import Familiarity
from ichviewer.analysis.findings import Gate, GateAnswer
from ichviewer.imaging.grid import TILT_TOLERANCE_DEG, GeometryClass
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

#: Slice normal against the patient's axis; beyond this the planes are no axial planes.
_AXIAL_DEG = 45.0
_TILT_WARNED_DEG = 25.0
_PIXEL_MM = (0.2, 1.6)
_GAP_MM = 7.5
#: A head whose brain was scanned whole spans about 120-150 mm; below this it is a part.
_COVERAGE_MM = 100.0
_BONE_KERNELS = ("BONE", "EDGE", "LUNG", "SHARP", "YE", "YD", "FC30", "FC31", "FC80", "FC81")
_KVP = (80.0, 140.0)
_ADULT_YEARS = 18.0


@dataclass(frozen=True)
class Header:
    """What the files say; empty or None where they say nothing.

    Parameters
    ----------
    modality, body_part, contrast, kernel
        Modality, BodyPartExamined, ContrastBolusAgent, ConvolutionKernel.
    kvp, age_years
        KVP and PatientAge.
    ai_refusal
        The sentence with which reading the geometry already ruled the models out.
    is_picture
        Whether it is a PNG or JPEG picture: HU and size in mm are what somebody has said.
    """

    modality: str = ""
    body_part: str = ""
    contrast: str = ""
    kernel: str = ""
    kvp: float | None = None
    age_years: float | None = None
    ai_refusal: str = ""
    is_picture: bool = False


def check_header(volume: Volume, header: Header) -> Gate:
    """The part of the gate that needs no pixels: cheap, and before anything is resampled."""
    refusals = tuple(_header_refusals(volume, header))
    if refusals:
        return Gate(GateAnswer.REFUSED, refusals)
    warnings = (*_picture_warnings(header), *_stack_warnings(volume), *_word_warnings(header))
    return Gate(GateAnswer.WARNED if warnings else GateAnswer.ACCEPTED, warnings)


def check_vector(vector: NDArray[np.float32], familiarity: Familiarity | None) -> Gate:
    """The part of the gate that asks how far the study is from those that the model knows.

    It can only warn: what the model made of the study is then there to be judged.
    """
    if familiarity is None or (far := familiarity.distance(vector)) < familiarity.warned_distance:
        return Gate(GateAnswer.ACCEPTED)
    reason = tr(
        "Unlike the studies that the model knows: at {distance:.2f}, farther than {share:.0%} "
        "of those it was tried on.",
        distance=far,
        share=familiarity.warned_share,
    )
    return Gate(GateAnswer.WARNED, (reason,))


def join(first: Gate, second: Gate) -> Gate:
    """The stricter answer; a refusal stands for itself, warnings add up."""
    if GateAnswer.REFUSED in (first.answer, second.answer):
        refused = [g for g in (first, second) if g.answer is GateAnswer.REFUSED]
        return Gate(GateAnswer.REFUSED, tuple(reason for g in refused for reason in g.reasons))
    reasons = (*first.reasons, *second.reasons)
    return Gate(GateAnswer.WARNED if reasons else GateAnswer.ACCEPTED, reasons)


def _header_refusals(volume: Volume, header: Header) -> Iterator[str]:
    if header.ai_refusal:
        yield header.ai_refusal
        return
    if header.modality and header.modality.upper() != "CT":
        yield tr(
            "This is a series of modality {modality}; the models read CT only.",
            modality=header.modality,
        )
    if not volume.is_hu:
        yield tr("The files give no rescale to Hounsfield units; the models need HU.")
    if volume.geometry is GeometryClass.NO_GEOMETRY and volume.shape_kji[0] > 1:
        yield tr("The slices have no positions in the patient; the models need them.")
        return
    grid = volume.grid
    angle_deg = float(np.degrees(np.arccos(np.clip(abs(grid.normal_lps[2]), 0.0, 1.0))))
    if angle_deg > _AXIAL_DEG:
        yield tr(
            "The planes lie {angle_deg:.0f}° off axial (a coronal or sagittal series, or a "
            "localizer); the models read axial slices only.",
            angle_deg=angle_deg,
        )
    elif abs(grid.row_step_lps_mm[1]) < abs(grid.row_step_lps_mm[0]):
        yield tr(
            "The image lies on its side against the patient (decubitus); the models read heads "
            "whose rows run from front to back."
        )
    pixel_mm = max(grid.spacing_mm[1:])
    if not _PIXEL_MM[0] <= pixel_mm <= _PIXEL_MM[1]:
        yield tr(
            "Pixels of {pixel_mm:.2f} mm are outside what the models know (0.2 to 1.6 mm).",
            pixel_mm=pixel_mm,
        )


def _stack_warnings(volume: Volume) -> Iterator[str]:
    grid = volume.grid
    if volume.shape_kji[0] == 1:
        yield tr("A single slice: the models read it without its neighbours, less surely.")
        if volume.geometry is GeometryClass.NO_GEOMETRY:
            yield tr(
                "The slice does not say how it lies in the patient: it is read as an axial slice, "
                "and which side is left is not known."
            )
    else:
        gaps_mm = grid.gaps_mm
        if gaps_mm.max() > _GAP_MM:
            yield tr(
                "Slices lie up to {gap_mm:.1f} mm apart; what lies between is not seen.",
                gap_mm=gaps_mm.max(),
            )
        coverage_mm = float(gaps_mm.sum())
        if coverage_mm < _COVERAGE_MM:
            yield tr(
                "The slices span {coverage_mm:.0f} mm only, not a whole head.",
                coverage_mm=coverage_mm,
            )
    if volume.geometry in (GeometryClass.IRREGULAR, GeometryClass.GAPPED):
        yield tr(
            "The slices are unevenly spaced or some are missing; volumes follow the positions."
        )
    if grid.tilt_deg > _TILT_WARNED_DEG:
        yield tr(
            "The gantry was tilted by {tilt_deg:.1f}°, more than the models know.",
            tilt_deg=grid.tilt_deg,
        )
    elif grid.tilt_deg > TILT_TOLERANCE_DEG:
        yield tr("The gantry was tilted by {tilt_deg:.1f}°.", tilt_deg=grid.tilt_deg)


def _picture_warnings(header: Header) -> Iterator[str]:
    if header.is_picture:
        yield tr(
            "A picture without geometry: its HU and mm are as they were entered, not measured, "
            "and its left is taken for the patient's right."
        )


def _word_warnings(header: Header) -> Iterator[str]:
    if header.body_part and not _is_head_word(header.body_part):
        yield tr("The header says body part {body_part!r}, not head.", body_part=header.body_part)
    if header.contrast:
        yield tr(
            "The header names contrast ({contrast}); vessels may be taken for blood.",
            contrast=header.contrast,
        )
    if any(word in header.kernel.upper().replace(" ", "") for word in _BONE_KERNELS):
        yield tr(
            "The kernel {kernel} is a sharp one; read a soft tissue series instead.",
            kernel=header.kernel,
        )
    if header.kvp is not None and not _KVP[0] <= header.kvp <= _KVP[1]:
        yield tr("A tube voltage of {kvp:g} kV is outside what the models know.", kvp=header.kvp)
    if header.age_years is not None and header.age_years < _ADULT_YEARS:
        yield tr(
            "The patient is {age_years:g} years old; the models know adults only.",
            age_years=header.age_years,
        )


def _is_head_word(body_part: str) -> bool:
    return any(word in body_part.upper() for word in ("HEAD", "BRAIN", "SKULL", "CRAN", "NEURO"))
