"""Compressed frames to stored values: one named decoder for every transfer syntax.

All codecs come from imagecodecs (BSD-3): libjpeg-turbo, CharLS, OpenJPEG, libjxl. Which decoder
runs is written down here and never depends on what else is installed. A codestream's own size
is read before decoding, so that a small file cannot claim a huge image.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from ichviewer.dicom.image import PixelLayout
from ichviewer.dicom.part10 import syntax_name
from ichviewer.errors import UnsupportedPixelsError
from ichviewer.language import tr, tr_later

Decoded = NDArray[np.generic]


@dataclass(frozen=True)
class Decoder:
    """How one family of transfer syntaxes is decoded."""

    name: str
    decode: Callable[[bytes, PixelLayout], Decoded]


@dataclass(frozen=True)
class Codestream:
    """What a codestream says of itself."""

    rows: int
    columns: int
    samples: int
    precision: int


def decode(data: bytes, layout: PixelLayout) -> Decoded:
    """One compressed frame as an array (rows, columns[, samples]).

    Signed only where the codestream itself is signed; otherwise the values are bit patterns.

    Raises
    ------
    UnsupportedPixelsError
        No decoder for the syntax, or the codestream is broken or of another size.
    """
    decoder = DECODERS.get(layout.transfer_syntax)
    if decoder is None:
        name = syntax_name(layout.transfer_syntax)
        raise UnsupportedPixelsError(tr("uses {name}, which cannot be decoded", name=name))
    try:
        array = decoder.decode(data, layout)
    except (
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
        struct.error,
        zlib.error,
    ) as error:
        raise UnsupportedPixelsError(
            tr("holds {name} data that are damaged", name=tr(decoder.name))
        ) from error
    if array.ndim == 3 and layout.samples == 1 and array.shape[2] == 1:
        array = array[..., 0]
    expected = (layout.rows, layout.columns) + ((layout.samples,) if layout.samples > 1 else ())
    if array.shape != expected:
        raise UnsupportedPixelsError(
            tr(
                "holds a {name} image of {shape}, the header says {expected}",
                name=tr(decoder.name),
                shape=array.shape,
                expected=expected,
            )
        )
    return array


def codestream_of(data: bytes) -> Codestream | None:
    """Size and precision of a JPEG, JPEG-LS or JPEG 2000 codestream; None where not found."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at >= 0 and not data.startswith(b"\xff\xd8"):
        return _jpeg_2000_size(data, at + 4)
    return _jpeg_size(data)


def _jpeg_2000_size(data: bytes, at: int) -> Codestream | None:
    """The SIZ marker segment (ISO/IEC 15444-1 A.5.1)."""
    if at + 39 > len(data):
        return None
    words = [int.from_bytes(data[at + 4 + 4 * n : at + 8 + 4 * n], "big") for n in range(4)]
    width, height, left, top = words
    samples = int.from_bytes(data[at + 36 : at + 38], "big")
    return Codestream(height - top, width - left, samples, (data[at + 38] & 0x7F) + 1)


#: EOI of JPEG and JPEG-LS, EOC of JPEG 2000; cannot occur within their coded data.
_END_OF_IMAGE = b"\xff\xd9"
#: Start-of-frame markers of JPEG and JPEG-LS (SOF0-15 without DHT, JPG, DAC; SOF55).
_FRAME_MARKERS = (set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}


