"""The models that are installed, and whether they can be used."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ichviewer import paths
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

if TYPE_CHECKING:
    from ichviewer.analysis.catalog import ModelProblem
    from ichviewer.analysis.model_info import ModelInfo


def list_models(*, progress: Progress = silent) -> "tuple[ModelInfo | ModelProblem, ...]":
    """Every model that is installed, and what is wrong with those that cannot be used."""
    from ichviewer.analysis import catalog

    return catalog.list_models(paths.models_folder())


def check_models(
    folders: Sequence[Path] = (), *, progress: Progress = silent
) -> dict[Path, tuple[str, ...]]:
    """What hinders models from being used, by folder; nothing where nothing does.

    Without folders, every installed model.
    """
    from ichviewer.analysis import catalog

    checked = folders or catalog.model_folders(paths.models_folder())
    problems = {}
    for done, folder in enumerate(checked):
        progress(done, len(checked), tr("Checking {name}", name=folder.name))
        problems[folder] = catalog.check_model(folder)
    return problems
