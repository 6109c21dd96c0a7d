"""Simulated series: what they hold is where, and as much, as their truth says."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType, Side
from ichviewer.imaging.grid import GeometryClass
from training import anatomy
from training.simulate import SimulatedSeries, simulate_series, truth_of, types_from

Bleeding = dict[HemorrhageType, SimulatedSeries]


def test_same_seed_gives_the_same_series(label_maps: None) -> None:
    first, again, other = (
        simulate_series(seed, anatomy_number=3, slab_mm=7.0, size_px=64) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first.volume.hu, again.volume.hu)
    np.testing.assert_array_equal(first.mask, again.mask)
    assert truth_of(first) == truth_of(again)
    assert (
        first.volume.hu.shape != other.volume.hu.shape or (first.volume.hu != other.volume.hu).any()
    )


@pytest.mark.parametrize("kind", list(HemorrhageType))
def test_mask_holds_the_wanted_type_only(bleeding: Bleeding, kind: HemorrhageType) -> None:
    series = bleeding[kind]
    assert set(np.unique(series.mask)) == {0, int(kind)}
    assert set(series.volume_ml) == {kind} == set(series.side)


@pytest.mark.parametrize("kind", list(HemorrhageType))
def test_truth_in_ml_is_the_masks_volume(bleeding: Bleeding, kind: HemorrhageType) -> None:
    series = bleeding[kind]
    voxel_ml = np.prod(series.volume.spacing_mm) / 1000
    assert series.volume_ml[kind] == pytest.approx((series.mask == kind).sum() * voxel_ml, rel=0.01)


@pytest.mark.parametrize("kind", list(HemorrhageType))
def test_what_is_labelled_is_neither_skull_nor_air(
    bleeding: Bleeding, kind: HemorrhageType
) -> None:
    series = bleeding[kind]
    hu = series.volume.hu[series.mask > 0]
    assert 10 < hu.mean() < 90
    assert np.percentile(hu, 99) < 160


@pytest.mark.parametrize("kind", [HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL])
def test_side_is_the_patients_side_in_lps(bleeding: Bleeding, kind: HemorrhageType) -> None:
    series = bleeding[kind]
    assert series.side[kind] in {Side.LEFT, Side.RIGHT}
    head = series.volume.grid.lps_mm(np.argwhere(series.volume.hu > -200).astype(float))
    blood = series.volume.grid.lps_mm(np.argwhere(series.mask > 0).astype(float))
    is_left = blood[:, 0].mean() > np.median(head[:, 0])  # LPS: x runs to the patient's left
    assert (series.side[kind] is Side.LEFT) == is_left


def test_healthy_head_has_no_truth_and_the_densities_of_a_head(healthy: SimulatedSeries) -> None:
    assert not healthy.mask.any()
    assert healthy.volume_ml == {}
    hu = healthy.volume.hu
    assert hu.dtype == np.int16
    assert hu.min() >= -1024
    assert np.percentile(hu[:, :4, :4], 50) == pytest.approx(-1000, abs=20)
    assert (hu > 600).mean() > 0.01
    middle = hu[len(hu) // 2]
    soft = middle[(middle > 0) & (middle < 80)]
    assert 16 < np.median(soft) < 42


def test_slices_lie_where_the_table_and_tilt_put_them(label_maps: None) -> None:
    tilts = set()
    for seed in range(4):
        series = simulate_series(seed, (), anatomy_number=3, slab_mm=7.0, size_px=64)
        grid, tilt = series.volume.grid, series.protocol.tilt_deg
        tilts.add(grid.geometry)
        table_step = np.diff(grid.slice_positions_lps_mm, axis=0)
        np.testing.assert_allclose(table_step, [[0, 0, 7.0]] * len(table_step), atol=1e-9)
        assert grid.tilt_deg == pytest.approx(abs(tilt), abs=1e-6)
        assert grid.spacing_mm[0] == pytest.approx(7.0 * np.cos(np.radians(tilt)))
        assert grid.normal_lps[2] > 0
    assert tilts == {GeometryClass.TILTED, GeometryClass.REGULAR}


def test_label_map_has_left_on_the_left_and_can_be_mirrored(label_maps: None) -> None:
    head = anatomy.load_anatomy(3)
    middle = head.midline_mm[:, :, head.midline_mm.shape[2] // 2 :].astype(np.float32)
    assert middle.mean() > 10
    mirrored = head.mirrored()
    np.testing.assert_array_equal(mirrored.tissue[:, :, ::-1], head.tissue)
    np.testing.assert_array_equal(mirrored.midline_mm[:, :, ::-1], -head.midline_mm)


def test_depth_is_measured_inside_the_skull_only(label_maps: None) -> None:
    head = anatomy.load_anatomy(3)
    bone = np.isin(head.tissue, (anatomy.Tissue.BONE, anatomy.Tissue.DIPLOE))
    assert (head.depth_mm[bone] > 0).mean() < 0.02
    assert (head.depth_mm[head.tissue == anatomy.Tissue.WHITE] > 0).mean() > 0.99


def test_anatomies_are_split_without_overlap() -> None:
    every = anatomy.TRAIN + anatomy.VALIDATION + anatomy.TEST
    assert sorted(every) == list(range(1, 21))


def test_types_are_read_from_words() -> None:
    assert types_from("subdural, epidural") == (HemorrhageType.SUBDURAL, HemorrhageType.EPIDURAL)
    assert types_from("none") == ()
    with pytest.raises(KeyError):
        types_from("bruise")
