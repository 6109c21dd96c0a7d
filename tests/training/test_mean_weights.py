"""The mean of two networks' weights; needs torch, which the application does not have."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is in the training environment only")

from training.mean_weights import mean_of  # noqa: E402
from training.network import IchNet  # noqa: E402


def test_weights_are_the_mean_and_activations_are_measured_anew() -> None:
    torch.manual_seed(0)
    nets = [IchNet(5, (8, 8, 8, 8, 8)) for _ in range(2)]
    pairs = zip(*(net.parameters() for net in nets), strict=True)
    expected = [(a + b).detach() / 2 for a, b in pairs]
    images = [torch.rand(4, 5, 64, 64) for _ in range(3)]
    mean = mean_of(nets, images)
    for found, wanted in zip(mean.parameters(), expected, strict=True):
        torch.testing.assert_close(found.detach(), wanted)
    first = mean.stem[1]
    with torch.no_grad():
        activations = torch.cat([first[0](mean.stem[0](image)) for image in images])
    torch.testing.assert_close(
        first[1].running_mean, activations.mean((0, 2, 3)), rtol=1e-4, atol=1e-5
    )
