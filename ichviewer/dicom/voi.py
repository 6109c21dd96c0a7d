"""The windows that a file proposes (PS3.3 C.11.2)."""

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
    windows.extend(_lut_windows(header))
    return tuple(dict.fromkeys(windows))


def _lut_windows(header: Header) -> list[Window]:
    """The range of every VOI LUT as a linear window (C.11.2.1.1); its curve is not kept."""
    windows = []
    for item in header.items("VOILUTSequence"):
        lut = Header([item])
        descriptor = lut.binary("LUTDescriptor")
        if len(descriptor) == 3:
            count = descriptor[0] or 1 << 16
            # The first input is a HU value, which may be negative.
            first = descriptor[1] - (1 << 16) * (descriptor[1] >> 15)
            name = lut.text("LUTExplanation") or "VOI LUT"
            shape = WindowShape.LINEAR_EXACT
            windows.append(Window(first + count / 2, float(count), name, shape))
    return windows
