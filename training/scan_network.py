"""The network for whole scans: what the rest of a scan says of each of its slabs.

`python -m training.scan_network models/ichnet-s` reads simulated studies of the training anatomies
with the model's first network, teaches the second on what it says, and writes `in_scan.onnx` and
its entry of the manifest; `training.calibrate` then fits its terms. What was read is kept in
`runs/`, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional

from ichviewer.analysis.in_scan import IN_SCAN
from training.anatomy import ROOT, TRAIN
from training.eight_bits import store_in_eight_bits
from training.export import OPSET, round_weights
from training.fields import Floats
from training.reading import Planned, plan_studies, read_studies

FIRST_SEED = 5_000_000
FILE = "in_scan.onnx"
#: Without blood, of each type alone, and as the statistics mix them, in a round of studies.
_OF_A_ROUND = (10, 2, 6)
#: The same in the rounds of blood only.
_OF_A_BLEEDING_ROUND = (0, 4, 6)
_WIDTH = 32
_MEMBERS = 4
_EPOCHS = 60
_BATCH = 16
_RATE = 3e-3
_DECAY = 1e-3
_DROPPED = 0.1
#: So many scans are heard in part only: a scan may begin or end anywhere.
_IN_PART = 0.3
#: So many are heard from head to feet.
_TURNED = 0.5
#: Blood on so few slabs counts double: there are few such scans, and neighbours are rarely right.
_FEW_SLABS, _FEW_COUNT = 5, 2.0
_LEAST_PROBABILITY = 1e-4
_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Heard:
    """What the first network says of a study's slabs, and the truth: float32 [N, 6] each."""

    detection: Floats
    expected_mm2: Floats
    truth: Floats


class Member(nn.Module):
    """Corrects each slab's logits by what its neighbours, and the whole scan, show."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(12, _WIDTH)
        self.near = nn.Conv1d(_WIDTH, _WIDTH, 3)
        self.far = nn.Conv1d(_WIDTH, _WIDTH, 3, dilation=2)
        self.whole = nn.Linear(2 * _WIDTH, _WIDTH)
        self.leave = nn.Linear(2 * _WIDTH, 6)
        self.own = nn.Parameter(torch.ones(6))
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, detection: Tensor, expected_mm2: Tensor) -> Tensor:
        """Logits [N, 6]."""
        sure = detection.clamp(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
        logit = torch.log(sure) - torch.log(1 - sure)
        heard = torch.cat([logit / 2, torch.log1p(expected_mm2) / 2], 1)
        along = functional.relu(self.enter(self.drop(heard))).transpose(0, 1)[None]
        along = along + functional.relu(self.near(_longer(along, 1)))
        along = along + functional.relu(self.far(_longer(along, 2)))
        slabs = along[0].transpose(0, 1)
        pooled = torch.cat([slabs.amax(0, keepdim=True), slabs.mean(0, keepdim=True)], 1)
        whole = functional.relu(self.whole(pooled)).expand_as(slabs)
        correction: Tensor = self.leave(self.drop(torch.cat([slabs, whole], 1)))
        return logit * self.own + correction


def _longer(along: Tensor, count: int) -> Tensor:
    """[1, C, N] with its ends repeated `count` times, as slabs at an end repeat themselves."""
    first, last = along[:, :, :1], along[:, :, -1:]
    return torch.cat([*[first] * count, along, *[last] * count], 2)


class ScanNetwork(nn.Module):
    """Members of other beginnings, averaged; answers probabilities."""

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, detection: Tensor, expected_mm2: Tensor) -> Tensor:
        """Probabilities [N, 6]."""
        logits = torch.stack([member(detection, expected_mm2) for member in self.members])
        return torch.sigmoid(logits.mean(0))


def plan(rounds: int, bleeding_rounds: int) -> list[Planned]:
    """Studies of the training anatomies, with the scanner settings of training."""
    rng = np.random.default_rng(FIRST_SEED)
    planned: list[Planned] = []
    mixes = [_OF_A_ROUND] * rounds + [_OF_A_BLEEDING_ROUND] * bleeding_rounds
    for number, mix in enumerate(mixes):
        anatomies = [int(one) for one in rng.permutation(TRAIN)]
        planned += plan_studies(FIRST_SEED + 1000 * number, anatomies, *mix)
    return [replace(one, unseen_scanner=False) for one in planned]


def hear(folder: Path, planned: Sequence[Planned], kept: Path) -> list[Heard]:
    """Read studies with a model's first network; those in `kept` were read before."""
    kept.mkdir(parents=True, exist_ok=True)
    missing = [one for one in planned if not (kept / f"{one.seed}.npz").exists()]
    for one, (reading,) in zip(missing, read_studies(folder, missing, (0.5,)), strict=True):
        np.savez(
            kept / f"{one.seed}.npz",
            detection=reading.raw,
            expected_mm2=reading.expected_mm2,
            truth=reading.slab_truth,
        )
    return [Heard(**np.load(kept / f"{one.seed}.npz")) for one in planned]


