"""The command on measurements: what saved ones come to."""

import argparse
from pathlib import Path

from ichviewer import workflow
from ichviewer.cli.codes import TROUBLE
from ichviewer.cli.output import check_writable, exit_code, say, series_title
from ichviewer.cli.steps import chosen_device, step
from ichviewer.dicom.study import Permission
from ichviewer.errors import IchViewerError
from ichviewer.language import tr
from ichviewer.report import measurements
from ichviewer.worker import Worker


def measure(options: argparse.Namespace, worker: Worker) -> int:
    """Measurements of one series after the other; those of other series are named."""
    check_writable(options.json)
    left = measurements.from_json(_read_text(options.saved), options.saved.name)
    scan = step(worker, workflow.open_folder, options.folder)
    entries: list[measurements.Entry] = []
    for series in workflow.by_worth(scan):
        drawn = [one for one in left if measurements.is_on(one, series.key, series.series_uid)]
        if drawn:
            left = tuple(one for one in left if one not in drawn)
            volume = step(worker, workflow.open_series, series)
            reads = options.ai and series.permits(Permission.AI)
            findings = (
                step(worker, workflow.analyze, series, volume, chosen_device(options))
                if reads
                else None
            )
            found = step(worker, workflow.measure, drawn, volume, findings)
            print(series_title(series))
            print(measurements.measurements_text(found))
            entries += found
    for one in left:
        say(
            tr(
                "{name}: {folder} does not hold the series it was drawn on.",
                name=one.name or tr(one.kind),
                folder=options.folder,
            )
        )
    print(f"{tr(measurements.DISCLAIMER)}.")
    if options.json:
        options.json.write_text(measurements.to_json(entries), encoding="utf-8")
    return TROUBLE if left else exit_code(scan)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise IchViewerError(tr("{file} is no text file.", file=file)) from error
