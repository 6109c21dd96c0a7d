"""Which lesions of two aligned series are the same one, by type and place."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ichviewer.analysis.findings import Findings, HemorrhageType, Lesion
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.comparison.uncertainty import region_uncertainty_ml
from ichviewer.imaging.grid import Float, Grid
from ichviewer.imaging.rigid import RigidTransform
from ichviewer.imaging.volume import Volume

#: Brain gives way by some millimetres while a clot grows; slices add half their distance.
_NEAR_MM = 3.0
#: This share of either lesion near the other makes them one.
_SHARED = 0.2
_POINTS = 4000
#: A lesion of which less lies within the other scan cannot be said to be new or gone.
_COVERED = 0.5


@dataclass(frozen=True, eq=False)
class Placed:
    """A lesion and where its voxels lie.

    Parameters
    ----------
    lesion
        As analysis found it.
    lps_mm
        (N, 3) centres of its voxels.
    uncertainty_ml
        Of its volume.
    """

    lesion: Lesion
    lps_mm: Float
    uncertainty_ml: float


@dataclass(frozen=True, eq=False)
class Group:
    """Lesions of one type that are the same one; several on a side where they joined or parted."""

    prior: tuple[Placed, ...]
    current: tuple[Placed, ...]


def placed_lesions(findings: Findings, grid: Grid) -> tuple[Placed, ...]:
    """Every lesion with the region of the mask that it was measured on."""
    regions = {
        kind: find_regions(findings.mask == kind, grid)
        for kind in HemorrhageType
        if any(lesion.kind is kind for lesion in findings.lesions)
    }
    placed = []
    for lesion in findings.lesions:
        center = np.array(lesion.centroid_kji)
        region = min(regions[lesion.kind], key=lambda one: _away(one, center))
        points = grid.lps_mm(region.indices())
        placed.append(Placed(lesion, points, region_uncertainty_ml(region, grid)))
    return tuple(placed)


def match(
    prior: tuple[Placed, ...],
    current: tuple[Placed, ...],
    motion: RigidTransform,
    slice_mm: float,
) -> tuple[Group, ...]:
    """Group lesions of one type that lie at one place.

    Parameters
    ----------
    motion
        Current to prior LPS mm.
    slice_mm
        The larger distance of slices of the two series.
    """
    near_mm = _NEAR_MM + slice_mm / 2
    links = [
        (p, len(prior) + c)
        for p, before in enumerate(prior)
        for c, after in enumerate(current)
        if before.lesion.kind is after.lesion.kind
        and _overlap(before.lps_mm, motion.apply(after.lps_mm), near_mm)
    ]
    count = len(prior) + len(current)
    if not count:
        return ()
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    groups = [
        Group(
            tuple(one for n, one in enumerate(prior) if labels[n] == label),
            tuple(one for n, one in enumerate(current, len(prior)) if labels[n] == label),
        )
        for label in np.unique(labels)
    ]
    return tuple(sorted(groups, key=lambda group: -max(_ml(group.prior), _ml(group.current))))


def is_covered(placed: tuple[Placed, ...], motion: RigidTransform, other: Volume) -> bool:
    """Whether another scan shows the place of lesions; `motion` leads to its LPS mm."""
    index = other.grid.kji(motion.apply(np.concatenate([one.lps_mm for one in placed])))
    limits = np.array(other.shape_kji) - 0.5
    inside = np.asarray(((index >= -0.5) & (index < limits)).all(axis=1))
    if other.padding is not None:
        inside[inside] = ~other.padding[tuple(np.rint(index[inside]).astype(np.intp).T)]
    return bool(inside.mean() >= _COVERED)


def lie_together(one: Group, other: Group, motion: RigidTransform, slice_mm: float) -> bool:
    """Whether the prior lesions of one group lie where the current ones of another do."""
    before = np.concatenate([placed.lps_mm for placed in one.prior])
    after = np.concatenate([placed.lps_mm for placed in other.current])
    return _overlap(before, motion.apply(after), _NEAR_MM + slice_mm / 2)


def _overlap(first: Float, second: Float, near_mm: float) -> bool:
    shares = [
        np.mean(cKDTree(tree).query(few, distance_upper_bound=near_mm)[0] <= near_mm)
        for tree, few in ((first, _thinned(second)), (second, _thinned(first)))
    ]
    return bool(max(shares) >= _SHARED)


def _thinned(points: Float) -> Float:
    return points[:: max(1, len(points) // _POINTS)]


def _away(region: Region, center_kji: Float) -> float:
    return float(np.linalg.norm(region.indices().mean(axis=0) - center_kji))


def _ml(placed: tuple[Placed, ...]) -> float:
    return float(np.nansum([one.lesion.volume_ml for one in placed]))
