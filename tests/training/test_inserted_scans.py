"""Blood laid into runs of slices, and the table of both networks, on what is known."""

from __future__ import annotations

import numpy as np

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.manifest import read_manifest
from training.anatomy import ROOT
from training.inserted_scans import Scan, _lay_into, scans_table
from training.lay_in import RealSlice

PX_MM = 0.5
RADIUS_MM = np.hypot(*(np.mgrid[:320, :320] - 160)) * PX_MM
MANIFEST = read_manifest(ROOT / "models" / "ichnet-s")


def head_slice() -> RealSlice:
    """Brain of 30 HU within a round skull, with noise."""
    noise = np.random.default_rng(0).normal(0, 3, RADIUS_MM.shape)
    hu = np.where(RADIUS_MM < 70, 30, np.where(RADIUS_MM < 76, 900, -1000)) + noise
    return RealSlice("round", hu.astype(np.float32), PX_MM, RADIUS_MM < 70)


def test_a_collection_is_thickest_in_the_middle_and_keeps_to_the_skull() -> None:
    run = [head_slice() for _ in range(5)]
    made = list(_lay_into(run, HemorrhageType.EPIDURAL, seed=3))
    regions = [one[1] for one in made if one is not None]
    assert len(regions) >= 3
    sizes = [int(region.sum()) for region in regions]
    assert max(sizes) == sizes[len(sizes) // 2]
    assert sizes[0] < max(sizes) > sizes[-1]
    assert all((region & (RADIUS_MM > 68)).any() for region in regions)


def test_table_tells_the_two_networks_apart() -> None:
    truth = np.array([0, 0, 1, 1], np.float32)
    right, wrong = (np.repeat(v[:, None], 6, 1) for v in (truth * 0.98 + 0.01, 0.99 - truth * 0.98))
    scan = Scan(HemorrhageType.SUBDURAL, truth, alone=wrong, in_scan=right)
    _, _, any_line, subdural_line = scans_table([scan], MANIFEST).splitlines()
    assert any_line == "| any | 1 | 2 of 4 | 0.000 | 0.00 / 0.00 | 1.000 | 1.00 / 1.00 |"
    assert subdural_line == any_line.replace("any", "subdural")
