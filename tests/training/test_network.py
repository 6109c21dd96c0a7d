"""The network and its export; needs torch, which the application does not have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")
onnxruntime = pytest.importorskip("onnxruntime")

from training.losses import losses  # noqa: E402
from training.network import IchNet, pool_evidence  # noqa: E402


@pytest.fixture
def net() -> IchNet:
    torch.manual_seed(0)
    return IchNet(5, (8, 8, 8, 8, 8))


def test_answers_have_the_contracts_shapes(net: IchNet) -> None:
    answer = net(torch.rand(2, 5, 64, 64))
    assert answer.segmentation.shape == (2, 6, 64, 64)
    assert answer.detection.shape == (2, 6)
    assert answer.cam.shape == (2, 6, 8, 8)
    assert answer.embedding.shape == (2, 128)
    np.testing.assert_allclose(answer.embedding.norm(dim=1).detach(), 1, rtol=1e-5)


def test_peers_answer_what_they_can() -> None:
    pytest.importorskip("monai", reason="MONAI is in the training environment only")
    from training.peers import build_peer

    image = torch.rand(2, 5, 64, 64)
    for name, segments in (("unet", True), ("resnet50", False), ("densenet121", False)):
        answer = build_peer(name, 5)(image)
        assert answer.detection.shape == (2, 6)
        assert (answer.segmentation is not None) == segments
    with pytest.raises(ValueError, match="no network vgg"):
        build_peer("vgg", 5)


def test_evidence_is_pooled_by_a_soft_maximum() -> None:
    cam = torch.zeros(1, 6, 4, 4)
    assert pool_evidence(cam).abs().max() < 1e-6
    cam[0, 2, 1, 1] = 30.0
    pooled = pool_evidence(cam)[0]
    assert 28 < pooled[2] < 30
    assert pooled[[0, 1, 3, 4, 5]].abs().max() < 1e-6


def test_every_loss_falls_when_the_network_learns(net: IchNet) -> None:
    image = torch.rand(4, 5, 32, 32)
    mask = torch.zeros(4, 32, 32, dtype=torch.long)
    mask[:2, 8:20, 8:20] = 2
    present = torch.zeros(4, 6)
    present[:2, [0, 2]] = 1
    description = torch.zeros(4, 12)
    description[:2] = 2
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
    totals = []
    for _ in range(30):
        parts = losses(net(image), mask, present, description)
        total = torch.stack(list(parts.values())).sum()
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.5 * totals[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_onnx_equals_torch(net: IchNet, tmp_path: Path) -> None:
    from training.export import Shipped, largest_difference, to_onnx

    shipped = Shipped(net).eval()
    sample = torch.rand(2, 5, 64, 64)
    to_onnx(shipped, tmp_path / "model.onnx", sample)
    assert largest_difference(shipped, tmp_path / "model.onnx", sample) < 1e-4
