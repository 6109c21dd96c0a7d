"""The exported model reads simulated studies as the viewer would; its words beside the truth."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.detect import said_of_slabs
from ichviewer.analysis.detection import detection_of
from ichviewer.analysis.findings import HemorrhageType, OperatingPoint
from ichviewer.analysis.gate_head import has_contrast
from ichviewer.analysis.head import Head, find_head
from ichviewer.analysis.in_scan import IN_SCAN, slab_answers
from ichviewer.analysis.look import judge_of
from ichviewer.analysis.model import Model, load_model
from ichviewer.analysis.prepare import Prepared
from ichviewer.analysis.reading import read
from ichviewer.analysis.reconcile import Judge, sift
from ichviewer.analysis.segment import mark
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from training.fields import Floats
from training.regions import JudgedRegion, judged_regions
from training.simulate import SimulatedSeries, simulate_series

#: Below this area a slab is neither positive nor negative for a type.
LEAST_SLAB_MM2 = 8.0
#: Below this volume a study is neither positive nor negative for a type.
LEAST_STUDY_ML = 0.1
#: Rows and columns of the studies simulated for reading.
SIZE_PX = 256
_COLUMNS = (0, *HemorrhageType)


@dataclass(frozen=True, eq=False)
class Reading:
    """One study read.

    Parameters
    ----------
    seed
        Of the study.
    has_contrast
        By the gate's own measure; nothing is called present there.
    raw : float32 [N, 6]
        The detector's outputs by slab with brain, before calibration.
    in_scan : float32 [N, 6] or None
        The same of the network for whole scans, where the model has one.
    expected_mm2 : float32 [N, 6]
        What that network hears beside `raw`.
    vectors : float32 [N, D]
        The slabs' embeddings.
    slab_truth : float32 [N, 6], study_truth : float32 [6]
        1, 0, or NaN where there is hardly any or some that cannot be seen; columns any and the five
        types.
    true_ml, marked_ml, both_ml : float64 [6]
        Volumes in mL of what is true, what was marked, and of both; any and the five types.
    shown_ml, shown_both_ml : float64 [6]
        The same of the lesions that are shown at the balanced point.
    regions
        What is marked, region by region.
    """

    seed: int
    has_contrast: bool
    raw: Floats
    in_scan: Floats | None
    expected_mm2: Floats
    vectors: Floats
    slab_truth: Floats
    study_truth: Floats
    true_ml: NDArray[np.float64]
    marked_ml: NDArray[np.float64]
    both_ml: NDArray[np.float64]
    shown_ml: NDArray[np.float64]
    shown_both_ml: NDArray[np.float64]
    regions: tuple[JudgedRegion, ...]

    @property
    def said(self) -> Floats:
        """What the viewer goes by: the word of the network for whole scans where there is one."""
        return self.raw if self.in_scan is None else self.in_scan


@dataclass(frozen=True)
class Planned:
    """One study to simulate: `kinds` and `with_contrast` as in `simulate_series`."""

    seed: int
    kinds: tuple[HemorrhageType, ...] | None
    anatomy_number: int
    unseen_scanner: bool
    with_contrast: bool = False


def plan_studies(
    first_seed: int, anatomies: Sequence[int], healthy: int, single: int, drawn: int
) -> list[Planned]:
    """Studies without blood, `single` of each type alone, and some as the statistics are.

    Every other pair of anatomies is taken with scanner settings that training never saw.
    """
    kinds: list[tuple[HemorrhageType, ...] | None] = [()] * healthy
    kinds += [(kind,) for kind in HemorrhageType for _ in range(single)]
    kinds += [None] * drawn
    count = len(anatomies)
    return [
        Planned(first_seed + n, wanted, anatomies[n % count], n // count % 2 == 1)
        for n, wanted in enumerate(kinds)
    ]


def read_studies(
    folder: Path, plans: Sequence[Planned], min_probabilities: Sequence[float]
) -> Iterator[list[Reading]]:
    """Simulate and read every planned study with a model's folder, on all cores but in order."""
    work = partial(_read_planned, folder, tuple(min_probabilities))
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        yield from pool.map(work, plans)


def _read_planned(
    folder: Path, min_probabilities: tuple[float, ...], plan: Planned
) -> list[Reading]:
    series = simulate_series(
        plan.seed,
        plan.kinds,
        anatomy_number=plan.anatomy_number,
        size_px=SIZE_PX,
        unseen_scanner=plan.unseen_scanner,
        with_contrast=plan.with_contrast,
    )
    return read_study(_loaded(folder), series, min_probabilities)


