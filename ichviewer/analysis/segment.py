"""From a segmenter's slab probabilities to a Mask on the Volume's own grid."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.analysis.prepare import Prepared, to_volume_grid
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume

#: No voxel of blood is as light as fat or as dense as bone; a slab's label may still cover some.
_BLOOD_HU = (-50.0, 200.0)
_EXTRA_AXIAL = (HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL)


@dataclass(frozen=True, eq=False)
class Marked:
    """Voxels marked as hemorrhage.

    Parameters
    ----------
    mask
        (K, J, I) uint8 labels.
    probability
        (K, J, I) float16, probability of any hemorrhage where marked, else 0.
    """

    mask: NDArray[np.uint8]
    probability: NDArray[np.float16]


def mark(
    prepared: Prepared,
    segmentation: NDArray[np.float32],
    volume: Volume,
    min_probability: float,
) -> Marked:
    """Label the Volume's voxels.

    A voxel is blood where the five types together reach `min_probability` and its own HU does not
    rule it out; its type is the most probable of them. An extra-axial collection is epidural or
    subdural as a whole: the type with more evidence over the connected collection takes all of it.

    Parameters
    ----------
    prepared
        The way back from the model's slabs.
    segmentation
        (N, 6, S, S) softmax, background first.
    volume
        Whose grid the mask is on.
    min_probability
        From the model's manifest.
    """
    mask = np.zeros(volume.shape_kji, np.uint8)
    probability = np.zeros(volume.shape_kji, np.float16)
    suspicious = 1.0 - segmentation[:, 0].min(axis=(1, 2)) >= min_probability
    for slices, types in _planes(prepared, segmentation[:, 1:], volume, suspicious):
        blood = types.sum(axis=0)
        label = np.where(blood >= min_probability, types.argmax(axis=0) + 1, 0)
        for box in ndimage.find_objects((label > 0).astype(np.uint8)):
            for k in np.flatnonzero(slices):
                hu = volume.hu[k][box]
                is_blood = (label[box] > 0) & (hu > _BLOOD_HU[0]) & (hu < _BLOOD_HU[1])
                mask[k][box] = np.where(is_blood, label[box], 0)
                probability[k][box] = np.where(is_blood, np.minimum(blood[box], 1.0), 0.0)
    _settle_extra_axial(mask, probability, volume.grid)
    return Marked(mask, probability)


def erase(marked: Marked, region: Region) -> None:
    """Take a region out of the mask."""
    marked.mask[region.box][region.inside] = 0
    marked.probability[region.box][region.inside] = 0


def on_volume(prepared: Prepared, region: NDArray[np.bool_], volume: Volume) -> NDArray[np.bool_]:
    """A region of the slabs, (N, S, S) bool, as (K, J, I) bool of the Volume's voxels."""
    out = np.zeros(volume.shape_kji, bool)
    share = region[:, None].astype(np.float32)
    for slices, planes in _planes(prepared, share, volume, np.asarray(region.any(axis=(1, 2)))):
        out[slices] = planes[0] >= 0.5
    return out


def _planes(
    prepared: Prepared,
    maps: NDArray[np.float32],
    volume: Volume,
    wanted: NDArray[np.bool_],
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.float32]]]:
    """Which slices, and (M, J, I) maps on their pixels, slab by slab.

    A whole study of float maps on a 512 matrix would take gigabytes.
    """
    plane = _first_slice(volume)
    for slab in np.flatnonzero(wanted):
        one = Prepared(prepared.image[slab : slab + 1], np.zeros(1, np.intp), prepared.grid)
        yield prepared.slab_of_k == slab, to_volume_grid(one, maps[slab : slab + 1], plane)[:, 0]


def _first_slice(volume: Volume) -> Volume:
    """One slice stands for the in-plane grid, which all slices share."""
    grid = volume.grid
    single = Grid(
        (1, *grid.shape_kji[1:]),
        grid.slice_positions_lps_mm[:1],
        grid.column_step_lps_mm,
        grid.row_step_lps_mm,
    )
    return Volume(volume.hu[:1], single)


def _settle_extra_axial(
    mask: NDArray[np.uint8], probability: NDArray[np.float16], grid: Grid
) -> None:
    if not all((mask == kind).any() for kind in _EXTRA_AXIAL):
        return
    for region in find_regions(np.isin(mask, _EXTRA_AXIAL), grid):
        labels = mask[region.box][region.inside]
        weights = probability[region.box][region.inside].astype(np.float64)
        evidence = [weights[labels == kind].sum() for kind in _EXTRA_AXIAL]
        mask[region.box][region.inside] = _EXTRA_AXIAL[int(np.argmax(evidence))]
