"""Running the models over the slices that show brain, and bringing slab values back to slices."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.catalog import manifests_by_role
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.model import DeviceFailed, Model, load_model
from ichviewer.analysis.model_info import ModelInfo
from ichviewer.analysis.prepare import Prepared, prepare
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress

Floats = NDArray[np.float32]

#: In `slab_of_k`, for slices that were left out.
NOT_READ = -1


@dataclass(frozen=True, eq=False)
class ModelSet:
    """The models that fill the roles, loaded once for any number of volumes.

    Parameters
    ----------
    by_role
        A manifest for every role.
    models
        By folder; one model may fill several roles.
    seconds
        Wall time of loading.
    """

    by_role: dict[Role, Manifest]
    models: dict[Path, Model]
    seconds: float


def load_models(models_folder: Path, device: str) -> ModelSet:
    """Load what a folder of models needs for all roles.

    Raises
    ------
    ModelError
        Where a role has no model, or one is altered or cannot be run.
    """
    started = time.perf_counter()
    by_role = manifests_by_role(models_folder)
    folders = {manifest.folder for manifest in by_role.values()}
    models = {folder: load_model(folder, device) for folder in sorted(folders)}
    return ModelSet(by_role, models, time.perf_counter() - started)


@dataclass(frozen=True, eq=False)
class Reading:
    """What one model said.

    Parameters
    ----------
    prepared
        The slabs that were read, and the way back to the Volume; `NOT_READ` for other slices.
    outputs
        By name, one row for each slab.
    info
        Who spoke.
    seconds
        Wall time of preparing and running.
    notes
        Sentences that a reader must not miss.
    """

    prepared: Prepared
    outputs: dict[str, Floats]
    info: ModelInfo
    seconds: tuple[float, float]
    notes: tuple[str, ...] = ()


def read(
    volume: Volume,
    slices: NDArray[np.bool_],
    model: Model,
    progress: Progress,
    *,
    has_contrast: bool = False,
) -> Reading:
    """Run a model on the slabs that hold one of the wanted slices (K,).

    Whether vessels are bright decides what its answers mean, and so what `info` tells of them.

    Where another device than the CPU fails in the middle, the CPU does it again.
    """
    started = time.perf_counter()
    prepared = part_of(prepare(volume, model.manifest.input), slices)
    ready = time.perf_counter()
    notes: tuple[str, ...] = ()
    try:
        outputs = model.run(prepared.image, progress)
    except DeviceFailed as error:
        notes = (tr("{error} It was run again on the CPU.", error=error),)
        model = load_model(model.manifest.folder, "cpu")
        outputs = model.run(prepared.image, progress)
    seconds = (ready - started, time.perf_counter() - ready)
    info = model.info(len(prepared.image), has_contrast=has_contrast)
    return Reading(prepared, outputs, info, seconds, notes)


def part_of(prepared: Prepared, slices: NDArray[np.bool_]) -> Prepared:
    """Only the slabs that hold one of the slices; the others' slices belong to `NOT_READ`."""
    slabs = np.unique(prepared.slab_of_k[slices])
    number = np.full(len(prepared.image), NOT_READ, np.intp)
    number[slabs] = np.arange(len(slabs))
    return Prepared(prepared.image[slabs], number[prepared.slab_of_k], prepared.grid)


def on_slices(slabs: Floats, prepared: Prepared) -> Floats:
    """(K, ...) values of the slices' slabs, 0 for slices that were not read."""
    slab_of_k = prepared.slab_of_k
    is_read = slab_of_k != NOT_READ
    slices = np.zeros((len(slab_of_k), *slabs.shape[1:]), np.float32)
    slices[is_read] = slabs[slab_of_k[is_read]]
    return slices


def on_slabs(slice_values: Floats, prepared: Prepared) -> Floats:
    """(N,) largest value of every slab's slices; another model may have other slabs."""
    is_read = prepared.slab_of_k != NOT_READ
    slabs = np.zeros(len(prepared.image), np.float32)
    np.maximum.at(slabs, prepared.slab_of_k[is_read], slice_values[is_read])
    return slabs
