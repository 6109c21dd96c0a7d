"""The windows that a file proposes (PS3.3 C.11.2)."""

import numpy as np

from ichviewer.dicom.tags import Header
from ichviewer.imaging.window import Window, WindowShape


def windows_of(header: Header) -> tuple[Window, ...]:
    """The file's windows; centres and widths pair up as far as both go (C.11.2.1.2)."""
    centers, widths = header.numbers("WindowCenter"), header.numbers("WindowWidth")
    names = header.text("WindowCenterWidthExplanation").split("\\")
    function = header.code("VOILUTFunction")
    shape = WindowShape(function) if function in set(WindowShape) else WindowShape.LINEAR
    windows = []
    for index, (center, width) in enumerate(zip(centers or (), widths or (), strict=False)):
        name = names[index].strip() if index < len(names) else ""
        usable = width >= 1 or (width > 0 and shape is not WindowShape.LINEAR)
        windows.append(Window(center, width, name, shape) if usable else Window(40, 80, "brain"))
    windows.extend(lut_windows(header))
    return tuple(dict.fromkeys(windows))


def lut_windows(header: Header) -> list[Window]:
    """Every VOI LUT as a window over its range (C.11.2.1.1), with its curve where that is whole."""
    windows = []
    for item in header.items("VOILUTSequence"):
        lut = Header([item])
        descriptor = lut.binary("LUTDescriptor")
        if len(descriptor) == 3:
            count = descriptor[0] or 1 << 16
            # The first input is a HU value, which may be negative.
            first = descriptor[1] - (1 << 16) * (descriptor[1] >> 15)
            name = lut.text("LUTExplanation") or "VOI LUT"
            curve = _curve(lut.binary("LUTData"), count, descriptor[2])
            shape = WindowShape.LINEAR_EXACT
            windows.append(Window(first + count / 2, float(count), name, shape, curve))
    return windows


def _curve(words: tuple[int, ...], count: int, bits: int) -> bytes:
    """Grey values 0-255 of a LUT's entries; empty where entries are missing or of no known size."""
    if bits == 8 and len(words) == (count + 1) // 2:  # two entries to a word, the first one low
        words = tuple(entry for word in words for entry in (word & 0xFF, word >> 8))
    if not 8 <= bits <= 16 or len(words) < count:
        return b""
    highest = (1 << bits) - 1
    entries = np.minimum(np.array(words[:count], dtype=np.float64), highest)
    return np.rint(entries * (255 / highest)).astype(np.uint8).tobytes()
