"""Simulated blood laid into runs of slices of a real head: what the network for whole scans gains.

`python -m training.inserted_scans models/ichnet-s` lays blood of one type into neighbouring slices
of the real head without contrast and reads the whole head: each slab as the first network says it
alone, and as the second says it in the scan; then how probable marked regions are said to be, and
how many of them are blood. Clots and collections are bodies of which `training.lay_in` cuts every
slice that they reach; blood in fluid is drawn on two to eight slices anew. One head, simple blood:
whether what was taught on simulated scans holds on real texture, not how well patients are read.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types, said_of_slabs
from ichviewer.analysis.findings import HemorrhageType, OperatingPoint
from ichviewer.analysis.gate_head import has_contrast
from ichviewer.analysis.head import find_head
from ichviewer.analysis.manifest import Manifest
from ichviewer.analysis.model import Model, load_model
from ichviewer.analysis.reading import read
from ichviewer.analysis.segment import mark
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from training.card import table
from training.fields import Floats, Rng
from training.lay_in import IN_FLUID, Bools, RealSlice, cut, draw_body, fill, lay_in
from training.metrics import auc, sensitivity_specificity
from training.reading import viewer_judge
from training.real_heads import real_volumes
from training.region_tables import probability_table
from training.regions import JudgedRegion, judged_regions
from training.skull import inside_skull

_SEED = 8_500_000
_HEAD = "GE"
_RUN = (2, 8)
#: Every scan has more slabs than one.
_SEVERAL = 2


@dataclass(frozen=True, eq=False)
class Scan:
    """Calibrated [K, 6] of the slices that were read, `truth` [K] whether blood was laid in.

    `regions` are those that are marked.
    """

    kind: HemorrhageType
    truth: Floats
    alone: Floats
    in_scan: Floats
    regions: tuple[JudgedRegion, ...]


def scans(model: Model, times: int) -> Iterator[Scan]:
    """The head with blood of each type some times; nothing where there was no room for it."""
    volume = next(volume for name, volume in real_volumes() if _HEAD in name)
    px_mm = float(volume.spacing_mm[1])
    at_mm = volume.grid.slice_offsets_mm
    backgrounds = [_background(plane.astype(np.float32), px_mm) for plane in volume.hu]
    shows_brain = find_head(volume).brain_slices()
    for kind in HemorrhageType:
        for turn in range(times):
            rng = np.random.default_rng([_SEED, kind, turn])
            hu, labels = volume.hu.copy(), np.zeros(volume.shape_kji, np.uint8)
            for k, made in enumerate(lay_into(backgrounds, at_mm, kind, rng)):
                if made is not None:
                    hu[k], labels[k] = np.rint(made[0]), np.where(made[1], kind, 0)
            truth = labels.any(axis=(1, 2)).astype(np.float32)
            if truth[shows_brain].any():
                laid = replace(volume, hu=hu)
                said = _read(model, laid, labels, shows_brain)
                yield Scan(kind, truth[shows_brain], *said)


def lay_into(
    slices: Sequence[RealSlice | None], at_mm: NDArray[np.float64], kind: HemorrhageType, rng: Rng
) -> list[tuple[Floats, Bools] | None]:
    """Each slice of a head, at these places across them, with its part of one hemorrhage.

    None where it has none. That slices of a tilted gantry are shifted in their plane is not heeded.
    """
    seed = int(rng.integers(1 << 30))  # the same density and texture on each slice
    if kind in IN_FLUID:
        count = int(rng.integers(_RUN[0], _RUN[1] + 1))
        first = int(rng.integers(0, len(slices) - count + 1))
        return [
            lay_in(np.random.default_rng(seed), background, kind)
            if background and first <= k < first + count
            else None
            for k, background in enumerate(slices)
        ]
    middle = int(rng.choice([k for k, background in enumerate(slices) if background]))
    body = draw_body(rng, slices[middle], kind)
    if body is None:
        return [None] * len(slices)
    parts = [
        cut(body, background, float(at - at_mm[middle])) if background else None
        for background, at in zip(slices, at_mm, strict=True)
    ]
    return [
        None if part is None else fill(np.random.default_rng(seed), background, kind, part)
        for background, part in zip(slices, parts, strict=True)
    ]


def _background(hu: Floats, px_mm: float) -> RealSlice | None:
    inside = inside_skull(hu, px_mm)
    return None if inside is None else RealSlice(_HEAD, hu, px_mm, inside)


def _read(
    model: Model, volume: Volume, labels: NDArray[np.uint8], wanted: Bools
) -> tuple[Floats, Floats, tuple[JudgedRegion, ...]]:
    reading = read(volume, wanted, model, silent)
    prepared, outputs, manifest = reading.prepared, reading.outputs, model.manifest
    slab = prepared.slab_of_k[wanted]
    alone = calibrate(outputs["detection"], manifest.terms.calibration)
    head = find_head(volume)
    raw, second = said_of_slabs(outputs, manifest, has_contrast=has_contrast(head))
    in_scan = calibrate(raw, second.calibration)
    marked = mark(prepared, outputs["segmentation"], volume, manifest.segmentation_min_probability)
    judge = viewer_judge(model, outputs, prepared, head, volume)
    unseen = np.zeros_like(labels)
    regions = judged_regions(marked, volume, judge, prepared.slab_of_k, truth=labels, unseen=unseen)
    return any_at_least_types(alone)[slab], any_at_least_types(in_scan)[slab], tuple(regions)


def scans_table(given: list[Scan], manifest: Manifest) -> str:
    """By type laid in, over all slices of its scans: AUC of any, sensitivity and specificity."""
    rows = []
    second = manifest.terms_of(_SEVERAL, has_contrast=False)
    for name, kinds in (("any", set(HemorrhageType)), *((k.word, {k}) for k in HemorrhageType)):
        chosen = [scan for scan in given if scan.kind in kinds]
        if not chosen:
            continue
        truth = np.concatenate([scan.truth for scan in chosen])
        row = [name, f"{len(chosen)}", f"{int(truth.sum())} of {len(truth)}"]
        for part, terms in (("alone", manifest.terms), ("in_scan", second)):
            said = np.concatenate([getattr(scan, part) for scan in chosen])[:, 0]
            least = terms.operating_points[OperatingPoint.BALANCED].slices[0]
            found, spared = sensitivity_specificity(truth, said, least)
            row += [f"{auc(truth, said):.3f}", f"{found:.2f} / {spared:.2f}"]
        rows.append(row)
    head = [
        "blood laid in", "scans", "slices with it", "AUC any, alone", "sens. / spec.",
        "AUC any, in the scan", "sens. / spec.",
    ]  # fmt: skip
    return table(head, rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=24)
    given = parser.parse_args()
    model = load_model(given.folder, "cpu")
    laid = list(scans(model, given.times))
    print(scans_table(laid, model.manifest))
    print()
    print(probability_table([region for scan in laid for region in scan.regions]))


if __name__ == "__main__":
    main()
