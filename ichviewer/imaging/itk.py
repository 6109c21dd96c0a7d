"""The border to SimpleITK: its axis order, and NIfTI files (RAS) from volumes and masks (LPS).

ITK's NIfTI writer forces a sheared direction matrix to be orthogonal, which moves tilted slices
by centimetres; so the affine is put into the written header here. Where slices are unevenly
spaced no affine is right: masks are then written on an even grid along the same line of slices.
"""

import gzip
import struct
import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from ichviewer.errors import GeometryError
from ichviewer.imaging.grid import Float, GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

_EVEN = (GeometryClass.REGULAR, GeometryClass.TILTED, GeometryClass.SINGLE)
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: NIfTI-1 header: qform_code, then sform_code; the three rows of the sform (nifti1.h).
_CODES_AT, _SFORM_AT = 252, 280
_SCANNER = 1


def write_nifti(volume: Volume, path: Path) -> None:
    """Write HU to a NIfTI file; a tilted volume keeps its sheared affine as sform.

    Raises
    ------
    GeometryError
        The slices are unevenly spaced or have no positions: resample the volume first.
    """
    if volume.geometry not in _EVEN:
        raise GeometryError(
            tr(
                "A NIfTI file cannot hold a volume of {geometry} slices; resample it first.",
                geometry=tr(volume.geometry),
            )
        )
    _write(np.asarray(volume.hu), volume.grid.affine, path)


def write_nifti_mask(mask: NDArray[np.uint8], grid: Grid, path: Path) -> str:
    """Write a mask to a NIfTI file.

    Parameters
    ----------
    mask
        (K, J, I) labels on `grid`.

    Returns
    -------
    Empty where the file holds the mask's own voxels, else the sentence that says what was done.

    Raises
    ------
    GeometryError
        The slices have no positions.
    """
    if mask.shape != grid.shape_kji:
        raise ValueError(f"mask {mask.shape} does not fit the grid {grid.shape_kji}")
    if grid.geometry is GeometryClass.NO_GEOMETRY:
        raise GeometryError(tr("A mask without slice positions cannot be written as NIfTI."))
    if grid.geometry in _EVEN:
        _write(mask, grid.affine, path)
        return ""
    even, affine = _even_slices(mask, grid)
    _write(even, affine, path)
    return tr(
        "The slices are unevenly spaced: the mask was written on {even_slices} even "
        "slices of {gap_mm:.2f} mm, each the nearest of {slices} slices.",
        even_slices=even.shape[0],
        gap_mm=np.linalg.norm(affine[:3, 0]),
        slices=mask.shape[0],
    )


def ras_affine(affine: Float) -> Float:
    """(4, 4) NIfTI affine, voxel (i, j, k, 1) to RAS mm, of one from (k, j, i, 1) to LPS mm."""
    return np.asarray(_LPS_TO_RAS @ affine[:, [2, 1, 0, 3]])


def _even_slices(mask: NDArray[np.uint8], grid: Grid) -> tuple[NDArray[np.uint8], Float]:
    """Nearest slices at even steps of the smallest gap; empty where slices are missing."""
    low, high = grid.slice_offsets_mm[[0, -1]]
    count = round(float((high - low) / grid.gaps_mm.min())) + 1
    offsets = np.linspace(low, high, count)
    nearest = np.abs(offsets[:, None] - grid.slice_offsets_mm).argmin(axis=1)
    even = mask[nearest]
    after = np.clip(np.searchsorted(grid.slice_offsets_mm, offsets) - 1, 0, len(grid.gaps_mm) - 1)
    distance = np.abs(offsets - grid.slice_offsets_mm[nearest])
    in_gap = (grid.missing_slices[after] > 0) & (distance > grid.expected_gaps_mm[after] / 2)
    even[in_gap] = 0
    affine = grid.affine.copy()
    positions = grid.slice_positions_lps_mm
    affine[:3, 0] = (positions[-1] - positions[0]) / max(count - 1, 1)
    return even, affine


def _write(voxels: NDArray[np.generic], affine: Float, path: Path) -> None:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(  # type: ignore[no-untyped-call]
        [float(np.linalg.norm(affine[:3, axis])) for axis in (2, 1, 0)]
    )
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "image.nii"
        sitk.WriteImage(image, str(plain))
        content = bytearray(plain.read_bytes())
        struct.pack_into("<hh", content, _CODES_AT, 0, _SCANNER)
        struct.pack_into("<12f", content, _SFORM_AT, *ras_affine(affine)[:3].ravel())
        done = Path(folder) / "done"
        packed = gzip.compress(bytes(content), 6, mtime=0) if path.suffix == ".gz" else content
        done.write_bytes(packed)
        done.replace(path)
