"""Whether pixels that are laid out so can be decoded at all, from the header alone."""

from ichviewer.dicom.image import PixelLayout
from ichviewer.dicom.part10 import PixelElement
from ichviewer.language import tr

#: An encapsulated frame may not claim to expand by more than this.
EXPANSION_LIMIT = 2000
#: Bytes of one uncompressed frame: 16-bit 8192 x 8192.
FRAME_BYTES_LIMIT = 128 << 20
#: PhotometricInterpretations that are shown; where pixels are not compressed, without the
#: subsampled one.
_NATIVE_COLOURS = frozenset(("", "MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL"))
_COLOURS = _NATIVE_COLOURS | {"YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT"}


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
