"""The mean of weights that lie on one path of training, such as of two rounds.

`python -m training.mean_weights RECIPE A.pt B.onnx --keep OUT.pt`
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.anatomy import TRAIN
from training.recipe import Recipe
from training.slices import batches, part_of
from training.weights import keep, load_weights, new_net, read_weights

_SETTLE_BATCHES = 24


def mean_of(nets: Sequence[nn.Module], images: Iterable[Tensor]) -> nn.Module:
    """The first network with the mean weights of all.

    Means and variances of activations belong to the weights that they were measured with, so they
    are measured again.

    Parameters
    ----------
    nets
        Of one kind; the first is changed.
    images
        Batches [N, C, S, S] of what the weights were trained on: parts of slices.
    """
    parameters = zip(*(net.parameters() for net in nets), strict=True)
    with torch.no_grad():
        for first, *others in parameters:
            first.copy_(torch.stack([first, *others]).mean(0))
    torch.optim.swa_utils.update_bn(images, nets[0])
    return nets[0]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe.read(given.recipe)
    weights = [read_weights(file) for file in given.weights]
    nets = [new_net(recipe) for _ in weights]
    for net, one in zip(nets, weights, strict=True):
        load_weights(net, one.average)
    rng = np.random.default_rng(recipe.seed)
    drawn = batches(rng, TRAIN, recipe.spec, recipe, int(recipe.optimise["batch"]))
    size_px = int(recipe.optimise["crop_px"])
    parts = (part_of(batch, size_px, n) for n, batch in enumerate(islice(drawn, _SETTLE_BATCHES)))
    images = (torch.from_numpy(part.image) for part in parts)
    keep(mean_of(nets, images), max(one.steps for one in weights), 0, given.keep)


if __name__ == "__main__":
    main()
