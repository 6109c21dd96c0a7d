"""Stored pixel values of one image, and HU from them.

Values stay what the file stores: padding is found by its bit pattern, MONOCHROME1 is never
inverted here, and the rescale is the image's own (PS3.3 C.7.6.3, C.11.1).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.dicom.decode import RGB_SYNTAXES, decode, native_values
from ichviewer.dicom.image import PixelLayout

#: Weights of red, green and blue in a grey value (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114])
Values = NDArray[np.integer]


def stored_values(
    data: bytes, compressed: bool, layout: PixelLayout
) -> tuple[Values, NDArray[np.bool_] | None]:
    """Stored values of one frame and where they are padding.

    Parameters
    ----------
    data, compressed
        As `FrameReader.frame` gives them.

    Returns
    -------
    (rows, columns) numbers, the luminance of colour images; (rows, columns) bool, True on
    padding, None where the file defines none.

    Raises
    ------
    UnsupportedPixelsError
        The frame cannot be decoded; the text continues a sentence that names the file.
    """
    if compressed:
        bits = decode(data, layout)
        if bits.dtype.kind == "i":
            # The codestream is signed: its values are final, whatever the header says.
            return _with_padding(np.asarray(bits, dtype=np.int32), None, layout)
        values = _as_numbers(bits, layout, 0)
    else:
        bits = native_values(data, layout, "<" if layout.little_endian else ">")
        values = _as_numbers(bits, layout, layout.high_bit + 1 - layout.bits_stored)
    if values.ndim == 3:
        return _luminance(values, layout), None
    return _with_padding(values, bits, layout)


def _luminance(colour: Values, layout: PixelLayout) -> Values:
    """Grey of a colour image; JPEG and JPEG 2000 are decoded to RGB, others stay as stored."""
    if layout.photometric == "YBR_FULL" and layout.transfer_syntax not in RGB_SYNTAXES:
        return colour[..., 0]
    return np.asarray(np.rint(colour @ _LUMA), dtype=np.int32)


def _with_padding(
    values: Values, bits: NDArray[np.generic] | None, layout: PixelLayout
) -> tuple[Values, NDArray[np.bool_] | None]:
    """Find padding by PixelPaddingValue and PixelPaddingRangeLimit.

    Both are 16 bits whose sign some writers confuse: 63536 and -2000 are the same. A value
    that the stored bits cannot hold is sought in the whole allocated word instead.
    """
    if layout.padding is None:
        return values, None
    numbers = [_signed_16(word) if layout.signed else word for word in layout.padding]
    stored = layout.bits_stored
    lowest, highest = (
        (-(1 << stored - 1), (1 << stored - 1) - 1)
        if layout.signed
        else (
            0,
            (1 << stored) - 1,
        )
    )
    if all(lowest <= number <= highest for number in numbers):
        low, high = min(numbers), max(numbers)
        return values, np.asarray((values >= low) & (values <= high))
    if bits is None or layout.bits_allocated != 16:
        return values, None
    padding = np.asarray(bits == layout.padding[0])
    marked = np.where(padding, _signed_16(layout.padding[0]), values.astype(np.int32))
    return np.asarray(marked), padding


def _signed_16(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


def _as_numbers(pixels: NDArray[Any], layout: PixelLayout, shift: int) -> Values:
    """Bit patterns to numbers: unused bits cleared, the sign bit extended."""
    stored = layout.bits_stored
    width = pixels.dtype.itemsize * 8
    if stored == width and shift == 0:
        signed = np.dtype(f"{pixels.dtype.byteorder}i{pixels.dtype.itemsize}")
        return np.asarray(pixels.view(signed) if layout.signed else pixels)
    wide: Values = pixels.astype(np.int64 if width == 32 else np.int32)
    wide = wide >> shift & (1 << stored) - 1
    if layout.signed:
        sign = 1 << stored - 1
        wide = (wide ^ sign) - sign
    return wide
