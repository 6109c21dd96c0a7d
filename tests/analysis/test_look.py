"""What the models say of a volume, and what it means there."""

from pathlib import Path

import numpy as np

from ichviewer.analysis.findings import PROBABILITY_COLUMNS
from ichviewer.analysis.head import find_head
from ichviewer.analysis.look import Seen, look
from ichviewer.analysis.reading import load_models
from ichviewer.imaging.volume import Volume
from ichviewer.progress import silent
from tests.analysis import phantoms
from tests.analysis.threshold_model import write_model


def seen(volume: Volume, models: Path) -> Seen:
    return look(volume, find_head(volume), load_models(models, "cpu"), silent, {})


def odds(probability: np.ndarray) -> np.ndarray:
    return probability / (1 - probability)


def test_in_a_head_with_contrast_an_answer_means_what_the_manifest_says(tmp_path: Path) -> None:
    meaning = {
        "calibration": {"bias": dict.fromkeys(PROBABILITY_COLUMNS, -2.0)},
        "study": {"bias": dict.fromkeys(PROBABILITY_COLUMNS, -1.0)},
    }
    write_model(tmp_path / "as it is" / "threshold")
    write_model(tmp_path / "less" / "threshold", with_contrast=meaning)
    plain = phantoms.head(phantoms.make_grid(px=200, px_mm=1.15))
    enhanced = phantoms.with_vessels(plain, vessel_hu=150)
    as_it_is, less = (seen(enhanced, tmp_path / name) for name in ("as it is", "less"))
    said = as_it_is.detection.slices
    assert 0.1 < said[:, 0].max() < 0.999
    lowered = odds(said) * np.exp(-2.0)
    np.testing.assert_allclose(odds(less.detection.slices), lowered, rtol=1e-3, atol=1e-5)
    of_study = odds(less.detection.slices.max(axis=0)) * np.exp(-1.0)
    np.testing.assert_allclose(odds(less.detection.study), of_study, rtol=1e-3, atol=1e-5)
    of_plain = seen(plain, tmp_path / "less")
    assert less.models[0].slice_curve != of_plain.models[0].slice_curve
    assert as_it_is.models[0].slice_curve == of_plain.models[0].slice_curve
