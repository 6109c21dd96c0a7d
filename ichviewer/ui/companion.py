"""A similar case opened beside the study."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.volume import Volume
from ichviewer.library.case import Match
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
        return "similar case"

    def heading(self, is_linked: bool, study_k: int) -> tuple[str, ...]:
        """What kind of case this is, above all if it is simulated, and what its images lack."""
        case = self.match.case
        kinds = wording.listed(list(case.types)) or "no hemorrhage"
        origin = "SIMULATED case" if case.is_simulated else "Case"
        return (
            f"{origin} {case.case_id}",
            *(() if is_linked else ("not linked (L)",)),
            wording.capital(kinds),
            f"Labels: {case.label_source}",
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
