"""One table of networks on one set of slices: `python -m training.compare RECIPE... > table.md`.

Every network, with the weights that ship or else of its last checkpoint, and the k-means reader see
the same simulated slices, of anatomies never trained on, and are scored by the same arithmetic.
Speed is ONNX Runtime's on two threads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ichviewer.analysis.classical import find_dense
from ichviewer.analysis.head import HEAD_SPEC, find_head
from ichviewer.analysis.prepare import AIR_HU, InputSpec, window_channels
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from training.anatomy import ROOT, TEST
from training.card import table
from training.fields import Floats
from training.metrics import auc, mask_dice
from training.network import CLASSES
from training.pool import UNSEEN, Stack
from training.recipe import Recipe
from training.slices import make_stacks, present
from training.weights import load_weights, new_net, read_weights

_SEED = 6_000_000
_BATCH = 8
_HEALTHY_SHARE = 0.3
_MIN_PROBABILITY = 0.5
_TIMED = 4

Masks = NDArray[np.uint8]


@dataclass(frozen=True)
class Row:
    """What one reader is worth; None or NaN is what it does not answer.

    `slices` is how many it was trained on.
    """

    name: str
    slices: int
    auc_any: float
    auc_types: float
    any_dice: float
    macro_dice: float
    parameters: int
    ms_per_slice: float
    megabytes: float


def stacks_to_read(spec: InputSpec, slices: int) -> list[Stack]:
    """Parts of series of the test anatomies, at least so many slices together."""
    rng = np.random.default_rng(_SEED)
    stacks: list[Stack] = []
    while sum(len(stack.hu) for stack in stacks) < slices:
        stacks += make_stacks(rng, TEST, spec, _HEALTHY_SHARE)
    return stacks


def read_with_network(recipe: Recipe, stacks: Sequence[Stack]) -> Row:
    """Score a recipe's averaged weights; of slices at an end of a part, the end repeats itself."""
    net = new_net(recipe).eval()
    weights = read_weights(_weights(recipe))
    load_weights(net, weights.average)
    scores, masks = [], []
    for images in _images(stacks, recipe.spec):
        with torch.inference_mode():
            answer = net(torch.from_numpy(images).to(memory_format=torch.channels_last))
        scores.append(torch.sigmoid(answer.detection).numpy())
        if answer.segmentation is not None:
            masks.append(_mask(torch.softmax(answer.segmentation, 1).numpy()))
    ms, megabytes = _cost(net, recipe)
    parameters = sum(p.numel() for p in net.parameters())
    slices = weights.steps * int(recipe.optimise["batch"])
    score, truth = np.concatenate(scores), np.concatenate([stack.mask for stack in stacks])
    shown = present(truth)
    types = [auc(shown[:, c], score[:, c]) for c in range(1, CLASSES)]
    found = np.concatenate(masks) if masks else None
    return Row(
        recipe.name, slices, auc(shown[:, 0], score[:, 0]), float(np.nanmean(types)),
        np.nan if found is None else _any_dice(found, truth),
        np.nan if found is None else _macro_dice(found, truth), parameters, ms, megabytes,
    )  # fmt: skip


def read_with_k_means(stacks: Sequence[Stack], px_mm: float) -> Row:
    """Score the second reader, which knows blood but no types, slice by slice."""
    found, score, spent = [], [], 0.0
    for hu in np.concatenate([stack.hu for stack in stacks]):
        steps = np.eye(3) * px_mm
        grid = Grid((1, *hu.shape), np.zeros((1, 3)), steps[0], steps[1])
        volume = Volume(hu[None], grid)
        start = time.perf_counter()
        dense = find_dense(find_head(volume))[0]
        spent += time.perf_counter() - start
        step = HEAD_SPEC.spacing_mm / px_mm
        at = np.rint((np.indices(hu.shape) - (len(hu) - 1) / 2) / step).astype(int)
        at = np.clip(at + HEAD_SPEC.size_px // 2, 0, HEAD_SPEC.size_px - 1)
        found.append(dense[at[0], at[1]].astype(np.uint8))
        score.append(float(dense.sum()))
    truth = np.concatenate([stack.mask for stack in stacks])
    return Row(
        "k-means", 0, auc(present(truth)[:, 0], np.array(score)), np.nan,
        _any_dice(np.stack(found), truth), np.nan, 0, 1000 * spent / len(found), 0.0,
    )  # fmt: skip


def _weights(recipe: Recipe) -> Path:
    shipped = ROOT / "models" / recipe.name / "model.onnx"
    return shipped if shipped.exists() else ROOT / "runs" / recipe.name / "checkpoint.pt"


def _images(stacks: Sequence[Stack], spec: InputSpec) -> Iterator[Floats]:
    """Batches [N, C, S, S] of all slices with their neighbours, in order."""
    images = np.concatenate(
        [
            window_channels(np.maximum(stack.hu.astype(np.float32), AIR_HU), spec.channels)
            for stack in stacks
        ]
    )
    for first in range(0, len(images), _BATCH):
        yield images[first : first + _BATCH]


def _any_dice(found: Masks, truth: Masks) -> float:
    """Mean over slices with blood; what is marked of unseen blood counts nowhere."""
    pairs = zip((found > 0) & (truth < UNSEEN), (truth > 0) & (truth < UNSEEN), strict=True)
    return float(np.mean([mask_dice(f, t) for f, t in pairs if t.any()]))


def _macro_dice(found: Masks, truth: Masks) -> float:
    """Mean over the types that occur, each over all slices together."""
    found = np.where(truth < UNSEEN, found, 0)
    return float(np.nanmean([mask_dice(found == c, truth == c) for c in range(1, CLASSES)]))


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
    stacks = stacks_to_read(spec, given.slices)
    rows = [read_with_network(recipe, stacks) for recipe in recipes if recipe.spec == spec]
    rows.append(read_with_k_means(stacks, spec.spacing_mm))
    head = [
        "reader", "trained on slices",
        "slice AUC any", "slice AUC types, mean", "any Dice, mean", "macro Dice, pooled",
        "parameters", "ms a slice", "MB",
    ]  # fmt: skip
    print(table(head, [_listed(row) for row in rows]))


def _listed(row: Row) -> list[str]:
    worth = [row.auc_any, row.auc_types, row.any_dice, row.macro_dice]
    return [
        row.name,
        f"{row.slices:,}" if row.slices else "–",
        *("–" if np.isnan(value) else f"{value:.3f}" for value in worth),
        f"{row.parameters / 1e6:.2f} M" if row.parameters else "–",
        f"{row.ms_per_slice:.0f}",
        f"{row.megabytes:.1f}" if row.megabytes else "–",
    ]


if __name__ == "__main__":
    main()
