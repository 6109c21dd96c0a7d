"""From a Volume to what a model looks at, and back again.

Training and inference both go through this file, so a model never meets an image that was made
in another way than the ones it learned from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from ichviewer.errors import ModelError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

#: Raised whenever the same Volume would give other numbers; part of an embedding's identity.
PREPARE_VERSION = 1

AIR_HU = -1024.0
_SKIN_HU = -300.0
_COARSE_MM = 4.0
_HEAD_SHARE = 0.6

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Channel:
    """One image channel: a neighbour (in slabs, towards the head's top) seen through a window."""

    offset_slices: int
    center_hu: float
    width_hu: float


@dataclass(frozen=True)
class InputSpec:
    """The image a model wants: a square grid of `size_px` at `spacing_mm`, slabs, channels."""

    size_px: int
    spacing_mm: float
    slab_mm: float
    channels: tuple[Channel, ...]

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> InputSpec:
        """Read a manifest's `input` entry; raise ModelError where it makes no sense."""
        try:
            channels = tuple(
                Channel(int(c["offset_slices"]), float(c["center_hu"]), float(c["width_hu"]))
                for c in entry["channels"]
            )
            spec = cls(
                int(entry["size_px"]), float(entry["spacing_mm"]), float(entry["slab_mm"]), channels
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                tr(
                    "The model's manifest does not describe its input ({error!r}). Compare it with "
                    "docs/models.md.",
                    error=error,
                )
            ) from error
        positive = (spec.size_px, spec.spacing_mm, spec.slab_mm, *(c.width_hu for c in channels))
        if not channels or not all(value > 0 for value in positive):
            raise ModelError(
                tr(
                    "The model's manifest describes an impossible input: it needs at least one "
                    "channel, and size, spacing, slab and window widths above zero."
                )
            )
        return spec


@dataclass(frozen=True)
class ModelGrid:
    """Where the model's pixels lie on the Volume's rows and columns.

    Pixel `p` of an axis has its centre at `first + p * step`, in Volume indices. A negative step
    turns an axis round, so that the model always sees rows running to posterior and columns
    running to the patient's left.
    """

    size_px: int
    first_ji: tuple[float, float]
    step_ji: tuple[float, float]


@dataclass(frozen=True)
class Prepared:
    """`image` float32 [n, C, S, S] in 0..1, slabs from feet to head; `slab_of_k` int [K]."""

    image: Floats
    slab_of_k: NDArray[np.intp]
    grid: ModelGrid


def prepare(volume: Volume, spec: InputSpec) -> Prepared:
    """Average thin slices into slabs, resample them on the head-centred grid, window them.

    Parameters
    ----------
    volume : Volume
        Axial or nearly axial head; any spacing, tilt or direction of its axes.
    spec : InputSpec
        From the model's manifest.

    Returns
    -------
    Prepared
        One image per slab, its neighbours as channels; end slabs repeat themselves.
    """
    slab_of_k = group_slices(volume, spec.slab_mm)
    grid = head_grid(volume, spec)
    slabs_hu = np.stack(
        [
            resample_plane(_mean_hu(volume, np.flatnonzero(slab_of_k == n)), grid)
            for n in range(int(slab_of_k.max()) + 1)
        ]
    )
    image = window_channels(slabs_hu, spec.channels)
    image.setflags(write=False)
    slab_of_k.setflags(write=False)
    return Prepared(image, slab_of_k, grid)


def to_volume_grid(prepared: Prepared, maps: NDArray[Any], volume: Volume) -> Floats:
    """Bring the model's maps back to the Volume's own voxels.

    Parameters
    ----------
    prepared : Prepared
        What `prepare` gave for this very volume.
    maps : array, [n, S, S] or [n, M, S, S]
        One map, or M of them, per slab. Maps coarser than S (an activation map) are welcome: they
        are taken to cover the same square.
    volume : Volume
        The volume `prepared` was made from.

    Returns
    -------
    float32 array, [k, j, i] or [M, k, j, i]
        Bilinear in the plane; every slice takes its slab's map; 0 outside the model's square.
    """
    single = maps.ndim == 3
    stack = maps[:, None] if single else maps
    rows, columns = (
        _back_weights(length, stack.shape[axis], prepared.grid, axis - 2)
        for length, axis in zip(volume.hu.shape[1:], (2, 3), strict=True)
    )
    out = np.empty((stack.shape[1], *volume.hu.shape), np.float32)
    for slab in range(stack.shape[0]):
        slices = np.flatnonzero(prepared.slab_of_k == slab)
        for index, plane in enumerate(stack[slab]):
            out[index, slices] = rows @ plane.astype(np.float32) @ columns.T
    return out[0] if single else out


def group_slices(volume: Volume, slab_mm: float) -> NDArray[np.intp]:
    """Slab number of each slice, 0 nearest the feet; as many whole slices as fit, at least one."""
    count = volume.hu.shape[0]
    size = 1
    if count > 1:
        gaps_mm = np.linalg.norm(np.diff(volume.slice_positions_lps_mm, axis=0), axis=1)
        size = max(1, int(np.floor(slab_mm / max(float(np.median(gaps_mm)), 1e-3) + 1e-3)))
    slab_of_k = np.arange(count, dtype=np.intp) // size
    return slab_of_k[::-1].copy() if volume.affine[2, 0] < 0 else slab_of_k


def head_grid(volume: Volume, spec: InputSpec) -> ModelGrid:
    """The model's square grid, its middle on the middle of the head."""
    _, spacing_j_mm, spacing_i_mm = (float(s) for s in volume.spacing_mm)
    step_j = spec.spacing_mm / spacing_j_mm * (-1.0 if volume.affine[1, 1] < 0 else 1.0)
    step_i = spec.spacing_mm / spacing_i_mm * (-1.0 if volume.affine[0, 2] < 0 else 1.0)
    center_j, center_i = head_center_ji(volume.hu, spacing_j_mm, spacing_i_mm)
    half = (spec.size_px - 1) / 2
    first_ji = (center_j - half * step_j, center_i - half * step_i)
    return ModelGrid(spec.size_px, first_ji, (step_j, step_i))


def head_center_ji(
    hu: NDArray[Any], spacing_j_mm: float, spacing_i_mm: float
) -> tuple[float, float]:
    """Middle of the head in row and column indices: the median box centre of its large slices.

    Slices where the head is small (neck, vertex) have no say; thin things (holder, table) are
    opened away. Without anything denser than fat the middle of the image is returned.
    """
    skip_j = max(1, round(_COARSE_MM / spacing_j_mm))
    skip_i = max(1, round(_COARSE_MM / spacing_i_mm))
    tissue = hu[:, ::skip_j, ::skip_i] > _SKIN_HU
    centers, areas = [], []
    for plane in tissue:
        labels, found = ndimage.label(ndimage.binary_opening(plane, np.ones((3, 3))))
        if not found:
            continue
        sizes = np.bincount(labels.ravel())[1:]
        box = ndimage.find_objects(labels)[int(sizes.argmax())]
        centers.append([(s.start + s.stop - 1) / 2 for s in box])
        areas.append(int(sizes.max()))
    if not areas:
        return (hu.shape[1] - 1) / 2, (hu.shape[2] - 1) / 2
    large = np.asarray(areas) >= _HEAD_SHARE * max(areas)
    middle = np.median(np.asarray(centers)[large], axis=0)
    return float(middle[0] * skip_j), float(middle[1] * skip_i)


def resample_plane(hu: Floats, grid: ModelGrid) -> Floats:
    """Resample one HU plane [j, i] to the grid [S, S], antialiased; air outside the image."""
    rows, columns = (
        _tent_weights(grid.first_ji[axis], grid.step_ji[axis], grid.size_px, length)
        for axis, length in enumerate(hu.shape)
    )
    resampled: Floats = rows @ (hu - np.float32(AIR_HU)) @ columns.T + np.float32(AIR_HU)
    return resampled


def window_channels(slabs_hu: Floats, channels: Sequence[Channel]) -> Floats:
    """Turn slabs [n, S, S] in HU, feet to head, into images [n, C, S, S] in 0..1."""
    index = np.arange(len(slabs_hu))
    image = np.empty((len(slabs_hu), len(channels), *slabs_hu.shape[1:]), np.float32)
    for c, channel in enumerate(channels):
        neighbour = np.clip(index + channel.offset_slices, 0, len(slabs_hu) - 1)
        low_hu = channel.center_hu - channel.width_hu / 2
        scaled = (slabs_hu[neighbour] - np.float32(low_hu)) / np.float32(channel.width_hu)
        image[:, c] = np.clip(scaled, 0.0, 1.0)
    return image


def _mean_hu(volume: Volume, slices: NDArray[np.intp]) -> Floats:
    """Mean of a slab's slices; padding and anything below air counts as air."""
    clipped = np.maximum(volume.hu[slices], AIR_HU, dtype=np.float32)
    if volume.padding is not None:
        clipped[volume.padding[slices]] = AIR_HU
    mean: Floats = clipped.mean(axis=0, dtype=np.float32)
    return mean


@lru_cache(maxsize=16)
def _tent_weights(first: float, step: float, count: int, length: int) -> sparse.csr_array:
    """Weights [count, length] of a tent filter as wide as the step, at least linear.

    Kept, since all planes of a volume share them. Sparse: a tent spans a few indices of hundreds,
    and a dense product would cost 80 times more. Where a whole tent fits inside, its weights sum
    to one; outside they fall to zero.
    """
    support = max(1.0, abs(step))
    indices = np.arange(length + 2 * int(np.ceil(support))) - int(np.ceil(support))
    at = first + step * np.arange(count)
    weights = np.maximum(0.0, 1.0 - np.abs(indices[None, :] - at[:, None]) / support)
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    inside = (indices >= 0) & (indices < length)
    return sparse.csr_array((weights / total)[:, inside].astype(np.float32))


def _back_weights(length: int, map_px: int, grid: ModelGrid, axis: int) -> sparse.csr_array:
    """Weights [length, map_px] from a map covering the grid's square to the Volume's indices."""
    scale = map_px / grid.size_px
    first, step = grid.first_ji[axis], grid.step_ji[axis]
    return _tent_weights((0.5 - first / step) * scale - 0.5, scale / step, length, map_px)
