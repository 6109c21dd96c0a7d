"""Similar cases: finding them for a study, and opening one of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ichviewer.analysis.findings import Findings
from ichviewer.dicom.study import Series
from ichviewer.errors import LibraryError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Case, Matches
from ichviewer.progress import Progress, silent
from ichviewer.worker import guarded
from ichviewer.workflow.case_library import library_folder
from ichviewer.workflow.opening import NO_FILES, by_worth, open_folder, open_series


def find_similar(
    findings: Findings,
    restrict: Literal["soft", "same type", "none"] = "soft",
    library: Path | None = None,
    *,
    progress: Progress = silent,
) -> Matches:
    """The known cases most like a study."""
    from ichviewer.library import search

    return search.find_similar(
        library or library_folder(),
        findings.embedding,
        findings.embedding_identity,
        tuple(kind.word for kind in findings.found_types),
        progress,
        restrict=restrict,
        is_found=findings.is_any_found,
    )


@guarded(leaves_out_files=True)
def open_case(
    case: Case,
    library: Path | None = None,
    *,
    excluded: Mapping[Path, str] = NO_FILES,
    progress: Progress = silent,
) -> tuple[Series, Volume]:
    """The images of a stored case."""
    from ichviewer.library.store import Library
    from ichviewer.report.card import OWN_CASE, case_id

    with Library.open(library or library_folder()) as opened:
        images = opened.images_path(case)
    if images is None or not images.exists():
        raise LibraryError(
            tr("The images of case {case_id} are not stored in the library.", case_id=case.case_id)
        )
    scan = open_folder(images, excluded=excluded, progress=progress)
    for series in by_worth(scan):
        volume = open_series(series, excluded=excluded, progress=progress)
        # A folder of the user's own may hold other series, or other files than when it was stored.
        if not case.case_id.startswith(OWN_CASE) or case.case_id == case_id(volume):
            return series, volume
    raise LibraryError(
        tr(
            "The images of case {case_id} are no longer where they were stored.",
            case_id=case.case_id,
        )
    )


def finds_itself(library: Path | None = None, *, progress: Progress = silent) -> bool:
    """Whether searching for a stored case finds that very case first."""
    from ichviewer.library import search
    from ichviewer.library.store import Library

    folder = library or library_folder()
    with Library.open(folder) as opened:
        identity = max(opened.identities().items(), key=lambda entry: entry[1])[0]
        case = opened.list(identity, count=1)[0]
    matches = search.find_similar(
        folder, case.vector, identity, case.types, progress, restrict="none"
    )
    return matches.matches[0].case.case_id == case.case_id
