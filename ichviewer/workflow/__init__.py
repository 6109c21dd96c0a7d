"""The story of the program: one function per step that a user takes.

The window and the command line call only these, in a worker process, so the libraries that parse
files or run models are imported inside the steps: the window's own process never holds them.
Every step takes `progress` last, by keyword.
"""

from ichviewer.workflow.analysing import analyze, read_series
from ichviewer.workflow.case_library import (
    add_case,
    library_folder,
    library_stats,
    rebuild_library,
    stored_case,
    verify_library,
)
from ichviewer.workflow.comparing import compare, save_aligned
from ichviewer.workflow.evaluating import evaluate
from ichviewer.workflow.exporting import describe_folder, save_mask, save_volume
from ichviewer.workflow.installed_models import check_models, list_models
from ichviewer.workflow.measuring import measure, segmented_lesion
from ichviewer.workflow.opening import (
    best_series,
    by_worth,
    missing_places,
    open_folder,
    open_paths,
    open_pictures,
    open_series,
    small_picture,
)
from ichviewer.workflow.processes import WARM_IMPORTS, start_worker
from ichviewer.workflow.readings import (
    agreement,
    interrupted_reading,
    list_readings,
    mark_lesions,
    reading_statuses,
    show_reading,
)
from ichviewer.workflow.similar_cases import find_similar, finds_itself, open_case

__all__ = [
    "WARM_IMPORTS",
    "add_case",
    "agreement",
    "analyze",
    "best_series",
    "by_worth",
    "check_models",
    "compare",
    "describe_folder",
    "evaluate",
    "find_similar",
    "finds_itself",
    "interrupted_reading",
    "library_folder",
    "library_stats",
    "list_models",
    "list_readings",
    "mark_lesions",
    "measure",
    "missing_places",
    "open_case",
    "open_folder",
    "open_paths",
    "open_pictures",
    "open_series",
    "read_series",
    "reading_statuses",
    "rebuild_library",
    "save_aligned",
    "save_mask",
    "save_volume",
    "segmented_lesion",
    "show_reading",
    "small_picture",
    "start_worker",
    "stored_case",
    "verify_library",
]
