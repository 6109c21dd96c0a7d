"""The study's vector leans to the suspicious slabs and has length one."""

import numpy as np
import pytest

from ichviewer.analysis.embed import study_embedding


def test_weighted_mean_of_length_one() -> None:
    slabs = np.eye(3, 128, dtype=np.float32)
    vector = study_embedding(slabs, np.array([0.9, 0.0, 0.3], np.float32))
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert vector[0] / vector[2] == pytest.approx(0.91 / 0.31, rel=1e-5)
    assert vector[1] / vector[2] == pytest.approx(0.01 / 0.31, rel=1e-5)
    assert vector.dtype == np.float32


def test_study_without_suspicion_is_the_plain_mean() -> None:
    slabs = np.eye(2, 4, dtype=np.float32)
    vector = study_embedding(slabs, np.zeros(2, np.float32))
    np.testing.assert_allclose(vector, [np.sqrt(0.5), np.sqrt(0.5), 0, 0], rtol=1e-6)
