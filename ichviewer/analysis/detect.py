"""From raw slab outputs of a detector to calibrated probabilities of slices and of the study."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import Aggregation, calibrate
from ichviewer.analysis.in_scan import IN_SCAN
from ichviewer.analysis.manifest import Manifest, Role, Terms

__all__ = ["any_at_least_types", "calibrate", "said_of_slabs", "study_probability"]

Floats = NDArray[np.float32]


def said_of_slabs(
    outputs: dict[str, Floats], manifest: Manifest, *, has_contrast: bool
) -> tuple[Floats, Terms]:
    """What a detector says of each slab, before calibration, and the terms that hold for it.

    Parameters
    ----------
    outputs
        Of a run over all slabs of a scan, or over the only one.
    manifest
        The detector's.
    has_contrast
        Whether vessels are bright.

    Returns
    -------
    (N, 6) float32, of the network that heard the whole scan where there is one, and its terms.
    """
    raw = outputs.get(IN_SCAN, outputs[Role.DETECTION])
    return raw, manifest.terms_of(len(raw), has_contrast=has_contrast)


def study_probability(slabs: Floats, aggregation: Aggregation) -> Floats:
    """Probability of each column for the whole study, from calibrated slab probabilities.

    On each slab, too, blood of a type is blood, before neighbours are averaged.

    Parameters
    ----------
    slabs
        (N, 6) calibrated, from feet to head.
    aggregation
        As the model's manifest says.

    Returns
    -------
    (6,) float32.
    """
    length = min(aggregation.slabs, len(slabs))
    coherent = any_at_least_types(slabs)
    running = np.lib.stride_tricks.sliding_window_view(coherent, length, axis=0).mean(axis=-1)
    return any_at_least_types(calibrate(running.max(axis=0), aggregation.calibration))


def any_at_least_types(probability: Floats) -> Floats:
    """Blood of a type is blood: the first column is raised to the largest of the others."""
    coherent = probability.astype(np.float32, copy=True)
    coherent[..., 0] = coherent.max(axis=-1)
    return coherent
