"""What the model says about the few real heads at hand, none of which was trained on.

They hold no labelled hemorrhage: an acute-blood alarm in them is a false one, except the large
chronic subdural collection of the single slice 693, which is worth finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.calibration import calibrate
from ichviewer.analysis.detect import any_at_least_types, said_of_slabs, study_probability
from ichviewer.analysis.findings import OperatingPoint
from ichviewer.analysis.gate_head import has_contrast
from ichviewer.analysis.head import find_head
from ichviewer.analysis.model import Model
from ichviewer.analysis.reading import read
from ichviewer.analysis.reconcile import sift
from ichviewer.analysis.segment import mark
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.picture import read_picture
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from training.anatomy import DATA
from training.reading import viewer_judge

_REAL = DATA.parent
#: The negatives' files carry no spacing; a usual field of view is assumed.
_NEGATIVES_MM = 0.45
_NEGATIVES_HU = GreyScale(0.0, 255.0)


@dataclass(frozen=True)
class RealAnswer:
    """`study` is the calibrated probability of any hemorrhage, `slabs` of `of_slabs` reach it.

    `shown` is what is left of `marked` when it has been judged. Both are NaN in mL for single
    slices.
    """

    name: str
    study: float
    slabs: int
    of_slabs: int
    marked_ml: float
    marked_mm2: float
    shown_ml: float
    shown_mm2: float


def real_answers(model: Model) -> Iterator[RealAnswer]:
    """Read every real head that is there; nothing where `../shared/data` is absent."""
    for name, volume in real_volumes():
        yield _answer(model, name, volume)


def real_volumes() -> Iterator[tuple[str, Volume]]:
    """Two heads, a slice with a chronic subdural collection, twelve slices of acute infarcts."""
    folders = {
        "GE head without contrast": _REAL / "dcm_qa_ct" / "In" / "GE",
        "Toshiba head with contrast": _REAL / "toshiba_head" / "series",
        "slice 693 (chronic subdural)": _REAL / "single_slices" / "693_UNCR.dcm",
    }
    for name, path in folders.items():
        if path.exists():
            series = max(scan_folder(path).series, key=lambda s: len(s.instances))
            yield name, load_volume(series)
    for file in sorted((_REAL / "negatives").glob("*.png")):
        yield f"infarct {file.stem}", read_picture(file, _NEGATIVES_HU, (_NEGATIVES_MM,) * 2)


def _answer(model: Model, name: str, volume: Volume) -> RealAnswer:
    manifest = model.manifest
    head = find_head(volume)
    shows_brain = head.brain_slices()
    reading = read(volume, shows_brain | ~shows_brain.any(), model, silent)
    prepared, outputs = reading.prepared, reading.outputs
    raw, terms = said_of_slabs(outputs, manifest, has_contrast=has_contrast(head))
    slabs = calibrate(raw, terms.calibration)
    least = terms.operating_points[OperatingPoint.BALANCED].slices[0]
    marked = mark(prepared, outputs["segmentation"], volume, manifest.segmentation_min_probability)
    marked_ml, marked_mm2 = _amount(marked.mask, volume)
    sift(marked, volume, viewer_judge(model, outputs, prepared, head, volume))
    shown_ml, shown_mm2 = _amount(marked.mask, volume)
    return RealAnswer(
        name,
        float(study_probability(slabs, terms.aggregation)[0]),
        int((any_at_least_types(slabs)[:, 0] >= least).sum()),
        len(slabs),
        marked_ml,
        marked_mm2,
        shown_ml,
        shown_mm2,
    )


def _amount(mask: NDArray[np.uint8], volume: Volume) -> tuple[float, float]:
    """mL, NaN for a single slice, and mm² of a mask."""
    area_mm2 = (mask > 0).sum((1, 2)) * float(np.prod(volume.spacing_mm[1:]))
    ml = float((area_mm2 * volume.grid.slice_weights_mm).sum() / 1000)
    return (float("nan") if len(mask) == 1 else ml), float(area_mm2.sum())
