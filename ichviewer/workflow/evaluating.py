"""Evaluating: how good the models are on a table of images."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ichviewer import paths
from ichviewer.analysis.findings import OperatingPoint
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent
from ichviewer.worker import guarded
from ichviewer.workflow.analysing import header_of
from ichviewer.workflow.opening import NO_FILES, best_series, open_series

if TYPE_CHECKING:
    from ichviewer.analysis.gate import Header


@guarded(file_s=60.0, leaves_out_files=True)
def evaluate(
    table: Path,
    operating_point: str = "balanced",
    device: str = "auto",
    *,
    excluded: Mapping[Path, str] = NO_FILES,
    progress: Progress = silent,
) -> tuple[Mapping[str, Any], str]:
    """How good the models are on a table of images: all numbers, and an HTML page about them."""
    from ichviewer.analysis.reading import load_models
    from ichviewer.dicom.scan import scan_folder
    from ichviewer.evaluation.evaluate import evaluate as evaluate_table
    from ichviewer.evaluation.page import page
    from ichviewer.evaluation.table import read_table

    def open_dicom(path: Path, progress: Progress) -> "tuple[Volume, Header]":
        scan = scan_folder(path, progress, excluded)
        series = best_series(scan)
        volume = open_series(series, excluded=excluded, progress=progress)
        if len(scan.series) > 1:
            note = tr(
                "Of {count} series the one most worth reading was taken.", count=len(scan.series)
            )
            volume = replace(volume, notes=(*volume.notes, note))
        return volume, header_of(series)

    rows = read_table(table)
    models = load_models(paths.models_folder(), device)
    point = OperatingPoint(operating_point)
    evaluation = evaluate_table(rows, models, open_dicom, progress, point=point, excluded=excluded)
    return evaluation.described, page(evaluation)
