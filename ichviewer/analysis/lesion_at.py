"""The segmented lesion that a reader measured by hand, to stand beside ABC/2."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.imaging.cut import Cut
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.measure import Segmented, cut_of_handle, points_lps_mm
from ichviewer.imaging.measurement import Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.regions import box_outline, voxels_inside
from ichviewer.language import tr


def lesion_at(measurement: Measurement, mask: NDArray[np.uint8], grid: Grid) -> Segmented | None:
    """The lesion under the callipers A and B of an ABC/2.

    Parameters
    ----------
    measurement
        The callipers.
    mask
        (K, J, I) labels on `grid`.

    Returns
    -------
    The connected region of one type with the most voxels in the box round A and B on their cut,
    or None where nothing is segmented there. Its volume is NaN for a single slice.
    """
    cut = cut_of_handle(measurement, 0, grid)
    corners = cut.flat_mm(points_lps_mm(measurement)[:4])
    under = voxels_inside(box_outline(corners.min(axis=0), corners.max(axis=0)), cut)
    labels: NDArray[np.uint8] = np.take(mask, cut.index, axis=cut.axis)
    counts = np.bincount(labels[under], minlength=max(HemorrhageType) + 1)[1:]
    if not counts.any():
        return None
    kind = HemorrhageType(int(counts.argmax()) + 1)
    regions = find_regions(mask == kind, grid)
    region = max(regions, key=lambda found: _shared(found, cut, under))
    per_slice = region.inside.sum(axis=(1, 2))
    volume_ml = float((per_slice * grid.voxel_ml[region.box[Axis.K]]).sum())
    return Segmented(tr("{kind} hemorrhage", kind=tr(kind.word)), volume_ml)


def _shared(region: Region, cut: Cut, under: NDArray[np.bool_]) -> int:
    """How many voxels of a region lie under the callipers."""
    span = region.box[cut.axis]
    if not span.start <= cut.index < span.stop:
        return 0
    inside = region.inside.take(cut.index - span.start, axis=cut.axis)
    first, second = (region.box[axis] for axis in cut.others)
    return int((inside & under[first, second]).sum())
