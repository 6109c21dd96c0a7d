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
    """

    modality: str = ""
    body_part: str = ""
    contrast: str = ""
    kernel: str = ""
    kvp: float | None = None
    age_years: float | None = None
    ai_refusal: str = ""


def check_header(volume: Volume, header: Header) -> Gate:
    """The part of the gate that needs no pixels: cheap, and before anything is resampled."""
    refusals = tuple(_header_refusals(volume, header))
    if refusals:
        return Gate(GateAnswer.REFUSED, refusals)
    warnings = (*_stack_warnings(volume), *_word_warnings(header))
    return Gate(GateAnswer.WARNED if warnings else GateAnswer.ACCEPTED, warnings)


def check_vector(vector: NDArray[np.float32], familiarity: Familiarity | None) -> Gate:
    """The part of the gate that asks how far the study is from those that the model knows.

    It can only warn: what the model made of the study is then there to be judged.
    """
    if familiarity is None or (far := familiarity.distance(vector)) < familiarity.warned_distance:
        return Gate(GateAnswer.ACCEPTED)
    reason = (
        f"The model knows no study like this one: it lies farther from them ({far:.2f}) than "
        f"{familiarity.warned_share:.1%} of the studies the model was tried on."
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
        yield f"This is a series of modality {header.modality}; the models read CT only."
    if not volume.is_hu:
        yield "The files give no rescale to Hounsfield units; the models need HU."
    if volume.geometry is GeometryClass.NO_GEOMETRY and volume.shape_kji[0] > 1:
        yield "The slices have no positions in the patient; the models need them."
        return
    grid = volume.grid
    angle_deg = float(np.degrees(np.arccos(np.clip(abs(grid.normal_lps[2]), 0.0, 1.0))))
    if angle_deg > _AXIAL_DEG:
        yield (
            f"The planes lie {angle_deg:.0f}° off axial (a coronal or sagittal series, or a "
            "localizer); the models read axial slices only."
        )
    elif abs(grid.row_step_lps_mm[1]) < abs(grid.row_step_lps_mm[0]):
        yield (
            "The image lies on its side against the patient (decubitus); the models read heads "
            "whose rows run from front to back."
        )
    pixel_mm = max(grid.spacing_mm[1:])
    if not _PIXEL_MM[0] <= pixel_mm <= _PIXEL_MM[1]:
        yield f"Pixels of {pixel_mm:.2f} mm are outside what the models know (0.2 to 1.6 mm)."


def _stack_warnings(volume: Volume) -> Iterator[str]:
    grid = volume.grid
    if volume.shape_kji[0] == 1:
        yield "A single slice: the models read it without its neighbours, less surely."
        if volume.geometry is GeometryClass.NO_GEOMETRY:
            yield (
                "The slice does not say how it lies in the patient: it is read as an axial slice, "
                "and which side is left is not known."
            )
    else:
        gaps_mm = grid.gaps_mm
        if gaps_mm.max() > _GAP_MM:
            yield f"Slices lie up to {gaps_mm.max():.1f} mm apart; what lies between is not seen."
        coverage_mm = float(gaps_mm.sum())
        if coverage_mm < _COVERAGE_MM:
            yield f"The slices span {coverage_mm:.0f} mm only, not a whole head."
    if volume.geometry in (GeometryClass.IRREGULAR, GeometryClass.GAPPED):
        yield "The slices are unevenly spaced or some are missing; volumes follow the positions."
    if grid.tilt_deg > _TILT_WARNED_DEG:
        yield f"The gantry was tilted by {grid.tilt_deg:.1f}°, more than the models know."
    elif grid.tilt_deg > TILT_TOLERANCE_DEG:
        yield f"The gantry was tilted by {grid.tilt_deg:.1f}°."


def _word_warnings(header: Header) -> Iterator[str]:
    if header.body_part and not _is_head_word(header.body_part):
        yield f"The header says body part {header.body_part!r}, not head."
    if header.contrast:
        yield f"The header names contrast ({header.contrast}); vessels may be taken for blood."
    if any(word in header.kernel.upper().replace(" ", "") for word in _BONE_KERNELS):
        yield f"The kernel {header.kernel} is a sharp one; read a soft tissue series instead."
    if header.kvp is not None and not _KVP[0] <= header.kvp <= _KVP[1]:
        yield f"A tube voltage of {header.kvp:g} kV is outside what the models know."
    if header.age_years is not None and header.age_years < _ADULT_YEARS:
        yield f"The patient is {header.age_years:g} years old; the models know adults only."


def _is_head_word(body_part: str) -> bool:
    return any(word in body_part.upper() for word in ("HEAD", "BRAIN", "SKULL", "CRAN", "NEURO"))
