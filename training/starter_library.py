"""The case library that ships: simulated heads, read by the real chain.

`python -m training.starter_library --count 220 --out resources/library` simulates the cases,
writes one DICOM file for each with its truth and thumbnail, and then lets the models in `models/`
read these files as a user's series would be read. It goes on where it was stopped.

`python -m training.starter_library --vectors-only --out resources/library` keeps cases and images
and makes the vectors anew, after the models have changed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ichviewer import paths, workflow
from ichviewer.analysis.atlas import PLAIN_DEPTHS, PLAIN_LEVELS
from ichviewer.analysis.findings import GateAnswer, HemorrhageType
from ichviewer.analysis.gate_head import check_head
from ichviewer.analysis.head import find_head
from ichviewer.analysis.look import look
from ichviewer.analysis.manifest import Role
from ichviewer.analysis.reading import ModelSet, load_models
from ichviewer.dicom.study import Series
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.volume import Volume
from ichviewer.library.case import Case
from ichviewer.library.store import DATABASE_NAME, Library
from ichviewer.library.thumbnail import thumbnail_png
from ichviewer.library.upkeep import rebuild, stats, verify
from ichviewer.progress import silent
from ichviewer.report.colours import TYPE_COLOURS
from training.anatomy import ROOT
from training.dicom_enhanced import compacted, write_case
from training.fields import Floats
from training.head import Head, build_head
from training.protocol import Protocol
from training.scanner import draw_pose, scan
from training.simulate import ANATOMIES, SimulatedSeries, series_of

LABEL_SOURCE = "simulator (exact)"
#: A planned type that comes out smaller is drawn again: it could not be pointed at.
LEAST_ML = 0.5

_COLOURS = {int(kind): colour for kind, colour in TYPE_COLOURS.items()}
_FIRST_SEED = 900_000
_TRIES = 12
_NEGATIVE_SHARE = 0.17
_SINGLE_SHARE = 0.55
_PAIR_SHARE = 0.33

T = TypeVar("T")
Kinds = tuple[HemorrhageType, ...]


@dataclass(frozen=True)
class Plan:
    """One case to make: its id, its hemorrhages, and the label map it is made from."""

    case_id: str
    kinds: Kinds
    anatomy_number: int
    seed: int


def plan_cases(count: int) -> tuple[Plan, ...]:
    """Cases balanced over types, pairs and triples of types, negatives and label maps."""
    negative = round(count * _NEGATIVE_SHARE)
    single = round((count - negative) * _SINGLE_SHARE)
    pair = round((count - negative) * _PAIR_SHARE)
    kinds: list[Kinds] = [()] * negative
    for size, number in ((1, single), (2, pair), (3, count - negative - single - pair)):
        combinations = itertools.cycle(itertools.combinations(HemorrhageType, size))
        kinds += itertools.islice(combinations, number)
    rng = np.random.default_rng(_FIRST_SEED)
    order = rng.permutation(count)
    return tuple(
        Plan(f"sim-{n + 1:03d}", kinds[order[n]], ANATOMIES[n % len(ANATOMIES)], _FIRST_SEED + n)
        for n in range(count)
    )


def simulate(plan: Plan) -> SimulatedSeries:
    """Simulate until every planned type is large enough to be seen."""
    for attempt in range(_TRIES):
        seed = plan.seed + attempt * 10_000
        rng = np.random.default_rng(seed)
        head = build_head(rng, plan.anatomy_number, plan.kinds)
        protocol = _protocol(rng, head)
        taken = scan(rng, head, protocol, draw_pose(rng, head.hu.shape))
        series = series_of(seed, head, protocol, taken)
        if all(series.volume_ml.get(kind, 0.0) >= LEAST_ML for kind in plan.kinds):
            return series
    raise RuntimeError(f"no series with {plan.kinds} in {_TRIES} tries; change the plan's seed")


def _protocol(rng: np.random.Generator, head: Head) -> Protocol:
    """A 5 mm series at 1 mm, from the skull base to the vertex."""
    height_mm = len(head.hu)
    return Protocol(
        size_px=256,
        px_mm=1.0,
        slab_mm=5.0,
        table_mm=np.arange(-0.46 * height_mm + 30, 0.5 * height_mm - 14, 5.0),
        tilt_deg=0.0,
        center_mm=(0.0, 0.0),
        blur_mm=float(rng.uniform(0.6, 0.75)),
        sharpen=0.0,
        noise_hu=float(rng.uniform(0.9, 1.6)),
        noise_mm=0.6,
        kvp=120,
        kernel="SMOOTH",
    )


def write_images(plan: Plan, path: Path) -> tuple[SimulatedSeries, NDArray[np.uint8]]:
    """Simulate a case and write its file; return the truth, and its mask on the file's grid."""
    series = simulate(plan)
    hu, crop = compacted(series.volume.hu.astype(np.float32), series.mask > 0)
    whole = series.volume.grid
    _, rows, columns = crop
    corner = rows.start * whole.row_step_lps_mm + columns.start * whole.column_step_lps_mm
    grid = Grid(
        hu.shape,
        whole.slice_positions_lps_mm + corner,
        whole.column_step_lps_mm,
        whole.row_step_lps_mm,
    )
    write_case(Volume(hu, grid), plan.seed, plan.case_id, path)
    return series, series.mask[crop].copy()


