"""How near the simulation is to real heads, in numbers: `python -m training.realism docs/figures`.

Hemorrhages are compared with the statistics of real segmented ones; tissue and the rim under the
skull with the real heads at hand. Only numbers of the real images leave this program.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.prepare import InputSpec, group_slices, head_grid, resample_plane
from ichviewer.imaging.volume import Volume
from training.anatomy import DATA, TRAIN
from training.fields import Floats
from training.real_heads import real_volumes
from training.recipe import Recipe
from training.simulate import simulate_series
from training.skull import inside_skull
from training.slices import make_stacks

_DEPTHS_MM = ((0.5, 1.3), (1.3, 2), (2, 3), (3, 4.5), (4.5, 6.5), (6.5, 9), (9, 13), (13, 20))
_QUANTILES = (5, 25, 50, 75, 95)
_FIRST_SEED = 3_000_000
_SHORT = {"EPIDURAL": "EDH", "INTRAPARENCHYMAL": "IPH", "INTRAVENTRICULAR": "IVH",
          "SUBARACHNOID": "SAH", "SUBDURAL": "SDH"}  # fmt: skip


def tissue_and_rim(hu: Floats, px_mm: float) -> Floats | None:
    """Quantiles of the inside, and its median by depth less the median of the deep brain."""
    inside = inside_skull(hu, px_mm)
    if inside is None:
        return None
    depth_mm = ndimage.distance_transform_edt(inside) * px_mm
    deep = np.median(hu[depth_mm > 20])
    rim = [np.median(hu[(depth_mm > low) & (depth_mm <= high)]) - deep for low, high in _DEPTHS_MM]
    return np.array([*np.percentile(hu[inside], _QUANTILES), *rim], np.float32)


def real_slabs(spec: InputSpec) -> Iterator[tuple[str, list[Floats]]]:
    """The real heads at hand, on the network's grid."""
    for name, volume in real_volumes():
        yield name, list(_slabs(volume, spec))


def _slabs(volume: Volume, spec: InputSpec) -> Iterator[Floats]:
    slab_of_k, grid = group_slices(volume, spec.slab_mm), head_grid(volume, spec)
    for n in range(int(slab_of_k.max()) + 1):
        mean: Floats = volume.hu[slab_of_k == n].mean(0, dtype=np.float32)
        yield resample_plane(mean, grid)


def _measure(planes: Sequence[Floats], px_mm: float) -> Floats | None:
    rows = [row for row in (tissue_and_rim(plane, px_mm) for plane in planes) if row is not None]
    return np.mean(rows, 0) if rows else None


def simulated_lesions(heads: int) -> Iterator[tuple[str, float, float, int]]:
    """Type, mL, mean HU and slices of each connected hemorrhage of simulated series."""
    for seed in range(_FIRST_SEED, _FIRST_SEED + heads):
        series = simulate_series(seed, None, slab_mm=5.0, size_px=384)
        voxel_ml = series.volume.grid.voxel_ml
        for kind in HemorrhageType:
            labels, _ = ndimage.label(series.mask == kind, np.ones((3, 3, 3)))
            for index, box in enumerate(ndimage.find_objects(labels), 1):
                region = labels[box] == index
                hu = float(series.volume.hu[box][region].mean())
                ml = float((region.sum((1, 2)) * voxel_ml[box[0]]).sum())
                yield _SHORT[kind.name], ml, hu, int(region.any((1, 2)).sum())


def real_lesions() -> Iterator[tuple[str, float, float, int]]:
    """The same of the statistics."""
    with (DATA / "hemorrhage_statistics.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        slices = next(name for name in reader.fieldnames or () if "lice" in name)
        for row in reader:
            ml, hu = float(row["Volume_[mL]"]), float(row["Mean_HU"])
            yield row["Type"], ml, hu, int(float(row[slices]))


def draw_lesions(file: Path, heads: int) -> None:
    """Real beside simulated hemorrhages, type by type."""
    import matplotlib.pyplot as plt

    real, simulated = list(real_lesions()), list(simulated_lesions(heads))
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    titles = ("volume in mL, from 0.1", "mean HU", "slices")
    for column, (axis, title) in enumerate(zip(axes, titles, strict=True), 1):
        for at, kind in enumerate(_SHORT.values()):
            for shift, rows, colour in ((-0.18, real, "#555555"), (0.18, simulated, "#0072B2")):
                values = [row[column] for row in rows if row[0] == kind and row[1] >= 0.1]
                if values:
                    axis.boxplot(
                        values, positions=[at + shift], widths=0.3, whis=(5, 95), sym="",
                        medianprops={"color": colour}, boxprops={"color": colour},
                    )  # fmt: skip
        axis.set_xticks(range(5), list(_SHORT.values()))
        axis.set_title(title)
        if column != 2:
            axis.set_yscale("log")
    figure.suptitle("Hemorrhages: real (grey, 192 segmented scans) and simulated (blue)")
    figure.savefig(file)


def draw_tissue(file: Path, spec: InputSpec, heads: int) -> None:
    """Quantiles inside the skull and the rim under it: each real head, and the simulated range."""
    import matplotlib.pyplot as plt

    px_mm = spec.spacing_mm
    rng = np.random.default_rng(_FIRST_SEED)
    stacks = [make_stacks(rng, TRAIN, spec, 1.0)[0] for _ in range(heads)]
    measured = [_measure([hu.astype(np.float32) for hu in stack.hu], px_mm) for stack in stacks]
    simulated = np.stack([row for row in measured if row is not None])
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained")
    parts = (
        (left, slice(0, 5), _QUANTILES),
        (right, slice(5, None), [sum(d) / 2 for d in _DEPTHS_MM]),
    )
    for axis, columns, at in parts:
        low, high = np.percentile(simulated[:, columns], (5, 95), axis=0)
        axis.fill_between(at, low, high, color="#0072B2", alpha=0.25, label="simulated, 5 to 95 %")
    for name, planes in real_slabs(spec):
        row = _measure(planes, px_mm)
        if row is not None:
            named = not name.startswith("infarct")
            for axis, columns, at in parts:
                axis.plot(
                    at, row[columns], lw=1.6 if named else 0.7,
                    color=None if named else "#999999", label=name if named else None,
                )  # fmt: skip
    left.set(xlabel="quantile inside the skull, %", ylabel="HU")
    right.set(xlabel="depth under the skull, mm", ylabel="HU above deep brain", ylim=(-25, 60))
    left.legend(fontsize=7)
    figure.savefig(file)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipe", type=Path, default=Path("training/recipes/ichnet_s.toml"))
    parser.add_argument("--heads", type=int, default=60)
    given = parser.parse_args()
    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "ichviewer"
    given.folder.mkdir(parents=True, exist_ok=True)
    draw_tissue(given.folder / "tissue.svg", Recipe.read(given.recipe).spec, given.heads)
    draw_lesions(given.folder / "lesions.svg", given.heads)


if __name__ == "__main__":
    main()
