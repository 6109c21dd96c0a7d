"""The networks that others would take, built by MONAI, for the comparison table.

A segmenting network answers with a mask alone, its detection read off the mask; a classifying one
with a detection alone. All see the same input and are trained by the same runner as `IchNet`.
"""

from __future__ import annotations

import torch
from monai.networks.nets import BasicUNet, DenseNet121, resnet50
from torch import Tensor, nn
from torch.nn import functional

from training.network import CLASSES, Answer, pool_evidence

_BACKGROUND_BIAS = 3.0
_ASPP_WIDTH = 256
_ASPP_DILATIONS = (6, 12, 18)


class Segmenter(nn.Module):
    """A network that gives class logits [N, 6, S, S]; how far blood rises is its detection."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        bias = torch.zeros(CLASSES)
        bias[0] = _BACKGROUND_BIAS
        self.bias = nn.Parameter(bias)

    def forward(self, image: Tensor) -> Answer:
        logits = (self.net(image) + self.bias[:, None, None]).float()
        blood = logits[:, 1:] - logits[:, :1]
        evidence = torch.cat([blood.amax(1, keepdim=True), blood], 1)
        cam = functional.avg_pool2d(evidence, 8)
        return Answer(logits, pool_evidence(cam), cam, None)


class Classifier(nn.Module):
    """A network that gives six logits of a slice."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Answer:
        return Answer(None, self.net(image).float(), None, None)


class DeepLabV3(nn.Module):
    """Atrous spatial pyramid pooling over a ResNet-50 of output stride 16 (arXiv:1706.05587)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        backbone = _resnet50(channels, 1)
        _dilate(backbone.layer4)
        self.features = nn.Sequential(
            backbone.conv1, backbone.bn1, nn.ReLU(inplace=True), backbone.maxpool,
            backbone.layer1, backbone.layer2, backbone.layer3, backbone.layer4,
        )  # fmt: skip
        self.branches = nn.ModuleList(
            [_atrous(1, 1), *(_atrous(3, dilation) for dilation in _ASPP_DILATIONS)]
        )
        self.whole = nn.Sequential(nn.Conv2d(2048, _ASPP_WIDTH, 1), nn.ReLU(inplace=True))
        self.head = nn.Sequential(
            nn.Conv2d(5 * _ASPP_WIDTH, _ASPP_WIDTH, 1, bias=False),
            nn.BatchNorm2d(_ASPP_WIDTH),
            nn.ReLU(inplace=True),
            nn.Conv2d(_ASPP_WIDTH, CLASSES, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        features = self.features(image)
        whole = self.whole(features.mean((2, 3), keepdim=True)).expand(-1, -1, *features.shape[2:])
        joined = torch.cat([*(branch(features) for branch in self.branches), whole], 1)
        return functional.interpolate(
            self.head(joined), size=image.shape[2:], mode="bilinear", align_corners=False
        )


def _resnet50(channels: int, answers: int) -> nn.Module:
    """As published (arXiv:1512.03385): the first convolution halves the image; MONAI's does not."""
    return resnet50(
        spatial_dims=2, n_input_channels=channels, num_classes=answers, conv1_t_stride=2
    )


def _atrous(kernel: int, dilation: int) -> nn.Sequential:
    padding = dilation if kernel == 3 else 0
    return nn.Sequential(
        nn.Conv2d(2048, _ASPP_WIDTH, kernel, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(_ASPP_WIDTH),
        nn.ReLU(inplace=True),
    )


def _dilate(layer: nn.Module) -> None:
    """Trade a layer's stride for dilation: the same receptive field at twice the resolution."""
    for module in layer.modules():
        if isinstance(module, nn.Conv2d):
            module.stride = (1, 1)
            if module.kernel_size == (3, 3):
                module.dilation, module.padding = (2, 2), (2, 2)


def build_peer(name: str, channels: int) -> nn.Module:
    """`unet`, `deeplabv3`, `resnet50` or `densenet121`; ValueError for another name."""
    if name == "unet":
        features = (32, 32, 64, 128, 256, 32)
        return Segmenter(BasicUNet(2, channels, CLASSES, features, norm="batch"))
    if name == "deeplabv3":
        return Segmenter(DeepLabV3(channels))
    if name == "resnet50":
        return Classifier(_resnet50(channels, CLASSES))
    if name == "densenet121":
        return Classifier(DenseNet121(2, channels, CLASSES))
    raise ValueError(f"There is no network {name}: unet, deeplabv3, resnet50 or densenet121")
