"""Simulated slices beside real ones, with what the model marks: to be looked at, never committed.

`python -m training.gallery runs/gallery.png --model models/ichnet-s` draws the real heads at hand
and as many simulated slices through one window; the model's marks are outlined in yellow, the
simulation's truth in blue. It also prints what is marked in each real image.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types, said_of_slabs
from ichviewer.analysis.findings import OperatingPoint
from ichviewer.analysis.gate_head import has_contrast
from ichviewer.analysis.head import find_head
from ichviewer.analysis.model import Model, load_model
from ichviewer.analysis.reading import NOT_READ, read
from ichviewer.analysis.segment import mark
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from training.anatomy import VALIDATION
from training.real_heads import real_volumes
from training.simulate import simulate_series

_OF_A_SERIES = 14
_LOW_HU, _HIGH_HU = -10.0, 100.0
_COLUMNS = 7
_FIRST_SEED = 6_000_000
_OF_A_SIMULATED = 3
_SIZE_PX = 384


@dataclass(frozen=True, eq=False)
class Tile:
    """One slice: `hu` and `marked` [j, i], `truth` where it is known, and what stands above it."""

    title: str
    hu: NDArray[np.generic]
    marked: NDArray[np.bool_]
    truth: NDArray[np.bool_] | None


def real_tiles(model: Model) -> Iterator[Tile]:
    """Slices of every real head, spread over its brain."""
    for name, volume in real_volumes():
        mask, probability = _marked(model, volume)
        slices = np.flatnonzero(np.isfinite(probability))
        spread = np.linspace(0, len(slices) - 1, min(_OF_A_SERIES, len(slices))).astype(int)
        for k in slices[np.unique(spread)]:
            yield _tile(name, volume, k, mask=mask, probability=probability[k])
        area_mm2 = (mask > 0).sum((1, 2)) * float(np.prod(volume.spacing_mm[1:]))
        print(f"{name}: {area_mm2.sum():.0f} mm² marked on {int((area_mm2 > 0).sum())} slices")


def simulated_tiles(model: Model, count: int) -> Iterator[Tile]:
    """Slices of simulated studies of anatomies never trained on, with and without blood."""
    for n in range(-(-count // _OF_A_SIMULATED)):
        number = VALIDATION[n % len(VALIDATION)]
        series = simulate_series(
            _FIRST_SEED + n, () if n % 3 == 0 else None, anatomy_number=number, size_px=_SIZE_PX
        )
        mask, probability = _marked(model, series.volume)
        area = (series.mask > 0).sum((1, 2)) + 0.01 * np.isfinite(probability)
        rng = np.random.default_rng(n)
        for k in rng.choice(len(area), _OF_A_SIMULATED, replace=False, p=area / area.sum()):
            yield _tile(
                f"simulated {n}", series.volume, k,
                mask=mask, probability=probability[k], truth=series.mask[k] > 0,
            )  # fmt: skip


def _marked(model: Model, volume: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The mask at the balanced point, and each slice's probability of any; NaN where not read."""
    head = find_head(volume)
    shows_brain = head.brain_slices()
    reading = read(volume, shows_brain | ~shows_brain.any(), model, silent)
    balanced = model.manifest.terms.operating_points[OperatingPoint.BALANCED]
    marked = mark(
        reading.prepared, reading.outputs["segmentation"], volume, balanced.mask_probability
    )
    bright = has_contrast(head)
    raw, terms = said_of_slabs(reading.outputs, model.manifest, has_contrast=bright)
    said = any_at_least_types(calibrate(raw, terms.calibration))
    slab = reading.prepared.slab_of_k
    known = slab != NOT_READ
    return marked.mask, np.where(known, said[np.where(known, slab, 0), 0], np.nan)


def _tile(
    name: str,
    volume: Volume,
    k: int,
    *,
    mask: NDArray[np.uint8],
    probability: float,
    truth: NDArray[np.bool_] | None = None,
) -> Tile:
    area_mm2 = np.count_nonzero(mask[k]) * float(np.prod(volume.spacing_mm[1:]))
    title = f"{name[:22]} · {k + 1}\n{probability:.2f} · {area_mm2:.0f} mm²"
    return Tile(title, volume.hu[k], mask[k] > 0, truth)


def draw(tiles: Sequence[Tile], file: Path) -> None:
    """All tiles through one window."""
    import matplotlib.pyplot as plt

    rows = -(-len(tiles) // _COLUMNS)
    figure, axes = plt.subplots(
        rows, _COLUMNS, figsize=(2.6 * _COLUMNS, 2.9 * rows), layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    for tile, axis in zip(tiles, axes.flat, strict=False):
        axis.imshow(tile.hu, cmap="gray", vmin=_LOW_HU, vmax=_HIGH_HU)
        for region, colour in ((tile.truth, "#56B4E9"), (tile.marked, "#F0E442")):
            if region is not None and region.any():
                axis.contour(region, [0.5], colors=colour, linewidths=0.6)
        axis.set_title(tile.title, fontsize=7)
    figure.savefig(file, dpi=75)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/ichnet-s"))
    given = parser.parse_args()
    mpl.use("Agg")
    model = load_model(given.model, "cpu", 1)
    real = list(real_tiles(model))
    draw([*real, *simulated_tiles(model, len(real))], given.file)


if __name__ == "__main__":
    main()
