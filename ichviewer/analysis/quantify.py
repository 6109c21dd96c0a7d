"""From a Mask to Lesions: how large, where, how dense, and with what caution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.diameter import diameters_mm
from ichviewer.analysis.findings import HemorrhageType, Lesion, Side
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.midline import side_of
from ichviewer.analysis.place import Place
from ichviewer.analysis.segment import Marked
from ichviewer.analysis.thickness import thickness_mm
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr_later

#: Blood stays below this; calcium, contrast and metal do not.
CALCIUM_HU = 100.0
_CALCIUM_SHARE = 0.2
_BONE_HU = 250.0
_BONE_NEAR_MM = 2.0
_BONE_SHARE = 0.3
_LOW_AGREEMENT = 0.3
_SMALL_ML = 1.0
_NOMINAL_SLAB_MM = 5.0
_EXTRA_AXIAL = (HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL)

#: Flags stay English in findings; `tr` says them in the reader's language.
FLAG_CALCIUM = tr_later("denser than blood in part: calcification, contrast or metal?")
FLAG_SKULL = tr_later("touches the skull")
FLAG_LOW_AGREEMENT = tr_later("second reader disagrees")
FLAG_ONE_SLICE = tr_later("seen on one slice only")


@dataclass(frozen=True, eq=False)
class Found:
    """A Lesion before it has a number, with the region it was measured on.

    Parameters
    ----------
    region, kind
        Where, and of which type.
    volume_ml
        NaN on a single slice.
    probability
        Of any hemorrhage: the mean of its voxels, until something better is known.
    """

    region: Region
    kind: HemorrhageType
    volume_ml: float
    probability: float


def find_lesions(marked: Marked, volume: Volume) -> tuple[Found, ...]:
    """Connected regions of every type, largest first."""
    found = [
        Found(region, kind, region_ml(region, volume), _mean_probability(region, marked))
        for kind in HemorrhageType
        for region in find_regions(marked.mask == kind, volume.grid)
    ]
    return tuple(sorted(found, key=lambda f: (-np.nan_to_num(f.volume_ml), -f.region.inside.sum())))


def _mean_probability(region: Region, marked: Marked) -> float:
    return float(marked.probability[region.box][region.inside].mean(dtype=np.float64))


def region_ml(region: Region, volume: Volume) -> float:
    """Volume by what each slice stands for; NaN for a single slice, which stands for nothing."""
    per_slice = region.inside.sum(axis=(1, 2))
    return float((per_slice * volume.grid.voxel_ml[region.box[0]]).sum())


def nominal_ml(found: Found, volume: Volume) -> float:
    """A region's volume; a single slice counts as one of 5 mm."""
    if np.isfinite(found.volume_ml):
        return found.volume_ml
    _, row_mm, column_mm = volume.spacing_mm
    area_mm2 = float(found.region.inside.sum()) * row_mm * column_mm
    return area_mm2 * _NOMINAL_SLAB_MM / 1000.0


def measure(
    found: Found,
    volume: Volume,
    midline: Midline,
    dense: NDArray[np.bool_],
    *,
    number: int,
    place: Place | None = None,
) -> Lesion:
    """Measure one region.

    Parameters
    ----------
    found
        The region, its type, volume and probability.
    volume
        The HU, and where the voxels are.
    midline
        What left and right are told from.
    dense
        (K, J, I) what the second reader calls blood.
    number
        1 for the largest.
    place
        Where the head lies in the atlas, for the lesion's site; None where that is not known.
    """
    region = found.region
    kji = region.indices()
    weights = volume.grid.voxel_ml[kji[:, 0].astype(int)]
    weights = np.where(np.isfinite(weights), weights, 1.0)
    lps_mm = volume.grid.lps_mm(kji)
    center_kji = np.average(kji, axis=0, weights=weights)
    center_lps = np.average(lps_mm, axis=0, weights=weights)
    areas = region.inside.sum(axis=(1, 2))
    first = region.box[0].start
    voxels_hu = volume.hu[region.box][region.inside].astype(np.float64)
    agreement = float(dense[region.box][region.inside].mean())
    return Lesion(
        number=number,
        kind=found.kind,
        volume_ml=found.volume_ml,
        diameter_mm=max(
            diameters_mm(plane, volume.spacing_mm[1:])[0] for plane in region.inside if plane.any()
        ),
        first_slice=first,
        last_slice=region.box[0].stop - 1,
        largest_slice=first + int(areas.argmax()),
        centroid_kji=(float(center_kji[0]), float(center_kji[1]), float(center_kji[2])),
        centroid_lps_mm=(float(center_lps[0]), float(center_lps[1]), float(center_lps[2])),
        side=_side(lps_mm, weights, midline, volume),
        mean_hu=float(voxels_hu.mean()),
        max_hu=float(voxels_hu.max()),
        probability=found.probability,
        agreement=agreement,
        flags=_flags(found, volume, voxels_hu, agreement),
        abc2_ml=abc2_ml(region, volume),
        site=place.site(found.kind, lps_mm, midline) if place else "",
        thickness_mm=(
            thickness_mm(region.inside, volume.spacing_mm[1:])
            if found.kind in _EXTRA_AXIAL
            else float("nan")
        ),
    )


