"""A prior series of the same patient, opened beside the study and linked by its alignment."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ichviewer.comparison.alignment import moved_by_hand
from ichviewer.comparison.change import Comparison
from ichviewer.comparison.slices import prior_slice
from ichviewer.comparison.time_point import TimePoint
from ichviewer.imaging.grid import Float
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Match
from ichviewer.ui import wording


@dataclass(frozen=True, eq=False)
class Prior:
    """What is beside the study while it is compared.

    Parameters
    ----------
    point, current
        Both series with their findings.
    comparison
        What has changed, and how the series lie to each other.
    study_slice, case_slice
        Slices that the reader has laid side by side.
    match
        None: it is no similar case.
    """

    point: TimePoint
    current: TimePoint
    comparison: Comparison
    study_slice: int
    case_slice: int
    match: Match | None = None

    @property
    def volume(self) -> Volume:
        """The prior's voxels."""
        return self.point.volume

    @property
    def mask(self) -> NDArray[np.uint8]:
        """What the models outlined on the prior."""
        return self.point.findings.mask

    @property
    def word(self) -> str:
        """What the view is called."""
        return tr("prior series")

    def slice_beside(self, study_k: int, study: Volume) -> int:
        """The prior slice at the same height of the head, as the reader has shifted it."""
        moved = self.case_slice - self.aligned_slice(self.study_slice)
        return int(np.clip(self.aligned_slice(study_k) + moved, 0, self.volume.shape_kji[0] - 1))

    def heading(self, is_linked: bool, study_k: int) -> tuple[str, ...]:
        """Whose images these are, how they are aligned, and where they do not reach."""
        alignment = self.comparison.alignment
        known = prior_slice(study_k, self.current.volume.grid, self.volume.grid, alignment)
        lines = (
            tr("PRIOR · {study}", study=wording.study_title(self.point.study)),
            wording.study_subtitle(self.point.study),
            wording.series_title(self.point.series),
            "" if is_linked else tr("not linked (L)"),
            alignment.sentence().split(";")[0],
            "" if known is not None else tr("The prior does not reach this slice."),
        )
        return tuple(line for line in lines if line)

    def moved(self, shift_lps_mm: Float, angles_deg: Float) -> "Prior":
        """The same with the alignment moved by hand; slices laid side by side stay so."""
        alignment = moved_by_hand(self.comparison.alignment, shift_lps_mm, angles_deg)
        other = replace(self, comparison=replace(self.comparison, alignment=alignment))
        by_hand = self.case_slice - self.aligned_slice(self.study_slice)
        return replace(other, case_slice=other.aligned_slice(self.study_slice) + by_hand)

    def with_comparison(self, comparison: Comparison) -> "Prior":
        """The same, compared anew under the same alignment."""
        return replace(self, comparison=comparison)

    def aligned_slice(self, study_k: int) -> int:
        """The prior slice at a height of the head; beyond its ends the nearest end."""
        grid, alignment = self.current.volume.grid, self.comparison.alignment
        found = prior_slice(study_k, grid, self.volume.grid, alignment)
        if found is not None:
            return found
        middle = grid.lps_mm(np.array([study_k, *(np.array(grid.shape_kji[1:]) - 1) / 2]))
        at = self.volume.grid.kji(alignment.motion.apply(middle))[0]
        return 0 if at < self.volume.shape_kji[0] / 2 else self.volume.shape_kji[0] - 1
