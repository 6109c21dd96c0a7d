"""Which HU the grey values of a picture stand for; a picture does not say it itself."""

from dataclasses import dataclass
from pathlib import Path

from ichviewer.errors import UnsupportedPixelsError
from ichviewer.language import tr

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
#: Pixel sizes of pictures of heads, shrunken ones included.
PIXEL_MM = (0.05, 5.0)
#: HU that black and white can stand for.
HU_RANGE = (-32768.0, 32767.0)
#: Of pictures made through the brain window (center 40, width 80).
USUAL_HU = (0.0, 80.0)
#: A head of 250 mm on 512 pixels.
USUAL_PIXEL_MM = 0.49


@dataclass(frozen=True)
class GreyScale:
    """Which HU black and white stand for (white is 255, or 65535 in a 16-bit picture)."""

    hu_low: float
    hu_high: float

    def __post_init__(self) -> None:
        if not HU_RANGE[0] <= self.hu_low < self.hu_high <= HU_RANGE[1]:
            raise UnsupportedPixelsError(
                tr(
                    "Grey values from {hu_low:g} HU (black) to {hu_high:g} HU (white) make no "
                    "sense: white must be more than black.",
                    hu_low=self.hu_low,
                    hu_high=self.hu_high,
                )
            )


def is_picture(path: Path) -> bool:
    """Whether a file is called like a PNG or JPEG picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES
