"""Diameters of a region on one slice, from the outline of its pixels."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

Float = NDArray[np.float64]

#: Middle points of a pixel's four edges: a row of n pixels measures n pixels, not n - 1.
_EDGES = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])


def diameters_mm(
    plane: NDArray[np.bool_], spacing_ji_mm: tuple[float, float]
) -> tuple[float, float]:
    """Largest diameter, and the largest extent across it.

    The farthest points of a set are corners of its convex hull, so the largest distance of hull
    corners is exact; and corners lie on the first or the last pixel of a row.

    Parameters
    ----------
    plane
        (J, I) region on one slice; at least one pixel.
    spacing_ji_mm
        Distance of rows and of columns.

    Returns
    -------
    Largest diameter and the extent at a right angle to it, mm.
    """
    rows = np.flatnonzero(plane.any(axis=1))
    first = plane[rows].argmax(axis=1)
    last = plane.shape[1] - 1 - plane[rows, ::-1].argmax(axis=1)
    pixels = np.stack([np.tile(rows, 2), np.concatenate([first, last])], axis=1).astype(float)
    points = (pixels[:, None] + _EDGES).reshape(-1, 2) * np.asarray(spacing_ji_mm)
    hull = points[ConvexHull(points).vertices]
    distances = squareform(pdist(hull))
    first, second = np.unravel_index(int(distances.argmax()), distances.shape)
    along = (hull[second] - hull[first]) / distances[first, second]
    across = hull @ np.array([-along[1], along[0]])
    return float(distances[first, second]), float(np.ptp(across))
