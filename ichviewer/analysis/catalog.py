"""The models a folder holds, what they are for, and what is wrong with those that cannot run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ichviewer.analysis.manifest import MANIFEST_NAME, Manifest, Role, read_manifest
from ichviewer.analysis.model import load_model
from ichviewer.analysis.model_file import read_networks
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.speaker import model_info
from ichviewer.errors import ModelError
from ichviewer.language import tr


@dataclass(frozen=True)
class ModelProblem:
    """A folder that should hold a model, and the sentence that says why it cannot be used."""

    folder: Path
    sentence: str


def list_models(models_folder: Path) -> tuple[ModelInfo | ModelProblem, ...]:
    """Every model of a folder, by the name of its sub-folder; none is started.

    Files are hashed and looked into, so what is listed as a model can be loaded.
    """
    listed: list[ModelInfo | ModelProblem] = []
    for folder in model_folders(models_folder):
        try:
            manifest = read_manifest(folder)
            read_networks(manifest)
        except ModelError as error:
            listed.append(ModelProblem(folder, str(error)))
        else:
            listed.append(model_info(manifest, device=""))
    return tuple(listed)


def model_folders(models_folder: Path) -> tuple[Path, ...]:
    """Sub-folders that hold a manifest, or a model file whose manifest is missing."""
    if not models_folder.is_dir():
        return ()
    return tuple(
        folder
        for folder in sorted(models_folder.iterdir())
        if folder.is_dir() and ((folder / MANIFEST_NAME).is_file() or any(folder.glob("*.onnx")))
    )


def manifests_by_role(models_folder: Path) -> dict[Role, Manifest]:
    """The model that fills each role: the first by folder name whose manifest can be read.

    Raises
    ------
    ModelError
        Where a role has no model; the sentence names what was wrong with a folder, if anything.
    """
    chosen: dict[Role, Manifest] = {}
    problems: list[str] = []
    for folder in model_folders(models_folder):
        try:
            manifest = read_manifest(folder)
        except ModelError as error:
            problems.append(str(error))
            continue
        for role in manifest.roles:
            chosen.setdefault(role, manifest)
    missing = [role.value for role in Role if role not in chosen]
    if missing:
        sentence = tr(
            "No model for {names} in {models_folder}. Copy the folder of a model there; the "
            "images can be read without it.",
            names=", ".join(missing),
            models_folder=models_folder,
        )
        raise ModelError(" ".join([*problems, sentence]))
    return chosen


def check_model(folder: Path) -> tuple[str, ...]:
    """What hinders a model's folder from being used; empty where nothing does.

    The model is loaded on the CPU and run on one blank and one grey image.
    """
    try:
        model = load_model(folder, device="cpu", threads=1)
        spec = model.manifest.input
        image = np.zeros((2, len(spec.channels), spec.size_px, spec.size_px), np.float32)
        image[1] = 0.5
        model.run(image)
    except ModelError as error:
        return (str(error),)
    return ()
