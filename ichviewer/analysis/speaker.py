"""A model as the findings name it, from its manifest."""

import numpy as np

from ichviewer.analysis.calibration import Calibration, calibrate
from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.manifest import Manifest, Role
from ichviewer.analysis.model_info import CURVE_SAID, Curve, ModelInfo, Resampling
from ichviewer.imaging.window import Window, WindowShape
from ichviewer.language import tr_later


def model_info(manifest: Manifest, device: str) -> ModelInfo:
    """A model's name, origin, input and calibration as a value for Findings."""
    spec = manifest.input
    gives_probabilities = Role.DETECTION in manifest.roles
    return ModelInfo(
        name=manifest.name,
        version=manifest.version,
        sha256=manifest.sha256,
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
        slice_curve=_curve(manifest.calibration) if gives_probabilities else (),
        study_curve=_curve(manifest.aggregation.calibration) if gives_probabilities else (),
    )


def _curve(calibration: Calibration) -> Curve:
    said = np.tile(np.array(CURVE_SAID, np.float32)[:, None], len(PROBABILITY_COLUMNS))
    return tuple(tuple(column) for column in calibrate(said, calibration).T.tolist())
