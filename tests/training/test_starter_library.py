"""The starter library's plan is balanced, and what ships holds what the plan says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ichviewer import paths, workflow
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.library.store import Library
from ichviewer.library.upkeep import verify
from training.anatomy import TRAIN
from training.starter_library import LABEL_SOURCE, LEAST_ML, plan_cases, read_vector


def test_the_plan_is_balanced() -> None:
    plans = plan_cases(220)
    assert len({plan.case_id for plan in plans}) == len({plan.seed for plan in plans}) == 220
    negative = sum(not plan.kinds for plan in plans)
    assert 0.15 <= negative / 220 <= 0.20
    by_type = Counter(kind for plan in plans for kind in plan.kinds)
    assert min(by_type.values()) >= 0.9 * max(by_type.values())
    assert set(by_type) == set(HemorrhageType)
    by_map = Counter(plan.anatomy_number for plan in plans)
    assert max(by_map.values()) - min(by_map.values()) <= 1
    assert any(plan.anatomy_number not in TRAIN for plan in plans)


def test_a_longer_plan_has_other_cases_but_the_same_ids() -> None:
    assert [plan.case_id for plan in plan_cases(12)] == [f"sim-{n:03d}" for n in range(1, 13)]


@pytest.fixture(scope="module")
def shipped() -> Library:
    """The library that ships, opened to read."""
    return Library.open(paths.starter_library_folder())


def test_the_shipped_library_is_whole_and_simulated(shipped: Library) -> None:
    with shipped as library:
        cases = library.list()
    planned = {plan.case_id: plan for plan in plan_cases(len(cases))}
    assert len(cases) >= 200
    for case in cases:
        assert case.is_simulated
        assert case.label_source == LABEL_SOURCE
        assert case.types == tuple(kind.word for kind in planned[case.case_id].kinds)
        assert all(ml >= LEAST_ML for ml in case.volumes_ml.values())
        assert case.thumbnail_png.startswith(b"\x89PNG")
    assert verify(paths.starter_library_folder()) == ()


def test_a_vector_is_what_the_analysis_gives() -> None:
    with Library.open(paths.starter_library_folder()) as library:
        path = library.images_path(library.list()[0])
    assert path
    series = workflow.best_series(workflow.open_folder(path))
    findings = workflow.analyze(series, workflow.open_series(series))
    identity, vector = read_vector(path)
    assert identity == findings.embedding_identity
    np.testing.assert_array_equal(vector, findings.embedding)
