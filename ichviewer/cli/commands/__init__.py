"""The commands: each runs steps of the workflow in the worker, prints, and gives an exit code."""

from ichviewer.cli.commands.comparison import compare
from ichviewer.cli.commands.evaluation import evaluate
from ichviewer.cli.commands.findings import analyze, similar
from ichviewer.cli.commands.installation import selftest
from ichviewer.cli.commands.library import (
    library_add,
    library_rebuild,
    library_stats,
    library_verify,
)
from ichviewer.cli.commands.measurements import measure
from ichviewer.cli.commands.models import check_models, list_models
from ichviewer.cli.commands.reading import (
    reading_agreement,
    reading_export,
    reading_list,
    reading_show,
)
from ichviewer.cli.commands.series import convert, scan

__all__ = [
    "analyze",
    "check_models",
    "compare",
    "convert",
    "evaluate",
    "library_add",
    "library_rebuild",
    "library_stats",
    "library_verify",
    "list_models",
    "measure",
    "reading_agreement",
    "reading_export",
    "reading_list",
    "reading_show",
    "scan",
    "selftest",
    "similar",
]
