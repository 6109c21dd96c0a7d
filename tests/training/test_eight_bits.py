"""Weights in 8 bits; needs torch and onnx, which the application does not have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402

from training.eight_bits import rounded, stored_weights  # noqa: E402
from training.export import Shipped, largest_difference, round_weights, to_onnx  # noqa: E402
from training.fields import Floats  # noqa: E402
from training.network import IchNet  # noqa: E402

SAMPLE = torch.rand(2, 5, 64, 64, generator=torch.Generator().manual_seed(0))


def new_net() -> IchNet:
    """No two weights alike: the exporter keeps equal ones once."""
    torch.manual_seed(0)
    net = IchNet(5, (32, 32, 32, 32, 32)).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.01)
    return net


def weights_of_channels(*highest: float) -> Floats:
    rng = np.random.default_rng(0)
    values = rng.uniform(-1, 1, (len(highest), 16, 3, 3)).astype(np.float32)
    largest = np.abs(values).max((1, 2, 3), keepdims=True)
    return values / largest * np.array(highest, np.float32)[:, None, None, None]


def test_each_channel_is_off_by_half_a_step_of_its_own_at_most() -> None:
    values = weights_of_channels(2.0, 0.01, 1e-4)
    off = np.abs(rounded(values) - values).max((1, 2, 3))
    half_a_step = np.array([2.0, 0.01, 1e-4]) / 127 / 2
    assert np.all(off <= 1.1 * half_a_step)
    assert np.all(off > 0.8 * half_a_step)


def test_rounding_twice_is_rounding_once() -> None:
    once = rounded(weights_of_channels(3.3, 0.07, 2e-3))
    np.testing.assert_array_equal(rounded(once), once)
    assert len(np.unique(once[0])) <= 255


def test_a_channel_of_nothing_stays_nothing() -> None:
    np.testing.assert_array_equal(rounded(np.zeros((2, 600), np.float32)), 0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rounded_weights_make_a_smaller_file_of_the_same_answers(tmp_path: Path) -> None:
    net = new_net()
    size = {}
    for name in ("float", "rounded"):
        if name == "rounded":
            round_weights(net)
        file = tmp_path / f"{name}.onnx"
        to_onnx(Shipped(net).eval(), file, SAMPLE, steps=1)
        assert largest_difference(Shipped(net).eval(), file, SAMPLE) < 1e-5
        size[name] = file.stat().st_size
    count = sum(parameter.numel() for parameter in net.parameters())
    assert size["float"] > 4 * count
    assert size["rounded"] < 1.4 * count
    kept = stored_weights(onnx.load(str(tmp_path / "rounded.onnx")))
    for name, parameter in net.named_parameters():
        np.testing.assert_array_equal(kept[f"net.{name}"], parameter.detach(), err_msg=name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_runtime_computes_with_whole_weights(tmp_path: Path) -> None:
    """Nothing is left to multiply out when a slice is read."""
    net = new_net()
    round_weights(net)
    file, loaded = tmp_path / "model.onnx", tmp_path / "loaded.onnx"
    to_onnx(Shipped(net).eval(), file, SAMPLE, steps=1)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(loaded)
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    graph = onnx.load(str(loaded)).graph
    assert not [one.name for one in graph.initializer if one.name.endswith(".int8")]
    assert not [node.name for node in graph.node if node.op_type == "BatchNormalization"]
