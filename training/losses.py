"""What the network is asked for: masks, types present, and vectors that lie as cases do."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.network import CLASSES, Answer
from training.pool import UNSEEN

#: Background, then the types by label; subarachnoid blood is thin, so it has few pixels.
_CLASS_WEIGHT = (1.0, 2.5, 2.5, 2.5, 5.0, 2.5)
_SCALE = 10.0
_IGNORED = -100
#: Added above and below in Dice, so that a few pixels in an empty slice are no full miss.
_SPARE_PX = 20.0
_SIMILARITY_WIDTH = 0.8
_SHARES = {"segmentation": 1.0, "dice": 1.0, "detection": 0.5, "embedding": 0.3}


def losses(answer: Answer, mask: Tensor, present: Tensor, description: Tensor) -> dict[str, Tensor]:
    """The parts of the loss, weighted; their sum is what is minimised.

    Parameters
    ----------
    mask : int64 [N, S, S]
        From `UNSEEN` on nothing is asked.
    present : float32 [N, 6]
        NaN where nothing is asked.
    description : float32 [N, D]
    """
    parts = {"detection": _detection(answer.detection, present)}
    if answer.segmentation is not None:
        log_probability = functional.log_softmax(answer.segmentation, 1)
        truth = (mask[:, None] == torch.arange(CLASSES)[:, None, None]).to(log_probability.dtype)
        parts["segmentation"] = _cross_entropy(log_probability, truth)
        asked = (mask < UNSEEN)[:, None]
        parts["dice"] = _dice(log_probability.exp()[:, 1:] * asked, truth[:, 1:])
    if answer.embedding is not None:
        parts["embedding"] = _similarity(answer.embedding, description)
    return {name: _SHARES[name] * value for name, value in parts.items()}


def _cross_entropy(log_probability: Tensor, truth: Tensor) -> Tensor:
    """Mean over pixels, made larger so that rare blood counts beside much background."""
    by_class = -(log_probability * truth).mean((0, 2, 3)) * _SCALE
    return (by_class * torch.tensor(_CLASS_WEIGHT)).sum()


def _dice(probability: Tensor, truth: Tensor) -> Tensor:
    """One minus Dice: of any blood slice by slice, of each type present over the batch.

    Slice by slice a small bleed counts as much as a large one, and marks where there is no blood
    cost the more the fewer pixels would have been right.
    """
    any_dice = _soft_dice(probability.sum(1), truth.sum(1), (1, 2))
    of_type = _soft_dice(probability, truth, (0, 2, 3))
    there = (truth.sum((0, 2, 3)) > 0).to(of_type.dtype)
    mean = (of_type * there).sum() / there.sum().clamp(min=1)
    return (1 - any_dice.mean()) + (1 - mean) * (there.sum() > 0)


def _soft_dice(probability: Tensor, truth: Tensor, over: tuple[int, ...]) -> Tensor:
    both = (probability * truth).sum(over)
    return (2 * both + _SPARE_PX) / (probability.sum(over) + truth.sum(over) + _SPARE_PX)


def _detection(logits: Tensor, present: Tensor) -> Tensor:
    asked = ~torch.isnan(present)
    return functional.binary_cross_entropy_with_logits(logits[asked], present[asked])


def _similarity(embedding: Tensor, description: Tensor) -> Tensor:
    """Cosines shall fall with the distance of what was simulated."""
    squared = torch.cdist(description, description).pow(2)
    target = torch.exp(-squared / (2 * _SIMILARITY_WIDTH**2))
    return functional.mse_loss(embedding @ embedding.T, target)


@torch.no_grad()
def by_slice(answer: Answer, mask: Tensor, present: Tensor) -> Tensor:
    """How wrong the network is on each slice, float32 [N]: detection, and pixels where it marks.

    Pixels count by their sum over the slice's blood or, without blood, over 1 % of it, so that a
    small bleed missed and a small one made up are both hard.
    """
    asked = ~torch.isnan(present)
    wrong = functional.binary_cross_entropy_with_logits(
        answer.detection, torch.nan_to_num(present), reduction="none"
    )
    hardness = (wrong * asked).sum(1) / asked.sum(1).clamp(min=1)
    if answer.segmentation is not None:
        truth = mask.masked_fill(mask >= UNSEEN, _IGNORED)
        pixels = functional.cross_entropy(
            answer.segmentation, truth, reduction="none", ignore_index=_IGNORED
        )
        blood = (truth > 0).sum((1, 2)).clamp(min=0.01 * mask[0].numel())
        hardness = hardness + pixels.sum((1, 2)) / blood
    return hardness
