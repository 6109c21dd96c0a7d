"""The same folders read by ichviewer and by other readers, in one form that can be compared.

Other readers are oracles and rivals here, never in the path of a file that the program opens.
"""

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from ichviewer.dicom.describe import corners_lps_mm
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Permission
from ichviewer.errors import IchViewerError
from ichviewer.imaging.grid import GeometryClass

Array = NDArray[np.float64]
_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice as a reader has it: where its corners are (4, 3) LPS mm, and its HU."""

    corners_lps_mm: Array
    hu: NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Reading:
    """All slices of all stacks of a folder, and what the reader said about them."""

    slices: tuple[Slice, ...]
    said: str = ""


def ichviewer(folder: Path) -> Reading:
    """What may be measured on counts as read; the rest is refused in words."""
    slices: list[Slice] = []
    said: list[str] = []
    try:
        scan = scan_folder(folder)
    except IchViewerError as error:
        return Reading((), str(error))
    said += [skipped.sentence for skipped in scan.skipped]
    for series in scan.series:
        said += [*series.warnings, *series.refusals.values()]
        single = series.geometry is GeometryClass.SINGLE
        if not series.permits(Permission.HU) or not (series.permits(Permission.MPR) or single):
            continue
        volume = load_volume(series)
        said += volume.notes
        corners = corners_lps_mm(volume)
        slices += [Slice(corners[k], volume.hu[k]) for k in range(len(corners))]
    return Reading(tuple(slices), " ".join(dict.fromkeys(said)))


def simple_itk(folder: Path) -> Reading:
    """Every series id that its reader lists below the folder."""
    slices: list[Slice] = []
    said = ""
    listener = _Listener()
    before = listener.SetAsGlobalITKLogger()
    reader = sitk.ImageSeriesReader()
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        for uid in reader.GetGDCMSeriesIDs(str(place)):
            reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(place), uid))
            try:
                image = reader.Execute()
            except RuntimeError as error:
                said += f"{error} "
                continue
            voxels = sitk.GetArrayFromImage(image)
            affine = np.eye(4)
            direction = np.array(image.GetDirection()).reshape(3, 3)
            affine[:3, :3] = direction * np.array(image.GetSpacing())
            affine[:3, 3] = image.GetOrigin()
            slices += _slices(voxels, affine)
    before.SetAsGlobalITKLogger()
    return Reading(tuple(slices), said + listener.said)


class _Listener(sitk.LoggerBase):  # type: ignore[misc]
    """Hears the warnings of ITK."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def DisplayWarningText(self, text: str) -> None:  # noqa: N802
        self.said += text

    def DisplayErrorText(self, text: str) -> None:  # noqa: N802
        self.said += text


def dcm2niix(folder: Path) -> Reading:
    """The native volumes, not those that it resamples."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            ["dcm2niix", "-b", "n", "-z", "n", "-f", "%j", "-o", out, str(folder)],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if "rror" in line or "arning" in line]
        slices: list[Slice] = []
        for path in sorted(Path(out).glob("*.nii")):
            if "_Eq" in path.name or "_Tilt" in path.name:
                continue
            image = nib.load(path)
            voxels = np.asarray(image.dataobj)
            if voxels.ndim != 3:
                continue
            slices += _slices(voxels.transpose(2, 1, 0), _LPS @ image.affine)
    return Reading(tuple(slices), " ".join(lines))


def dcmtk_pixels(path: Path) -> NDArray[np.int16]:
    """Stored values of one file by dcmdump, of any transfer syntax that dcmdjpeg can read."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["dcmdump", "+W", out, str(path)], check=True, capture_output=True)
        largest = max(Path(out).iterdir(), key=lambda one: one.stat().st_size)
        return np.fromfile(largest, "<i2")


def _slices(voxels: NDArray[np.generic], affine: Array) -> Iterable[Slice]:
    """Slices of an array (k, j, i) with an affine from (i, j, k)."""
    count, rows, columns = voxels.shape
    for k in range(count):
        ji = ((0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1))
        corners = np.array([(affine @ [i, j, k, 1.0])[:3] for j, i in ji])
        yield Slice(corners, voxels[k])


PEERS = {"ichviewer": ichviewer, "SimpleITK": simple_itk}
if shutil.which("dcm2niix"):
    PEERS["dcm2niix"] = dcm2niix
logging.getLogger("nibabel").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Score:
    """How a reading compares with the files themselves.

    Parameters
    ----------
    count, truth
        Slices read, and slices that there are.
    corner_mm, hu
        Largest error of a corner and of a voxel over the slices that were read; NaN where no
        slice could be told.
    said
        Whether the reader said anything at all.
    """

    count: int
    truth: int
    corner_mm: float
    hu: float
    said: bool

    @property
    def verdict(self) -> str:
        """``right``, ``said``, or ``SILENTLY WRONG``."""
        right = self.count == self.truth and self.corner_mm <= 0.01 and self.hu == 0
        return "right" if right else "said" if self.said else "SILENTLY WRONG"


def score(reading: Reading, truth: Reading) -> Score:
    """Compare a reading with the truth, slice by slice, in whatever order and orientation."""
    corner_mm = hu = 0.0 if reading.slices else float("nan")
    left = list(truth.slices)
    for one in reading.slices:
        candidates = [_difference(one, true) for true in left]
        if not candidates:
            break
        best = min(range(len(candidates)), key=candidates.__getitem__)
        hu, corner_mm = max(hu, candidates[best][0]), max(corner_mm, candidates[best][1])
        left.pop(best)
    said = bool(reading.said)
    return Score(len(reading.slices), len(truth.slices), corner_mm, hu, said)


def _difference(one: Slice, true: Slice) -> tuple[float, float]:
    """HU difference and corner distance in mm, over the four ways to flip a slice."""
    best = (np.inf, np.inf)
    order = np.arange(4).reshape(2, 2)
    for flip in (slice(None), slice(None, None, -1)):
        for turn in (slice(None), slice(None, None, -1)):
            hu = one.hu[flip, turn]
            if hu.shape != true.hu.shape:
                continue
            difference = float(np.abs(hu.astype(np.float64) - true.hu).max())
            corners = one.corners_lps_mm[order[flip, turn].ravel()]
            distance = np.linalg.norm(corners - true.corners_lps_mm, axis=1).max()
            best = min(best, (difference, float(distance)))
    return best
