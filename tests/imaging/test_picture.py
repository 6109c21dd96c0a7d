"""Grey pictures as HU and as labels; whatever is not that is one sentence naming the file."""

from pathlib import Path

import numpy as np
import pytest

from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.picture import encode_png, read_picture, read_picture_labels
from tests.imaging.png import png

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SIZE = 40
VALUES = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)


def picture(path: Path, depth: int, colour: int, pixels: np.ndarray, palette: bytes = b"") -> Path:
    height, width = pixels.shape[:2]
    path.write_bytes(
        png(width, height, depth=depth, colour=colour, rows=pixels.tobytes(), palette=palette)
    )
    return path


@pytest.mark.parametrize("colour", [GREY, RGB, GREY_ALPHA, RGBA])
def test_black_and_white_stand_for_the_given_hu(tmp_path: Path, colour: int) -> None:
    grey = (VALUES % 256).astype(np.uint8)
    channels = {GREY: [grey], RGB: [grey] * 3, GREY_ALPHA: [grey, 0 * grey], RGBA: [grey] * 4}
    path = picture(tmp_path / "a.png", 8, colour, np.stack(channels[colour], axis=-1))
    volume = read_picture(path, GreyScale(-100, 410), (0.45, 0.5))
    assert volume.hu.dtype == np.int16
    assert np.array_equal(volume.hu[0], -100 + 2 * grey.astype(int))
    assert volume.geometry is GeometryClass.SINGLE
    assert volume.spacing_mm[1:] == (0.45, 0.5)
    assert np.array_equal(volume.grid.normal_lps, [0, 0, 1])
    assert "0 is -100 HU, 255 is 410 HU" in volume.notes[0]
    assert "patient's right" in volume.notes[1]


def test_white_of_16_bits_is_65535(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, SIZE * SIZE).astype(">u2").reshape(SIZE, SIZE)
    path = picture(tmp_path / "a.png", 16, GREY, grey)
    volume = read_picture(path, GreyScale(-1000, 3000), (0.5, 0.5))
    assert volume.hu.dtype == np.float32
    assert np.allclose(volume.hu[0], -1000 + grey.astype(float) * 4000 / 65535, atol=1e-3)
    assert "65535 is 3000 HU" in volume.notes[0]


def test_fractions_of_hu_are_kept(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", 8, GREY, np.full((SIZE, SIZE), 51, np.uint8))
    volume = read_picture(path, GreyScale(0, 81), (0.5, 0.5))
    assert volume.hu.dtype == np.float32
    assert volume.hu[0, 0, 0] == pytest.approx(16.2, abs=1e-5)
    assert "White stands for 81 HU only" in volume.notes[0]


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_labels_are_read_as_they_were_stored(tmp_path: Path, depth: int) -> None:
    labels = (VALUES % min(6, 2**depth)).astype(np.uint8)
    bits = np.unpackbits(labels[..., None], axis=-1)[..., 8 - min(depth, 8) :]
    packed = labels.astype(">u2") if depth == 16 else np.packbits(bits.reshape(SIZE, -1), axis=-1)
    path = tmp_path / "a.png"
    path.write_bytes(png(SIZE, SIZE, depth=depth, colour=GREY, rows=packed.tobytes()))
    assert np.array_equal(read_picture_labels(path), labels)


def test_a_written_picture_is_read_again(tmp_path: Path) -> None:
    grey = (VALUES % 251).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(encode_png(grey))
    assert np.array_equal(read_picture_labels(tmp_path / "a.png"), grey)


def test_files_that_are_no_such_picture(tmp_path: Path) -> None:
    plain = np.zeros((SIZE, SIZE), np.uint8)
    colours = np.stack([plain, plain + 1, plain], axis=-1)
    good = picture(tmp_path / "good.png", 8, GREY, plain)
    picture(tmp_path / "colour.png", 8, RGB, colours)
    picture(tmp_path / "tiny.png", 8, GREY, plain[:5])
    picture(tmp_path / "palette.png", 8, PALETTE, plain, b"\0\0\0\xff\0\0")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:-30])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    huge = bytearray(good.read_bytes())
    huge[16:24] = b"\0\1\0\0" * 2
    (tmp_path / "huge.png").write_bytes(huge)
    for name, words in {
        "colour": "has colours",
        "tiny": "5 × 40 pixels, too few",
        "cut": "damaged",
        "text": "no PNG",
        "empty": "no PNG",
        "huge": "65536 × 65536 pixels",
        "missing": "does not exist",
    }.items():
        with pytest.raises(UnsupportedPixelsError, match=words) as caught:
            read_picture(tmp_path / f"{name}.png", GreyScale(0, 255), (0.5, 0.5))
        assert f"{name}.png" in str(caught.value)
    with pytest.raises(UnsupportedPixelsError, match="palette of colours"):
        read_picture_labels(tmp_path / "palette.png")
    with pytest.raises(UnsupportedPixelsError, match="450 mm is no pixel size"):
        read_picture(good, GreyScale(0, 255), (450, 450))


@pytest.mark.parametrize("hu", [(80, 0), (0, 0), (float("nan"), 80), (0, float("inf"))])
def test_senseless_grey_values(hu: tuple[float, float]) -> None:
    with pytest.raises(UnsupportedPixelsError, match="make no sense"):
        GreyScale(*hu)
