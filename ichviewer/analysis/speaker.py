"""A model as the findings name it, from its manifest."""

import numpy as np

from ichviewer.analysis.calibration import Calibration, calibrate
from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.model_info import CURVE_SAID, Curve, ModelInfo, Resampling
from ichviewer.imaging.window import Window, WindowShape
from ichviewer.language import tr_later


def model_info(
    manifest: Manifest, device: str, slabs: int = 1, *, has_contrast: bool = False
) -> ModelInfo:
    """A model's name, origin, input and calibration for so many slabs, as a value for Findings."""
    spec, terms = manifest.input, manifest.terms_of(slabs, has_contrast=has_contrast)
    second = manifest.in_scan if slabs > 1 else None
    gives_probabilities = Role.DETECTION in manifest.roles
    return ModelInfo(
        name=manifest.name,
        version=manifest.version,
        sha256=manifest.network.sha256,
        roles=tuple(role.value for role in manifest.roles),
        training_data=manifest.training_data,
        device=device,
        windows=tuple(
            dict.fromkeys(
                Window(
                    c.center_hu,
                    c.width_hu,
                    tr_later("what the model saw"),
                    WindowShape.LINEAR_EXACT,
                )
                for c in spec.channels
            )
        ),
        license=manifest.license,
        resampling=Resampling(spec.size_px, spec.spacing_mm, spec.slab_mm),
        slice_curve=_curve(terms.calibration) if gives_probabilities else (),
        study_curve=_curve(terms.aggregation.calibration) if gives_probabilities else (),
        in_scan_sha256=second.network.sha256 if second else "",
    )


def _curve(calibration: Calibration) -> Curve:
    said = np.tile(np.array(CURVE_SAID, np.float32)[:, None], len(PROBABILITY_COLUMNS))
    return tuple(tuple(column) for column in calibrate(said, calibration).T.tolist())
