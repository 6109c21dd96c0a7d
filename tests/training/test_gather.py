"""The compiled loops against scipy and plain indexing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from training.fields import interpolated
from training.gather import gather, pushed_from

SHAPE = (20, 30, 25)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def test_planes_see_what_scipy_sees(rng: np.random.Generator) -> None:
    """A tilted plane that leaves the volume on all sides, as three planes' mean."""
    hu = rng.normal(30, 20, SHAPE).astype(np.float32)
    label = rng.integers(0, 6, SHAPE).astype(np.uint8)
    j, i = np.meshgrid(np.linspace(-4, 33, 64), np.linspace(-3, 28, 64), indexing="ij")
    middle = np.stack([10 + 0.4 * (j - 15), j, i]).astype(np.float32)
    offsets = np.array([[-1.2, 0.4, 0.1], [0, 0, 0], [1.2, -0.4, -0.1]], np.float32)
    seen, share = gather(hu, label, middle, offsets, outside_hu=-1000.0)
    planes = [middle + step[:, None, None] for step in offsets]
    expected = [ndimage.map_coordinates(hu, at, order=1, cval=-1000.0) for at in planes]
    np.testing.assert_allclose(seen, np.mean(expected, 0), atol=1e-3)
    labels = np.stack(
        [ndimage.map_coordinates(label, np.rint(at), order=0, cval=0) for at in planes]
    )
    for kind in range(1, 6):
        np.testing.assert_allclose(share[kind], (labels == kind).mean(0), atol=1e-6)
    assert not share[0].any()
    assert (seen == -1000).any()


def test_what_is_pushed_stays_inside(rng: np.random.Generator) -> None:
    field = rng.integers(0, 200, SHAPE)
    inside = np.zeros(SHAPE, bool)
    inside[3:17, 5:25, 4:20] = True
    push = [np.full(SHAPE, step, np.float32) for step in (2.0, -3.0, 0.4)]
    pushed = field.ravel()[pushed_from(push, inside)]
    np.testing.assert_array_equal(pushed[~inside], field[~inside])
    np.testing.assert_array_equal(pushed[5:17, 5:22, 4:20], field[3:15, 8:25, 4:20])
    # What would come from outside does not come: the two lowest layers keep their own.
    np.testing.assert_array_equal(pushed[3:5], field[3:5])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_between_two_places_lies_their_weighted_mean(rng: np.random.Generator, axis: int) -> None:
    field = rng.standard_normal((4, 5, 6)).astype(np.float32)
    at = np.linspace(0, field.shape[axis] - 1, 13).astype(np.float32)
    found = interpolated(field, at, axis)
    moved = np.moveaxis(field, axis, -1)
    expected = np.apply_along_axis(
        lambda line: np.interp(at, np.arange(len(line)), line), -1, moved
    )
    np.testing.assert_allclose(np.moveaxis(found, axis, -1), expected, atol=1e-6)
