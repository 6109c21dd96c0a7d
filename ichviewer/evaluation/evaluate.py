"""The evaluation: every row of a table read by the models, and all numbers about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ichviewer.analysis.findings import OperatingPoint
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.reading import ModelSet
from ichviewer.errors import IchViewerError, TableError
from ichviewer.evaluation.images import OpenDicom, open_row
from ichviewer.evaluation.outcome import Outcome, read_image
from ichviewer.evaluation.pictures import Picture, Worst
from ichviewer.evaluation.summary import describe
from ichviewer.evaluation.table import Problem, Row, Table
from ichviewer.language import tr
from ichviewer.progress import Cancelled, Progress, silent
from ichviewer.report.summary import DISCLAIMER, describe_model


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All numbers as plain values for JSON, and the pictures of what went worst."""

    described: Mapping[str, Any]
    pictures: tuple[Picture, ...]


def evaluate(
    table: Table,
    models: ModelSet,
    open_dicom: OpenDicom,
    progress: Progress = silent,
    *,
    point: OperatingPoint = OperatingPoint.BALANCED,
    excluded: Mapping[Path, str] | None = None,
) -> Evaluation:
    """Read every row and describe how it went.

    Parameters
    ----------
    table
        What to read.
    models
        Loaded.
    open_dicom
        How DICOM is opened; pictures and NIfTI files are opened here.
    progress
        Called many times for each row.
    point
        The operating point.
    excluded
        Files that must not be opened, each with the words that say why.

    Raises
    ------
    TableError
        No row at all could be read.
    """
    outcomes: list[Outcome] = []
    problems = list(table.problems)
    worst, speakers, used = Worst(), tuple[ModelInfo, ...](), point
    for done, row in enumerate(table.rows):
        progress(done, len(table.rows), tr("Evaluating"))

        def still(_done: int, _total: int, _what: str, done: int = done) -> None:
            progress(done, len(table.rows), tr("Evaluating"))

        try:
            _check_excluded(row, excluded or {})
            image = open_row(row, open_dicom, progress)
            outcome, seen = read_image(row, image, models, still, point)
        except Cancelled:
            raise
        except IchViewerError as error:
            problems.append(Problem(row.number, f"{row.title}: {error}"))
            continue
        outcomes.append(outcome)
        worst.see(outcome, image, seen)
        speakers, used = seen.models, seen.operating_point
    if not outcomes:
        told = " ".join(problem.sentence for problem in problems[:3])
        raise TableError(
            tr("No row of {name} could be read. {told}", name=table.file.name, told=told)
        )
    progress(len(table.rows), len(table.rows), tr("Counting"))
    numbers = describe(outcomes)
    point_note = (
        [
            tr(
                "There is no {point} operating point; {used} was used.",
                point=tr(point),
                used=tr(used),
            )
        ]
        if used != point
        else []
    )
    described = {
        "disclaimer": DISCLAIMER,
        "table": table.file.name,
        "operating_point": str(used),
        "models": [describe_model(model) for model in speakers],
        **numbers,
        "notes": [*table.notes, *point_note, *numbers["notes"]],
        "problems": [{"row": p.row, "sentence": p.sentence} for p in sorted(problems, key=_row)],
    }
    return Evaluation(described, worst.pictures)


def _row(problem: Problem) -> int:
    return problem.row


def _check_excluded(row: Row, excluded: Mapping[Path, str]) -> None:
    for path in filter(None, (row.image, row.mask)):
        if path in excluded:
            raise TableError(tr("{name} {problem}.", name=path.name, problem=excluded[path]))
