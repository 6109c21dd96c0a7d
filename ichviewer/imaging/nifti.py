"""NIfTI-1 files (RAS) to volumes and to masks on a known grid (LPS).

Read here and not by ITK, which refuses the sheared affine of a tilted gantry, and bounded: the
header says how many bytes are needed, and no more are unpacked.
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ichviewer.errors import GeometryError, UnsupportedPixelsError
from ichviewer.imaging.grid import TILT_TOLERANCE_DEG, Float, GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import figure, tr

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_HEADER_BYTES = 348
_MOST_BYTES = 4 << 30
_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
#: Units of xyzt_units (nifti1.h) in mm; an absent unit is taken for mm.
_UNIT_MM = {1: 1000.0, 3: 0.001}
#: How far a mask's voxels may lie from the image's, in voxels.
_SAME_VOXEL = 0.25
#: Across uneven slices, a mask on even ones has its nearest slice up to half a step away.
_NEAREST_SLICE = 0.51
_UNEVEN = (GeometryClass.IRREGULAR, GeometryClass.GAPPED)
_NOT_SQUARE = 0.01


@dataclass(frozen=True, eq=False)
class _Nifti:
    """Voxels [k, j, i] as they are stored, and (k, j, i, 1) to LPS mm."""

    name: str
    voxels: NDArray[Any]
    affine: Float


def is_nifti(path: Path) -> bool:
    """Whether a file is called like a NIfTI file."""
    return path.name.lower().endswith((".nii", ".nii.gz"))


def read_nifti(path: Path) -> Volume:
    """A NIfTI file whose values are HU.

    Returns
    -------
    Slices are the axis nearest to the patient's axis, rows and columns the two others; int16
    where the file's values are whole numbers in its range, float32 otherwise.

    Raises
    ------
    UnsupportedPixelsError
        The file cannot be read.
    GeometryError
        It does not say how it lies in the patient, or its axes are not at right angles in a slice.
    """
    nifti = _axial(_read(path))
    steps = nifti.affine[:3, :3]
    row, column = steps[:, 1], steps[:, 2]
    if abs(row @ column) > _NOT_SQUARE * np.linalg.norm(row) * np.linalg.norm(column):
        raise GeometryError(
            tr("{name}: its rows and columns are not at right angles.", name=path.name)
        )
    count = len(nifti.voxels)
    positions = nifti.affine[:3, 3] + np.arange(count)[:, None] * steps[:, 0]
    grid = Grid(nifti.voxels.shape, positions, column, row)
    if count == 1:
        geometry = GeometryClass.SINGLE
    else:
        is_tilted = grid.tilt_deg > TILT_TOLERANCE_DEG
        geometry = GeometryClass.TILTED if is_tilted else GeometryClass.REGULAR
    notes: tuple[str, ...] = ()
    if nifti.voxels.min() >= 0:
        notes = (tr("No value of the NIfTI file is below 0; HU of air are. Are these HU?"),)
    return Volume(
        _whole_numbers(nifti.voxels),
        Grid(nifti.voxels.shape, positions, column, row, geometry),
        description=path.name,
        notes=notes,
    )


def read_nifti_mask(path: Path, grid: Grid) -> NDArray[Any]:
    """Labels of a NIfTI file on an image's own grid.

    Voxels are brought to their places by both affines, whatever the order of the file's axes;
    nothing is interpolated.

    Parameters
    ----------
    grid
        Of the image. Where its slices are unevenly spaced, which no affine can say, every slice
        takes the mask's nearest one (as `write_nifti_mask` wrote it).

    Returns
    -------
    (K, J, I) values of the file.

    Raises
    ------
    GeometryError
        The file's voxels are not those of the grid.
    """
    nifti = _read(path)
    if grid.geometry is GeometryClass.NO_GEOMETRY:
        raise GeometryError(
            tr("{name} cannot be laid on an image without slice positions.", name=path.name)
        )
    kji = np.array([[[k, 0, 0], [k, 1, 0], [k, 0, 1]] for k in range(grid.shape_kji[0])], float)
    lps_mm = grid.lps_mm(kji)
    inverse = np.linalg.inv(nifti.affine)
    at = lps_mm @ inverse[:3, :3].T + inverse[:3, 3]
    first, row, column = at[:, 0], at[0, 1] - at[0, 0], at[0, 2] - at[0, 0]
    row_step, column_step = np.rint(row), np.rint(column)
    last = np.array(grid.shape_kji[1:]) - 1
    drift = np.abs(row - row_step).max() * last[0] + np.abs(column - column_step).max() * last[1]
    steps = np.abs(np.stack([row_step, column_step])).astype(int)
    if drift > _SAME_VOXEL or (steps.sum(axis=1) != 1).any() or (steps[0] == steps[1]).all():
        raise _differs(nifti, grid)
    across = int(np.flatnonzero(steps.sum(axis=0) == 0)[0])
    off = np.abs(first - np.rint(first))
    allowed = np.full(3, _SAME_VOXEL)
    if grid.geometry in _UNEVEN:
        allowed[across] = _NEAREST_SLICE
    start = np.rint(first).astype(np.intp)
    if grid.geometry not in _UNEVEN and (
        nifti.voxels.shape[across] != grid.shape_kji[0]
        or (np.abs(np.diff(start[:, across])) != 1).any()
    ):
        raise _differs(nifti, grid)
    far = start + (row_step * last[0] + column_step * last[1]).astype(np.intp)
    shape = np.array(nifti.voxels.shape)
    fills = (np.abs(far - start)[0] + 1 == shape) | (np.arange(3) == across)
    inside = (np.minimum(start, far) >= 0) & (np.maximum(start, far) < shape)
    if (off > allowed).any() or not fills.all() or not inside.all():
        raise _differs(nifti, grid)
    j, i = np.indices(grid.shape_kji[1:])
    within = j[..., None] * row_step.astype(int) + i[..., None] * column_step.astype(int)
    return np.stack([nifti.voxels[tuple(np.moveaxis(one + within, -1, 0))] for one in start])


def _differs(nifti: _Nifti, grid: Grid) -> GeometryError:
    mask_mm = np.linalg.norm(nifti.affine[:3, :3], axis=0)
    sizes = [
        tr(
            "{shape} voxels of {spacing} mm",
            shape="×".join(map(str, shape)),
            spacing="×".join(figure(mm, ".2f") for mm in spacing_mm),
        )
        for shape, spacing_mm in (
            (nifti.voxels.shape, mask_mm),
            (grid.shape_kji, grid.spacing_mm),
        )
    ]
    return GeometryError(
        tr(
            "The mask {name} is not on the image's grid: {mask} against {image}, or at "
            "another place. Make it from this very image.",
            name=nifti.name,
            mask=sizes[0],
            image=sizes[1],
        )
    )


def _axial(nifti: _Nifti) -> _Nifti:
    """The same voxels with slices first, ordered along the slice normal, then rows, columns."""
    steps = nifti.affine[:3, :3]
    unit = np.abs(steps / np.linalg.norm(steps, axis=0))
    slices = int(unit[2].argmax())
    others = [axis for axis in range(3) if axis != slices]
    columns = max(others, key=lambda axis: float(unit[0, axis]))
    rows = next(axis for axis in others if axis != columns)
    order = [slices, rows, columns]
    voxels, affine = nifti.voxels.transpose(order), nifti.affine[:, [*order, 3]].copy()
    if affine[:3, 0] @ np.cross(affine[:3, 2], affine[:3, 1]) < 0:
        voxels = voxels[::-1]
        affine[:3, 3] += affine[:3, 0] * (len(voxels) - 1)
        affine[:3, 0] *= -1
    return _Nifti(nifti.name, np.ascontiguousarray(voxels), affine)


def _whole_numbers(values: NDArray[Any]) -> NDArray[np.int16] | NDArray[np.float32]:
    fits = values.min() >= -32768 and values.max() <= 32767
    if fits and np.array_equal(np.rint(values), values):
        return np.asarray(values, dtype=np.int16)
    return np.asarray(values, dtype=np.float32)


def _read(path: Path) -> _Nifti:
    if not path.is_file():
        raise UnsupportedPixelsError(tr("{name} does not exist.", name=path.name))
    opener: Any = gzip.open if path.name.lower().endswith(".gz") else Path.open
    try:
        with opener(path, "rb") as file:
            return _parse(path.name, file)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise UnsupportedPixelsError(
            tr("{name} is damaged and cannot be read.", name=path.name)
        ) from error


def _parse(name: str, file: Any) -> _Nifti:
    header = file.read(_HEADER_BYTES)
    order = next((o for o in "<>" if header[:4] == struct.pack(f"{o}i", _HEADER_BYTES)), "")
    if not order or header[344:348] != b"n+1\0":
        raise UnsupportedPixelsError(
            tr("{name} is no NIfTI-1 file in one piece (.nii or .nii.gz).", name=name)
        )

    def field(code: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(f"{order}{code}", header, at)

    dimensions = field("8h", 40)
    (kind,) = field("h", 70)
    shape = dimensions[1:4]
    used = dimensions[1 : dimensions[0] + 1] if 1 <= dimensions[0] <= 7 else ()
    if len(used) < 2 or any(count < 1 for count in used) or any(n > 1 for n in used[3:]):
        raise UnsupportedPixelsError(
            tr("{name} does not hold one volume of three dimensions.", name=name)
        )
    if len(used) == 2:
        shape = (*used, 1)
    if kind not in _TYPES:
        raise UnsupportedPixelsError(
            tr("{name} holds values of a kind that is no HU and no label.", name=name)
        )
    affine = _affine(name, field) @ np.eye(4)[:, [2, 1, 0, 3]]
    dtype = np.dtype(order + _TYPES[kind])
    needed = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if needed > _MOST_BYTES:
        raise UnsupportedPixelsError(tr("{name} is larger than can be read.", name=name))
    file.read(max(0, int(field("f", 108)[0]) - _HEADER_BYTES))
    data = file.read(needed)
    if len(data) < needed:
        raise UnsupportedPixelsError(tr("{name} ends before its last voxel.", name=name))
    voxels = np.frombuffer(data, dtype).reshape(shape[::-1])
    slope, intercept = field("2f", 112)
    if np.isfinite([slope, intercept]).all() and slope != 0 and (slope, intercept) != (1, 0):
        voxels = voxels * np.float64(slope) + np.float64(intercept)
    if not np.isfinite(voxels).all():
        raise UnsupportedPixelsError(tr("{name} holds values that are no numbers.", name=name))
    return _Nifti(name, voxels, affine)


def _affine(name: str, field: Any) -> Float:
    """(4, 4) voxel (i, j, k, 1) to LPS mm: the sform where there is one, else the qform."""
    affine = np.eye(4)
    (qform, sform) = field("2h", 252)
    if sform > 0:
        affine[:3] = np.reshape(field("12f", 280), (3, 4))
    elif qform > 0:
        affine[:3] = _quaternion(field("6f", 256), field("4f", 76))
    unit_mm = _UNIT_MM.get(field("B", 123)[0] & 7, 1.0)
    affine[:3] *= unit_mm
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    volume = abs(np.linalg.det(affine[:3, :3]))
    if max(qform, sform) <= 0 or not np.isfinite(affine).all() or volume < 1e-6 * steps.prod():
        raise GeometryError(
            tr("{name} does not say how it lies in the patient (sform or qform).", name=name)
        )
    return np.asarray(_RAS_TO_LPS @ affine)


def _quaternion(numbers: tuple[float, ...], pixdim: tuple[float, ...]) -> Float:
    """(3, 4) affine of a qform (nifti1.h, method 2)."""
    b, c, d = numbers[:3]
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sizes = np.array(pixdim[1:]) * [1, 1, -1 if pixdim[0] < 0 else 1]
    return np.column_stack([rotation * sizes, numbers[3:]])
