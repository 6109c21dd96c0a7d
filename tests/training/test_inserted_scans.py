"""Blood laid into runs of slices, and the table of both networks, on what is known."""

from __future__ import annotations

import numpy as np
import pytest

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.manifest import read_manifest
from training.anatomy import ROOT
from training.inserted_scans import Scan, lay_into, scans_table
from training.lay_in import IN_FLUID, Body, RealSlice, cut

PX_MM = 0.5
RADIUS_MM = np.hypot(*(np.mgrid[:320, :320] - 160)) * PX_MM
MANIFEST = read_manifest(ROOT / "models" / "ichnet-s")


def head_slice() -> RealSlice:
    """Brain of 30 HU within a round skull, with noise."""
    noise = np.random.default_rng(0).normal(0, 3, RADIUS_MM.shape)
    hu = np.where(RADIUS_MM < 70, 30, np.where(RADIUS_MM < 76, 900, -1000)) + noise
    return RealSlice("round", hu.astype(np.float32), PX_MM, RADIUS_MM < 70)


def areas_mm2(kind: HemorrhageType, seed: int) -> list[float]:
    """Of blood of a type on each of 40 slices of 4 mm, round as a cylinder."""
    laid = lay_into([head_slice()] * 40, 4.0 * np.arange(40), kind, np.random.default_rng(seed))
    return [float(one[1].sum()) * PX_MM**2 if one else 0.0 for one in laid]


@pytest.mark.parametrize("kind", [k for k in HemorrhageType if k not in IN_FLUID])
def test_a_body_lies_in_one_piece_and_tapers(kind: HemorrhageType) -> None:
    """A piece that no end of the head cuts off is thickest in its middle, and thin at its ends."""
    whole = 0
    for seed in range(12):
        area_mm2 = areas_mm2(kind, seed)
        shown = np.flatnonzero(area_mm2)
        if len(shown) < 5 or shown[0] == 0 or shown[-1] == 39:
            continue
        whole += 1
        assert len(shown) == shown[-1] - shown[0] + 1
        assert abs(np.argmax(area_mm2) - shown.mean()) <= 2
        assert max(area_mm2[shown[0]], area_mm2[shown[-1]]) < 0.75 * max(area_mm2)
    assert whole >= 3


def test_a_ball_has_the_area_of_a_ball_on_each_slice() -> None:
    body = Body(HemorrhageType.INTRAPARENCHYMAL, np.array([160, 160]), radius_mm=20.0)
    for height_mm in (0.0, 8.0, 16.0):
        part = cut(body, head_slice(), height_mm)
        assert part is not None
        expected_mm2 = np.pi * (20.0**2 - height_mm**2)
        assert part.sum() * PX_MM**2 == pytest.approx(expected_mm2, rel=0.02)


def test_wider_gaps_between_slices_are_heeded() -> None:
    """The same clot lies on fewer slices where these are farther apart."""
    kind = HemorrhageType.INTRAPARENCHYMAL
    counts = []
    for gap_mm in (4.0, 8.0):
        laid = lay_into([head_slice()] * 41, gap_mm * np.arange(41), kind, np.random.default_rng(1))
        counts.append(sum(one is not None for one in laid))
    assert counts[0] == pytest.approx(2 * counts[1], abs=1)


@pytest.mark.parametrize("kind", [HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL])
def test_a_collection_keeps_to_the_skull(kind: HemorrhageType) -> None:
    laid = lay_into([head_slice()] * 20, 4.0 * np.arange(20), kind, np.random.default_rng(3))
    regions = [one[1] for one in laid if one is not None]
    assert len(regions) >= 3
    assert all((region & (RADIUS_MM > 68)).any() for region in regions)


def test_table_tells_the_two_networks_apart() -> None:
    truth = np.array([0, 0, 1, 1], np.float32)
    right, wrong = (np.repeat(v[:, None], 6, 1) for v in (truth * 0.98 + 0.01, 0.99 - truth * 0.98))
    scan = Scan(HemorrhageType.SUBDURAL, truth, alone=wrong, in_scan=right, regions=())
    _, _, any_line, subdural_line = scans_table([scan], MANIFEST).splitlines()
    assert any_line == "| any | 1 | 2 of 4 | 0.000 | 0.00 / 0.00 | 1.000 | 1.00 / 1.00 |"
    assert subdural_line == any_line.replace("any", "subdural")
