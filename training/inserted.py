"""Simulated blood laid into real slices: how a model does on texture that nobody simulated.

`python -m training.inserted models/ichnet-s` lays blood of each type and of the statistics' density
into the real slices without hemorrhage, and reads each alone, with it and as it is. The slices are
few, of two scanners, and the blood is drawn by simple rules: this says whether what was learned
from simulated heads carries over to real ones, not how well patients are read. Nothing of it is
trained on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.model import Model, load_model
from ichviewer.analysis.reading import read
from ichviewer.analysis.segment import mark
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from training.card import table
from training.lay_in import Bools, RealSlice, lay_in
from training.metrics import auc, mask_dice
from training.real_heads import real_volumes
from training.skull import inside_skull

_SEED = 8_000_000
_SKIPPED = ("Toshiba", "693")


@dataclass(frozen=True, eq=False)
class Answer:
    """`kind` was laid in, None for nothing; `probability` of any; Dice NaN without blood."""

    kind: HemorrhageType | None
    probability: float
    any_dice: float
    type_dice: float
    marked_mm2: float
    true_mm2: float


def real_slices() -> Iterator[RealSlice]:
    """Slices of the real heads at hand without hemorrhage and contrast that show enough brain."""
    for name, volume in real_volumes():
        if any(word in name for word in _SKIPPED):
            continue
        px_mm = float(volume.spacing_mm[1])
        for k, plane in enumerate(volume.hu):
            hu = plane.astype(np.float32)
            inside = inside_skull(hu, px_mm)
            if inside is not None and np.median(hu[inside]) > 0:
                yield RealSlice(f"{name}, slice {k + 1}", hu, px_mm, inside)


def read_slice(
    model: Model, background: RealSlice, kind: HemorrhageType | None, region: Bools
) -> Answer:
    """Read one slice alone, as the viewer reads a single slice."""
    steps = np.eye(3) * background.px_mm
    grid = Grid((1, *background.hu.shape), np.zeros((1, 3)), steps[0], steps[1],
                GeometryClass.SINGLE)  # fmt: skip
    volume = Volume(background.hu[None].copy(), grid)
    reading = read(volume, np.ones(1, bool), model, silent)
    slabs = any_at_least_types(
        calibrate(reading.outputs["detection"], model.manifest.terms.calibration)
    )
    least = model.manifest.segmentation_min_probability
    mask = mark(reading.prepared, reading.outputs["segmentation"], volume, least).mask[0]
    mm2 = background.px_mm**2
    return Answer(
        kind, float(slabs[0, 0]), mask_dice(mask > 0, region),
        mask_dice(mask == kind, region) if kind else float("nan"),
        float((mask > 0).sum()) * mm2, float(region.sum()) * mm2,
    )  # fmt: skip


def answers(model: Model, times: int) -> Iterator[Answer]:
    """Each slice as it is, then with each type laid in some times."""
    for number, background in enumerate(real_slices()):
        nothing = np.zeros(background.hu.shape, bool)
        yield read_slice(model, background, None, nothing)
        for kind in HemorrhageType:
            for turn in range(times):
                rng = np.random.default_rng([_SEED, number, kind, turn])
                made = lay_in(rng, background, kind)
                if made:
                    yield read_slice(model, replace(background, hu=made[0]), kind, made[1])


def inserted_table(given: list[Answer]) -> str:
    """By type: AUC against the slices as they are, Dice of any blood and of the type."""
    plain = [a for a in given if a.kind is None]
    rows = []
    for name, kinds in (("any", set(HemorrhageType)), *((k.word, {k}) for k in HemorrhageType)):
        laid = [a for a in given if a.kind in kinds]
        if not laid:
            continue
        truth = np.array([0.0] * len(plain) + [1.0] * len(laid))
        dice = np.array([a.any_dice for a in laid])
        rows.append([
            name,
            f"{len(laid)}",
            f"{auc(truth, np.array([a.probability for a in plain + laid])):.3f}",
            f"{dice.mean():.2f} / {np.median(dice):.2f}",
            f"{np.mean([a.type_dice for a in laid]):.2f}",
            f"{np.median([a.true_mm2 for a in laid]):.0f}",
        ])  # fmt: skip
    head = ["blood laid in", "slices", "AUC", "Dice any, mean / median", "Dice of the type, mean",
            "mm², median"]  # fmt: skip
    marked = np.array([a.marked_mm2 for a in plain])
    return table(head, rows) + (
        f"\n\n{len(plain)} slices as they are: {np.mean(marked):.0f} mm² marked on average, none "
        f"on {int((marked == 0).sum())}."
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    print(inserted_table(list(answers(load_model(given.folder, "cpu", 1), given.times))))


if __name__ == "__main__":
    main()
