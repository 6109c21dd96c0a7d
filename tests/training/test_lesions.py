"""Where collections lie along the skull."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from training.anatomy import load_anatomy
from training.lesions import collection_region, plan_collection
from training.statistics import Plan

LEFT, RIGHT = 1, -1


@pytest.mark.parametrize("kind", [HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL])
def test_collections_lie_over_the_convexity_and_at_the_poles(
    kind: HemorrhageType, label_maps: None
) -> None:
    """Frontal and occipital poles too: what is never simulated there is never found there."""
    anatomy = load_anatomy(3)
    near, far, sides, places = 0, 0, set(), []
    for seed in range(30):
        plan = Plan(kind, 15.0, 60.0)
        made = plan_collection(np.random.default_rng(seed), anatomy, plan)
        assert made is not None
        region = collection_region(anatomy, made)
        midline_mm = anatomy.midline_mm[region].astype(np.float32)  # half of it in a hemisphere
        if kind is HemorrhageType.SUBDURAL:  # the falx stops it
            assert abs(np.sign(midline_mm).mean()) > 0.9
        middle_mm = float(np.abs(midline_mm).mean())
        near, far = near + (middle_mm < 15), far + (middle_mm > 24)
        sides.add(float(np.sign(np.median(midline_mm))))
        places.append(np.argwhere(region)[:, 1].mean() / region.shape[1])
    assert near >= 4
    assert far >= 8
    assert sides == {LEFT, RIGHT}
    assert min(places) < 0.35  # at the front
    assert max(places) > 0.65  # and at the back
