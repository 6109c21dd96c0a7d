"""ichnet: one small network that segments, detects, shows where, and describes a slice.

A U-shaped network with additive skips. Its stem folds 2x2 pixels into channels and its head
unfolds them again, so most work happens at half the resolution.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = 6
EMBEDDING = 128
_POOL_SHARPNESS = 3.0
_BACKGROUND_BIAS = 3.0


class Answer(NamedTuple):
    """Logits of one batch: `segmentation` [N, 6, S, S], `detection` [N, 6], `cam` [N, 6, h, w].

    `embedding` [N, 128] has length one.
    """

    segmentation: Tensor
    detection: Tensor
    cam: Tensor
    embedding: Tensor


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
        Feature channels at 1/2, 1/4, 1/8 and 1/16 of the input's resolution.
    """

    def __init__(self, channels: int, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = widths
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), _block(4 * channels, half))
        self.level_2 = _block(half, half)
        self.level_4 = nn.Sequential(_block(half, quarter, 2), _Residual(quarter))
        self.level_8 = nn.Sequential(_block(quarter, eighth, 2), _Residual(eighth))
        self.level_16 = nn.Sequential(_block(eighth, sixteenth, 2), _Residual(sixteenth))
        self.lift_8 = nn.Conv2d(sixteenth, eighth, 1)
        self.lift_4 = nn.Conv2d(eighth, quarter, 1)
        self.lift_2 = nn.Conv2d(quarter, half, 1)
        self.merge_8 = _block(eighth, eighth)
        self.merge_4 = _block(quarter, quarter)
        self.merge_2 = _block(half, half)
        self.segment = nn.Conv2d(half, 4 * CLASSES, 1)
        self.unfold = nn.PixelShuffle(2)
        self.evidence = nn.Conv2d(eighth + CLASSES - 1, CLASSES, 1)
        self.project = nn.Sequential(
            nn.Linear(sixteenth + eighth + 2 * CLASSES, EMBEDDING),
            nn.ReLU(inplace=True),
            nn.Linear(EMBEDDING, EMBEDDING),
        )
        with torch.no_grad():
            self.segment.bias.zero_()
            self.segment.bias[:4] = _BACKGROUND_BIAS

    def forward(self, image: Tensor) -> Answer:
        x2 = self.level_2(self.stem(image))
        x4 = self.level_4(x2)
        x8 = self.level_8(x4)
        x16 = self.level_16(x8)
        y8 = self.merge_8(x8 + _double(self.lift_8(x16)))
        y4 = self.merge_4(x4 + _double(self.lift_4(y8)))
        y2 = self.merge_2(x2 + _double(self.lift_2(y4)))
        segmentation = self.unfold(self.segment(y2)).float()
        blood = segmentation[:, 1:] - segmentation[:, :1]
        strongest = functional.max_pool2d(blood, 8).clamp(-8.0, 8.0) / 4
        cam = self.evidence(torch.cat([y8, strongest.to(y8.dtype)], 1)).float()
        detection = pool_evidence(cam)
        amount = torch.sigmoid(blood).mean((2, 3)).sqrt() * 4
        described = torch.cat(
            [
                x16.float().mean((2, 3)),
                y8.float().amax((2, 3)),
                detection / 4,
                amount,
                amount.sum(1, keepdim=True),
            ],
            1,
        )
        embedding = functional.normalize(self.project(described).float(), dim=1, eps=1e-6)
        return Answer(segmentation, detection, cam, embedding)


def pool_evidence(cam: Tensor) -> Tensor:
    """Pool maps [N, 6, h, w] into logits [N, 6]: a soft maximum, so small lesions count."""
    flat = cam.flatten(2) * _POOL_SHARPNESS
    top = flat.amax(2, keepdim=True)
    mean = (flat - top).exp().mean(2, keepdim=True)
    return ((mean.log() + top) / _POOL_SHARPNESS).squeeze(2)


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
