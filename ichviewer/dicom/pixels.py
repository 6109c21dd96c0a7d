"""Stored pixel values of one image, and HU from them.

Values stay what the file stores: padding is found by its bit pattern, MONOCHROME1 is never
inverted here, and the rescale is the image's own (PS3.3 C.7.6.3, C.11.1).
"""

import hashlib
import struct
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import generate_frames

from ichviewer.dicom.decode import RGB_SYNTAXES, decode, native_values
from ichviewer.dicom.image import Image, PixelLayout
from ichviewer.dicom.part10 import (
    NotPart10,
    PixelElement,
    inflate,
    read_header,
)
from ichviewer.dicom.source import Source, Sources
from ichviewer.dicom.walk import DamagedFile
from ichviewer.language import tr

#: An encapsulated frame may not claim to expand by more than this.
EXPANSION_LIMIT = 2000
#: Bytes of one uncompressed frame: 16-bit 8192 x 8192.
FRAME_BYTES_LIMIT = 128 << 20

#: Bytes that a deflated file may inflate to.
INFLATE_LIMIT = 512 << 20

#: PhotometricInterpretations that are shown; where pixels are not compressed, without the
#: subsampled one.
_NATIVE_COLOURS = frozenset(("", "MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL"))
_COLOURS = _NATIVE_COLOURS | {"YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT"}
#: Weights of red, green and blue in a grey value (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114])

Values = NDArray[np.integer]


def layout_problem(layout: PixelLayout, pixels: PixelElement | None) -> str:
    """Why these pixels can never be decoded, as the rest of a sentence; empty where they may be."""
    if pixels is None:
        return tr("has no pixel data")
    if pixels.keyword != "PixelData":
        return tr("stores {keyword}, which is not supported", keyword=pixels.keyword)
    stored, allocated = layout.bits_stored, layout.bits_allocated
    colours = _COLOURS if pixels.length is None else _NATIVE_COLOURS
    checks = (
        (
            layout.photometric in colours,
            tr("is a {photometric} image, which is not supported", photometric=layout.photometric),
        ),
        (
            layout.rows and layout.columns,
            tr("claims {rows} x {columns} pixels", rows=layout.rows, columns=layout.columns),
        ),
        (layout.frames >= 1, tr("claims {frames} frames", frames=layout.frames)),
        (
            allocated in (8, 16, 32),
            tr("uses {allocated} bits per pixel, which is not supported", allocated=allocated),
        ),
        (
            1 <= stored <= allocated,
            tr("stores {stored} of {allocated} bits per pixel", stored=stored, allocated=allocated),
        ),
        (
            stored - 1 <= layout.high_bit < max(allocated, 1),
            tr(
                "stores {stored} bits below bit {high_bit}", stored=stored, high_bit=layout.high_bit
            ),
        ),
        (
            layout.samples in (1, 3),
            tr("has {samples} values per pixel, not 1 or 3", samples=layout.samples),
        ),
        (
            layout.frame_bytes <= FRAME_BYTES_LIMIT,
            tr(
                "claims {rows} x {columns} pixels, more than the program opens",
                rows=layout.rows,
                columns=layout.columns,
            ),
        ),
    )
    failed = (problem for passed, problem in checks if not passed)
    return next(failed, "") or _length_problem(layout, pixels)


def is_cut_short(layout: PixelLayout, pixels: PixelElement | None) -> bool:
    """Whether uncompressed pixels are missing at the end of the file."""
    if pixels is None or pixels.length is None:
        return False
    return _held_bytes(pixels) < layout.frame_bytes * layout.frames


def _held_bytes(pixels: PixelElement) -> int:
    held = pixels.length or 0
    return held if pixels.available is None else min(held, pixels.available)


def _length_problem(layout: PixelLayout, pixels: PixelElement) -> str:
    needed = layout.frame_bytes * layout.frames
    if pixels.length is None:
        if pixels.available is not None and needed > EXPANSION_LIMIT * pixels.available:
            return tr(
                "claims {needed:,} bytes of pixels in {available:,} compressed bytes",
                needed=needed,
                available=pixels.available,
            )
        return ""
    held = _held_bytes(pixels)
    if held < needed:
        return tr(
            "is cut short: {held:,} of {needed:,} bytes of pixels are there",
            held=held,
            needed=needed,
        )
    return ""


class FrameReader:
    """Frames of one open file, in any order.

    Parameters
    ----------
    file, size
        The open file and its length in bytes.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.header = read_header(file, size)
        self._file, self._size = file, size
        self._encoded: list[bytes] | None = None
        self._inflated = b""

    def frame(self, layout: PixelLayout, frame: int | None) -> tuple[bytes, bool]:
        """The bytes of one frame, and whether they are compressed.

        Raises
        ------
        DamagedFile
            The pixel data are cut short or cannot be taken apart.
        """
        pixels = self.header.pixels
        if pixels is None:
            raise DamagedFile(tr("has no pixel data"))
        if pixels.length is None:
            return self._fragments(pixels, layout)[frame or 0], True
        start = pixels.offset + (frame or 0) * layout.frame_bytes
        return self._span(start, layout.frame_bytes), False

    def _span(self, start: int, length: int) -> bytes:
        if self.header.deflated_from is not None:
            return self._deflated_span(start, length)
        self._file.seek(start)
        span = self._file.read(length)
        if len(span) < length:
            raise DamagedFile(
                tr(
                    "is cut short: {held:,} of {needed:,} bytes of pixels are there",
                    held=len(span),
                    needed=length,
                )
            )
        return span

    def _deflated_span(self, start: int, length: int) -> bytes:
        if start + length > INFLATE_LIMIT:
            raise DamagedFile(
                tr("inflates to more than {mebibytes} MiB", mebibytes=INFLATE_LIMIT >> 20)
            )
        if len(self._inflated) < start + length:
            self._file.seek(self.header.deflated_from or 0)
            self._inflated = inflate(self._file.read(), start + length)
        span = self._inflated[start : start + length]
        if len(span) < length:
            raise DamagedFile(
                tr(
                    "is cut short: {held:,} of {needed:,} bytes of pixels are there",
                    held=len(span),
                    needed=length,
                )
            )
        return span

    def _fragments(self, pixels: PixelElement, layout: PixelLayout) -> list[bytes]:
        """All compressed frames (PS3.5 A.4)."""
        if self._encoded is None:
            self._file.seek(pixels.offset)
            value = self._file.read(self._size - pixels.offset)
            try:
                frames = generate_frames(value, number_of_frames=layout.frames)
                self._encoded = [bytes(frame) for frame in frames]
            except (ValueError, IndexError, EOFError, struct.error, StopIteration) as error:
                raise DamagedFile(tr("has compressed frames that cannot be taken apart")) from error
        if len(self._encoded) < layout.frames:
            raise DamagedFile(
                tr("holds {held} of {frames} frames", held=len(self._encoded), frames=layout.frames)
            )
        return self._encoded


def fingerprint(image: Image, sources: Sources) -> bytes:
    """Digest of an image's stored pixels, as encoded in its file."""
    instance = image.instance
    try:
        with sources.open(Source(instance.path, instance.member), whole=True) as (file, size):
            data, _ = FrameReader(file, size).frame(image.layout, instance.frame)
    except (DamagedFile, NotPart10, OSError):
        return str(instance).encode()
    return hashlib.blake2b(data, digest_size=16).digest()


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
