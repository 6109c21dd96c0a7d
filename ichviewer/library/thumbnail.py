"""The small picture on a case's card: one axial slice through the brain window, outlined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.imaging.overlay import Colour, outline
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import PRESETS, apply_window

SIZE_PX = 160

_SKIN_HU = -300
_MARGIN_MM = 4.0


def thumbnail_png(
    volume: Volume, mask: NDArray[np.uint8], k: int, colours: Mapping[int, Colour]
) -> bytes:
    """PNG of slice `k` with a thin outline around every labelled region.

    A single axial slice shows no face.

    Parameters
    ----------
    volume, mask
        HU, and (K, J, I) labels on the same grid.
    k
        The slice.
    colours
        RGB by label.

    Returns
    -------
    Bytes of a square RGB PNG, the patient's right on its left, anterior up.
    """
    _, j_mm, i_mm = volume.spacing_mm
    plane, labels = _upright(volume, volume.hu[k]), _upright(volume, mask[k])
    center, side_mm = _head_box(plane, j_mm, i_mm)
    at = np.arange(SIZE_PX) - (SIZE_PX - 1) / 2
    rows = center[0] + at * (side_mm / SIZE_PX / j_mm)
    columns = center[1] + at * (side_mm / SIZE_PX / i_mm)
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    # Averaged over a thumbnail pixel first, or noise would be picked instead of shown.
    blur = [max(0.0, side_mm / SIZE_PX / mm - 1.0) * 0.5 for mm in (j_mm, i_mm)]
    soft = ndimage.gaussian_filter(plane.astype(np.float32), blur)
    hu = ndimage.map_coordinates(soft, grid, order=1, cval=-1024.0)
    shown = ndimage.map_coordinates(labels, grid, order=0, cval=0)
    rgb = np.repeat(apply_window(hu, PRESETS[1])[..., None], 3, axis=2)
    for label, colour in colours.items():
        rgb[outline((shown == label).astype(np.uint8))] = colour
    return bytes(imagecodecs.png_encode(rgb, level=9))


def _upright(volume: Volume, plane: NDArray[Any]) -> NDArray[Any]:
    """Rows to posterior and columns to the patient's left, whatever the file's order."""
    rows = -1 if volume.grid.row_step_lps_mm[1] < 0 else 1
    columns = -1 if volume.grid.column_step_lps_mm[0] < 0 else 1
    return plane[::rows, ::columns]


def _head_box(plane: NDArray[Any], j_mm: float, i_mm: float) -> tuple[tuple[float, float], float]:
    """Centre in rows and columns, and side in mm, of a square around what is no air."""
    labels, count = ndimage.label(plane > _SKIN_HU)
    if not count:
        rows, columns = plane.shape
        return ((rows - 1) / 2, (columns - 1) / 2), max(rows * j_mm, columns * i_mm)
    largest = int(np.bincount(labels.ravel())[1:].argmax())
    j, i = ndimage.find_objects(labels)[largest]
    center = ((j.start + j.stop - 1) / 2, (i.start + i.stop - 1) / 2)
    side_mm = max((j.stop - j.start) * j_mm, (i.stop - i.start) * i_mm) + 2 * _MARGIN_MM
    return center, side_mm
