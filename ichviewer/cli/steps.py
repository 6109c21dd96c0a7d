"""How a command runs the steps of the workflow, and those that several commands begin with."""

import argparse
import sys
from typing import Any

from ichviewer import paths, workflow
from ichviewer.analysis.findings import Findings
from ichviewer.cli.output import say
from ichviewer.dicom.study import ScanResult, Series
from ichviewer.imaging.grey_scale import GreyScale, is_picture
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.settings import read_settings
from ichviewer.worker import Worker


def step(worker: Worker, function: Any, *arguments: Any) -> Any:
    """Run a step; in a terminal, show how far it is."""
    if not sys.stderr.isatty():
        return worker.run(function, *arguments)

    def show(done: int, total: int, what: str) -> None:
        share = f" {done}/{total}" if total else ""
        print(f"\r\x1b[K{what}{share}", end="", file=sys.stderr, flush=True)

    try:
        return worker.run(function, *arguments, progress=show)
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def chosen_device(options: argparse.Namespace) -> str:
    return options.device or read_settings(paths.settings_file()).device


def scan_of(options: argparse.Namespace, worker: Worker) -> ScanResult:
    """What a folder holds, or a picture as the options say."""
    if not is_picture(options.folder):
        scan: ScanResult = step(worker, workflow.open_folder, options.folder)
        return scan
    grey = GreyScale(options.hu_black, options.hu_white)
    spacing_mm = (options.spacing_mm, options.spacing_mm)
    say(
        tr(
            "{name} is read as a picture: black is {hu_black:g} HU, white {hu_white:g} HU, a pixel "
            "{spacing_mm:g} mm.",
            name=options.folder.name,
            hu_black=options.hu_black,
            hu_white=options.hu_white,
            spacing_mm=options.spacing_mm,
        )
    )
    pictures: ScanResult = step(worker, workflow.open_pictures, (options.folder,), grey, spacing_mm)
    return pictures


def read_findings(
    options: argparse.Namespace, worker: Worker, operating_point: str = ""
) -> tuple[ScanResult, Series, Volume, Findings]:
    device = chosen_device(options)
    scan = scan_of(options, worker)
    series = workflow.best_series(scan, options.series)
    volume = step(worker, workflow.open_series, series)
    findings = step(worker, workflow.analyze, series, volume, device, operating_point)
    return scan, series, volume, findings
