"""The phantom's solids have one shape, scanned straight and scanned with a tilted gantry."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.imaging.resample import to_regular
from ichviewer.imaging.volume import Volume

PHANTOM = Path(__file__).parents[3] / "shared" / "data" / "dcm_qa_ct" / "In" / "Philips"
pytestmark = pytest.mark.skipif(not PHANTOM.exists(), reason=f"no real data: {PHANTOM} is absent")

#: Two upright solids in air: a point on the axis (x, y LPS mm), and heights z that both reach.
SOLIDS = {
    "small": ((13.6, 86.3), (758.0, 768.0, 778.0)),
    "large": ((-3.0, 126.5), (715.0, 725.0, 735.0)),
}
HALF_HEIGHT_HU = -450.0


@cache
def volume(name: str) -> Volume:
    folder = "S21570/S2010" if name == "straight" else "S21610/S3010"
    native = load_volume(scan_folder(PHANTOM / folder).series[0])
    return to_regular(native) if name == "tilted, resampled" else native


def edges_mm(one: Volume, center: NDArray[np.float64], axis: int) -> tuple[float, float]:
    """Where a solid ends along a patient axis through a point inside it."""
    steps = np.arange(-40, 40, 0.05)
    lps = center + steps[:, None] * np.eye(3)[axis]
    hu = ndimage.map_coordinates(one.hu.astype(np.float32), one.grid.kji(lps).T, order=1)
    inside, _ = ndimage.label(hu > HALF_HEIGHT_HU)
    solid = np.flatnonzero(inside == inside[len(steps) // 2])
    return float(lps[solid[0], axis]), float(lps[solid[-1], axis])


@pytest.mark.parametrize("solid", SOLIDS)
@pytest.mark.parametrize("name", ["straight", "tilted", "tilted, resampled"])
def test_solids_are_as_wide_as_deep(name: str, solid: str) -> None:
    (x, y), heights = SOLIDS[solid]
    for z in heights:
        edges = [edges_mm(volume(name), np.array([x, y, z]), axis) for axis in (0, 1)]
        width, depth = (high - low for low, high in edges)
        assert depth == pytest.approx(width, abs=0.5)


@pytest.mark.parametrize("solid", SOLIDS)
def test_solids_have_one_size_in_both_series(solid: str) -> None:
    (x, y), heights = SOLIDS[solid]
    point = np.array([x, y, heights[1]])
    for axis in (0, 1):
        straight = np.subtract(*edges_mm(volume("straight"), point, axis)[::-1])
        for name in ("tilted", "tilted, resampled"):
            tilted = np.subtract(*edges_mm(volume(name), point, axis)[::-1])
            assert tilted == pytest.approx(straight, abs=0.3)


@pytest.mark.parametrize("solid", SOLIDS)
def test_solids_stand_alike_in_both_series(solid: str) -> None:
    """The phantom lies 6 degrees askew; a tilt left in would add 5.9 mm to 20 mm of height."""
    leans = {name: lean_mm(name, solid) for name in ("straight", "tilted", "tilted, resampled")}
    assert leans["straight"] == pytest.approx(2.1, abs=0.3)
    for name in ("tilted", "tilted, resampled"):
        assert leans[name] == pytest.approx(leans["straight"], abs=0.3)


def lean_mm(name: str, solid: str) -> float:
    """How far a solid's middle moves to posterior from the lowest to the highest cut."""
    (x, y), heights = SOLIDS[solid]
    middles = [np.mean(edges_mm(volume(name), np.array([x, y, z]), 1)) for z in heights]
    return float(middles[-1] - middles[0])
