"""A head's blood is as dense, and as uneven, as blood is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from training.head import build_head

CLOTS = (HemorrhageType.INTRAPARENCHYMAL, HemorrhageType.INTRAVENTRICULAR)


@pytest.mark.parametrize("kind", CLOTS)
def test_a_clot_is_densest_within(kind: HemorrhageType, label_maps: None) -> None:
    differences = []
    for seed in range(4):
        head = build_head(np.random.default_rng(seed), 3, (kind,))
        clot = head.label == kind
        within = ndimage.binary_erosion(clot, iterations=2)
        if within.sum() > 50:
            border = clot & ~ndimage.binary_erosion(clot)
            differences.append(float(np.median(head.hu[within]) - np.median(head.hu[border])))
    assert len(differences) >= 2
    assert min(differences) > 1


def test_blood_in_a_ventricle_is_denser_than_brain(label_maps: None) -> None:
    for seed in (1, 3, 4):
        head = build_head(np.random.default_rng(seed), 3, (HemorrhageType.INTRAVENTRICULAR,))
        middle = ndimage.binary_erosion(head.label > 0)
        brain = (head.label == 0) & (head.depth_mm > 10) & (head.hu > 20) & (head.hu < 60)
        assert np.median(head.hu[middle]) > np.median(head.hu[brain]) + 10
