"""What a command prints and writes: results to standard output, trouble to standard error."""

import json
import sys
from pathlib import Path
from typing import Any

from ichviewer.cli.codes import OK, SOME_SKIPPED
from ichviewer.dicom.study import ScanResult, Series
from ichviewer.errors import IchViewerError
from ichviewer.language import tr, trn


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def series_title(series: Series) -> str:
    return trn(
        "Series {key} {description}, {n} slice",
        "Series {key} {description}, {n} slices",
        len(series.instances),
        key=series.key[:8],
        description=series.description,
    )


def exit_code(scan: ScanResult) -> int:
    for skipped in scan.skipped:
        say(skipped.sentence)
    return SOME_SKIPPED if scan.skipped else OK


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def print_json(value: Any) -> None:
    print(json_text(value))


def check_writable(file: Path | None) -> None:
    if file is not None and not file.parent.is_dir():
        raise IchViewerError(
            tr(
                "{file} cannot be written: there is no folder {folder}.",
                file=file,
                folder=file.parent,
            )
        )
