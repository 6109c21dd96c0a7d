"""Aligning two series by their skulls, and judging whether the result can be used."""

from math import isfinite

import numpy as np

from ichviewer.comparison.alignment import Alignment, Grade, Quality
from ichviewer.comparison.cranium import Cranium, find_cranium
from ichviewer.comparison.quality import measure_quality
from ichviewer.comparison.registration import register
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.rigid import IDENTITY
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent

#: Scans of one simulated head: skulls within 0.1 mm, correlation above 0.99; of two heads: 2.5 mm
#: and more, below 0.5; of a head and its mirror image: 0.7 mm and 0.9 (docs/comparison.md).
_GOOD_SKULL_MM = 0.5
_GOOD_SKULL_95_MM = 2.0
_GOOD_CORRELATION = 0.93
_WORST_SKULL_MM = 1.5
_WORST_CORRELATION = 0.7
_LEAST_SHARED = 0.4


def align(current: Volume, prior: Volume, progress: Progress = silent) -> Alignment:
    """Align two series by their skulls; a refusal is an answer, not an error.

    Parameters
    ----------
    current, prior
        In HU.
    progress
        Called many times a second; it may cancel.
    """
    for name, volume in (("current", current), ("prior", prior)):
        problem = _problem(volume)
        if problem:
            return _refused(current, f"the {name} series {problem}")
    crania: list[Cranium] = []
    for name, volume in (("current", current), ("prior", prior)):
        cranium = find_cranium(volume, progress)
        if cranium is None:
            return _refused(current, f"the {name} series shows no skull with a brain in it.")
        crania.append(cranium)
    here, there = crania
    motion = register(here, there, progress)
    progress(0, 0, "Measuring the alignment")
    measured = measure_quality(here, there, motion)
    grade, reason = _judge(measured)
    found = motion if grade is not Grade.REFUSED else IDENTITY
    return Alignment(found, here.center_lps_mm, grade, reason, measured)


def _problem(volume: Volume) -> str:
    if volume.geometry is GeometryClass.NO_GEOMETRY:
        return "has no slice positions."
    if volume.geometry is GeometryClass.SINGLE:
        return "is a single slice."
    return "" if volume.is_hu else "has no HU."


def _judge(measured: Quality) -> tuple[Grade, str]:
    if measured.correlation < _WORST_CORRELATION or not isfinite(measured.skull_mm):
        return Grade.REFUSED, (
            "the heads do not fit upon each other "
            f"(correlation {measured.correlation:.2f}, at least {_WORST_CORRELATION} is needed). "
            "Are both of this patient?"
        )
    if measured.skull_mm > _WORST_SKULL_MM:
        return Grade.REFUSED, (
            f"the skulls lie {measured.skull_mm:.1f} mm apart, more than {_WORST_SKULL_MM} mm. "
            "Are both of this patient?"
        )
    if measured.shared < _LEAST_SHARED:
        return Grade.REFUSED, (f"the series share only {100 * measured.shared:.0f} % of the brain.")
    doubts = []
    if measured.skull_mm > _GOOD_SKULL_MM or measured.skull_95_mm > _GOOD_SKULL_95_MM:
        doubts.append("the skulls differ in places")
    if measured.correlation < _GOOD_CORRELATION:
        doubts.append(f"the correlation is only {measured.correlation:.2f}")
    if not doubts:
        return Grade.GOOD, ""
    return Grade.DOUBTFUL, f"Check by eye: {' and '.join(doubts)}."


def _refused(current: Volume, reason: str) -> Alignment:
    center = current.grid.lps_mm((np.array(current.shape_kji) - 1) / 2)
    return Alignment(IDENTITY, center, Grade.REFUSED, reason)
