"""The image a model sees, and the way back: positions, windows, slabs, directions."""

import numpy as np
import pytest

from ichviewer.analysis.prepare import (
    Channel,
    InputSpec,
    group_slices,
    prepare,
    to_volume_grid,
    window_channels,
)
from ichviewer.errors import ModelError
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume

WIDE = Channel(0, 0.0, 2000.0)
SPEC = InputSpec(224, 1.0, 5.0, (Channel(-1, 0.0, 2000.0), WIDE, Channel(1, 0.0, 2000.0)))


def head(
    *,
    slices: int = 6,
    px: int = 256,
    px_mm: float = 0.8,
    gap_mm: float = 5.0,
    center_ji: tuple[float, float] = (120.0, 140.0),
    signs_kji: tuple[int, int, int] = (1, 1, 1),
) -> Volume:
    """An elliptical head with a bright block in the patient's anterior left, upper slices."""
    k, j, i = np.mgrid[:slices, :px, :px].astype(np.float32)
    dj, di = (j - center_ji[0]) * px_mm, (i - center_ji[1]) * px_mm
    hu = np.full(k.shape, -1000, np.int16)
    hu[(dj / 90) ** 2 + (di / 70) ** 2 < 1] = 30
    hu[(abs(dj + 40) < 6) & (abs(di - 25) < 6) & (k >= slices // 2)] = 800
    hu = hu[:: signs_kji[0], :: signs_kji[1], :: signs_kji[2]].copy()
    positions = np.zeros((slices, 3))
    positions[:, 2] = np.arange(slices) * gap_mm * signs_kji[0]
    column_step, row_step = np.zeros(3), np.zeros(3)
    column_step[0], row_step[1] = px_mm * signs_kji[2], px_mm * signs_kji[1]
    return Volume(hu, Grid(hu.shape, positions, column_step, row_step))


def middle_of(weights: np.ndarray) -> np.ndarray:
    """Centre of mass of a 2-D array (row, column)."""
    indices = np.indices(weights.shape)
    return np.array([(index * weights).sum() for index in indices]) / weights.sum()


@pytest.mark.parametrize("px_mm", [0.45, 0.8, 1.0, 1.3])
@pytest.mark.parametrize("signs_kji", [(1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, -1)])
def test_block_keeps_its_place_in_millimetres_whatever_the_pixels(
    px_mm: float, signs_kji: tuple[int, int, int]
) -> None:
    px = int(220 / px_mm)
    volume = head(px=px, px_mm=px_mm, center_ji=(px / 2 + 3, px / 2 - 4), signs_kji=signs_kji)
    prepared = prepare(volume, SPEC)
    top, bottom = prepared.image[-1, 1], prepared.image[0, 1]
    row, column = middle_of(np.clip(top - 0.6, 0, None))
    assert (row - 111.5, column - 111.5) == pytest.approx(
        (-40, 25), abs=2.5
    )  # head's middle: coarse
    assert bottom.max() < 0.6


@pytest.mark.parametrize("px_mm", [0.45, 0.8, 1.0, 1.3])
@pytest.mark.parametrize("signs_kji", [(1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, -1)])
def test_the_way_back_hits_the_same_voxels(px_mm: float, signs_kji: tuple[int, int, int]) -> None:
    px = int(220 / px_mm)
    volume = head(px=px, px_mm=px_mm, center_ji=(px / 2 + 3, px / 2 - 4), signs_kji=signs_kji)
    prepared = prepare(volume, SPEC)
    back = to_volume_grid(prepared, prepared.image[:, 1] * 2000 - 1000, volume)
    assert back.shape == volume.hu.shape
    for k in np.flatnonzero((volume.hu > 500).any((1, 2))):
        expected = middle_of(np.clip(volume.hu[k] - 30.0, 0, None))
        found = middle_of(np.clip(back[k] - 200.0, 0, None))
        assert found == pytest.approx(expected, abs=0.3)
        assert back[k][volume.hu[k] > 500].mean() > 500
    dark = ~(volume.hu > 500).any((1, 2))
    assert back[dark].max() < 100


def test_coarse_maps_cover_the_same_square() -> None:
    volume = head()
    prepared = prepare(volume, SPEC)
    coarse = prepared.image[:, 1].reshape(-1, 28, 8, 28, 8).mean((2, 4)) - 0.5
    back = to_volume_grid(prepared, np.stack([coarse, coarse], axis=1), volume)
    assert back.shape == (2, *volume.hu.shape)
    np.testing.assert_array_equal(back[0], back[1])
    inside = np.clip(back[0, -1] - coarse[-1].max() / 2, 0, None)
    assert middle_of(inside) == pytest.approx(
        middle_of(np.clip(volume.hu[-1] - 30.0, 0, None)), abs=3.0
    )


@pytest.mark.parametrize(
    ("gap_mm", "size"), [(0.625, 8), (1.0, 5), (1.25, 4), (2.5, 2), (3.0, 1), (5.0, 1), (7.0, 1)]
)
def test_slabs_hold_as_many_slices_as_fit(gap_mm: float, size: int) -> None:
    slab_of_k = group_slices(head(slices=20, px=16, gap_mm=gap_mm, center_ji=(8, 8)), 5.0)
    np.testing.assert_array_equal(slab_of_k, np.arange(20) // size)


def test_slabs_count_from_the_feet() -> None:
    volume = head(slices=4, signs_kji=(-1, 1, 1))
    np.testing.assert_array_equal(group_slices(volume, 5.0), [3, 2, 1, 0])


def test_slab_is_the_mean_of_its_slices() -> None:
    volume = head(slices=4, gap_mm=2.5, px_mm=1.0)
    image = prepare(volume, SPEC).image
    assert len(image) == 2
    assert image[1, 1].max() == pytest.approx((800 + 1000) / 2000)


def test_neighbours_are_the_slabs_below_and_above_and_ends_repeat() -> None:
    image = prepare(head(), SPEC).image
    np.testing.assert_array_equal(image[2, 0], image[1, 1])
    np.testing.assert_array_equal(image[2, 2], image[3, 1])
    np.testing.assert_array_equal(image[0, 0], image[0, 1])
    np.testing.assert_array_equal(image[-1, 2], image[-1, 1])


def test_window_maps_its_borders_to_zero_and_one() -> None:
    slab = np.array([[[-100.0, 0.0], [40.0, 90.0]]], np.float32)
    image = window_channels(slab, (Channel(0, 40.0, 80.0),))
    np.testing.assert_allclose(image[0, 0], [[0.0, 0.0], [0.5, 1.0]])


def test_padding_and_what_lies_outside_count_as_air() -> None:
    volume = head(px=128, center_ji=(60.0, 66.0))
    padding = np.zeros(volume.hu.shape, bool)
    padding[:, :20] = True
    hu = volume.hu.copy()
    hu[:, :20] = 3000
    padded = prepare(Volume(hu, volume.grid, padding=padding), SPEC).image
    assert padded[:, 1, :70].max() < 0.01
    assert padded[:, :, 0, 0].max() == 0.0


def test_volume_without_a_head_is_prepared_about_its_middle() -> None:
    volume = head()
    empty = Volume(np.full(volume.hu.shape, -1000, np.int16), volume.grid)
    assert prepare(empty, SPEC).image.max() == 0.0


def test_single_slice_is_its_own_neighbour() -> None:
    prepared = prepare(head(slices=1), SPEC)
    assert prepared.image.shape == (1, 3, 224, 224)
    np.testing.assert_array_equal(prepared.image[0, 0], prepared.image[0, 2])


def test_spec_is_read_from_a_manifest() -> None:
    entry = {
        "size_px": 224,
        "spacing_mm": 1.0,
        "slab_mm": 5.0,
        "channels": [{"offset_slices": -1, "center_hu": 80, "width_hu": 200}],
    }
    assert InputSpec.from_manifest(entry) == InputSpec(224, 1.0, 5.0, (Channel(-1, 80.0, 200.0),))


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"size_px": 224, "spacing_mm": 1.0, "slab_mm": 5.0, "channels": []},
        {"size_px": "x", "spacing_mm": 1.0, "slab_mm": 5.0, "channels": []},
        {
            "size_px": 224,
            "spacing_mm": 0.0,
            "slab_mm": 5.0,
            "channels": [{"offset_slices": 0, "center_hu": 40, "width_hu": 80}],
        },
    ],
)
def test_senseless_manifest_is_refused_in_words(entry: dict) -> None:
    with pytest.raises(ModelError, match="manifest"):
        InputSpec.from_manifest(entry)
