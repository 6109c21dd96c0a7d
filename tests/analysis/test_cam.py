"""Evidence maps lie on the slice where the model's square lies."""

import numpy as np
import pytest

from ichviewer.analysis.cam import EvidenceMaps
from ichviewer.analysis.prepare import InputSpec, prepare, to_volume_grid
from ichviewer.imaging.plane import Axis
from tests.analysis import phantoms


def test_map_lies_where_a_mask_would() -> None:
    """The oracle is the way back that masks take."""
    volume = phantoms.head(
        phantoms.make_grid(px=120, px_mm=2.0, slices=6, signs_ji=(-1, 1)), center_mm=(14.0, -6.0, 0)
    )
    spec = InputSpec.from_manifest(
        {
            "size_px": 224,
            "spacing_mm": 1.0,
            "slab_mm": 5.0,
            "channels": [{"offset_slices": 0, "center_hu": 40, "width_hu": 80}],
        }
    )
    prepared = prepare(volume, spec)
    maps = np.random.default_rng(0).random((len(prepared.image), 6, 28, 28)).astype(np.float16)
    evidence = EvidenceMaps(
        maps,
        prepared.slab_of_k.copy(),
        volume.shape_kji[1:],
        prepared.grid.first_ji,
        prepared.grid.step_ji,
        224,
    )
    wanted = to_volume_grid(prepared, maps[:, 3].astype(np.float32), volume)
    inside = to_volume_grid(prepared, np.ones((len(maps), 26, 26)), volume) > 0.999
    for k in (0, 3, 5):
        plane = evidence.plane(k, 3)
        assert plane.dtype == np.float32
        np.testing.assert_allclose(plane[inside[k]], wanted[k][inside[k]], atol=1e-5)


def test_level_map_is_level_up_to_its_border_and_nothing_outside() -> None:
    maps = np.full((1, 6, 4, 4), 0.5, np.float16)
    evidence = EvidenceMaps(maps, np.array([0, -1]), (12, 12), (2.0, 2.0), (1.0, 1.0), 8)
    plane = evidence.plane(0, 0)
    assert plane[2:10, 2:10] == pytest.approx(0.5)
    plane[2:10, 2:10] = 0
    assert not plane.any()
    assert not evidence.plane(1, 0).any()


@pytest.mark.parametrize("slab_of_k", [[0, 0, 1, 2, -1], [-1, 2, 2, 1, 0]])
def test_cuts_of_all_axes_show_the_same_voxels(slab_of_k: list[int]) -> None:
    maps = np.random.default_rng(1).random((3, 6, 4, 4)).astype(np.float16)
    slabs = np.array(slab_of_k)
    evidence = EvidenceMaps(maps, slabs, (12, 10), (2.0, 1.5), (0.9, 1.1), 8)
    voxels = np.stack([evidence.plane(k, 2) for k in range(5)])
    for axis in Axis:
        for index in range(voxels.shape[axis]):
            cut = evidence.cut(axis, index, 2)
            np.testing.assert_allclose(cut, np.take(voxels, [index], axis), atol=1e-6)


def test_slabs_are_as_thick_as_their_slices_together() -> None:
    maps = np.zeros((3, 6, 4, 4), np.float16)
    evidence = EvidenceMaps(maps, np.array([0, 0, 1, 1, 2, -1]), (8, 8), (0, 0), (1, 1), 8)
    assert evidence.slab_mm(np.array([2.5, 2.5, 2.5, 2.5, 4.0, 9.0])) == 5.0