def _side(
    lps_mm: NDArray[np.float64], weights: NDArray[np.float64], midline: Midline, volume: Volume
) -> Side:
    if volume.geometry is GeometryClass.NO_GEOMETRY:
        return Side.UNKNOWN
    return side_of(lps_mm, weights, midline)


def abc2_ml(region: Region, volume: Volume) -> float:
    """Bedside estimate A x B x C / 2 (Kothari et al. 1996, doi:10.1161/01.STR.27.8.1304).

    A is the largest diameter, B the largest across it on the same slice, C the sum of the slices'
    thicknesses, counted whole from 75 % of the largest area, half from 25 %.
    """
    areas = region.inside.sum(axis=(1, 2)).astype(np.float64)
    largest = int(areas.argmax())
    a_mm, b_mm = diameters_mm(region.inside[largest], volume.spacing_mm[1:])
    share = areas / areas[largest]
    counted = np.where(share > 0.75, 1.0, np.where(share > 0.25, 0.5, 0.0))
    c_mm = float((counted * volume.grid.slice_weights_mm[region.box[0]]).sum())
    return a_mm * b_mm * c_mm / 2.0 / 1000.0


def _flags(
    found: Found, volume: Volume, voxels_hu: NDArray[np.float64], agreement: float
) -> tuple[str, ...]:
    flags = []
    if (voxels_hu > CALCIUM_HU).mean() >= _CALCIUM_SHARE:
        flags.append(FLAG_CALCIUM)
    is_extra_axial = found.kind in _EXTRA_AXIAL
    is_small = not found.volume_ml >= _SMALL_ML
    if (is_small or not is_extra_axial) and _bone_share(found.region, volume) >= _BONE_SHARE:
        flags.append(FLAG_SKULL)
    if agreement < _LOW_AGREEMENT:
        flags.append(FLAG_LOW_AGREEMENT)
    if volume.shape_kji[0] > 1 and found.region.inside.shape[0] == 1:
        flags.append(FLAG_ONE_SLICE)
    return tuple(flags)


def _bone_share(region: Region, volume: Volume) -> float:
    """Share of the region that lies within 2 mm of bone on its own slice."""
    _, row_mm, column_mm = volume.spacing_mm
    margin = [int(np.ceil(_BONE_NEAR_MM / mm)) for mm in (row_mm, column_mm)]
    rows, columns = (
        slice(max(s.start - m, 0), s.stop + m) for s, m in zip(region.box[1:], margin, strict=True)
    )
    bone = volume.hu[region.box[0], rows, columns] > _BONE_HU
    y, x = np.mgrid[-margin[0] : margin[0] + 1, -margin[1] : margin[1] + 1]
    disk = (y * row_mm) ** 2 + (x * column_mm) ** 2 <= _BONE_NEAR_MM**2
    near = ndimage.binary_dilation(bone, disk[None])
    j, i = region.box[1].start - rows.start, region.box[2].start - columns.start
    _, height, width = region.inside.shape
    return float(near[:, j : j + height, i : i + width][region.inside].mean())
