"""Which voxel belongs to which lesion of the findings, so that it can be edited."""

import numpy as np

from ichviewer.analysis.findings import Findings, HemorrhageType, Lesion
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.imaging.grid import Grid
from ichviewer.reading.mask_edit import MarkedLesions, Numbers, result_of


def mark_lesions(findings: Findings, grid: Grid) -> MarkedLesions:
    """Number the voxels of a result's mask by its lesions.

    A lesion's region is the one of its type on its slices; where there are several of these, the
    one whose centre is nearest to the lesion's.
    """
    planes: dict[int, Numbers] = {}
    for kind in HemorrhageType:
        regions = list(find_regions(findings.mask == kind, grid))
        for lesion in findings.lesions:
            own = [region for region in regions if _fits(lesion, kind, region)]
            if own:
                region = min(own, key=lambda region: _away(lesion, region))
                regions.remove(region)
                _number(planes, region, lesion.number, grid)
    labels = {lesion.number: int(lesion.kind) for lesion in findings.lesions}
    marked = MarkedLesions(result_of(findings.mask), labels, planes)
    # Here, so that the window, which gets them along, need not.
    _ = marked.slices
    return marked


def _fits(lesion: Lesion, kind: HemorrhageType, region: Region) -> bool:
    slices = (region.box[0].start, region.box[0].stop - 1)
    return lesion.kind is kind and slices == (lesion.first_slice, lesion.last_slice)


def _away(lesion: Lesion, region: Region) -> float:
    """Distance of the centres in voxels; enough to tell regions apart."""
    centre = region.indices().mean(axis=0)
    return float(np.linalg.norm(centre - np.asarray(lesion.centroid_kji)))


def _number(planes: dict[int, Numbers], region: Region, number: int, grid: Grid) -> None:
    rows, columns = region.box[1:]
    for k, inside in enumerate(region.inside, start=region.box[0].start):
        if inside.any():
            plane = planes.setdefault(k, np.zeros(grid.shape_kji[1:], np.uint16))
            plane[rows, columns][inside] = number
