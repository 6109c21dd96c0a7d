"""PNG and JPEG pictures: a slice whose grey values stand for HU; labels on it, and PNG written.

A picture has no geometry of its own. What is not in it comes from whoever knows it (HU of black
and white, pixel size); what nobody knows (position, side) is assumed and said in a note.
"""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grey_scale import PIXEL_MM, GreyScale
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.white_bone import bone_hu
from ichviewer.language import figure, tr, tr_later

#: A slice of a head has more pixels than this each way.
LEAST_PX = 32
_MOST_PX = 64 << 20
#: Thin bone of a skull is denser than this; below it, blood may be as white as bone.
_BONE_HU = 200.0
#: JPEG does not give all white back as white.
_WHITE_TRACE = 2
#: PNG specification, third edition: signature, then IHDR with width, height, depth, colour type.
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 26
#: ITU-T T.81: start of image, and the frame headers, whose size comes before anything is decoded.
_JPEG_START = b"\xff\xd8\xff"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Grey pictures saved as colour JPEG come back with a trace of colour.
_COLOUR_TRACE = 12
_GREY, _PALETTE = 0, 3
_CHANNELS = {_GREY: 1, 2: 3, _PALETTE: 3, 4: 1, 6: 3}


def read_picture(path: Path, scale: GreyScale, spacing_mm: tuple[float, float]) -> Volume:
    """One axial slice from a grey PNG or JPEG.

    Parameters
    ----------
    path
        8 or 16 bits (JPEG: 8); colour is taken only where red, green and blue are the same.
    scale
        HU of black and white, linear in between.
    spacing_mm
        Distance of rows, distance of columns.

    Returns
    -------
    A Volume of one slice, its rows taken to run to posterior, its columns to the patient's left.
    int16 HU where all are whole numbers, float32 otherwise. Its notes say what was assumed.

    Raises
    ------
    UnsupportedPixelsError
        The file is no such picture, or the pixel size makes no sense.
    """
    if not all(PIXEL_MM[0] <= mm <= PIXEL_MM[1] for mm in spacing_mm):
        size = " × ".join(figure(mm, "g") for mm in dict.fromkeys(spacing_mm))
        raise UnsupportedPixelsError(
            tr(
                "{name}: {size} mm is no pixel size of a picture of a head ({low:g} to "
                "{high:g} mm).",
                name=path.name,
                size=size,
                low=PIXEL_MM[0],
                high=PIXEL_MM[1],
            )
        )
    is_jpeg = _is_jpeg(path)
    grey, white = (_read_jpeg(path), 255) if is_jpeg else _read(path)
    if min(grey.shape) < LEAST_PX:
        raise UnsupportedPixelsError(
            tr(
                "{name} has {rows} × {columns} pixels, too few for a slice of a head (at "
                "least {least_px} each way).",
                name=path.name,
                rows=grey.shape[0],
                columns=grey.shape[1],
                least_px=LEAST_PX,
            )
        )
    hu = scale.hu_low + grey.astype(np.float64) * ((scale.hu_high - scale.hu_low) / white)
    narrow: tuple[str, ...] = ()
    if scale.hu_high < _BONE_HU:
        bone, is_ring = bone_hu(grey >= white - _WHITE_TRACE, spacing_mm, scale.hu_high)
        hu = np.where(np.isnan(bone), hu, bone)
        narrow = _narrow(scale, bone, is_ring=is_ring)
    whole = np.rint(hu)
    is_whole = np.abs(hu - whole).max() < 1e-6
    row_mm, column_mm = spacing_mm
    grid = Grid(
        (1, *grey.shape),
        np.zeros((1, 3)),
        column_step_lps_mm=np.array([column_mm, 0.0, 0.0]),
        row_step_lps_mm=np.array([0.0, row_mm, 0.0]),
        geometry=GeometryClass.SINGLE,
    )
    return Volume(
        (whole.astype(np.int16) if is_whole else hu.astype(np.float32))[None],
        grid,
        description=path.name,
        lossy="JPEG" if is_jpeg else "",
        notes=(
            *narrow,
            tr(
                "HU were made from grey values: 0 is {hu_low:g} HU, {white} is {hu_high:g} "
                "HU; what lies beyond is cut off.",
                hu_low=scale.hu_low,
                white=white,
                hu_high=scale.hu_high,
            ),
            tr(
                "A picture does not say how it lies: its left is taken for the patient's "
                "right, its top for the front."
            ),
        ),
    )


