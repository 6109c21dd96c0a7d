"""A region's probability against the formula worked out by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType, OperatingPoint
from ichviewer.analysis.lesion_probability import (
    FEATURES,
    MarkedRegion,
    RegionTerms,
    lesion_probability,
    marked_region,
    region_features,
)
from ichviewer.analysis.quantify import find_lesions
from ichviewer.analysis.segment import Marked
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import make_grid

SHIPPED = Path(__file__).parents[2] / "models" / "ichnet-s" / "manifest.json"
SUBARACHNOID = HemorrhageType.SUBARACHNOID


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def test_features_are_weighed_by_the_areas_of_the_slices() -> None:
    region = MarkedRegion(SUBARACHNOID, np.array([0, 30, 10]), voxels=0.8, volume_ml=2.0)
    slices = np.zeros((3, 6), np.float32)
    slices[:, 0] = 0.99, 0.2, 0.6
    slices[:, SUBARACHNOID] = 0.95, 0.1, 0.3
    plain, enhanced = (region_features(region, slices, has_contrast=c) for c in (False, True))
    expected = [logit(0.3), logit(0.3), logit(0.8), math.log(2.0), 0.0]
    np.testing.assert_allclose(plain, expected, atol=1e-6)
    np.testing.assert_allclose(enhanced, [*expected[:4], 1.0], atol=1e-6)


def test_only_subarachnoid_blood_may_be_vessels() -> None:
    region = MarkedRegion(HemorrhageType.SUBDURAL, np.array([5]), voxels=0.8, volume_ml=2.0)
    features = region_features(region, np.full((1, 6), 0.5, np.float32), has_contrast=True)
    assert features[FEATURES.index("vessels")] == 0


def test_certainty_has_an_end() -> None:
    region = MarkedRegion(SUBARACHNOID, np.array([5]), voxels=1.0, volume_ml=1.0)
    features = region_features(region, np.zeros((1, 6), np.float32), has_contrast=False)
    np.testing.assert_allclose(features[:3], [logit(0.001), logit(0.001), logit(0.999)])


def test_probability_is_the_logistic_of_the_weighted_sum() -> None:
    terms = RegionTerms(-1.0, (0.5, 0.0, 2.0, 0.0, -3.0), dict.fromkeys(OperatingPoint, 0.1))
    features = np.array([2.0, 9.0, 1.0, 9.0, 1.0])
    assert lesion_probability(features, terms) == pytest.approx(1 / (1 + math.exp(1.0)))


def test_a_region_on_a_single_slice_counts_as_5_mm_of_it() -> None:
    grid = make_grid(slices=1, px=40, px_mm=0.5)
    mask = np.zeros(grid.shape_kji, np.uint8)
    mask[0, 10:20, 10:30] = SUBARACHNOID
    volume = Volume(np.full(grid.shape_kji, 60, np.int16), grid)
    (found,) = find_lesions(Marked(mask, np.where(mask, 0.75, 0).astype(np.float16)), volume)
    region = marked_region(found, volume)
    assert region.area.tolist() == [200]
    assert region.volume_ml == pytest.approx(200 * 0.25 * 5 / 1000)
    assert (region.kind, region.voxels) == (SUBARACHNOID, 0.75)


def test_the_shipped_model_asks_more_where_less_is_known() -> None:
    """Every sign of blood raises the probability, and bright vessels lower it."""
    weights = json.loads(SHIPPED.read_text(encoding="utf-8"))["regions"]["weights"]
    assert all(weights[name] > 0 for name in FEATURES[:-1])
    assert weights["vessels"] < 0
