"""Scores of ichviewer and other readers on real series and on series with one change each.

``python -m tests.dicom.peer_table`` prints two tables for docs/dicom.md.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom

from tests.dicom.make import ct_slice, save, series
from tests.dicom.peers import PEERS, Reading, Score, Slice, score

DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = {
    "GE head, tilted 18.5°, uneven": "dcm_qa_ct/In/GE",
    "Toshiba head, 85 x 3 mm": "toshiba_head/series",
    "phantom, straight": "dcm_qa_ct/In/Philips/S21570/S2010",
    "phantom, tilted 16.5°": "dcm_qa_ct/In/Philips/S21610/S3010",
    "4 slices, tilted": "dicom2nifti_failing/gantrytilting/001",
    "4 slices, no volume": "dicom2nifti_failing/notavolume/001",
    "4 slices, one gap": "dicom2nifti_failing/sliceincrement/001",
    "4 slices, tilted, one gap": "dicom2nifti_failing/sliceincrement/002",
}
COUNT = 28


def truth_of(folder: Path) -> Reading:
    """The standard's equation (C.7.6.2.1.1) and each file's own rescale, by pydicom alone."""
    return Reading(tuple(_true_slice(path) for path in sorted(folder.rglob("*"))
                         if path.is_file() and path.name != "DIRFILE"))  # fmt: skip


def _true_slice(path: Path) -> Slice:
    dataset = pydicom.dcmread(path)
    cosines = np.array(dataset.ImageOrientationPatient, float)
    spacing = np.array(dataset.PixelSpacing, float)
    position = np.array(dataset.ImagePositionPatient, float)
    corners = [
        position + cosines[3:] * spacing[0] * j + cosines[:3] * spacing[1] * i
        for j in (0, dataset.Rows - 1)
        for i in (0, dataset.Columns - 1)
    ]
    stored = dataset.pixel_array.astype(np.float64)
    hu = stored * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    return Slice(np.array(corners), hu)


def _plain(folder: Path, **changes: object) -> None:
    def change(dataset: pydicom.Dataset, k: int) -> None:
        for keyword, value in changes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)

    series(folder, COUNT, change)


def _copied(folder: Path) -> None:
    (folder / "copy.dcm").write_bytes(series(folder, COUNT)[7].read_bytes())


def _conflict(folder: Path) -> None:
    series(folder, COUNT)
    other = ct_slice(7)
    other.PixelData, other.SOPInstanceUID = bytes(len(other.PixelData)), "1.2.3.4"
    save(other, folder / "other.dcm")


def _two(folder: Path) -> None:
    series(folder, COUNT)
    for k in range(60):
        bone = ct_slice(k, gap_mm=1.0)
        bone.ConvolutionKernel, bone.SOPInstanceUID = "BONE", f"{bone.SOPInstanceUID}.2"
        save(bone, folder / f"bone{k}.dcm")


def _short(folder: Path) -> None:
    series(folder, COUNT, lambda one, k: setattr(one, "PixelData", bytes(100)))


def _raw(**values: bytes) -> Callable[[Path], None]:
    return lambda folder: series(folder, COUNT, raw=values) and None


#: A change, and whether the files still say where all their voxels are and what they mean.
CHANGES: dict[str, tuple[Callable[[Path], None], bool]] = {
    "one file copied": (_copied, True),
    "same position, other pixels": (_conflict, False),
    "3 slices removed": (lambda folder: series(
        folder, COUNT, only=[k for k in range(COUNT) if k not in (9, 10, 11)]) and None, True),
    "5 mm brain + 60 x 1 mm bone": (_two, True),
    "ImagePositionPatient removed": (
        lambda folder: _plain(folder, ImagePositionPatient=None), False),
    "PixelSpacing removed": (lambda folder: _plain(folder, PixelSpacing=None), False),
    "PixelSpacing abc": (_raw(PixelSpacing=b"abc "), False),
    "PixelSpacing 0": (_raw(PixelSpacing=b"0\\0 "), False),
    "PixelSpacing -1": (_raw(PixelSpacing=b"-1\\-1 "), False),
    "rescale removed": (lambda folder: _plain(
        folder, RescaleSlope=None, RescaleIntercept=None), False),
    "MONOCHROME1": (lambda folder: _plain(folder, PhotometricInterpretation="MONOCHROME1"), True),
    "slope 0.5": (lambda folder: _plain(folder, RescaleSlope="0.5"), True),
    "100 bytes of pixels": (_short, False),
    "orientation zero": (_raw(ImageOrientationPatient=b"0\\0\\0\\0\\0\\0 "), False),
    "orientation NaN": (_raw(ImageOrientationPatient=b"nan\\0\\0\\0\\1\\0"), False),
    "orientation of 5 values": (_raw(ImageOrientationPatient=b"1\\0\\0\\0\\1 "), False),
    "orientation of length 2": (_raw(ImageOrientationPatient=b"2\\0\\0\\0\\1\\0 "), False),
}  # fmt: skip


def expected(folder: Path, change: str) -> Reading:
    """What a right reader gives: nothing where the files no longer say it."""
    if not CHANGES[change][1]:
        return Reading(())
    paths = [path for path in sorted(folder.iterdir()) if path.name != "copy.dcm"]
    return Reading(tuple(_true_slice(path) for path in paths))


def real_scores() -> Iterator[tuple[str, dict[str, Score]]]:
    """Every real series, by every reader."""
    for name, folder in REAL.items():
        truth = truth_of(DATA / folder)
        yield name, {peer: score(read(DATA / folder), truth) for peer, read in PEERS.items()}


def change_scores() -> Iterator[tuple[str, dict[str, Score]]]:
    """Every change, by every reader."""
    for name, (write, _) in CHANGES.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "series"
            folder.mkdir()
            write(folder)
            truth = expected(folder, name)
            yield name, {peer: score(read(folder), truth) for peer, read in PEERS.items()}


def _cell(one: Score) -> str:
    if not one.count:
        return "refused" if one.said else "nothing"
    return f"{one.count} slices, {one.corner_mm:.3f} mm, {one.hu:g} HU"


def main() -> int:
    """Print both tables in Markdown."""
    names = list(PEERS)
    print("| real series (slices) | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    if DATA.exists():
        for name, scores in real_scores():
            cells = [f"{_cell(one)}: {one.verdict}" for one in scores.values()]
            print(f"| {name} ({scores['ichviewer'].truth}) | " + " | ".join(cells) + " |")
    print()
    print("| one change to 28 slices | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    silent = dict.fromkeys(names, 0)
    for name, scores in change_scores():
        verdicts = {
            peer: "refused" if not one.count and one.said else one.verdict
            for peer, one in scores.items()
        }
        for peer, verdict in verdicts.items():
            silent[peer] += verdict == "SILENTLY WRONG"
        print(f"| {name} | " + " | ".join(verdicts.values()) + " |")
    print("| **silently wrong** | " + " | ".join(str(count) for count in silent.values()) + " |")
    return silent["ichviewer"]


if __name__ == "__main__":
    sys.exit(main())
