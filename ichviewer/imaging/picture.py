"""PNG pictures: a slice whose grey values stand for HU, labels drawn on it, and PNG written.

A picture has no geometry of its own. What is not in it comes from whoever knows it (HU of black
and white, pixel size); what nobody knows (position, side) is assumed and said in a note.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

#: A slice of a head has more pixels than this each way.
LEAST_PX = 32
#: Pixel sizes of pictures of heads, shrunken ones included.
PIXEL_MM = (0.05, 5.0)
_MOST_PX = 64 << 20
_HU = (-32768.0, 32767.0)
#: Thin bone of a skull is denser than this; below it, blood may be as white as bone.
_BONE_HU = 200.0
#: PNG specification, third edition: signature, then IHDR with width, height, depth, colour type.
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 26
_GREY, _PALETTE = 0, 3
_CHANNELS = {_GREY: 1, 2: 3, _PALETTE: 3, 4: 1, 6: 3}


@dataclass(frozen=True)
class GreyScale:
    """Which HU black and white stand for (white is 255, or 65535 in a 16-bit picture)."""

    hu_low: float
    hu_high: float

    def __post_init__(self) -> None:
        if not _HU[0] <= self.hu_low < self.hu_high <= _HU[1]:
            raise UnsupportedPixelsError(
                tr(
                    "Grey values from {hu_low:g} HU (black) to {hu_high:g} HU (white) make no "
                    "sense: white must be more than black.",
                    hu_low=self.hu_low,
                    hu_high=self.hu_high,
                )
            )


def read_picture(path: Path, scale: GreyScale, spacing_mm: tuple[float, float]) -> Volume:
    """One axial slice from a grey PNG.

    Parameters
    ----------
    path
        8 or 16 bits; colour is taken only where red, green and blue are the same.
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
        The file is no such PNG, or the pixel size makes no sense.
    """
    if not all(PIXEL_MM[0] <= mm <= PIXEL_MM[1] for mm in spacing_mm):
        size = " × ".join(f"{mm:g}" for mm in dict.fromkeys(spacing_mm))
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
    grey, white = _read(path)
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
        notes=(
            *_narrow(scale),
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


def _narrow(scale: GreyScale) -> tuple[str, ...]:
    if scale.hu_high >= _BONE_HU:
        return ()
    return (
        tr(
            "White stands for {hu_high:g} HU only: bone looks like dense blood, and no "
            "skull may be found.",
            hu_high=scale.hu_high,
        ),
    )


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
            raise UnsupportedPixelsError(
                tr(
                    "{name} has colours; a slice or its labels must be plain grey values.",
                    name=path.name,
                )
            )
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
    if width * height > _MOST_PX:
        raise UnsupportedPixelsError(
            tr(
                "{name} has {height} × {width} pixels, more than can be read.",
                name=path.name,
                height=height,
                width=width,
            )
        )
    return width, height, depth, colour
