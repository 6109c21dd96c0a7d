"""Weights as files keep them; needs torch, which the application does not have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

from training.export import Shipped, to_onnx  # noqa: E402
from training.network import IchNet  # noqa: E402
from training.weights import keep, load_weights, read_weights  # noqa: E402


def new_net(seed: int) -> IchNet:
    torch.manual_seed(seed)
    return IchNet(5, (8, 16, 32, 32, 32))


def trained_a_little(net: IchNet) -> IchNet:
    """No two weights alike, and activations measured."""
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.01)
    net.train()
    net(torch.rand(4, 5, 64, 64))
    return net.eval()


def test_weights_of_before_the_area_counted_are_the_same_network() -> None:
    net, other = new_net(0), new_net(1)
    weights = {k: v for k, v in net.state_dict().items() if not k.startswith("extent.")}
    load_weights(other, weights)
    image = torch.rand(1, 5, 64, 64)
    expected, found = net.eval()(image), other.eval()(image)
    np.testing.assert_array_equal(found.detection.detach(), expected.detection.detach())
    weights["another.weight"] = weights.pop("evidence.bias")
    with pytest.raises(ValueError, match=r"they differ in evidence\.bias, another\.weight"):
        load_weights(other, weights)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_training_can_go_on_from_an_exported_model(tmp_path: Path) -> None:
    net, kept, exported = trained_a_little(new_net(0)), tmp_path / "kept.pt", tmp_path / "m.onnx"
    keep(net, 30, 12, kept)
    weights = read_weights(kept)
    assert weights.steps == 42
    load_weights(net, weights.average)
    to_onnx(Shipped(net).eval(), exported, torch.rand(1, 5, 64, 64), weights.steps)
    again = read_weights(exported)
    assert again.steps == 42
    counted = {name for name in weights.average if name.endswith("num_batches_tracked")}
    assert set(again.average) == set(weights.average) - counted
    other = new_net(1)
    load_weights(other, again.average)
    for name, value in other.eval().state_dict().items():
        if name not in counted:
            np.testing.assert_array_equal(value, net.state_dict()[name], err_msg=name)
