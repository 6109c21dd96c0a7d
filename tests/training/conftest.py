"""Simulated series that several tests look at; made once, small."""

from __future__ import annotations

import pytest

from ichviewer.analysis.findings import HemorrhageType
from training import anatomy
from training.simulate import SimulatedSeries, simulate_series


@pytest.fixture(scope="session")
def label_maps() -> None:
    """Skip where the label maps are not at hand."""
    if not anatomy.is_available():
        pytest.skip(f"label maps are not in {anatomy.DATA.name}: ../shared/data/anatomy is absent")


@pytest.fixture(scope="session")
def bleeding(label_maps: None) -> dict[HemorrhageType, SimulatedSeries]:
    """One series of each type alone, epidural and subdural blood on one side."""
    return {
        kind: simulate_series(60 + kind, (kind,), anatomy_number=3, slab_mm=4.0, size_px=160)
        for kind in HemorrhageType
    }


@pytest.fixture(scope="session")
def healthy(label_maps: None) -> SimulatedSeries:
    """A series without blood."""
    return simulate_series(3, (), anatomy_number=3, slab_mm=5.0, size_px=160)
