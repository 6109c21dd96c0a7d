"""Distances and percentiles against plain SciPy."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from ichviewer.library.scale import distances, measure_scale, sample_rows
from tests.library.examples import unit_vectors


def test_distances_equal_scipy_even_between_near_twins() -> None:
    vectors = unit_vectors(50)
    twins = (vectors + np.float32(1e-4)).astype(np.float32)
    expected = cdist(vectors.astype(np.float64), twins.astype(np.float64))
    assert np.allclose(distances(vectors, twins), expected, atol=1e-9)


def test_the_far_distance_is_the_99th_percentile_of_nearest_neighbours() -> None:
    vectors = unit_vectors(400)
    scale = measure_scale(vectors, (vectors[:150], vectors[150:]))
    to_all = cdist(vectors.astype(np.float64), vectors.astype(np.float64))
    np.fill_diagonal(to_all, np.inf)
    assert scale.far_distance == pytest.approx(np.quantile(to_all.min(axis=1), 0.99))
    pairs = pdist(vectors.astype(np.float64))
    for distance in (0.0, 0.9, 1.3, 2.0):
        share = 100 * float(np.mean(pairs > distance))
        assert scale.percentile(distance) == pytest.approx(share, abs=0.5)


def test_duplicates_do_not_make_everything_far() -> None:
    vectors = np.repeat(unit_vectors(1), 20, axis=0)
    scale = measure_scale(vectors, (vectors,))
    assert scale.far_distance == pytest.approx(0.0, abs=1e-6)


def test_one_case_alone_has_no_scale() -> None:
    scale = measure_scale(unit_vectors(1), (unit_vectors(1),))
    assert scale.far_distance == np.inf
    assert np.isnan(scale.percentile(0.5))


def test_sampled_rows_spread_over_the_whole_library() -> None:
    assert sample_rows(5, 10).tolist() == [0, 1, 2, 3, 4]
    rows = sample_rows(1_000_000, 100)
    assert (rows[0], rows[-1], len(set(rows))) == (0, 999_999, 100)
