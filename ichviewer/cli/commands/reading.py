"""The commands on readings: what was decided, and how often reader and AI agreed."""

import argparse
from pathlib import Path

from ichviewer import workflow
from ichviewer.cli.codes import OK, SOME_SKIPPED
from ichviewer.cli.output import json_text, print_json
from ichviewer.errors import ReadingError
from ichviewer.language import tr
from ichviewer.reading.agreement import agreement_csv
from ichviewer.report import reading
from ichviewer.worker import Worker


def reading_list(options: argparse.Namespace, worker: Worker) -> int:
    readings = worker.run(workflow.list_readings, options.readings)
    if options.json:
        print_json({"readings": [reading.summarize_reading(read) for read in readings]})
    else:
        print(reading.readings_text(readings))
    return SOME_SKIPPED if any(read.damages for read in readings) else OK


def reading_show(options: argparse.Namespace, worker: Worker) -> int:
    read = worker.run(workflow.show_reading, options.study, options.readings)
    if options.json:
        print_json(reading.describe_reading(read))
    else:
        print(reading.reading_text(read))
    return SOME_SKIPPED if read.damages else OK


def reading_export(options: argparse.Namespace, worker: Worker) -> int:
    read = worker.run(workflow.show_reading, options.study, options.readings)
    _write_new(options.file, json_text(reading.describe_reading(read)) + "\n")
    return SOME_SKIPPED if read.damages else OK


def reading_agreement(options: argparse.Namespace, worker: Worker) -> int:
    counted = worker.run(workflow.agreement, options.readings)
    if options.csv:
        _write_new(options.csv, agreement_csv(counted))
    if options.json:
        print_json(reading.describe_agreement(counted))
    else:
        print(reading.agreement_text(counted))
    return OK


def _write_new(file: Path, text: str) -> None:
    """Write an export; what was exported before is never overwritten."""
    try:
        with file.open("x", encoding="utf-8", newline="") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise ReadingError(
            tr(
                "{file} is there already, and exports never overwrite: choose another name.",
                file=file,
            )
        ) from error
