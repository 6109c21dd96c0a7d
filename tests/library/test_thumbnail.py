"""The picture on a card: right is right, and the outline has its colour."""

import imagecodecs
import numpy as np
import pytest

from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.library.thumbnail import SIZE_PX, thumbnail_png

COLOURS = {1: (230, 159, 0), 5: (86, 180, 233)}


def _head(rows: int, columns: int, row_sign: int, column_sign: int) -> tuple[Volume, np.ndarray]:
    """An ellipse of brain with a subdural on the patient's left, anterior; 0.8 mm pixels."""
    y, x = np.mgrid[:rows, :columns] - np.array([(rows - 1) / 2, (columns - 1) / 2])[:, None, None]
    plane = np.where((y / 80) ** 2 + (x / 65) ** 2 < 1, 35, -1000).astype(np.int16)
    labels = ((y + 40) ** 2 + (x - 30) ** 2 < 144).astype(np.uint8) * 5
    plane[labels > 0] = 65
    flip = np.s_[::row_sign, ::column_sign]
    hu, mask = np.stack([plane[flip]] * 2), np.stack([labels[flip]] * 2)
    grid = Grid(
        hu.shape,
        np.array([[0, 0, 0], [0, 0, 5.0]]),
        np.array([0.8 * column_sign, 0, 0]),
        np.array([0, 0.8 * row_sign, 0]),
    )
    return Volume(hu, grid), mask


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
@pytest.mark.parametrize("size", [(220, 200), (200, 260)])
def test_the_patients_left_is_on_the_right_and_anterior_is_up(
    signs: tuple[int, int], size: tuple[int, int]
) -> None:
    volume, mask = _head(*size, *signs)
    picture = imagecodecs.png_decode(thumbnail_png(volume, mask, 1, COLOURS))
    assert picture.shape == (SIZE_PX, SIZE_PX, 3)
    rows, columns = np.nonzero((picture == COLOURS[5]).all(axis=2))
    side_mm = 0.8 * 160 + 8
    px_per_mm = SIZE_PX / side_mm
    assert columns.mean() == pytest.approx(SIZE_PX / 2 + 30 * 0.8 * px_per_mm, abs=2)
    assert rows.mean() == pytest.approx(SIZE_PX / 2 - 40 * 0.8 * px_per_mm, abs=2)
    assert not (picture == COLOURS[1]).all(axis=2).any()


def test_the_outline_is_thin_and_the_blood_inside_is_grey() -> None:
    volume, mask = _head(220, 200, 1, 1)
    picture = imagecodecs.png_decode(thumbnail_png(volume, mask, 0, COLOURS)).astype(int)
    center = picture[SIZE_PX // 2 - 38, SIZE_PX // 2 + 28]
    assert np.ptp(center) == 0
    assert center[0] > picture[SIZE_PX // 2 + 20, SIZE_PX // 2 - 20, 0]


def test_an_empty_slice_still_gives_a_picture() -> None:
    volume, mask = _head(220, 200, 1, 1)
    air = Volume(np.full_like(volume.hu, -1000), volume.grid)
    picture = imagecodecs.png_decode(thumbnail_png(air, np.zeros_like(mask), 0, COLOURS))
    assert picture.max() == 0


def test_the_file_is_small() -> None:
    volume, mask = _head(220, 200, 1, 1)
    noisy = volume.hu + np.random.default_rng(0).normal(0, 6, volume.hu.shape)
    noisy = Volume(np.rint(noisy).astype(np.int16), volume.grid)
    assert len(thumbnail_png(noisy, mask, 0, COLOURS)) < 40_000