def _jpeg_size(data: bytes) -> Codestream | None:
    """The start-of-frame segment (ITU-T T.81 B.2.2)."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 10 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAME_MARKERS:
            rows = int.from_bytes(data[at + 5 : at + 7], "big")
            columns = int.from_bytes(data[at + 7 : at + 9], "big")
            return Codestream(rows, columns, data[at + 9], data[at + 4])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _checked(data: bytes, layout: PixelLayout) -> None:
    """Size as in the header, and an end marker: a stream that is cut short must not be decoded.

    libjpeg and OpenJPEG make up what is missing without a word; CharLS may take minutes.
    """
    if _END_OF_IMAGE not in data:
        raise ValueError("no end marker")
    stream = codestream_of(data)
    if stream is None:
        raise ValueError("no image header")
    if (stream.rows, stream.columns, stream.samples) != (
        layout.rows,
        layout.columns,
        layout.samples,
    ):
        raise UnsupportedPixelsError(
            tr(
                "holds a compressed image of {stream_columns} x {stream_rows} x "
                "{stream_samples}, the header says {columns} x {rows} x {samples}",
                stream_columns=stream.columns,
                stream_rows=stream.rows,
                stream_samples=stream.samples,
                columns=layout.columns,
                rows=layout.rows,
                samples=layout.samples,
            )
        )


def _jpeg(data: bytes, layout: PixelLayout) -> Decoded:
    _checked(data, layout)
    if layout.samples == 1:
        return np.asarray(imagecodecs.jpeg8_decode(data))
    rgb = layout.photometric == "RGB"
    return np.asarray(
        imagecodecs.jpeg8_decode(data, colorspace="RGB" if rgb else None, outcolorspace="RGB")
    )


def _jpeg_ls(data: bytes, layout: PixelLayout) -> Decoded:
    _checked(data, layout)
    return np.asarray(imagecodecs.jpegls_decode(data))


def _jpeg_2000(data: bytes, layout: PixelLayout) -> Decoded:
    _checked(data, layout)
    return np.asarray(imagecodecs.jpeg2k_decode(data))


def _jpeg_xl(data: bytes, layout: PixelLayout) -> Decoded:
    return np.asarray(imagecodecs.jpegxl_decode(data))


def _rle(data: bytes, layout: PixelLayout) -> Decoded:
    """PS3.5 annex G: one PackBits segment per byte of every sample, high bytes first.

    The segments are taken apart here: the decoder for whole frames that imagecodecs has reads
    beyond its input where offsets are wrong.
    """
    width = layout.bits_allocated // 8
    count, *offsets = struct.unpack_from("<16L", data)
    if count != width * layout.samples:
        raise ValueError(f"{count} segments")
    bounds = [*offsets[:count], len(data)]
    if bounds != sorted(bounds) or bounds[0] < 64:
        raise ValueError("segments out of order")
    pixels = layout.rows * layout.columns
    planes = np.empty((layout.samples, pixels, width), dtype=np.uint8)
    for at, (start, end) in enumerate(pairwise(bounds)):
        if end - start > 2 * pixels + 64:
            raise ValueError("a segment longer than PackBits can need")
        plain = imagecodecs.packbits_decode(data[start:end])
        sample, byte = divmod(at, width)
        planes[sample, :, width - 1 - byte] = np.frombuffer(plain, np.uint8, count=pixels)
    values = planes.view(f"<u{width}").reshape(layout.samples, layout.rows, layout.columns)
    return values[0] if layout.samples == 1 else np.moveaxis(values, 0, -1)


def _deflated_frame(data: bytes, layout: PixelLayout) -> Decoded:
    plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, layout.frame_bytes)
    return native_values(plain, layout)


def native_values(plain: bytes, layout: PixelLayout, order: str = "<") -> Decoded:
    """Uncompressed pixels as unsigned bit patterns (rows, columns[, samples])."""
    dtype = np.dtype(f"{order}u{layout.bits_allocated // 8}")
    pixels = np.frombuffer(plain, dtype, count=layout.rows * layout.columns * layout.samples)
    if layout.samples == 1:
        return pixels.reshape(layout.rows, layout.columns)
    if layout.planar:
        planes = pixels.reshape(layout.samples, layout.rows, layout.columns)
        return np.moveaxis(planes, 0, -1)
    return pixels.reshape(layout.rows, layout.columns, layout.samples)


_JPEG = Decoder("JPEG", _jpeg)
_JPEG_LOSSLESS = Decoder(tr_later("lossless JPEG"), _jpeg)
_JPEG_LS = Decoder("JPEG-LS", _jpeg_ls)
_JPEG_2000 = Decoder("JPEG 2000", _jpeg_2000)
_HTJ2K = Decoder("HTJ2K", _jpeg_2000)
_JPEG_XL = Decoder("JPEG XL", _jpeg_xl)

#: Transfer syntax to decoder; what is not here is reported as unsupported, by name.
DECODERS: dict[str, Decoder] = {
    "1.2.840.10008.1.2.4.50": _JPEG,
    "1.2.840.10008.1.2.4.51": _JPEG,
    "1.2.840.10008.1.2.4.53": _JPEG,
    "1.2.840.10008.1.2.4.55": _JPEG,
    "1.2.840.10008.1.2.4.57": _JPEG_LOSSLESS,
    "1.2.840.10008.1.2.4.70": _JPEG_LOSSLESS,
    "1.2.840.10008.1.2.4.80": _JPEG_LS,
    "1.2.840.10008.1.2.4.81": _JPEG_LS,
    "1.2.840.10008.1.2.4.90": _JPEG_2000,
    "1.2.840.10008.1.2.4.91": _JPEG_2000,
    "1.2.840.10008.1.2.4.201": _HTJ2K,
    "1.2.840.10008.1.2.4.202": _HTJ2K,
    "1.2.840.10008.1.2.4.203": _HTJ2K,
    "1.2.840.10008.1.2.4.110": _JPEG_XL,
    "1.2.840.10008.1.2.4.111": _JPEG_XL,
    "1.2.840.10008.1.2.4.112": _JPEG_XL,
    "1.2.840.10008.1.2.5": Decoder("RLE", _rle),
    "1.2.840.10008.1.2.8.1": Decoder("deflated", _deflated_frame),
}

#: Syntaxes whose decoders give RGB, whatever colour model the header names.
RGB_SYNTAXES = frozenset(
    uid for uid, decoder in DECODERS.items() if decoder in (_JPEG, _JPEG_2000, _HTJ2K, _JPEG_XL)
)
