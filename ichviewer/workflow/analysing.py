"""Analysing: what the models say about a series."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ichviewer import paths
from ichviewer.analysis.findings import Findings, OperatingPoint
from ichviewer.dicom.study import Permission, Series
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Progress, silent
from ichviewer.settings import read_settings
from ichviewer.worker import guarded
from ichviewer.workflow.opening import NO_FILES, open_series

if TYPE_CHECKING:
    from ichviewer.analysis.gate import Header


@guarded(leaves_out_files=True)
def read_series(
    series: Series,
    device: str = "auto",
    *,
    excluded: Mapping[Path, str] = NO_FILES,
    progress: Progress = silent,
) -> Findings:
    """What the models say about a series that is not on the screen."""
    volume = open_series(series, excluded=excluded, progress=progress)
    return analyze(series, volume, device, progress=progress)


def analyze(
    series: Series,
    volume: Volume,
    device: str = "auto",
    operating_point: str = "",
    *,
    progress: Progress = silent,
) -> Findings:
    """What the models say about a series, at an operating point; at the settings' without one."""
    from ichviewer.analysis.analyze import analyze as analyze_volume

    point = operating_point or read_settings(paths.settings_file()).operating_point
    return analyze_volume(
        volume,
        header_of(series),
        paths.models_folder(),
        progress,
        device,
        point=OperatingPoint(point),
        atlas_file=paths.atlas_file(),
    )


def header_of(series: Series) -> "Header":
    """What the gate is told about a series."""
    from ichviewer.analysis.gate import Header

    return Header(
        modality=series.modality,
        body_part=series.body_part,
        contrast=series.contrast,
        kernel=series.kernel,
        kvp=series.kvp,
        age_years=series.age_years,
        ai_refusal=series.refusals.get(Permission.AI, ""),
        is_picture=series.grey is not None,
    )
