"""Of simulated blood, what stands out from the brain is outlined, and the rest is not asked for."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from training.outline import outline

SIZE = 64
BRAIN_HU = 32.0
CLOT = np.s_[24:40, 24:40]


def _outlined(
    hu: np.ndarray, kind: HemorrhageType, where: tuple[slice, ...] = CLOT, noise_hu: float = 3.0
) -> tuple[set[int], set[int]]:
    """Types that are seen, and types that are not, of blood at one place."""
    share = np.zeros((6, SIZE, SIZE), np.float32)
    share[kind][where] = 1
    mask, unseen = outline(
        share, hu, inside=np.ones(hu.shape, bool), blur_px=0.5, px_mm=0.75, noise_hu=noise_hu
    )
    assert not (mask.astype(bool) & unseen.astype(bool)).any()
    return set(mask[mask > 0].tolist()), set(unseen[unseen > 0].tolist())


def _with_blood_of(hu: float, where: tuple[slice, ...] = CLOT) -> np.ndarray:
    image = np.full((SIZE, SIZE), BRAIN_HU, np.float32)
    image[where] = hu
    return image


@pytest.mark.parametrize(
    "kind", [k for k in HemorrhageType if k != HemorrhageType.INTRAVENTRICULAR]
)
def test_dense_blood_is_seen_and_blood_like_brain_is_not(kind: HemorrhageType) -> None:
    assert _outlined(_with_blood_of(55), kind) == ({int(kind)}, set())
    assert _outlined(_with_blood_of(36), kind) == (set(), {int(kind)})


def test_only_old_subdural_blood_is_seen_by_being_dark() -> None:
    dark = _with_blood_of(15)
    assert _outlined(dark, HemorrhageType.SUBDURAL) == ({5}, set())
    assert _outlined(dark, HemorrhageType.INTRAPARENCHYMAL) == (set(), {2})


def test_a_ventricle_that_is_not_dark_is_seen() -> None:
    assert _outlined(_with_blood_of(33), HemorrhageType.INTRAVENTRICULAR) == ({3}, set())


def test_noise_drowns_faint_blood() -> None:
    faint = _with_blood_of(BRAIN_HU + 7)
    assert _outlined(faint, HemorrhageType.EPIDURAL, noise_hu=2)[0] == {1}
    assert _outlined(faint, HemorrhageType.EPIDURAL, noise_hu=7)[1] == {1}


def test_a_speck_is_not_seen() -> None:
    speck = np.s_[30:32, 30:33]
    assert _outlined(_with_blood_of(60, speck), HemorrhageType.SUBARACHNOID, speck)[0] == set()


def test_bone_that_shines_in_is_not_outlined() -> None:
    assert _outlined(_with_blood_of(120), HemorrhageType.EPIDURAL) == (set(), set())


def test_without_blood_nothing_is_outlined() -> None:
    share = np.zeros((6, SIZE, SIZE), np.float32)
    hu = np.full((SIZE, SIZE), BRAIN_HU, np.float32)
    mask, unseen = outline(
        share, hu, inside=np.ones(hu.shape, bool), blur_px=0.5, px_mm=0.75, noise_hu=3
    )
    assert not mask.any()
    assert not unseen.any()
