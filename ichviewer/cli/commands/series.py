"""The commands on series: what a folder holds, and one series as NIfTI."""

import argparse

from ichviewer import workflow
from ichviewer.cli.output import check_writable, exit_code, print_json, series_title
from ichviewer.cli.steps import step
from ichviewer.report import table
from ichviewer.worker import Worker


def scan(options: argparse.Namespace, worker: Worker) -> int:
    scan = step(worker, workflow.open_folder, options.folder)
    if options.json or options.positions:
        print_json(step(worker, workflow.describe_folder, scan, options.positions))
    else:
        print(table.scan_text(scan))
    return exit_code(scan)


def convert(options: argparse.Namespace, worker: Worker) -> int:
    check_writable(options.file)
    scan = step(worker, workflow.open_folder, options.folder)
    series = workflow.best_series(scan, options.series)
    volume = step(worker, workflow.open_series, series)
    print(series_title(series))
    for note in step(worker, workflow.save_volume, volume, options.file):
        print(note)
    return exit_code(scan)