def make_case(plan: Plan, path: Path, series: SimulatedSeries, mask: NDArray[np.uint8]) -> Case:
    """A case as it is stored, still without its vector."""
    volume = workflow.open_series(_series_in(path))
    k = _largest_slice(volume, mask)
    types = {kind.word: round(ml, 2) for kind, ml in series.volume_ml.items()}
    main = max(series.volume_ml, key=lambda kind: series.volume_ml[kind], default=None)
    return Case(
        case_id=plan.case_id,
        types=tuple(sorted(types)),
        volumes_ml=types,
        side=series.side[main].value if main else "",
        site=_site(volume, mask == main) if main else "",
        label_source=LABEL_SOURCE,
        is_simulated=True,
        largest_slice=k,
        thumbnail_png=thumbnail_png(volume, mask, k, _COLOURS),
        vector=np.empty(0, np.float32),
        series_path=f"{path.parent.name}/{path.name}",
        note=_note(series),
    )


def _series_in(path: Path) -> Series:
    return workflow.best_series(workflow.open_folder(path))


def _note(series: SimulatedSeries) -> str:
    words = [name.replace("_", " ") for name in series.distractors]
    return f"Simulated head; also shows: {', '.join(words)}." if words else "Simulated head."


def _largest_slice(volume: Volume, mask: NDArray[np.uint8]) -> int:
    """The slice with most blood; without any, the one with the largest head."""
    areas = (mask > 0).sum(axis=(1, 2))
    if not areas.any():
        areas = ((volume.hu > 0) & (volume.hu < 100)).sum(axis=(1, 2))
    return int(areas.argmax())


def _site(volume: Volume, region: NDArray[np.bool_]) -> str:
    """Which third of the head holds the region's centre, in plain directions."""
    where = np.argwhere(region).mean(axis=0)
    head = np.argwhere(volume.hu > 0)
    low, high = head.min(axis=0), head.max(axis=0)
    k, j, _ = (where - low) / (high - low)
    return f"{PLAIN_DEPTHS[min(2, int(j * 3))]}, {PLAIN_LEVELS[min(2, int(k * 3))]}"


def make_cases(folder: Path, count: int) -> None:
    """Make all planned cases that are not there yet, without vectors."""
    images = folder / "cases"
    images.mkdir(parents=True, exist_ok=True)
    if not (folder / DATABASE_NAME).exists():
        Library.create(folder).close()
    with Library.open(folder, writable=True) as library:
        known = {case.case_id for case in library.list()}
        for plan in _timed([plan for plan in plan_cases(count) if plan.case_id not in known]):
            path = images / f"{plan.case_id}.dcm"
            library.add(make_case(plan, path, *write_images(plan, path)), "")


def make_vectors(folder: Path) -> None:
    """Give every case a vector by the present models, and forget those of former models."""
    with Library.open(folder, writable=True) as library:
        cases = library.list()
        paths_of_images = [library.images_path(case) for case in cases]
        identities = set()
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            vectors = pool.map(read_vector, paths_of_images)
            for case, (identity, vector) in zip(_timed(cases), vectors, strict=True):
                identities.add(identity)
                if len(identities) > 1:
                    raise RuntimeError("the models changed meanwhile; start again")
                library.set_vector(case.case_id, identity, vector)
        for former in set(library.identities()) - identities:
            library.forget_vectors(former)


def read_vector(path: Path | None) -> tuple[str, Floats]:
    """A case's vector as the program's analysis gives it, without measuring its lesions.

    Returns
    -------
    tuple
        Identity of the embedding, and the vector, float32 [D] of length one.
    """
    if path is None:
        raise RuntimeError("a case without images cannot get a vector")
    volume = workflow.open_series(_series_in(path))
    head = find_head(volume)
    gate = check_head(volume, head)
    if gate.answer is GateAnswer.REFUSED:
        raise RuntimeError(f"{path.name} was refused: {gate.reasons}")
    models = _models()
    seen = look(volume, head, models, silent, {})
    return models.by_role[Role.EMBEDDING].embedding_identity, seen.embedding


@cache
def _models() -> ModelSet:
    return load_models(paths.models_folder(), "cpu")


def finish(folder: Path) -> None:
    """Index, compact and check a library, and print what it holds."""
    rebuild(folder, old_seconds=0.0)
    with Library.open(folder, writable=True) as library:
        library.seal()
    problems = verify(folder)
    if problems:
        raise RuntimeError("\n".join(problems))
    made = stats(folder)
    megabytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    print(f"{made.case_count} cases, {megabytes:.1f} MB", made.type_counts, made.identities)


def _timed(items: Sequence[T]) -> Iterator[T]:
    """Go through items and print every ten how far it is."""
    start = time.monotonic()
    for done, item in enumerate(items):
        yield item
        if done % 10 == 9:
            each = (time.monotonic() - start) / (done + 1)
            print(f"{done + 1}/{len(items)}, {each:.1f} s each", flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=220)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "library")
    parser.add_argument("--vectors-only", action="store_true")
    given = parser.parse_args()
    if not given.vectors_only:
        make_cases(given.out, given.count)
    make_vectors(given.out)
    finish(given.out)


if __name__ == "__main__":
    main()
