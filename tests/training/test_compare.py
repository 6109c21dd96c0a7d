"""The table of networks; needs torch, which the application does not have."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

from training.anatomy import ROOT  # noqa: E402
from training.compare import read_with_k_means, read_with_network, stacks_to_read  # noqa: E402
from training.recipe import Recipe  # noqa: E402


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_readers_of_one_table_see_the_same_slices() -> None:
    recipe = Recipe.read(ROOT / "training" / "recipes" / "ichnet_s.toml")
    stacks = stacks_to_read(recipe.spec, 144)
    assert sum(len(stack.hu) for stack in stacks) >= 144
    shipped = read_with_network(recipe, stacks)
    assert shipped.slices > 100_000
    assert shipped.parameters > 1_000_000
    # Some of these heads bleed faintly; untrained networks are at 0.5 and mark nothing.
    assert 0.7 < shipped.auc_any <= 1
    assert 0.1 < shipped.any_dice <= 1
    classical = read_with_k_means(stacks, recipe.spec.spacing_mm)
    assert 0 < classical.any_dice <= 1
    assert np.isnan(classical.auc_types)
    assert min(shipped.ms_per_slice, classical.ms_per_slice) > 0
