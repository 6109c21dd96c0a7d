"""Training slices: what the network sees, and what it is asked."""

from __future__ import annotations

import numpy as np

from training.anatomy import ROOT
from training.fields import smooth_noise, stretch
from training.pool import LEAST_BLOOD_PX, UNSEEN
from training.recipe import Recipe
from training.scanner import Scan
from training.slices import MIRRORED_DESCRIPTION, batches, describe, make_stacks, present
from training.statistics import draw_plans

RECIPE = Recipe.read(ROOT / "training" / "recipes" / "ichnet_s.toml")


def test_batch_is_what_the_network_takes(label_maps: None) -> None:
    data = RECIPE.data | {"uses_per_stack": 100, "pool_stacks": 8}
    recipe = Recipe(**{**vars(RECIPE), "data": data})
    rng = np.random.default_rng(0)
    batch = next(batches(rng, (3,), recipe.spec, recipe, 4))
    assert batch.image.shape == (4, 5, 288, 288)
    assert batch.image.dtype == np.float32
    assert batch.image.min() >= 0
    assert batch.image.max() <= 1
    assert batch.mask.shape == (4, 288, 288)
    assert batch.present.shape == (4, 6)
    assert batch.description.shape == (4, 12)


def test_stack_is_centred_on_the_head(label_maps: None) -> None:
    stack = make_stacks(np.random.default_rng(2), (3,), RECIPE.spec, 1.0)[0]
    rows, columns = np.nonzero((stack.hu > -200).sum(0) > 3)
    assert abs((columns.min() + columns.max()) / 2 - 143.5) < 19
    assert abs((rows.min() + rows.max()) / 2 - 143.5) < 32


def test_hardly_any_blood_is_not_asked_for() -> None:
    mask = np.zeros((3, 16, 16), np.uint8)
    mask[1].ravel()[: LEAST_BLOOD_PX - 1] = 4
    mask[2].ravel()[:LEAST_BLOOD_PX] = 4
    answer = present(mask)
    assert not answer[0].any()
    assert np.isnan(answer[1, [0, 4]]).all()
    assert answer[2].tolist() == [1, 0, 0, 0, 1, 0]


def test_blood_that_cannot_be_seen_is_neither_there_nor_absent() -> None:
    mask = np.zeros((2, 16, 16), np.uint8)
    mask[:, 2:6, 2:8] = UNSEEN + 5
    mask[1, 9:13, 2:8] = 2
    answer = present(mask)
    assert np.isnan(answer[0, [0, 5]]).all()
    assert not answer[0, 1:5].any()
    np.testing.assert_array_equal(answer[1], [1, 0, 1, 0, 0, np.nan])


def test_plans_have_volumes_and_densities_of_blood(label_maps: None) -> None:
    rng = np.random.default_rng(1)
    plans = [plan for _ in range(300) for plan in draw_plans(rng)]
    assert {plan.kind for plan in plans} == {1, 2, 3, 4, 5}
    assert all(0.1 < plan.volume_ml < 800 and 28 < plan.hu <= 85 for plan in plans)
    ventricular = [plan.hu for plan in plans if plan.kind == 3]
    assert 36 < np.median(ventricular) < 46  # of the real ones 40, mixed with fluid


def test_stretch_keeps_corners_and_is_linear_between() -> None:
    stretched = stretch(np.array([[0.0, 2.0], [4.0, 6.0]], np.float32), (5, 3))
    np.testing.assert_allclose(stretched[0], [0, 1, 2])
    np.testing.assert_allclose(stretched[:, 0], [0, 1, 2, 3, 4])


def test_noise_is_reproducible_and_about_unit() -> None:
    first, again = (smooth_noise(np.random.default_rng(4), (64, 64, 64), 6) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert 0.6 < first.std() < 1.4


def test_a_mirrored_slice_is_described_with_its_sides_changed() -> None:
    mask = np.zeros((5, 16, 16), np.uint8)
    for k in range(5):
        mask[k, 2 : 4 + k, 1:4] = k + 1
    midline_mm = np.broadcast_to(np.linspace(-6, 6, 4, dtype=np.float32), (5, 4, 4))

    def described(mask: np.ndarray, midline_mm: np.ndarray) -> np.ndarray:
        positions = np.column_stack([np.zeros((5, 2)), np.arange(5.0)])
        hu = np.zeros(mask.shape, np.float32)
        unseen = np.zeros_like(mask)
        return describe(Scan(hu, mask, unseen, midline_mm, positions, np.zeros(3)), 0.75)

    once = described(mask, midline_mm)
    # The patient's left stays where it was on the image; the blood goes to the other side.
    mirrored = described(mask[..., ::-1], midline_mm)
    assert not np.array_equal(mirrored, once)
    np.testing.assert_allclose(once[:, MIRRORED_DESCRIPTION], mirrored)
