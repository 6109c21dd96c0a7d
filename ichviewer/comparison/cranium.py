"""The cranium as registration sees it: coarse, upright, without holder, jaw or neck.

Between two scans of a patient the skull with what it encloses moves as one; jaw, neck, scalp and
the holder under the head do not. So only the brain and the skull around it are compared.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.imaging.grid import Float, Grid
from ichviewer.imaging.resample import to_regular
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.progress import Progress, silent

Bools = NDArray[np.bool_]

#: Pixels and slices are averaged to about this size; thicker slices stay as they are.
COARSE_MM = 2.0
_AIR_HU = -1000.0
#: Skull, also where its edge shares a voxel with skin.
BONE_HU = 250.0
#: Brain, fluid and blood.
_BRAIN_HU = (-15.0, 120.0)
#: Tissue thinner than twice this (scalp, what passes the foramen magnum) is not brain.
_CORE_MM = 7.0
#: Around the brain: skull, and enough beyond it to show where it ends.
_SHELL_MM = 14.0
#: How far from the brain its skull begins.
_TABLE_MM = 6.0
#: Less is no head: a newborn's brain has about 350 mL; a head shares about 0.7 with its skull.
LEAST_BRAIN_ML = 250.0
_LEAST_SKULL_SHARE = 0.35


@dataclass(frozen=True, eq=False)
class Cranium:
    """What of a Volume is registered.

    Parameters
    ----------
    volume
        Regular float32 HU, about 2 mm in the plane; air where nothing was scanned.
    brain
        (K, J, I) brain with all blood and fluid in it. Read-only.
    region
        (K, J, I) brain and skull: what is compared. Read-only.
    center_lps_mm
        (3,) middle of the brain as far as it was scanned. Read-only.
    """

    volume: Volume
    brain: Bools
    region: Bools
    center_lps_mm: Float

    def __post_init__(self) -> None:
        for array in (self.brain, self.region, self.center_lps_mm):
            array.flags.writeable = False

    @property
    def brain_ml(self) -> float:
        """Volume of the brain as far as it was scanned."""
        return float(self.brain.sum() * self.volume.grid.voxel_ml[0])


def find_cranium(volume: Volume, progress: Progress = silent) -> Cranium | None:
    """The cranium of a volume; None where no skull with a brain in it was scanned.

    Raises
    ------
    GeometryError
        The slices have no positions, or there is only one.
    """
    coarse = to_regular(_averaged(volume, progress))
    hu = np.asarray(coarse.hu, dtype=np.float32)
    if coarse.padding is not None:
        hu = np.where(coarse.padding, np.float32(_AIR_HU), hu)
    coarse = replace(coarse, hu=hu, padding=None)
    progress(0, 0, tr("Finding the skull"))
    brain, outside_mm = _find_brain(hu, coarse.spacing_mm)
    if not brain.any():
        return None
    center = coarse.grid.lps_mm(np.argwhere(brain).mean(axis=0))
    found = Cranium(coarse, brain, outside_mm <= _SHELL_MM, center)
    table = (outside_mm > 0) & (outside_mm <= _TABLE_MM)
    is_head = (hu[table] > BONE_HU).mean() >= _LEAST_SKULL_SHARE
    return found if is_head and found.brain_ml >= LEAST_BRAIN_ML else None


def _averaged(volume: Volume, progress: Progress) -> Volume:
    """Blocks of voxels averaged to about 2 mm; a block lies where its voxels' middle lies."""
    grid = volume.grid
    blocks = [max(1, round(COARSE_MM / mm)) for mm in grid.spacing_mm]
    counts = [n // block for n, block in zip(grid.shape_kji, blocks, strict=True)]
    if counts[0] < 2:
        blocks[0], counts[0] = 1, grid.shape_kji[0]
    hu = np.empty(counts, np.float32)
    rows, columns = counts[1] * blocks[1], counts[2] * blocks[2]
    for k in range(counts[0]):
        progress(k, counts[0], tr("Reading for the alignment"))
        slices = slice(k * blocks[0], (k + 1) * blocks[0])
        slab = volume.hu[slices, :rows, :columns].astype(np.float32)
        if volume.padding is not None:
            slab[volume.padding[slices, :rows, :columns]] = _AIR_HU
        in_blocks = slab.sum(axis=0).reshape(counts[1], blocks[1], counts[2], blocks[2])
        hu[k] = in_blocks.sum(axis=(1, 3)) / float(np.prod(blocks))
    half = ((blocks[1] - 1) * grid.row_step_lps_mm + (blocks[2] - 1) * grid.column_step_lps_mm) / 2
    positions = grid.slice_positions_lps_mm[: counts[0] * blocks[0]]
    return Volume(
        hu,
        Grid(
            (counts[0], counts[1], counts[2]),
            positions.reshape(counts[0], blocks[0], 3).mean(axis=1) + half,
            grid.column_step_lps_mm * blocks[2],
            grid.row_step_lps_mm * blocks[1],
            grid.geometry,
        ),
    )


def _find_brain(
    hu: NDArray[np.float32], spacing_mm: tuple[float, float, float]
) -> tuple[Bools, Float]:
    """The largest thick body of brain HU, and the distance of every voxel from it in mm.

    Bone parts it from the scalp, also where a flap is missing and only a thin scalp is left;
    looked for on pixels twice as large, which is exact enough and four times as fast.
    """
    rows, columns = hu.shape[1] // 2 * 2, hu.shape[2] // 2 * 2
    pairs = (len(hu), rows // 2, 2, columns // 2, 2)
    small = hu[:, :rows, :columns].reshape(pairs).mean(axis=(2, 4))
    sampling = (spacing_mm[0], 2 * spacing_mm[1], 2 * spacing_mm[2])
    soft = (small > _BRAIN_HU[0]) & (small < _BRAIN_HU[1])
    core = ndimage.distance_transform_edt(soft, sampling=sampling) > _CORE_MM
    labels, count = ndimage.label(core)
    if not count:
        return np.zeros(hu.shape, bool), np.full(hu.shape, np.inf)
    largest = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    near = ndimage.distance_transform_edt(~largest, sampling=sampling) <= _CORE_MM
    brain = near & (small < BONE_HU)
    outside_mm = ndimage.distance_transform_edt(~brain, sampling=sampling)
    large_mm = np.asarray(_doubled(outside_mm, hu.shape), dtype=np.float64)
    return np.asarray(_doubled(brain, hu.shape), dtype=np.bool_), large_mm


def _doubled(planes: NDArray[np.generic], shape: tuple[int, ...]) -> NDArray[np.generic]:
    """Every pixel four times; the odd last row and column like their neighbours."""
    large = planes.repeat(2, axis=1).repeat(2, axis=2)
    return np.pad(large, [(0, n - m) for n, m in zip(shape, large.shape, strict=True)], mode="edge")
