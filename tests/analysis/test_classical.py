"""The second reader: densities only, quick, and blind to what is not dense."""

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from ichviewer.analysis.classical import blood_border_hu, elbow, find_dense
from ichviewer.analysis.head import find_head
from tests.analysis import phantoms
from tests.analysis.real_series import GE_HEAD, volume_of

GRID = phantoms.make_grid(px=200, px_mm=1.15)


def dense_ml(bleed_mm=None) -> float:
    head = find_head(phantoms.head(GRID, bleed_mm=bleed_mm))
    return float((find_dense(head).sum(axis=(1, 2)) * head.thickness_mm).sum() / 1000)


def test_blood_is_found_with_its_volume() -> None:
    true_ml = 4 / 3 * np.pi * 18 * 20 * 22 / 1000
    assert dense_ml(((25.0, 0.0, 0.0), (18.0, 20.0, 22.0))) == pytest.approx(true_ml, rel=0.12)


def test_nothing_dense_in_a_plain_brain() -> None:
    assert dense_ml() < 0.5


def test_bright_rim_under_the_skull_is_no_blood() -> None:
    """Beam hardening of 20 HU that falls off over a centimetre; the hemorrhage stays."""
    head = find_head(phantoms.head(GRID, bleed_mm=((45.0, 0.0, 0.0), (12.0, 25.0, 15.0))))
    truth = find_dense(head).sum()
    depth_mm = np.stack([ndimage.distance_transform_edt(plane) for plane in head.brain])
    hu = head.hu + np.where(head.brain, 20 * np.exp(-depth_mm / 6), 0).astype(np.float32)
    found = find_dense(replace(head, hu=hu)).sum()
    assert found == pytest.approx(truth, rel=0.3)


def test_border_lies_between_the_densities() -> None:
    rng = np.random.default_rng(0)
    sample = np.concatenate([rng.normal(30, 4, 20000), rng.normal(75, 4, 2000)])
    assert 46 <= blood_border_hu(sample.astype(np.float32)) <= 60


def test_constant_image_has_no_border_below_the_range() -> None:
    assert blood_border_hu(np.full(5000, 30.0, np.float32)) == 60


@pytest.mark.parametrize(
    ("inertias", "index"), [([100, 20, 15, 12, 10], 1), ([100, 60, 20, 18, 16], 2), ([5, 5, 5], 0)]
)
def test_elbow_is_where_the_gain_ends(inertias: list[float], index: int) -> None:
    assert elbow(inertias) == index


def test_second_reader_is_quick_on_a_real_head() -> None:
    head = find_head(volume_of(GE_HEAD))
    start = time.process_time()
    find_dense(head)
    assert time.process_time() - start < 1.0
