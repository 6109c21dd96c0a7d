"""The plane between the left and the right half of a head; `midline` finds it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Midline:
    """The mid-sagittal plane: points p (LPS mm) with ``normal_lps @ p == offset_mm``.

    Parameters
    ----------
    normal_lps
        (3,) unit vector to the patient's left.
    offset_mm
        Along the normal.
    """

    normal_lps: Float
    offset_mm: float

    def left_mm(self, lps_mm: Float) -> Float:
        """(...) signed distance of (..., 3) points, positive to the patient's left."""
        return np.asarray(lps_mm @ self.normal_lps - self.offset_mm)
