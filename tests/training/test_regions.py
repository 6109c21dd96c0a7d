"""Which regions count as right, and a regression on regions whose truth follows a known rule."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.detection import Detection
from ichviewer.analysis.findings import HemorrhageType, OperatingPoint
from ichviewer.analysis.lesion_probability import (
    MarkedRegion,
    lesion_probability,
    read_region_terms,
    region_features,
)
from ichviewer.analysis.reconcile import Judge
from ichviewer.analysis.segment import Marked
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import make_grid
from training.fields import Floats
from training.regions import JudgedRegion, fit_regions, judged_regions

GRID = make_grid(slices=6, px=60, px_mm=1.0, gaps_mm=2.5)
VOLUME = Volume(np.full(GRID.shape_kji, 60, np.int16), GRID)
SLAB_OF_K = np.array([-1, -1, 0, 0, 1, 1])
POSITIVE = Detection(*(np.full(s, 0.9, np.float32) for s in ((6, 6), 6, 6, 6)))
JUDGE = Judge(POSITIVE, np.ones(GRID.shape_kji, bool), 0.1, False, None, OperatingPoint.BALANCED)
SUBDURAL = HemorrhageType.SUBDURAL


def regions_of(mask: np.ndarray, truth: np.ndarray, unseen: np.ndarray) -> list[JudgedRegion]:
    labels = [np.where(one, SUBDURAL, 0).astype(np.uint8) for one in (mask, truth, unseen)]
    marked = Marked(labels[0], np.where(mask, 0.75, 0).astype(np.float16))
    return list(judged_regions(marked, VOLUME, JUDGE, SLAB_OF_K, truth=labels[1], unseen=labels[2]))


@pytest.mark.parametrize(("true_columns", "is_right"), [(0, False), (5, False), (6, True)])
def test_a_region_is_right_where_a_third_of_it_is_blood(true_columns: int, is_right: bool) -> None:
    mask, truth = (np.zeros(GRID.shape_kji, bool) for _ in range(2))
    mask[2:5, 20:30, 20:40] = True
    truth[2:5, 20:30, 20 : 20 + true_columns] = True
    (region,) = regions_of(mask, truth, np.zeros_like(mask))
    assert region.is_right is is_right
    assert region.known.area.tolist() == [400, 200]  # two slices of the first slab, one of the next
    assert region.known.volume_ml == pytest.approx(600 * 2.5 / 1000)
    assert (region.known.voxels, region.probability, region.is_shown) == (0.75, 0.75, True)


def test_what_cannot_be_seen_is_not_asked() -> None:
    mask, unseen = (np.zeros(GRID.shape_kji, bool) for _ in range(2))
    mask[2:5, 20:30, 20:40] = True
    unseen[2:5, 20:30, 20:31] = True  # 11 of 20 columns
    assert regions_of(mask, np.zeros_like(mask), unseen) == []
    unseen[2:5, 20:30, 30] = False
    (region,) = regions_of(mask, mask & ~unseen, unseen)
    assert region.is_right


def test_what_is_small_is_not_asked() -> None:
    mask = np.zeros(GRID.shape_kji, bool)
    mask[2, 20:26, 20:26] = True  # 0.09 mL
    assert regions_of(mask, mask, np.zeros_like(mask)) == []


def drawn(rng: np.random.Generator) -> tuple[list[JudgedRegion], Floats]:
    """Ten regions, right by the slices' and the voxels' probability and by nothing else."""
    slabs = rng.uniform(0.01, 0.99, (10, 6)).astype(np.float32)
    regions = []
    for n in range(10):
        area = np.zeros(10, np.intp)
        area[n] = 50
        region = MarkedRegion(SUBDURAL, area, rng.uniform(0.5, 0.99), rng.uniform(0.1, 9.0))
        features = region_features(region, slabs, has_contrast=False)
        chance = 1 / (1 + np.exp(-(features[0] + 0.5 * features[2] - 1.0)))
        regions.append(JudgedRegion(region, bool(rng.random() < chance), True, 0.5))
    return regions, slabs


def test_regression_finds_the_weights_that_were_hidden() -> None:
    rng = np.random.default_rng(0)
    studies = [drawn(rng) for _ in range(500)]
    entry = fit_regions(*zip(*studies, strict=True), [False] * 500)
    assert entry is not None
    assert entry["weights"]["any"] == pytest.approx(1.0, abs=0.1)
    assert entry["weights"]["voxels"] == pytest.approx(0.5, abs=0.1)
    assert entry["intercept"] == pytest.approx(-1.0, abs=0.2)
    for name in ("type", "log_ml", "vessels"):
        assert entry["weights"][name] == pytest.approx(0.0, abs=0.1)
    terms = read_region_terms({"regions": entry})
    assert terms is not None
    held_out = [
        (one.is_right, lesion_probability(region_features(one.known, s, has_contrast=False), terms))
        for own, s in (drawn(rng) for _ in range(200))
        for one in own
    ]
    right, stated = np.array(held_out).T
    assert stated.mean() == pytest.approx(right.mean(), abs=0.03)


def test_of_false_regions_alone_nothing_is_learned() -> None:
    regions, slabs = drawn(np.random.default_rng(0))
    false = [one for one in regions if not one.is_right]
    assert len(false) > 2
    assert fit_regions([false], [slabs], [False]) is None
    assert fit_regions([[]], [slabs], [False]) is None
