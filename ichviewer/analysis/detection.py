"""What a detector says of a study: calibrated probabilities, and what they are held to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types, study_probability
from ichviewer.analysis.lesions import Region
from ichviewer.analysis.manifest import Terms
from ichviewer.analysis.operating import Thresholds, reached
from ichviewer.analysis.prepare import Prepared
from ichviewer.analysis.reading import on_slices


@dataclass(frozen=True, eq=False)
class Detection:
    """What the slice detector says, with its operating point.

    Parameters
    ----------
    slices
        (K, 6) calibrated probabilities.
    study
        (6,) the study's.
    thresholds
        (6,) from which a column counts as found in the study.
    slice_thresholds
        (6,) the same operating point for one slice.
    """

    slices: NDArray[np.float32]
    study: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    slice_thresholds: NDArray[np.float32]

    def shows(self, region: Region) -> bool:
        """Whether any slice of the region is positive for any hemorrhage."""
        return bool(self.slices[region.box[0], 0].max() >= self.slice_thresholds[0])

    def finds(self, column: int) -> bool:
        """Whether the study is positive for a column; no type without any hemorrhage."""
        return bool(reached(self.study, self.thresholds)[column])


def detection_of(
    raw: NDArray[np.float32], prepared: Prepared, terms: Terms, held_to: Thresholds
) -> Detection:
    """What a detector says of a study.

    Parameters
    ----------
    raw
        (N, 6) its answers to the slabs that were read, before calibration.
    prepared
        Those slabs.
    terms, held_to
        Its calibration, and the operating point that it is held to.
    """
    slabs = calibrate(raw, terms.calibration)
    return Detection(
        slices=on_slices(any_at_least_types(slabs), prepared),
        study=study_probability(slabs, terms.aggregation),
        thresholds=np.array(held_to.study, np.float32),
        slice_thresholds=np.array(held_to.slices, np.float32),
    )
