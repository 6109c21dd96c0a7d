"""ichnet: one small network that segments, detects, shows where, and describes a slice.

A U-shaped network with additive skips. Its stem folds 2x2 pixels into channels and its head
unfolds them again, so most work happens at half the resolution.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = 6
EMBEDDING = 128
_POOL_SHARPNESS = 3.0
_BACKGROUND_BIAS = 3.0
#: Residual blocks at 1/4, 1/8, 1/16 and 1/32: most depth where pixels are few.
_RESIDUALS = (1, 2, 2, 2)
_CAM_DEPTH = 2
#: What is less likely blood than this counts for no area.
_LEAST_PROBABILITY = 0.2


class Answer(NamedTuple):
    """Logits of one batch: `segmentation` [N, 6, S, S], `detection` [N, 6], `cam` [N, 6, h, w].

    `embedding` [N, 128] has length one. None is what a network does not answer.
    """

    segmentation: Tensor | None
    detection: Tensor
    cam: Tensor | None
    embedding: Tensor | None


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    """Two convolutions around an identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _block(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class IchNet(nn.Module):
    """The network.

    Parameters
    ----------
    channels
        Input channels.
    widths
        Feature channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the input's resolution.
    """

    def __init__(self, channels: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        half, eighth, deepest = widths[0], widths[2], widths[-1]
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2), _block(4 * channels, half), _block(half, half)
        )
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(
            nn.Sequential(_block(a, b, 2), *(_Residual(b) for _ in range(_RESIDUALS[depth])))
            for depth, (a, b) in enumerate(pairs)
        )
        self.lift = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairs)
        self.merge = nn.ModuleList(_block(a, a) for a, _ in pairs)
        self.segment = nn.Conv2d(half, 4 * CLASSES, 1)
        self.unfold = nn.PixelShuffle(2)
        self.evidence = nn.Conv2d(eighth + CLASSES - 1, CLASSES, 1)
        self.extent = nn.Linear(CLASSES, CLASSES)
        self.project = nn.Sequential(
            nn.Linear(deepest + eighth + 2 * CLASSES, EMBEDDING),
            nn.ReLU(inplace=True),
            nn.Linear(EMBEDDING, EMBEDDING),
        )
        with torch.no_grad():
            self.segment.bias.zero_()
            self.segment.bias[:4] = _BACKGROUND_BIAS
            self.extent.weight.zero_()
            self.extent.bias.zero_()

    def forward(self, image: Tensor) -> Answer:
        features = [self.stem(image)]
        for down in self.down:
            features.append(down(features[-1]))
        deepest = y = features.pop()
        for depth in reversed(range(len(features))):
            y = self.merge[depth](features[depth] + _double(self.lift[depth](y)))
            if depth == _CAM_DEPTH:
                y8 = y
        segmentation = self.unfold(self.segment(y)).float()
        blood = segmentation[:, 1:] - segmentation[:, :1]
        strongest = functional.max_pool2d(blood, 8).clamp(-8.0, 8.0) / 4
        cam = self.evidence(torch.cat([y8, strongest.to(y8.dtype)], 1)).float()
        strength = pool_evidence(cam)
        amount = torch.sigmoid(blood).mean((2, 3)).sqrt() * 4
        described = torch.cat(
            [
                deepest.float().mean((2, 3)),
                y8.float().amax((2, 3)),
                strength / 4,
                amount,
                amount.sum(1, keepdim=True),
            ],
            1,
        )
        embedding = functional.normalize(self.project(described).float(), dim=1, eps=1e-6)
        return Answer(segmentation, strength + self._of_extent(segmentation), cam, embedding)

    def _of_extent(self, segmentation: Tensor) -> Tensor:
        """What the marked area adds to the strongest evidence, logits [N, 6].

        The area is not bent towards what detection would like it to be.
        """
        probability = torch.softmax(segmentation.detach(), 1)
        any_blood = 1 - probability[:, :1]
        marked = (torch.cat([any_blood, probability[:, 1:]], 1) - _LEAST_PROBABILITY).clamp(min=0)
        extent: Tensor = self.extent(torch.log1p(marked.sum((2, 3))))
        return extent


def pool_evidence(cam: Tensor) -> Tensor:
    """Pool maps [N, 6, h, w] into logits [N, 6]: a soft maximum, so small lesions count."""
    flat = cam.flatten(2) * _POOL_SHARPNESS
    top = flat.amax(2, keepdim=True)
    mean = (flat - top).exp().mean(2, keepdim=True)
    return ((mean.log() + top) / _POOL_SHARPNESS).squeeze(2)


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
