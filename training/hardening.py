"""Beam hardening by physics, on a grid coarse enough to cost some milliseconds a slice.

What hardening leaves in a slice (dark bands between dense bones, brightness along the skull, a
lift where the vault is cut at a slant) is smooth, so it can be had from coarse cells: the error of
each line through the head, filtered and projected back. `training.projection` does the same on
the full grid, with noise; networks that knew neither lost as much on one as on the other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.attenuation import BONE_G_CM3, Floats64, soft_and_bone, transmitted, water_cm_of
from training.fields import Floats, interpolated

_CELLS = 80
_ANGLES = 90
#: As many detector elements as the square's diagonal is long in cells.
_ELEMENTS = 115
#: Filtered on more than twice as many, so that one end does not reach the other.
_FILTERED = 256


def hardening(hu: Floats, px_mm: float) -> Floats:
    """What uncorrected hardening adds to a slice, HU float32 [S, S].

    Parameters
    ----------
    hu : float32 [S, S]
        Of a slice without noise.
    px_mm
        Pixel size.

    Returns
    -------
    float32 [S, S]
        After the water correction that every scanner applies. The part that grows evenly with
        bone is left out: it only means another density of bone.
    """
    width = -(-len(hu) // _CELLS)
    padding = width * _CELLS - len(hu)
    padded = np.pad(hu, (0, padding), constant_values=np.float32(-1000))
    soft, bone = (_coarse(part, width) for part in soft_and_bone(padded))
    cm = width * px_mm / 10
    water_cm, bone_g_cm2 = _lines() @ soft * cm, _lines() @ bone * (cm * BONE_G_CM3)
    error_cm = water_cm_of(transmitted(water_cm, bone_g_cm2)) - water_cm
    error_cm -= bone_g_cm2 * (error_cm @ bone_g_cm2 / max(float(bone_g_cm2 @ bone_g_cm2), 1e-6))
    coarse_hu = _projected_back(error_cm.reshape(_ANGLES, _ELEMENTS)) / cm * 1000
    at = np.clip((np.arange(len(hu)) + 0.5) / width - 0.5, 0, _CELLS - 1).astype(np.float32)
    return interpolated(interpolated(coarse_hu.astype(np.float32), at, 0), at, 1)


def _coarse(fine: Floats, width: int) -> Floats:
    """Means of `width` x `width` pixels, flat."""
    return fine.reshape(_CELLS, width, _CELLS, width).mean((1, 3)).ravel()


@cache
def _lines() -> sparse.csr_matrix:
    """Length in each cell of each line, in cells: [angle x element, cell]; both ways linear."""
    at = np.arange(_CELLS) - (_CELLS - 1) / 2
    rows, entries, lengths = [], [], []
    for n, angle in enumerate(np.linspace(0, np.pi, _ANGLES, endpoint=False)):
        element = at[None, :] * np.cos(angle) + at[:, None] * np.sin(angle) + (_ELEMENTS - 1) / 2
        low = np.floor(element).astype(int).ravel()
        part = element.ravel() - low
        rows += [n * _ELEMENTS + low, n * _ELEMENTS + low + 1]
        entries += [np.arange(_CELLS**2)] * 2
        lengths += [1 - part, part]
    places = np.concatenate(rows), np.concatenate(entries)
    values = np.concatenate(lengths, dtype=np.float32)
    return sparse.csr_matrix((values, places), (_ANGLES * _ELEMENTS, _CELLS**2))


@cache
def _back() -> sparse.csr_matrix:
    return _lines().T.tocsr()


def _projected_back(lines: Floats64) -> Floats64:
    """Filtered back-projection of [angle, element], per cell (Kak and Slaney 1988, ch. 3)."""
    at = np.fft.fftfreq(_FILTERED) * _FILTERED
    ramp = np.zeros(_FILTERED)
    ramp[0] = 0.25
    odd = at.astype(int) % 2 == 1
    ramp[odd] = -1 / (np.pi * at[odd]) ** 2
    filtered = np.fft.irfft(
        np.fft.rfft(lines, _FILTERED, axis=1) * np.fft.rfft(ramp).real, _FILTERED, axis=1
    )[:, :_ELEMENTS]
    cells: NDArray[np.float64] = _back() @ filtered.ravel().astype(np.float32) * (np.pi / _ANGLES)
    return cells.reshape(_CELLS, _CELLS)
