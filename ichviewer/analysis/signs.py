"""Signs of hematoma expansion on CT without contrast, measured by their published definitions.

The definitions are those gathered by Morotti et al. 2019 (doi:10.1002/ana.25563): blend sign
(Li 2015), black hole sign (Li 2016), hypodensity (Boulouis 2016), swirl sign (Selariu 2012), island
sign (Li 2017), irregular shape (Barras 2009). They were made for an eye; what replaces its
judgement ("well defined", "irregular") stands in the constants here. Only intraparenchymal
hematomas have them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType, Sign
from ichviewer.analysis.quantify import Found
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

#: Noise is averaged over this; the clot's rim, darkened by partial volume, is left out.
_SMOOTH_MM = 1.2
_RIM_MM = 2.0
_LEAST_AREA_MM2 = 150.0
_HOLE_MM2 = 12.0
_HOLE_HU = 12.0
_BLACK_HOLE_HU = 28.0
#: Brain is no denser; what is as dense inside a clot is "iso- or hypodense to brain".
_BRAIN_HU = 37.0
_BLEND_HU = 18.0
_BLEND_SHARE = (0.15, 0.85)
#: Share of a blended hematoma that may lie between the two densities, else the border is no border.
_BLEND_BETWEEN = 0.35
_ISLANDS = 3
_ISLAND_MM = 25.0
_ISLAND_SHARE = 0.2
_BUMP_SHARE = 0.03
_BUMPS = 2
_CORE_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class _Slice:
    """One slice of a hematoma: filled region, its inner part, smoothed HU."""

    k: int
    corner_ji: tuple[int, int]
    filled: Bools
    inner: Bools
    hu: Floats
    pixel_mm2: float

    def voxel(self, part: Bools) -> tuple[int, int, int]:
        """The voxel in the middle of a part."""
        depth = ndimage.distance_transform_edt(np.pad(part, 1))[1:-1, 1:-1]
        j, i = np.unravel_index(int(depth.argmax()), part.shape)
        return self.k, int(j) + self.corner_ji[0], int(i) + self.corner_ji[1]


def expansion_signs(found: Found, all_found: Sequence[Found], volume: Volume) -> tuple[Sign, ...]:
    """The signs of one hematoma, each once, where it is seen best.

    Parameters
    ----------
    found
        The hematoma.
    all_found
        All regions of the mask, for its islands.
    volume
        HU and positions.
    """
    if found.kind is not HemorrhageType.INTRAPARENCHYMAL:
        return ()
    slices = list(_slices(found, volume))
    if not slices:
        return ()
    largest = max(slices, key=lambda one: int(one.filled.sum()))
    signs = (
        *_best(sign for one in slices for sign in _holes(one)),
        *_best(sign for one in slices for sign in _blend(one)),
        *_islands(found, all_found, volume.grid, largest.k),
        *_irregular(largest),
    )
    return tuple(signs)


def _slices(found: Found, volume: Volume) -> Iterator[_Slice]:
    _, row_mm, column_mm = volume.spacing_mm
    first_k, *box = found.region.box
    rim_px = max(1, round(_RIM_MM / np.sqrt(row_mm * column_mm)))
    pad = rim_px + 1
    for offset, plane in enumerate(found.region.inside):
        if plane.sum() * row_mm * column_mm < _LEAST_AREA_MM2:
            continue
        rows, columns = (slice(max(s.start - pad, 0), s.stop + pad) for s in box)
        k = first_k.start + offset
        hu = volume.hu[k, rows, columns].astype(np.float32)
        own = np.zeros(hu.shape, bool)
        j, i = box[0].start - rows.start, box[1].start - columns.start
        own[j : j + plane.shape[0], i : i + plane.shape[1]] = plane
        filled = ndimage.binary_fill_holes(own)
        depth_mm = ndimage.distance_transform_edt(filled, sampling=(row_mm, column_mm))
        smooth = ndimage.gaussian_filter(hu, (_SMOOTH_MM / row_mm, _SMOOTH_MM / column_mm))
        corner = (rows.start, columns.start)
        yield _Slice(k, corner, filled, depth_mm > _RIM_MM, smooth, row_mm * column_mm)


def _holes(one: _Slice) -> Iterator[tuple[float, Sign]]:
    """Darker parts that blood encloses on all sides of the slice."""
    if not one.inner.any():
        return
    clot_hu = float(np.percentile(one.hu[one.inner], 75))
    labels, _ = ndimage.label(one.filled & (one.hu < clot_hu - _HOLE_HU / 2))
    open_to_outside = np.unique(labels[one.filled & ~one.inner])
    for number in np.setdiff1d(np.unique(labels[one.inner]), open_to_outside):
        part = labels == number
        core_hu = float(np.percentile(one.hu[part], 20))
        darker_hu = clot_hu - core_hu
        if number == 0 or part.sum() * one.pixel_mm2 < _HOLE_MM2 or darker_hu < _HOLE_HU:
            continue
        detail = tr(
            "{core_hu:.0f} HU enclosed in {clot_hu:.0f} HU", core_hu=core_hu, clot_hu=clot_hu
        )
        names = [tr_later("hypodensity")]
        if darker_hu >= _BLACK_HOLE_HU:
            names.append(tr_later("black hole sign"))
        if core_hu <= _BRAIN_HU:
            names.append(tr_later("swirl sign"))
        for name in names:
            yield darker_hu, Sign(name, detail, one.k, one.voxel(part))


def _blend(one: _Slice) -> Iterator[tuple[float, Sign]]:
    """A darker part beside a brighter one, with a border between them and not enclosed by it."""
    values = one.hu[one.inner]
    if values.size < 20:
        return
    middle_hu = _parting_hu(values)
    bright, dark = (
        _largest(one.inner & part) for part in (one.hu >= middle_hu, one.hu < middle_hu)
    )
    share = float(dark.sum() / one.inner.sum())
    if not (bright.any() and dark.any() and _BLEND_SHARE[0] <= share <= _BLEND_SHARE[1]):
        return
    bright_hu, dark_hu = float(np.median(one.hu[bright])), float(np.median(one.hu[dark]))
    apart_hu = bright_hu - dark_hu
    between = np.abs(values - (bright_hu + dark_hu) / 2) < apart_hu / 4
    is_enclosed = not (ndimage.binary_dilation(dark) & one.filled & ~one.inner).any()
    if apart_hu >= _BLEND_HU and between.mean() <= _BLEND_BETWEEN and not is_enclosed:
        detail = tr(
            "{dark_hu:.0f} HU beside {bright_hu:.0f} HU", dark_hu=dark_hu, bright_hu=bright_hu
        )
        yield apart_hu, Sign(tr_later("blend sign"), detail, one.k, one.voxel(dark))


def _islands(
    found: Found, all_found: Sequence[Found], grid: Grid, largest_k: int
) -> Iterator[Sign]:
    """Small hematomas around the main one, all separate from it."""
    center, reach = _center_and_reach_mm(found, grid)
    count = 0
    for other in all_found:
        is_small = other.volume_ml <= _ISLAND_SHARE * found.volume_ml
        if other is not found and other.kind is found.kind and is_small:
            apart_mm = np.linalg.norm(_center_and_reach_mm(other, grid)[0] - center) - reach
            count += bool(apart_mm <= _ISLAND_MM)
    if count >= _ISLANDS:
        yield Sign(
            tr_later("island sign"), tr("{count} small hematomas around it", count=count), largest_k
        )


def _irregular(one: _Slice) -> Iterator[Sign]:
    """Bumps that a disk of half the hematoma's inscribed circle does not reach."""
    padded = np.pad(one.filled, 1)
    depth = ndimage.distance_transform_edt(padded)
    radius = depth.max() * _CORE_SHARE
    core = ndimage.distance_transform_edt(~(depth > radius)) <= radius
    labels, _ = ndimage.label(padded & ~core)
    sizes = np.bincount(labels.ravel())[1:]
    bumps = int((sizes >= _BUMP_SHARE * one.filled.sum()).sum())
    if bumps >= _BUMPS:
        yield Sign(
            tr_later("irregular shape"), tr("{count} bumps of its outline", count=bumps), one.k
        )


def _best(rated: Iterator[tuple[float, Sign]]) -> Iterator[Sign]:
    best: dict[str, tuple[float, Sign]] = {}
    for rating, sign in rated:
        if sign.name not in best or rating > best[sign.name][0]:
            best[sign.name] = (rating, sign)
    return (sign for _, sign in best.values())


def _parting_hu(values: Floats) -> float:
    """The value that parts two groups with the least spread within (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=64)
    centers = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mean_below = np.cumsum(counts * centers) / np.maximum(below, 1)
    total = float((counts * centers).sum())
    mean_above = (total - np.cumsum(counts * centers)) / np.maximum(above, 1)
    return float(edges[int((below * above * (mean_below - mean_above) ** 2).argmax()) + 1])


def _largest(mask: Bools) -> Bools:
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    return np.asarray(labels == np.bincount(labels.ravel())[1:].argmax() + 1)


def _center_and_reach_mm(found: Found, grid: Grid) -> tuple[NDArray[np.float64], float]:
    points = grid.lps_mm(found.region.indices()[:: max(1, int(found.region.inside.sum()) // 500)])
    center = points.mean(axis=0)
    return center, float(np.linalg.norm(points - center, axis=1).max())
