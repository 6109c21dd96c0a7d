"""How good weights are on one set of slices, of anatomies that are not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import torch
from torch import nn

from training.anatomy import VALIDATION
from training.losses import losses
from training.metrics import auc
from training.precision import mixed_precision
from training.recipe import Recipe
from training.slices import Batch, batches, part_of

_SEED = 9_000_000
#: Parts of 32 heads: with those of 12, which weights were best was for chance to say.
_STACKS = 64
_BATCHES = 16


def held_out(recipe: Recipe) -> list[Batch]:
    """The same parts of slices each time, drawn as those of training are."""
    data = recipe.data | {"pool_stacks": _STACKS, "uses_per_stack": _STACKS * _BATCHES}
    drawn = batches(
        np.random.default_rng(_SEED),
        VALIDATION,
        recipe.spec,
        replace(recipe, data=data),
        int(recipe.optimise["batch"]),
    )
    size_px = int(recipe.optimise["crop_px"])
    return [part_of(batch, size_px, n) for n, batch in enumerate(islice(drawn, _BATCHES))]


@torch.no_grad()
def validate(net: nn.Module, held_out: Sequence[Batch]) -> dict[str, float]:
    """Mean parts of the loss, and `auc_any` of the slices."""
    net.eval()
    rows: list[dict[str, float]] = []
    scores, truths = [], []
    for batch in held_out:
        image = torch.from_numpy(batch.image).to(memory_format=torch.channels_last)
        with mixed_precision():
            answer = net(image)
        mask, there = torch.from_numpy(batch.mask).long(), torch.from_numpy(batch.present)
        parts = losses(answer, mask, there, torch.from_numpy(batch.description))
        rows.append({name: float(value) for name, value in parts.items()})
        scores.append(answer.detection[:, 0].float().numpy())
        truths.append(batch.present[:, 0])
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return means | {"auc_any": auc(np.concatenate(truths), np.concatenate(scores))}