@cache
def _loaded(folder: Path) -> Model:
    return load_model(folder, "cpu", 1)


def read_study(
    model: Model, series: SimulatedSeries, min_probabilities: Sequence[float]
) -> list[Reading]:
    """Prepare, run, mark, and compare with the truth, once for each mask probability.

    As in the viewer, only slabs that show brain are read.
    """
    volume = series.volume
    head = find_head(volume)
    shows_brain = head.brain_slices()
    wanted = shows_brain if shows_brain.any() else np.ones_like(shows_brain)
    reading = read(volume, wanted, model, silent)
    prepared, outputs = reading.prepared, reading.outputs
    truth, unseen = series.mask, series.unseen
    true_ml = _volumes(truth, volume)
    study_truth = _present(true_ml, _volumes(unseen, volume), LEAST_STUDY_ML)
    slab_truth = _present(
        _slab_mm2(truth, prepared, volume), _slab_mm2(unseen, prepared, volume), LEAST_SLAB_MM2
    )
    judge = viewer_judge(model, outputs, prepared, head, volume)
    readings = []
    for probability in min_probabilities:
        marked = mark(prepared, outputs["segmentation"], volume, probability)
        marked_ml, both_ml = _against(marked.mask, truth, unseen, volume)
        regions = tuple(
            judged_regions(marked, volume, judge, prepared.slab_of_k, truth=truth, unseen=unseen)
        )
        sift(marked, volume, judge)
        shown_ml, shown_both_ml = _against(marked.mask, truth, unseen, volume)
        readings.append(
            Reading(
                series.seed,
                judge.has_contrast,
                outputs["detection"],
                outputs.get(IN_SCAN),
                slab_answers(outputs, model.manifest.input)["expected_mm2"],
                outputs["embedding"],
                slab_truth,
                study_truth,
                true_ml,
                marked_ml,
                both_ml,
                shown_ml,
                shown_both_ml,
                regions,
            )
        )
    return readings


def viewer_judge(
    model: Model, outputs: dict[str, Floats], prepared: Prepared, head: Head, volume: Volume
) -> Judge:
    """What decides in the viewer which marked regions are shown, at the balanced point."""
    manifest, point = model.manifest, OperatingPoint.BALANCED
    bright = has_contrast(head)
    raw, terms = said_of_slabs(outputs, manifest, has_contrast=bright)
    held_to = terms.operating_points[point]
    detection = detection_of(raw, prepared, terms, held_to)
    least_ml = held_to.lesion_min_ml
    return judge_of(
        detection,
        head,
        volume,
        has_contrast=bright,
        least_ml=least_ml,
        regions=manifest.regions,
        point=point,
    )


def _against(
    mask: NDArray[np.uint8], truth: NDArray[np.uint8], unseen: NDArray[np.uint8], volume: Volume
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """mL of a mask and of what is true in it; where blood is unseen, nobody could say."""
    asked = np.where(unseen, 0, mask).astype(np.uint8)
    both = [_ml(_is(asked, c) & _is(truth, c), volume) for c in _COLUMNS]
    return _volumes(asked, volume), np.array(both)


def _volumes(mask: NDArray[np.uint8], volume: Volume) -> NDArray[np.float64]:
    """mL of any blood and of the five types."""
    return np.array([_ml(_is(mask, column), volume) for column in _COLUMNS])


def _is(mask: NDArray[np.uint8], kind: int) -> NDArray[np.bool_]:
    return mask == kind if kind else mask > 0


def _ml(region: NDArray[np.bool_], volume: Volume) -> float:
    return float((region.sum((1, 2)) * volume.grid.voxel_ml).sum())


def _slab_mm2(mask: NDArray[np.uint8], prepared: Prepared, volume: Volume) -> NDArray[np.float64]:
    """Mean area in the slices of each slab, mm² [N, 6]."""
    area_mm2 = np.stack([_is(mask, kind).sum((1, 2)) for kind in _COLUMNS], 1)
    area_mm2 = area_mm2 * np.prod(volume.spacing_mm[1:])
    slabs = range(len(prepared.image))
    return np.stack([area_mm2[prepared.slab_of_k == slab].mean(0) for slab in slabs])


def _present(amount: NDArray[np.float64], unseen: NDArray[np.float64], least: float) -> Floats:
    """1, 0, or NaN where there is hardly any, or some that cannot be seen."""
    answer = (amount >= least).astype(np.float32)
    answer[((amount > 0) | (unseen > 0)) & (amount < least)] = np.nan
    return answer
