"""A head by formula: skull, brain, ventricles, one jaw; no two directions alike."""

from functools import cache

import numpy as np


@cache
def phantom_head(scale: float = 1.0) -> np.ndarray:
    """(K, J, I) HU at 1 mm, axes to head, posterior and left; larger or smaller by `scale`."""
    z, y, x = (np.arange(-n, n + 1.0) / scale for n in (95, 105, 85))
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    flat = 1 + 0.0012 * y + 0.001 * x
    radius = np.sqrt((x / 66) ** 2 + (y / 82) ** 2 + (z / (72 * flat)) ** 2)
    hu = np.full(radius.shape, -1000.0, np.float32)
    hu[radius < 1.17] = 20.0
    hu[radius < 1.09] = 900.0
    hu[radius < 1.0] = 34.0
    hu[(np.abs(x) < 2) & (radius < 1.0)] = 24.0
    wave = np.sin(x / 7 + y / 11) * np.sin(y / 6 - z / 9) * np.sin(z / 8 + x / 13)
    hu += np.where(radius < 0.97, 9 * wave, 0).astype(np.float32)
    for side, size in ((-1, 1.0), (1, 1.3)):
        ventricle = ((x - 12 * side) / 7) ** 2 + ((y + 5) / (26 * size)) ** 2 + ((z - 8) / 11) ** 2
        hu[ventricle < 1] = 6.0
    jaw = ((x - 3) / 22) ** 2 + ((y + 62) / 24) ** 2 + ((z + 62) / 18) ** 2
    hu[(jaw < 1) & (radius > 1.09)] = 700.0
    petrous = (np.abs(np.abs(x) - 35) < 16) & (np.abs(y - 22) < 9) & (np.abs(z + 40) < 9)
    hu[petrous & (radius < 1.05)] = 950.0
    hu.flags.writeable = False
    return hu
