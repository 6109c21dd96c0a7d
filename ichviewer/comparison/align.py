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
from ichviewer.language import tr
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
    named = ((tr("the current series"), current), (tr("the prior series"), prior))
    for which, volume in named:
        problem = _problem(volume)
        if problem:
            return _refused(current, tr("{which} {problem}", which=which, problem=problem))
    crania: list[Cranium] = []
    for which, volume in named:
        cranium = find_cranium(volume, progress)
        if cranium is None:
            reason = tr("{which} shows no skull with a brain in it.", which=which)
            return _refused(current, reason)
        crania.append(cranium)
    here, there = crania
    motion = register(here, there, progress)
    progress(0, 0, tr("Measuring the alignment"))
    measured = measure_quality(here, there, motion)
    grade, reason = _judge(measured)
    found = motion if grade is not Grade.REFUSED else IDENTITY
    return Alignment(found, here.center_lps_mm, grade, reason, measured)


def _problem(volume: Volume) -> str:
    if volume.geometry is GeometryClass.NO_GEOMETRY:
        return tr("has no slice positions.")
    if volume.geometry is GeometryClass.SINGLE:
        return tr("is a single slice.")
    return "" if volume.is_hu else tr("has no HU.")


def _judge(measured: Quality) -> tuple[Grade, str]:
    if measured.correlation < _WORST_CORRELATION or not isfinite(measured.skull_mm):
        return Grade.REFUSED, tr(
            "the heads do not fit upon each other (correlation {correlation:.2f}, at least {least} "
            "is needed). Are both of this patient?",
            correlation=measured.correlation,
            least=_WORST_CORRELATION,
        )
    if measured.skull_mm > _WORST_SKULL_MM:
        return Grade.REFUSED, tr(
            "the skulls lie {skull_mm:.1f} mm apart, more than {most_mm} mm. Are both of this "
            "patient?",
            skull_mm=measured.skull_mm,
            most_mm=_WORST_SKULL_MM,
        )
    if measured.shared < _LEAST_SHARED:
        return Grade.REFUSED, tr(
            "the series share only {share:.0%} of the brain.", share=measured.shared
        )
    doubts = []
    if measured.skull_mm > _GOOD_SKULL_MM or measured.skull_95_mm > _GOOD_SKULL_95_MM:
        doubts.append(tr("the skulls differ in places"))
    if measured.correlation < _GOOD_CORRELATION:
        doubts.append(
            tr("the correlation is only {correlation:.2f}", correlation=measured.correlation)
        )
    if not doubts:
        return Grade.GOOD, ""
    return Grade.DOUBTFUL, tr("Check by eye: {doubts}.", doubts=tr(" and ").join(doubts))


def _refused(current: Volume, reason: str) -> Alignment:
    center = current.grid.lps_mm((np.array(current.shape_kji) - 1) / 2)
    return Alignment(IDENTITY, center, Grade.REFUSED, reason)
