"""The network and its export; needs torch, which the application does not have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")
onnxruntime = pytest.importorskip("onnxruntime")

from training.losses import losses  # noqa: E402
from training.network import Answer, IchNet, pool_evidence  # noqa: E402


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


def test_marked_area_adds_to_detection_without_bending_the_marks(net: IchNet) -> None:
    image = torch.rand(1, 5, 64, 64)
    with torch.no_grad():
        net.extent.weight[0, 0] = 1.0
    net.segment.bias.data[:4] = 9.0  # nothing is marked
    unmarked = net(image)
    np.testing.assert_allclose(
        unmarked.detection[0].detach(), pool_evidence(unmarked.cam)[0].detach(), atol=1e-3
    )
    net.segment.bias.data[8:12] = 30.0  # all is intraparenchymal
    marked = net(image)
    added = (marked.detection - pool_evidence(marked.cam))[0]
    np.testing.assert_allclose(added[0].detach(), np.log1p(0.8 * 64 * 64), rtol=0.01)
    assert added[1:].abs().max() < 1e-5
    added[0].backward()
    assert net.segment.weight.grad is None or not net.segment.weight.grad.any()


@pytest.mark.parametrize(("missed", "pixels"), [(0, 56 * 56), (1, 8 * 8)])
def test_a_bleed_missed_costs_dice_by_its_slice_not_by_its_size(missed: int, pixels: int) -> None:
    mask = torch.zeros(2, 64, 64, dtype=torch.long)
    mask[0, 4:60, 4:60] = 2
    mask[1, 20:28, 20:28] = 5
    logits = torch.where(mask[:, None] == torch.arange(6)[:, None, None], 15.0, -15.0)
    logits[missed], logits[missed, 0] = -15.0, 15.0
    answer = Answer(logits, torch.zeros(2, 6), None, None)
    dice = losses(answer, mask, torch.full((2, 6), float("nan")), torch.zeros(2, 12))["dice"]
    of_missed = 20 / (pixels + 20)
    assert float(dice) == pytest.approx(1 - of_missed, abs=1e-3)  # half of any, half of the types


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_onnx_equals_torch(net: IchNet, tmp_path: Path) -> None:
    from training.export import Shipped, largest_difference, to_onnx

    shipped = Shipped(net).eval()
    sample = torch.rand(2, 5, 64, 64)
    to_onnx(shipped, tmp_path / "model.onnx", sample, steps=1)
    assert largest_difference(shipped, tmp_path / "model.onnx", sample) < 1e-4
