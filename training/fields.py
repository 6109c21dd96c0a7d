"""Smooth random fields, the roughness of everything in a simulated head."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Rng = np.random.Generator


def smooth_noise(rng: Rng, shape: tuple[int, ...], period_mm: float) -> Floats:
    """Unit-variance noise of about `period_mm` on a 1 mm grid, made coarse and interpolated."""
    coarse = [max(2, int(np.ceil(n / period_mm)) + 1) for n in shape]
    return stretch(rng.standard_normal(coarse).astype(np.float32), shape) * np.float32(1.6)


def stretch(coarse: Floats, shape: tuple[int, ...]) -> Floats:
    """Linear interpolation of a coarse grid whose corners are the corners of `shape`."""
    out = coarse
    for axis, length in enumerate(shape):
        at = np.linspace(0, out.shape[axis] - 1, length, dtype=np.float32)
        out = interpolated(out, at, axis)
    return out


def interpolated(field: Floats, at: Floats, axis: int) -> Floats:
    """Take places of an axis, between its first and last index, by linear interpolation."""
    length = field.shape[axis]
    low = np.minimum(at.astype(np.intp), max(0, length - 2))
    part = (at - low).astype(np.float32)
    lines = field.reshape(int(np.prod(field.shape[:axis])), length, -1)
    between = _between(np.ascontiguousarray(lines), low, part)
    return between.reshape(*field.shape[:axis], len(at), *field.shape[axis + 1 :])


@njit(cache=True, nogil=True)
def _between(lines, low, part):  # type: ignore[no-untyped-def]
    """Along the middle axis; compiled, in half the time that numpy's `take` needs."""
    before, length, after = lines.shape
    out = np.empty((before, len(low), after), np.float32)
    for line in range(before):
        for n in range(len(low)):
            start, end, share = low[n], min(low[n] + 1, length - 1), part[n]
            for m in range(after):
                near = lines[line, start, m]
                out[line, n, m] = near + (lines[line, end, m] - near) * share
    return out


def sphere(
    shape: tuple[int, ...], center_kji: NDArray[np.floating], radius_mm: float
) -> tuple[tuple[slice, ...], Floats]:
    """The box around a ball and the distance from its centre within that box."""
    box = tuple(
        slice(max(0, int(c - radius_mm)), min(n, int(c + radius_mm) + 2))
        for c, n in zip(center_kji, shape, strict=True)
    )
    axes = [
        (np.arange(s.start, s.stop, dtype=np.float32) - np.float32(c)) ** 2
        for s, c in zip(box, center_kji, strict=True)
    ]
    squared = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :]
    return box, np.sqrt(squared)


def pick(rng: Rng, mask: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """A random voxel of the mask, or None where it is empty."""
    where = np.flatnonzero(mask)
    if not len(where):
        return None
    return np.array(np.unravel_index(rng.choice(where), mask.shape))


def smooth(field: Floats, sigma: float) -> Floats:
    """Gaussian smoothing in float32."""
    smoothed: Floats = ndimage.gaussian_filter(field, sigma, truncate=3.0)
    return smoothed
