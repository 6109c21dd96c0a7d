"""A similar case opened beside the study."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import Findings, Lesion
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Match, label_source
from ichviewer.ui import wording


@dataclass(frozen=True, eq=False)
class Companion:
    """A similar case opened beside the study, linked at the slices that match."""

    match: Match
    volume: Volume
    study_slice: int
    case_slice: int

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """Cases are shown without labels."""
        return None

    @property
    def word(self) -> str:
        """What the view is called."""
        return tr("similar case")

    def heading(self, is_linked: bool, study_k: int) -> tuple[str, ...]:
        """What kind of case this is, above all if it is simulated, and what its images lack."""
        case = self.match.case
        kinds = wording.listed([tr(kind) for kind in case.types]) or tr("no hemorrhage")
        name = {"case": case.case_id}
        origin = (
            tr("SIMULATED case {case}", **name) if case.is_simulated else tr("Case {case}", **name)
        )
        return (
            origin,
            *(() if is_linked else (tr("not linked (L)"),)),
            wording.capital(kinds),
            tr("Labels: {source}", source=label_source(case.label_source)),
            *self.volume.notes,
        )

    def slice_beside(self, study_k: int, study: Volume) -> int:
        """The case's slice as many mm from its linked slice as the study's is from its own."""
        away_mm = _height_mm(study, study_k) - _height_mm(study, self.study_slice)
        wanted_mm = _height_mm(self.volume, self.case_slice) + away_mm
        heights = [_height_mm(self.volume, k) for k in range(self.volume.shape_kji[0])]
        return int(np.argmin(np.abs(np.asarray(heights) - wanted_mm)))


def _height_mm(volume: Volume, k: int) -> float:
    """Height of a slice, growing to the patient's head."""
    upward = 1.0 if volume.grid.normal_lps[2] >= 0 else -1.0
    return upward * float(volume.grid.slice_offsets_mm[k])


def matched_lesion(findings: Findings | None, match: Match) -> Lesion | None:
    """The largest lesion of a type that the case shows too, or None."""
    lesions = findings.lesions if findings else ()
    return next((x for x in lesions if x.kind.word in match.case.types), None)


def most_suspect_slice(findings: Findings) -> int:
    """The slice with the highest probability of any hemorrhage."""
    return int(np.nanargmax(findings.slice_probability[:, 0]))
