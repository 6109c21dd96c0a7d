"""JPEG pictures as HU, and the skull of pictures made through a narrow window."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from ichviewer.errors import UnsupportedPixelsError
from ichviewer.imaging.grey_scale import GreyScale, is_picture
from ichviewer.imaging.picture import encode_png, read_picture

SIZE = 64
SMOOTH = np.add.outer(np.arange(SIZE), np.arange(SIZE)).astype(np.uint8)
BRAIN = GreyScale(0, 80)


def jpeg(path: Path, pixels: np.ndarray) -> Path:
    path.write_bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(pixels), level=95))
    return path


def head(ring_value: int = 255, gap: int = 0) -> np.ndarray:
    """A brain of grey 110 in a ring, open over `gap` columns, with blood of grey 255 in it."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE // 2
    radius = np.hypot(y, x)
    pixels = np.zeros((SIZE, SIZE), np.uint8)
    pixels[radius < 28] = ring_value
    pixels[radius < 24] = 110
    pixels[30:34, 40:44] = 255
    if gap:
        pixels[: SIZE // 2, SIZE // 2 : SIZE // 2 + gap] = 0
    return pixels


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_jpeg_is_read_whatever_its_channels(tmp_path: Path, channels: int) -> None:
    pixels = SMOOTH if channels == 1 else np.repeat(SMOOTH[..., None], 3, axis=2)
    volume = read_picture(jpeg(tmp_path / "a.jpg", pixels), GreyScale(-100, 410), (0.5, 0.5))
    assert np.abs(volume.hu[0] - (-100 + 2.0 * SMOOTH)).max() <= 6
    assert volume.lossy == "JPEG"


def test_colours_damage_and_other_files_are_refused(tmp_path: Path) -> None:
    red = np.zeros((SIZE, SIZE, 3), np.uint8)
    red[..., 0] = 200
    whole = jpeg(tmp_path / "whole.jpg", SMOOTH).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 8])
    (tmp_path / "empty.jpg").write_bytes(b"\xff\xd8\xff")
    for path, words in (
        (jpeg(tmp_path / "red.jpg", red), "red.jpg has colours"),
        (tmp_path / "cut.jpg", "cut.jpg is a damaged JPEG"),
        (tmp_path / "empty.jpg", "empty.jpg is a damaged JPEG"),
    ):
        with pytest.raises(UnsupportedPixelsError, match=words):
            read_picture(path, BRAIN, (0.5, 0.5))


@pytest.mark.parametrize("gap", [0, 4])
def test_the_white_ring_is_the_skull_and_white_inside_is_not(tmp_path: Path, gap: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(head(gap=gap)))
    volume = read_picture(path, BRAIN, (0.5, 0.5))
    assert volume.hu[0, SIZE // 2, SIZE // 2 + 26] > 200
    assert volume.hu[0, 32, 42] == 80
    assert "taken for the skull" in volume.notes[0]


def test_where_no_ring_closes_larger_white_is_bone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(head(gap=20)))
    volume = read_picture(path, BRAIN, (0.5, 0.5))
    assert volume.hu[0, SIZE // 2, SIZE // 2 - 26] == 1000
    assert volume.hu[0, 32, 42] == 80
    assert "No white ring closes" in volume.notes[0]


def test_without_white_nothing_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = head(ring_value=200)
    pixels[pixels == 255] = 200
    path.write_bytes(encode_png(pixels))
    volume = read_picture(path, BRAIN, (0.5, 0.5))
    assert volume.hu.max() == pytest.approx(200 / 255 * 80)
    assert "no skull may be found" in volume.notes[0]


def test_a_wide_window_leaves_white_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(head()))
    assert read_picture(path, GreyScale(-100, 410), (0.5, 0.5)).hu.max() == 410


def test_pictures_are_known_by_their_names() -> None:
    names = ("a.png", "b.JPG", "c.jpeg", "d.dcm", "e.tif")
    assert [is_picture(Path(name)) for name in names] == [True, True, True, False, False]
