"""A recipe's network and its weights, as files keep them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from training.network import IchNet
from training.recipe import Recipe


def new_net(recipe: Recipe) -> nn.Module:
    """The recipe's network, untrained."""
    channels = len(recipe.spec.channels)
    if recipe.network == "ichnet":
        net: nn.Module = IchNet(channels, recipe.widths)
    else:
        from training.peers import build_peer  # MONAI is imported where a peer is trained

        net = build_peer(recipe.network, channels)
    return net.to(memory_format=torch.channels_last)


def load_weights(net: nn.Module, weights: dict[str, Tensor]) -> None:
    """Put stored weights into a network.

    Those of before the marked area counted lack `extent`; it starts at zero, so they still mean the
    same network.

    Raises
    ------
    ValueError
        Where the weights are those of another network.
    """
    missing, unknown = net.load_state_dict(weights, strict=False)
    lacking = [name for name in missing if not name.startswith("extent.")]
    if lacking or unknown:
        names = ", ".join([*lacking, *unknown])
        raise ValueError(f"The weights are those of another network: they differ in {names}.")


def keep(net: nn.Module, step: int, steps_before: int, file: Path) -> None:
    """Write averaged weights small, for `--weights` of a later run.

    Half precision is enough for weights; variances of activations reach beyond its range.
    """
    average = {
        name: value.half() if value.is_floating_point() and "running" not in name else value
        for name, value in net.state_dict().items()
    }
    torch.save({"average": average, "step": step, "steps_before": steps_before}, file)
