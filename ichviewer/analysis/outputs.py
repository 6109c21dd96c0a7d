"""What a model's outputs must be; anything else is a failure, never a negative."""

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import PROBABILITY_COLUMNS, HemorrhageType
from ichviewer.analysis.in_scan import IN_SCAN
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.errors import ModelError
from ichviewer.language import tr

Floats = NDArray[np.float32]

#: Name of the evidence maps that a detector may give beside its probabilities.
CAM = "cam"
_RANGE_TOLERANCE = 1e-3
_SUM_TOLERANCE = 0.01


def check_output(manifest: Manifest, name: str, values: Floats, count: int) -> None:
    """Raise ModelError unless one batch of an output can be believed.

    Parameters
    ----------
    manifest
        Of the model that gave it.
    name
        "detection", "segmentation", "embedding", "cam" or "in_scan".
    values
        What the runtime returned.
    count
        Number of slabs that went in.
    """
    wrong = _wrong_form(manifest, name, values, count) or _wrong_values(name, values)
    if wrong:
        raise ModelError(
            tr(
                "AI failed: the model {title} gave unusable numbers ({name}: {wrong}). This says "
                "nothing about the patient; read the images without it.",
                title=manifest.title,
                name=name,
                wrong=wrong,
            )
        )


def _wrong_form(manifest: Manifest, name: str, values: Floats, count: int) -> str:
    size, columns = manifest.input.size_px, len(PROBABILITY_COLUMNS)
    shapes: dict[str, tuple[int | None, ...]] = {
        Role.SEGMENTATION: (count, len(HemorrhageType) + 1, size, size),
        Role.DETECTION: (count, columns),
        Role.EMBEDDING: (count, manifest.embedding_dimension),
        CAM: (count, columns, None, None),
        IN_SCAN: (count, columns),
    }
    wanted = shapes[name]
    fits = values.ndim == len(wanted) and all(
        need in (None, has) for need, has in zip(wanted, values.shape, strict=True)
    )
    if not fits:
        return tr("shape {shape}", shape=values.shape)
    return "" if values.dtype == np.float32 else tr("type {dtype}", dtype=values.dtype)


def _wrong_values(name: str, values: Floats) -> str:
    if not np.isfinite(values).all():
        return tr("not finite")
    if name == Role.EMBEDDING:
        lengths = np.linalg.norm(values, axis=1)
        return "" if np.abs(lengths - 1).max() <= _SUM_TOLERANCE else tr("vectors not of length 1")
    if values.min() < -_RANGE_TOLERANCE or values.max() > 1 + _RANGE_TOLERANCE:
        return tr(
            "values {low:.3g} to {high:.3g}, outside 0 to 1", low=values.min(), high=values.max()
        )
    if name == Role.SEGMENTATION and np.abs(values.sum(axis=1) - 1).max() > _SUM_TOLERANCE:
        return tr("probabilities do not sum to 1")
    return ""