def teach(heard: Sequence[Heard], seed: int, epochs: int = _EPOCHS) -> Member:
    """One member, taught on all studies."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    member = Member()
    optimiser = torch.optim.AdamW(member.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = epochs * max(len(heard) // _BATCH, 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        batch = rng.choice(len(heard), min(_BATCH, len(heard)), replace=False)
        loss = torch.stack([_loss(member, heard[n], rng) for n in batch]).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return member.eval()


def _loss(member: Member, one: Heard, rng: np.random.Generator) -> Tensor:
    first, count = 0, len(one.truth)
    if rng.random() < _IN_PART and count > 2:
        count = int(rng.integers(2, count + 1))
        first = int(rng.integers(0, len(one.truth) - count + 1))
    step = -1 if rng.random() < _TURNED else 1
    detection, expected_mm2, truth = (
        torch.from_numpy(np.array(values[first : first + count][::step], np.float32))
        for values in (one.detection, one.expected_mm2, one.truth)
    )
    asked = ~torch.isnan(truth)
    logits = member(detection, expected_mm2)[asked]
    summed = functional.binary_cross_entropy_with_logits(logits, truth[asked], reduction="sum")
    weight = _FEW_COUNT if 0 < np.nansum(one.truth[:, 0]) <= _FEW_SLABS else 1.0
    return weight * summed / asked.sum().clamp(min=1)


def write(network: ScanNetwork, folder: Path, studies: int) -> None:
    """Write `in_scan.onnx` and describe it in the manifest, with terms that are not yet fitted.

    Large weights are rounded to what 8 bits hold, and kept so.

    Raises
    ------
    ValueError
        Where ONNX and torch differ.
    """
    file = folder / FILE
    names = ["detection", "expected_mm2"]
    round_weights(network)
    sample = (torch.rand(20, 6), torch.rand(20, 6) * 1000)
    torch.onnx.export(
        network.eval(),
        sample,
        str(file),
        dynamo=False,
        opset_version=OPSET,
        input_names=names,
        output_names=[IN_SCAN],
        dynamic_axes={name: {0: "N"} for name in (*names, IN_SCAN)},
    )
    onnx.save(store_in_eight_bits(onnx.load(str(file))), str(file))
    _compare(network, file, names)
    manifest_file = folder / "manifest.json"
    manifest = json.loads(manifest_file.read_text())
    manifest["in_scan"] = _entry(file.read_bytes(), studies) | {
        key: manifest[key] for key in ("calibration", "study", "thresholds")
    }
    manifest_file.write_text(json.dumps(manifest, indent=2) + "\n")


def _compare(network: ScanNetwork, file: Path, names: Sequence[str]) -> None:
    onnx.checker.check_model(str(file), full_check=True)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for count in (2, 3, 20, 61):
        given = (torch.rand(count, 6), torch.rand(count, 6) * 1000)
        with torch.no_grad():
            wanted = network(*given).numpy()
        feed = {name: one.numpy() for name, one in zip(names, given, strict=True)}
        difference = float(np.abs(session.run(None, feed)[0] - wanted).max())
        if difference > _TOLERANCE:
            raise ValueError(f"ONNX differs from torch by {difference:.2e} on {count} slabs")


def _entry(content: bytes, studies: int) -> dict[str, Any]:
    return {
        "file": FILE,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "meaning": "probability that the slice shows it, before calibration, once all slabs of the "
        "scan are heard; inputs are detection and expected_mm2, the area of any hemorrhage and "
        "of each type by the mask's probabilities; for two slabs or more",
        "training_data": f"what the first network says of {studies} simulated studies of the "
        f"label maps {list(TRAIN)}",
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=27, help="of 26 studies, 16 with blood")
    parser.add_argument("--bleeding-rounds", type=int, default=14, help="of 26, all with blood")
    given = parser.parse_args()
    sha256 = json.loads((given.folder / "manifest.json").read_text())["sha256"]
    kept = ROOT / "runs" / f"heard-{sha256[:16]}"
    heard = hear(given.folder, plan(given.rounds, given.bleeding_rounds), kept)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        members = list(pool.map(partial(teach, heard), range(_MEMBERS)))
    write(ScanNetwork(members), given.folder, len(heard))


if __name__ == "__main__":
    main()
