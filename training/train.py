"""Train a network from one recipe: `python -m training.train training/recipes/ichnet_s.toml`.

One process simulates, one trains and tells the first how wrong it was on each slice; both use a
single thread unless told otherwise. Interrupted runs go on where the last checkpoint left them.
Curves lie in `runs/<name>/`; whenever a checkpoint is written, the averaged weights are asked about
slices of unseen anatomies, and the best by their loss lie there as `best.pt`.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import queue
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.anatomy import ROOT, TRAIN
from training.losses import by_slice, losses
from training.pool import Lessons
from training.precision import mixed_precision
from training.recipe import Recipe
from training.slices import Batch, batches, part_of
from training.validation import held_out, validate
from training.weights import keep, load_weights, new_net, read_weights

_QUEUE_BATCHES = 12
_REPORT_STEPS = 50
_SETTLE_BATCHES = 40
BEST = "best.pt"


@dataclass
class Run:
    """Everything that a checkpoint holds; the one mutable object of training."""

    recipe: Recipe
    net: nn.Module
    average: nn.Module
    optimiser: torch.optim.AdamW
    step: int = 0
    steps_before: int = 0
    spent_s: float = 0.0
    best_loss: float = math.inf
    sums: dict[str, float] = field(default_factory=dict)
    noted: int = 0

    @property
    def folder(self) -> Path:
        """Where curves and checkpoints of this recipe go."""
        return ROOT / "runs" / self.recipe.name


def start(recipe: Recipe, weights: Path | None = None) -> Run:
    """The last checkpoint's run, or a fresh one, from given weights where there are any."""
    torch.manual_seed(recipe.seed)
    net, average = new_net(recipe), new_net(recipe)
    average.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(
        net.parameters(), weight_decay=float(recipe.optimise["weight_decay"])
    )
    run = Run(recipe, net, average, optimiser)
    checkpoint = run.folder / "checkpoint.pt"
    if weights and not checkpoint.exists():
        given = read_weights(weights)
        load_weights(net, given.average)
        load_weights(average, given.average)
        run.steps_before = given.steps
    elif checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(stored["net"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        run.step, run.spent_s = stored["step"], stored["spent_s"]
        run.steps_before = stored["steps_before"]
        run.best_loss = stored["best_loss"]
    return run


def save(run: Run) -> None:
    """Write the checkpoint in one move."""
    file = run.folder / "checkpoint.pt"
    partial = file.with_suffix(".partial")
    torch.save(
        {
            "net": run.net.state_dict(),
            "average": run.average.state_dict(),
            "optimiser": run.optimiser.state_dict(),
            "step": run.step,
            "steps_before": run.steps_before,
            "spent_s": run.spent_s,
            "best_loss": run.best_loss,
        },
        partial,
    )
    partial.replace(file)


def train(recipe: Recipe, weights: Path | None = None, threads: int = 1) -> Run:
    """Train for the recipe's hours of one core, however busy the machine is with other things."""
    torch.set_num_threads(threads)
    signal.signal(signal.SIGTERM, _stop)
    run = start(recipe, weights)
    run.folder.mkdir(parents=True, exist_ok=True)
    context = get_context("spawn")
    made: Queue[Batch] = context.Queue(_QUEUE_BATCHES)
    learned: Queue[Lessons] = context.Queue()
    seed = recipe.seed + 1 + run.steps_before + run.step
    feeder = context.Process(target=_feed, args=(made, learned, recipe, seed), daemon=True)
    feeder.start()
    limit_s = 3600 * float(recipe.optimise["hours"])
    unseen = held_out(recipe)
    size_px = int(recipe.optimise["crop_px"])
    saved_s = run.spent_s
    try:
        while run.spent_s < limit_s:
            asked, before = time.monotonic(), time.process_time()
            batch = made.get()
            waited_s = time.monotonic() - asked
            learned.put(_learn(run, part_of(batch, size_px, run.step), run.spent_s / limit_s))
            run.spent_s += time.process_time() - before
            _note(run, waited_s)
            if run.spent_s - saved_s > float(recipe.optimise["save_every_s"]):
                _validate(run, unseen)
                save(run)
                saved_s = run.spent_s
        _settle(run, made)
        _validate(run, unseen)
    finally:
        learned.cancel_join_thread()
        feeder.terminate()
        save(run)
    return run


def _stop(*_: object) -> None:
    """End as if interrupted, so that the checkpoint is written and the other process ended."""
    raise SystemExit("stopped; the checkpoint is written")


def _feed(made: Queue[Batch], learned: Queue[Lessons], recipe: Recipe, seed: int) -> None:
    """The other process: simulate batches as long as they are taken."""
    os.nice(1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    rng = np.random.default_rng(seed)
    count = int(recipe.optimise["batch"])
    for batch in batches(rng, TRAIN, recipe.spec, recipe, count, lessons=lambda: _waiting(learned)):
        made.put(batch)


def _waiting(learned: Queue[Lessons]) -> Iterator[Lessons]:
    """What has come in by now."""
    while True:
        try:
            yield learned.get_nowait()
        except queue.Empty:
            return


def _learn(run: Run, batch: Batch, progress: float) -> Lessons:
    rate = _rate(run, progress)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    image = torch.from_numpy(batch.image).to(memory_format=torch.channels_last)
    run.net.train()
    with mixed_precision():
        answer = run.net(image)
    mask, there = torch.from_numpy(batch.mask).long(), torch.from_numpy(batch.present)
    parts = losses(answer, mask, there, torch.from_numpy(batch.description))
    total: Tensor = torch.stack(list(parts.values())).sum()
    run.optimiser.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), 5.0)
    run.optimiser.step()
    run.step += 1
    _average(run)
    for name, value in parts.items():
        run.sums[name] = run.sums.get(name, 0.0) + float(value.detach())
    return Lessons(batch.origin, by_slice(answer, mask, there).numpy())


def _rate(run: Run, progress: float) -> float:
    """Warm up by steps, then half a cosine over the recipe's hours."""
    optimise = run.recipe.optimise
    warm = min(1.0, (run.step + 1) / float(optimise["warmup_steps"]))
    falling = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return float(optimise["learning_rate"]) * warm * (0.01 + 0.99 * falling)


@torch.no_grad()
def _average(run: Run) -> None:
    """Running mean of the weights, quick at first."""
    keep = min(float(run.recipe.optimise["average"]), (1 + run.step) / (10 + run.step))
    averaged = run.average.state_dict()
    for name, value in run.net.state_dict().items():
        if value.dtype.is_floating_point:
            averaged[name].lerp_(value, 1 - keep)
        else:
            averaged[name].copy_(value)


def _settle(run: Run, made: Queue[Batch]) -> None:
    """Measure the averaged weights' own means and variances of activations.

    Those that were averaged along the way belong to other weights and to whatever went astray in
    one batch. They are measured on parts of slices, as the weights were trained: on whole ones,
    which hold more air, the same weights found clearly less (AUC 0.78 instead of 0.84).
    """
    size_px = int(run.recipe.optimise["crop_px"])
    parts = (part_of(made.get(), size_px, n) for n in range(_SETTLE_BATCHES))
    images = (torch.from_numpy(part.image) for part in parts)
    torch.optim.swa_utils.update_bn(images, run.average)


def _note(run: Run, waited_s: float) -> None:
    run.sums["waited_s"] = run.sums.get("waited_s", 0.0) + waited_s
    run.noted += 1
    if run.step % _REPORT_STEPS:
        return
    _write_row(run, "curves.csv", {n: value / run.noted for n, value in run.sums.items()})
    run.sums.clear()
    run.noted = 0


def _validate(run: Run, unseen: list[Batch]) -> None:
    """Ask the averaged weights about unseen anatomies, and keep them where none were better."""
    found = validate(run.average, unseen)
    _write_row(run, "validation.csv", found)
    loss = sum(value for name, value in found.items() if name != "auc_any")
    if loss <= run.best_loss:
        run.best_loss = loss
        keep(run.average, run.step, run.steps_before, run.folder / BEST)


def _write_row(run: Run, name: str, values: dict[str, float]) -> None:
    row = {"step": run.step, "spent_s": round(run.spent_s, 1)}
    row |= {name: round(value, 5) for name, value in values.items()}
    file = run.folder / name
    fresh = not file.exists()
    with file.open("a", newline="") as out:
        writer = csv.DictWriter(out, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)
    print(" ".join(f"{name} {value}" for name, value in row.items()), flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--weights", type=Path, help="start from these, such as a shipped model's")
    parser.add_argument("--keep", type=Path, help="copy the best averaged weights to this file")
    parser.add_argument("--threads", type=int, default=1, help="of the process that trains")
    given = parser.parse_args()
    run = train(Recipe.read(given.recipe), given.weights, given.threads)
    if given.keep:
        shutil.copyfile(run.folder / BEST, given.keep)


if __name__ == "__main__":
    main()
