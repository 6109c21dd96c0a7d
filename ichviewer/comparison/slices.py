"""Which slice of the prior series shows what a slice of the current one shows."""

import numpy as np

from ichviewer.comparison.alignment import Alignment
from ichviewer.imaging.grid import GeometryClass, Grid

#: A slice is taken for another up to this share of the distance to its neighbour.
_REACH = 0.5
_UNKNOWN = (GeometryClass.NO_GEOMETRY, GeometryClass.SINGLE)


def prior_slice(k: int, current: Grid, prior: Grid, alignment: Alignment) -> int | None:
    """The prior slice nearest to where a current slice cuts the middle of the head.

    The point of the slice that lies at the head's middle, seen along the slices' normal, is moved
    into the prior series and looked up among the positions of its slices: right for tilted and
    unevenly spaced slices on either side. Slices tilted against each other agree there only.

    Returns
    -------
    None where the prior series does not reach.
    """
    if current.geometry in _UNKNOWN or prior.geometry in _UNKNOWN:
        return None
    offset_mm = (current.slice_positions_lps_mm[k] - alignment.center_lps_mm) @ current.normal_lps
    point = alignment.center_lps_mm + offset_mm * current.normal_lps
    at = float(prior.kji(alignment.motion.apply(point))[0])
    if not -_REACH <= at <= prior.shape_kji[0] - 1 + _REACH:
        return None
    return int(np.clip(round(at), 0, prior.shape_kji[0] - 1))
