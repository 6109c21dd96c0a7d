"""A recipe's network and its weights, as files keep them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import onnx
import torch
from torch import Tensor, nn

from training.eight_bits import stored_weights
from training.network import IchNet
from training.recipe import Recipe

#: In an exported model: what names of weights begin with, and the property that tells how long they
#: were trained.
_PREFIX = "net."
STEPS = "training_steps"


class Weights(NamedTuple):
    """Averaged weights by name, and how many steps they were trained in all."""

    average: dict[str, Tensor]
    steps: int


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
    same network. ONNX files have no count of the batches that statistics were measured on.

    Raises
    ------
    ValueError
        Where the weights are those of another network.
    """
    missing, unknown = net.load_state_dict(weights, strict=False)
    dispensable = ("extent.", "num_batches_tracked")
    lacking = [name for name in missing if not any(part in name for part in dispensable)]
    if lacking or unknown:
        names = ", ".join([*lacking, *unknown])
        raise ValueError(f"The weights are those of another network: they differ in {names}.")


def read_weights(file: Path) -> Weights:
    """Read the averaged weights of a checkpoint, of what `keep` wrote, or of an exported model."""
    if file.suffix == ".onnx":
        return _of_onnx(onnx.load(str(file)))
    stored = torch.load(file, weights_only=True)
    return Weights(stored["average"], stored["step"] + stored["steps_before"])


def _of_onnx(model: onnx.ModelProto) -> Weights:
    average = {
        name.removeprefix(_PREFIX): torch.from_numpy(values.copy())
        for name, values in stored_weights(model).items()
        if name.startswith(_PREFIX)
    }
    properties = {one.key: one.value for one in model.metadata_props}
    return Weights(average, int(properties.get(STEPS, 0)))


def keep(net: nn.Module, step: int, steps_before: int, file: Path) -> None:
    """Write averaged weights small, for `--weights` of a later run.

    Half precision is enough for weights; variances of activations reach beyond its range.
    """
    average = {
        name: value.half() if value.is_floating_point() and "running" not in name else value
        for name, value in net.state_dict().items()
    }
    torch.save({"average": average, "step": step, "steps_before": steps_before}, file)
