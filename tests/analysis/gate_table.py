"""The gate's answer on every series at hand, as a table: `python -m tests.analysis.gate_table`.

Each row says whether the answer is the right one: a real head without contrast is to be processed
(warnings for tilt, gaps or a single slice are no fault), contrast warned or refused, everything
else refused. Series that carry AI refusals of their own (no positions, a localizer) are asked too.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
from pydicom.data import get_testdata_file

from ichviewer.analysis.findings import Gate, GateAnswer
from ichviewer.analysis.gate import Header, check_header, join
from ichviewer.analysis.gate_head import check_head
from ichviewer.analysis.head import find_head
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.errors import IchViewerError
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.workflow.analysing import header_of
from tests.analysis.real_series import DATA

#: What may be answered, by what the input is; a warning that must be among the reasons.
_PROCESSED = ((GateAnswer.ACCEPTED, GateAnswer.WARNED), "")
_CONTRAST = ((GateAnswer.WARNED, GateAnswer.REFUSED), "contrast")
_REFUSED = ((GateAnswer.REFUSED,), "")
Wanted = tuple[tuple[GateAnswer, ...], str]

_FOLDERS: tuple[tuple[str, Path, Wanted], ...] = (
    ("head, GE", DATA / "dcm_qa_ct" / "In" / "GE", _PROCESSED),
    ("head with contrast, Toshiba", DATA / "toshiba_head", _CONTRAST),
    ("phantom, localizers, dose pages, Philips", DATA / "dcm_qa_ct" / "In" / "Philips", _REFUSED),
    ("head slice 693, UNCR", DATA / "single_slices" / "693_UNCR.dcm", _PROCESSED),
    ("head slice, J2K", DATA / "single_slices" / "J2K_pixelrep_mismatch.dcm", _PROCESSED),
    ("chest slice", DATA / "transfer_syntaxes" / "CTImage.dcm", _REFUSED),
    ("noise, dicom2nifti_failing", DATA / "dicom2nifti_failing", _REFUSED),
)
_NEGATIVES_MM = 0.45


@dataclass(frozen=True)
class Row:
    """One series and what the gate says of it."""

    name: str
    slices: int
    answer: str
    is_right: bool
    reasons: str


def rows() -> Iterator[Row]:
    """All series that are here."""
    for name, path, wanted in _FOLDERS:
        if path.exists():
            yield from _folder(name, path, wanted)
    for file in ("MR_small.dcm", "CT_small.dcm"):
        yield from _folder(f"pydicom {file}", Path(str(get_testdata_file(file))), _REFUSED)
    for path in sorted((DATA / "negatives").glob("*.png")):
        hu = _grey(path)[None]
        grid = Grid(
            (1, *hu.shape[1:]),
            np.zeros((1, 3)),
            np.array([_NEGATIVES_MM, 0, 0]),
            np.array([0, _NEGATIVES_MM, 0]),
            GeometryClass.SINGLE,
        )
        gate = ask(Volume(hu, grid), Header())
        yield _row(f"infarct picture {path.stem}", 1, gate, _PROCESSED)


def _grey(path: Path) -> np.ndarray:
    """The picture's grey values, which are HU clipped to 0-255."""
    picture = np.asarray(imagecodecs.png_decode(path.read_bytes()))
    return (picture if picture.ndim == 2 else picture[..., 0]).astype(np.int16)


def ask(volume: Volume, header: Header) -> Gate:
    """The gate before any model runs, as `analyze` asks it."""
    gate = check_header(volume, header)
    if gate.answer is GateAnswer.REFUSED:
        return gate
    return join(gate, check_head(volume, find_head(volume)))


def _folder(name: str, path: Path, wanted: Wanted) -> Iterator[Row]:
    for series in scan_folder(path).series:
        title = f"{name}: {series.description}" if series.description else name
        try:
            gate = ask(load_volume(series), header_of(series))
        except IchViewerError as error:
            gate = Gate(GateAnswer.REFUSED, (str(error),))
        yield _row(title, len(series.instances), gate, wanted)


def _row(name: str, slices: int, gate: Gate, wanted: Wanted) -> Row:
    answers, word = wanted
    reasons = " ".join(gate.reasons)
    is_right = gate.answer in answers and word in reasons
    return Row(name, slices, gate.answer.words, is_right, reasons)


def main() -> int:
    """Print the table as Markdown; 1 where an answer is not right."""
    print("| series | slices | answer | right | reasons |\n|---|---|---|---|---|")
    wrong = 0
    for row in rows():
        wrong += not row.is_right
        right = "yes" if row.is_right else "**no**"
        print(f"| {row.name} | {row.slices} | {row.answer} | {right} | {row.reasons} |", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
