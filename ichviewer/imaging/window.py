"""Windows: which HU become which grey (PS3.3 C.11.2.1.2)."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ichviewer.language import tr_later


class WindowShape(StrEnum):
    """VOILUTFunction, with DICOM's own words."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """Centre and width in HU, with a name for the screen.

    `curve`, where not empty, holds the grey value (0-255) of every whole HU from
    center - width / 2 upwards: a VOI LUT (PS3.3 C.11.2.1.1). It then stands for `shape`.
    """

    center: float
    width: float
    name: str = ""
    shape: WindowShape = WindowShape.LINEAR
    curve: bytes = field(default=b"", repr=False)


#: The number keys 1-7 of the viewer.
PRESETS: dict[int, Window] = {
    1: Window(40, 80, tr_later("brain")),
    2: Window(80, 200, tr_later("subdural")),
    3: Window(40, 40, tr_later("stroke")),
    4: Window(32, 8, tr_later("stroke narrow")),
    5: Window(600, 2800, tr_later("bone")),
    6: Window(40, 375, tr_later("soft tissue")),
    7: Window(40, 120, tr_later("posterior fossa")),
}


def apply_window(
    hu: NDArray[np.generic], window: Window, inverted: bool = False
) -> NDArray[np.uint8]:
    """Grey values 0-255 of HU through a window.

    Parameters
    ----------
    hu
        Any shape; integer or float HU.
    window
        Centre, width and function (PS3.3 C.11.2.1.2 and C.11.2.1.3).
    inverted
        True shows low values bright (MONOCHROME1).
    """
    if hu.dtype == np.int16:
        # Reinterpreted as unsigned, an int16 is its own index into a table of all 65,536 values.
        grey = _table(window).take(np.ascontiguousarray(hu).view(np.uint16))
    else:
        grey = _grey(hu.astype(np.float64), window)
    return np.asarray(255 - grey if inverted else grey, dtype=np.uint8)


@lru_cache(maxsize=16)
def _table(window: Window) -> NDArray[np.uint8]:
    hu = np.arange(65536, dtype=np.uint16).view(np.int16)
    return _grey(hu.astype(np.float64), window)


def _grey(hu: NDArray[np.float64], window: Window) -> NDArray[np.uint8]:
    center, width = window.center, window.width
    if window.curve:
        curve = np.frombuffer(window.curve, dtype=np.uint8)
        entry = np.rint(hu - (center - width / 2)).clip(0, curve.size - 1)
        return curve[entry.astype(np.intp)]
    if window.shape is WindowShape.SIGMOID:
        unit = 0.5 + 0.5 * np.tanh(2.0 * (hu - center) / width)  # the logistic, without overflow
    elif window.shape is WindowShape.LINEAR_EXACT:
        unit = (hu - center) / width + 0.5
    elif width <= 1:
        unit = (hu > center - 0.5).astype(np.float64)
    else:
        unit = (hu - (center - 0.5)) / (width - 1) + 0.5
    return np.asarray(np.rint(np.clip(unit, 0.0, 1.0) * 255.0), dtype=np.uint8)
