"""The case library: where it is, adding a case of one's own, keeping it whole."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ichviewer import paths
from ichviewer.analysis.findings import Findings
from ichviewer.dicom.study import Series
from ichviewer.errors import LibraryError
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent
from ichviewer.settings import read_settings

if TYPE_CHECKING:
    from ichviewer.library.manifest import Manifest
    from ichviewer.library.upkeep import Stats


def library_folder() -> Path:
    """The case library to search: the chosen one, else the user's own, else the one that ships."""
    chosen = read_settings(paths.settings_file()).library_folder
    if chosen is not None:
        return chosen
    user = paths.user_library_folder()
    return user if user.is_dir() else paths.starter_library_folder()


def stored_case(volume: Volume, library: Path | None = None, *, progress: Progress = silent) -> str:
    """The id of the case with these very voxels; empty where the library has none."""
    from ichviewer.library.store import DATABASE_NAME, Library
    from ichviewer.report.card import case_id

    folder = library or paths.user_library_folder()
    if not (folder / DATABASE_NAME).exists():
        return ""
    with Library.open(folder) as opened:
        wanted = case_id(volume)
        return wanted if wanted in {case.case_id for case in opened.list()} else ""


def add_case(
    series: Series,
    volume: Volume,
    findings: Findings,
    library: Path | None = None,
    *,
    note: str = "",
    keeps_path: bool = False,
    progress: Progress = silent,
) -> str:
    """Store an analysed series as a case of the user's library; returns the case's id.

    The user's library begins as a copy of the one that ships. Nothing that names a patient is
    stored; with `keeps_path` the case can be opened later, as long as its files stay there.
    """
    from ichviewer.library.store import Library
    from ichviewer.report.card import case_of

    if not findings.embedding.size:
        raise LibraryError(tr("The models did not read this series, so it cannot be found again."))
    folder = library or paths.user_library_folder()
    progress(0, 1, tr("Adding the case"))
    _begin_library(folder)
    case = case_of(series, volume, findings, note, keeps_path)
    with Library.open(folder, writable=True) as opened:
        opened.add(case, findings.embedding_identity)
    return case.case_id


def _begin_library(folder: Path) -> None:
    from ichviewer.library.store import DATABASE_NAME, Library

    starter = paths.starter_library_folder()
    if (folder / DATABASE_NAME).exists():
        return
    if (starter / DATABASE_NAME).exists():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(starter, folder, dirs_exist_ok=True)
    else:
        Library.create(folder).close()


def library_stats(library: Path | None = None, *, progress: Progress = silent) -> "Stats":
    """What the case library holds."""
    from ichviewer.library import upkeep

    return upkeep.stats(library or library_folder(), progress)


def verify_library(library: Path | None = None, *, progress: Progress = silent) -> tuple[str, ...]:
    """Everything that is wrong with the case library; empty where it is whole."""
    from ichviewer.library import upkeep

    return upkeep.verify(library or library_folder(), progress)


def rebuild_library(library: Path | None = None, *, progress: Progress = silent) -> "Manifest":
    """Build the index of the case library anew."""
    from ichviewer.library import upkeep

    return upkeep.rebuild(library or paths.user_library_folder(), progress=progress)
