"""One table of networks on one set of slices: `python -m training.compare RECIPE... > table.md`.

Every recipe's last checkpoint and the k-means reader see the same simulated slices, of anatomies
never trained on, and are scored by the same arithmetic. Speed is ONNX Runtime's on two threads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ichviewer.analysis.classical import find_dense
from ichviewer.analysis.head import HEAD_SPEC, find_head
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from training.anatomy import ROOT, TEST
from training.card import table
from training.fields import Floats
from training.metrics import auc, mask_dice
from training.network import CLASSES
from training.pool import Stack
from training.recipe import Recipe
from training.slices import Batch, batches, make_stacks
from training.train import load_weights, new_net

_SEED = 6_000_000
_BATCH = 8
_MIN_PROBABILITY = 0.5
_TIMED = 4

Masks = NDArray[np.uint8]


@dataclass(frozen=True)
class Row:
    """What one reader is worth; None or NaN is what it does not answer."""

    name: str
    auc_any: float
    auc_types: float
    any_dice: float
    macro_dice: float
    parameters: int
    ms_per_slice: float
    megabytes: float


def slices_to_read(recipe: Recipe, count: int) -> list[Batch]:
    """The same batches for every network of one input."""
    drawn = batches(np.random.default_rng(_SEED), TEST, recipe.spec, recipe, _BATCH)
    return [next(drawn) for _ in range(count // _BATCH)]


def read_with_network(recipe: Recipe, read: Sequence[Batch]) -> Row:
    """Score a recipe's averaged weights."""
    net = new_net(recipe).eval()
    stored = torch.load(ROOT / "runs" / recipe.name / "checkpoint.pt", weights_only=True)
    load_weights(net, stored["average"])
    scores, masks = [], []
    with torch.inference_mode():
        for batch in read:
            answer = net(torch.from_numpy(batch.image).to(memory_format=torch.channels_last))
            scores.append(torch.sigmoid(answer.detection).numpy())
            if answer.segmentation is not None:
                masks.append(_mask(torch.softmax(answer.segmentation, 1).numpy()))
    ms, megabytes = _cost(net, recipe)
    parameters = sum(p.numel() for p in net.parameters())
    return _row(recipe.name, np.concatenate(scores), masks, read, (parameters, ms, megabytes))


def read_with_k_means(stacks: Sequence[Stack], px_mm: float) -> Row:
    """Score the second reader, which knows blood but no types, slice by slice."""
    found, true, score, present, spent = [], [], [], [], 0.0
    for stack in stacks:
        for hu, mask in zip(stack.hu, stack.mask, strict=True):
            steps = np.eye(3) * px_mm
            grid = Grid((1, *hu.shape), np.zeros((1, 3)), steps[0], steps[1])
            volume = Volume(hu[None], grid)
            start = time.perf_counter()
            head = find_head(volume)
            dense = find_dense(head)[0]
            spent += time.perf_counter() - start
            step = HEAD_SPEC.spacing_mm / px_mm
            at = np.rint((np.indices(mask.shape) - (len(mask) - 1) / 2) / step).astype(int)
            at = np.clip(at + HEAD_SPEC.size_px // 2, 0, HEAD_SPEC.size_px - 1)
            found.append(dense[at[0], at[1]])
            true.append(mask > 0)
            score.append(float(dense.sum()))
            present.append(float((mask > 0).any()))
    dice = [mask_dice(f, t) for f, t in zip(found, true, strict=True) if t.any()]
    return Row(
        "k-means", auc(np.array(present), np.array(score)), np.nan, float(np.mean(dice)), np.nan,
        0, 1000 * spent / len(found), 0.0,
    )  # fmt: skip


def _row(
    name: str,
    score: Floats,
    masks: list[Masks],
    read: Sequence[Batch],
    cost: tuple[int, float, float],
) -> Row:
    present = np.concatenate([batch.present for batch in read])
    types = [auc(present[:, c], score[:, c]) for c in range(1, CLASSES)]
    any_dice = macro = np.nan
    if masks:
        found, true = np.concatenate(masks), np.concatenate([batch.mask for batch in read])
        any_dice = float(
            np.mean([mask_dice(f > 0, t > 0) for f, t in zip(found, true, strict=True) if t.any()])
        )
        macro = float(np.mean([mask_dice(found == c, true == c) for c in range(1, CLASSES)]))
    return Row(
        name, auc(present[:, 0], score[:, 0]), float(np.nanmean(types)), any_dice, macro, *cost
    )


def _mask(probability: Floats) -> Masks:
    blood = 1 - probability[:, 0] >= _MIN_PROBABILITY
    return np.where(blood, probability[:, 1:].argmax(1) + 1, 0).astype(np.uint8)


class _Answers(nn.Module):
    """What a network answers, as a tuple without gaps."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """The answers that are not None."""
        return tuple(value for value in self.net(image) if value is not None)


def _cost(net: nn.Module, recipe: Recipe) -> tuple[float, float]:
    """Milliseconds a slice in ONNX Runtime on two threads, and the file's megabytes."""
    size = recipe.spec.size_px
    sample = torch.rand(_TIMED, len(recipe.spec.channels), size, size)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            _Answers(net.to(memory_format=torch.contiguous_format)), (sample,), str(file),
            dynamo=False, opset_version=17,
        )  # fmt: skip
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        session = onnxruntime.InferenceSession(str(file), options)
        feed = {session.get_inputs()[0].name: sample.numpy()}
        return _best_ms(lambda: session.run(None, feed)) / _TIMED, file.stat().st_size / 1e6


def _best_ms(run: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", type=Path, nargs="+")
    parser.add_argument("--slices", type=int, default=480)
    given = parser.parse_args()
    recipes = [Recipe.read(file) for file in given.recipes]
    spec = recipes[0].spec
    read = slices_to_read(recipes[0], given.slices)
    rows = [read_with_network(recipe, read) for recipe in recipes if recipe.spec == spec]
    rng = np.random.default_rng(_SEED)
    stacks = [make_stacks(rng, TEST, spec, 0.3)[0] for _ in range(given.slices // 30)]
    rows.append(read_with_k_means(stacks, spec.spacing_mm))
    head = [
        "reader", "slice AUC any", "slice AUC types, mean", "any Dice, mean", "macro Dice, pooled",
        "parameters", "ms a slice", "MB",
    ]  # fmt: skip
    print(table(head, [_listed(row) for row in rows]))


def _listed(row: Row) -> list[str]:
    worth = [row.auc_any, row.auc_types, row.any_dice, row.macro_dice]
    return [
        row.name,
        *("–" if np.isnan(value) else f"{value:.3f}" for value in worth),
        f"{row.parameters / 1e6:.2f} M" if row.parameters else "–",
        f"{row.ms_per_slice:.0f}",
        f"{row.megabytes:.1f}" if row.megabytes else "–",
    ]


if __name__ == "__main__":
    main()
