"""A scan in plain values, ready for JSON."""

from math import isnan
from typing import Any

import numpy as np

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.study import Permission, ScanResult, Series, Study
from ichviewer.errors import IchViewerError
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent


def describe_scan(
    result: ScanResult, positions: bool = False, progress: Progress = silent
) -> dict[str, Any]:
    """What was found, per study and stack, with what each permits and why not.

    Parameters
    ----------
    positions
        Also load every series and list the LPS positions in mm of the four corner voxels of
        every slice, as its volume has them.
    """
    return {
        "folder": str(result.folder),
        "files": result.file_count,
        "skipped": dict(sorted(result.skipped_counts.items())),
        "skipped_files": [
            {"file": str(file.path), "reason": file.reason, "sentence": file.sentence}
            for file in result.skipped
        ],
        "studies": [_study(study, positions, progress) for study in result.studies],
    }


def _study(study: Study, positions: bool, progress: Progress) -> dict[str, Any]:
    return {
        "study_uid": study.study_uid,
        "date": study.date,
        "description": study.description,
        "series": [_series(series, positions, progress) for series in study.series],
    }


def _series(series: Series, positions: bool, progress: Progress) -> dict[str, Any]:
    described = {
        "key": series.key,
        "series_uid": series.series_uid,
        "modality": series.modality,
        "description": series.description,
        "number": series.number,
        "geometry": str(series.geometry),
        "slices": len(series.instances),
        "rows": series.rows,
        "columns": series.columns,
        "spacing_mm": [_finite(value) for value in series.spacing_mm],
        "tilt_deg": round(series.tilt_deg, 3) + 0.0,
        "gaps_mm": [_finite(value) for value in series.gaps_mm],
        "missing_slices": series.missing_slices,
        "kernel": series.kernel,
        "manufacturer": series.manufacturer,
        "scanner": series.scanner,
        "contrast": series.contrast,
        "body_part": series.body_part,
        "warnings": list(series.warnings),
        "permits": {use.name.lower(): series.permits(use) for use in Permission},
        "refusals": {use.name.lower(): why for use, why in series.refusals.items()},
    }
    if positions:
        described |= _positions(series, progress)
    return described


def _positions(series: Series, progress: Progress) -> dict[str, Any]:
    try:
        volume = load_volume(series, progress)
    except IchViewerError as error:
        return {"corners_lps_mm": None, "problem": str(error)}
    if not series.permits(Permission.MPR) and series.conflict:
        return {"corners_lps_mm": None, "problem": series.refusals[Permission.MPR]}
    return {"corners_lps_mm": corners_lps_mm(volume).round(6).tolist()}


def corners_lps_mm(volume: Volume) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(K, 4, 3) LPS mm of the corner voxels of every slice: first and last row and column."""
    count, rows, columns = volume.shape_kji
    ji = [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)]
    kji = np.array([[(k, j, i) for j, i in ji] for k in range(count)], dtype=np.float64)
    return volume.grid.lps_mm(kji)


def _finite(value: float) -> float | None:
    return None if isnan(value) else round(value, 6)
