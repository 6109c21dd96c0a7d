"""Time points whose findings are what a mask holds, measured by counting voxels."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ichviewer.analysis.findings import (
    Findings,
    Gate,
    GateAnswer,
    HemorrhageType,
    Lesion,
    MidlineShift,
    Side,
)
from ichviewer.analysis.lesions import Region, find_regions
from ichviewer.comparison.time_point import TimePoint
from ichviewer.dicom.study import Instance, Series, Study
from ichviewer.imaging.volume import Volume


def findings_of(mask: np.ndarray, volume: Volume, shift_mm: float | None = None) -> Findings:
    """Findings with one lesion per connected region of a mask."""
    found = [
        (kind, region)
        for kind in HemorrhageType
        for region in find_regions(mask == kind, volume.grid)
    ]
    lesions = [_lesion(kind, region, volume) for kind, region in found]
    ordered = sorted(lesions, key=lambda lesion: -lesion.volume_ml)
    count = volume.shape_kji[0]
    return Findings(
        volume.series_uid,
        Gate(GateAnswer.ACCEPTED),
        np.zeros((count, 6), np.float32),
        np.zeros(6, np.float32),
        np.full(6, 0.5, np.float32),
        mask.astype(np.uint8),
        tuple(replace(lesion, number=n) for n, lesion in enumerate(ordered, start=1)),
        np.eye(1, 128, dtype=np.float32)[0],
        "sample",
        (),
        midline_shift=None if shift_mm is None else MidlineShift(shift_mm, count // 2),
    )


def time_point(
    volume: Volume,
    findings: Findings,
    date: str = "2026-03-01",
    time: str = "08:00:00",
    patient: str = "P1",
) -> TimePoint:
    """A series of a study of its own."""
    grid = volume.grid
    series = Series(
        f"key {date} {time}", volume.series_uid, date, "CT", "head", 2,
        tuple(Instance(Path(f"{k}.dcm")) for k in range(grid.shape_kji[0])),
        *grid.shape_kji[1:], grid.geometry, grid.spacing_mm, grid.tilt_deg,
        (float(grid.gaps_mm.min()), float(grid.gaps_mm.max())),
    )  # fmt: skip
    study = Study(date, "Simulated^Head", patient, "F", "070Y", date, time, "CT head", (series,))
    return TimePoint(study, series, volume, findings)


def _lesion(kind: HemorrhageType, region: Region, volume: Volume) -> Lesion:
    kji = region.indices()
    first, last = region.box[0].start, region.box[0].stop - 1
    areas = region.inside.sum(axis=(1, 2))
    center = kji.mean(axis=0)
    width_mm = max(
        np.ptp(kji[:, 1]) * volume.spacing_mm[1], np.ptp(kji[:, 2]) * volume.spacing_mm[2]
    )
    return Lesion(
        0, kind, float((areas * volume.grid.voxel_ml[region.box[0]]).sum()), float(width_mm),
        first, last, first + int(areas.argmax()), tuple(center.tolist()),
        tuple(volume.grid.lps_mm(center).tolist()), Side.LEFT, 65.0, 70.0, 0.9,
    )  # fmt: skip
