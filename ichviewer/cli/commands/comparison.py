"""The command on two series of one patient: what has changed."""

import argparse
from functools import partial

from ichviewer import workflow
from ichviewer.cli.output import check_writable, exit_code, json_text, series_title
from ichviewer.cli.steps import chosen_device, step
from ichviewer.comparison.time_point import TimePoint
from ichviewer.dicom.study import ScanResult
from ichviewer.language import tr
from ichviewer.report import changes
from ichviewer.worker import Worker


def compare(options: argparse.Namespace, worker: Worker) -> int:
    for file in (options.json, options.resampled):
        check_writable(file)
    device = chosen_device(options)
    scans: list[ScanResult] = []
    points: list[TimePoint] = []
    for folder, key in (
        (options.prior, options.prior_series),
        (options.folder, options.current_series),
    ):
        scan = step(worker, workflow.open_folder, folder)
        series = workflow.best_series(scan, key)
        volume = step(worker, workflow.open_series, series)
        findings = step(worker, workflow.analyze, series, volume, device)
        study = next(study for study in scan.studies if series in study.series)
        which = tr("Current") if scans else tr("Prior")
        print(f"{which}: {series_title(series)} {study.date} {study.time}")
        scans.append(scan)
        points.append(TimePoint(study, series, volume, findings))
    comparison = step(worker, workflow.compare, *points)
    print(changes.changes_text(comparison))
    if options.json:
        described = changes.describe_comparison(comparison)
        options.json.write_text(json_text(described) + "\n", encoding="utf-8")
    if options.resampled:
        volumes = (point.volume for point in points)
        save = partial(
            workflow.save_aligned, alignment=comparison.alignment, file=options.resampled
        )
        for note in step(worker, save, *volumes):
            print(note)
    return max(exit_code(scan) for scan in scans)