def _is_jpeg(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_JPEG_START)) == _JPEG_START


def _read_jpeg(path: Path) -> NDArray[np.uint8]:
    """(rows, columns) grey values."""
    data = path.read_bytes()
    size = _jpeg_size(data)
    try:
        if size is None:
            raise ValueError("no frame header")
        _check_size(path, *size)
        pixels = np.asarray(imagecodecs.jpeg8_decode(data))
        if pixels.ndim == 3 and np.ptp(pixels.astype(np.int16), axis=2).max() > _COLOUR_TRACE:
            raise UnsupportedPixelsError(_coloured(path))
        grey = imagecodecs.jpeg8_decode(data, outcolorspace="GRAYSCALE")
    except (RuntimeError, ValueError) as error:
        raise UnsupportedPixelsError(
            tr("{name} is a damaged JPEG and cannot be read.", name=path.name)
        ) from error
    return np.asarray(grey, dtype=np.uint8)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Rows and columns; None where no frame header can be found."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] in _JPEG_FRAMES:
            rows, columns = struct.unpack(">HH", data[at + 5 : at + 9])
            return rows, columns
        else:
            at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None


def _narrow(scale: GreyScale, bone: NDArray[np.float64], *, is_ring: bool) -> tuple[str, ...]:
    if is_ring:
        sentence = tr_later(
            "White stands for {hu_high:g} HU only: bone looks like dense blood. The white ring "
            "around the brain is taken for the skull, with blood of that density that touches it."
        )
    elif not np.isnan(bone).all():
        sentence = tr_later(
            "White stands for {hu_high:g} HU only: bone looks like dense blood. No white ring "
            "closes, so all larger white areas are taken for bone, and blood of that density with "
            "them."
        )
    else:
        sentence = tr_later(
            "White stands for {hu_high:g} HU only: bone looks like dense blood, and no skull may "
            "be found."
        )
    return (tr(sentence, hu_high=scale.hu_high),)


def read_picture_labels(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """(rows, columns) grey values of a PNG as labels, as they were stored.

    Raises
    ------
    UnsupportedPixelsError
        The file is no PNG, or its colours do not say which label is which.
    """
    depth, colour = _header(path)[2:]
    if colour == _PALETTE:
        raise UnsupportedPixelsError(
            tr(
                "{name} has a palette of colours; save its labels as plain grey values.",
                name=path.name,
            )
        )
    grey, _ = _read(path)
    # The decoder spreads 1, 2 and 4 bits over 0-255.
    return grey // (255 // (2**depth - 1)) if depth < 8 else grey


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """PNG of (rows, columns) grey or (rows, columns, 3) RGB."""
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels), level=6))


def _read(path: Path) -> tuple[NDArray[np.uint8] | NDArray[np.uint16], int]:
    """(rows, columns) grey values, and the one of white."""
    _, _, depth, colour = _header(path)
    try:
        pixels = np.asarray(imagecodecs.png_decode(path.read_bytes()))
    except (RuntimeError, ValueError) as error:
        raise UnsupportedPixelsError(
            tr("{name} is a damaged PNG and cannot be read.", name=path.name)
        ) from error
    if pixels.ndim == 3:
        seen = pixels[..., : _CHANNELS.get(colour, 1)]
        if (seen != seen[..., :1]).any():
            raise UnsupportedPixelsError(_coloured(path))
        pixels = seen[..., 0]
    return pixels, 65535 if depth == 16 else 255


def _header(path: Path) -> tuple[int, int, int, int]:
    """Width, height, bit depth, colour type; looked at before anything is decoded."""
    if not path.is_file():
        raise UnsupportedPixelsError(tr("{name} does not exist.", name=path.name))
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    if len(start) < _HEADER_BYTES or not start.startswith(_SIGNATURE):
        raise UnsupportedPixelsError(tr("{name} is no PNG file.", name=path.name))
    width, height, depth, colour = struct.unpack(">IIBB", start[16:])
    _check_size(path, height, width)
    return width, height, depth, colour


def _check_size(path: Path, height: int, width: int) -> None:
    if width * height > _MOST_PX:
        raise UnsupportedPixelsError(
            tr(
                "{name} has {height} × {width} pixels, more than can be read.",
                name=path.name,
                height=height,
                width=width,
            )
        )


def _coloured(path: Path) -> str:
    return tr(
        "{name} has colours; a slice or its labels must be plain grey values.", name=path.name
    )
