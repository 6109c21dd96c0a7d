"""Exporting: a scan in plain values, voxels and masks as NIfTI."""

from pathlib import Path
from typing import Any

from ichviewer.analysis.findings import Findings
from ichviewer.dicom.study import ScanResult
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent


def describe_folder(
    scan: ScanResult, positions: bool = False, *, progress: Progress = silent
) -> dict[str, Any]:
    """A scan in plain values; with positions, every series is loaded for its corners."""
    from ichviewer.dicom.describe import describe_scan

    return describe_scan(scan, positions, progress)


def save_volume(volume: Volume, file: Path, *, progress: Progress = silent) -> tuple[str, ...]:
    """Write HU as NIfTI on a regular grid; returns what had to be resampled, as sentences."""
    from ichviewer.imaging.itk import write_nifti
    from ichviewer.imaging.resample import to_regular

    # One slice has nothing to be interpolated with.
    is_single = volume.geometry is GeometryClass.SINGLE
    regular = volume if is_single else to_regular(volume, progress)
    write_nifti(regular, file)
    return tuple(note for note in regular.notes if note not in volume.notes)


def save_mask(
    findings: Findings, volume: Volume, file: Path, *, progress: Progress = silent
) -> tuple[str, ...]:
    """Write the findings' mask as NIfTI; returns what had to be resampled, as sentences."""
    from ichviewer.imaging.itk import write_nifti_mask

    note = write_nifti_mask(findings.mask, volume.grid, file)
    return (note,) if note else ()
