"""The card's tables on regions whose numbers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.lesion_probability import MarkedRegion
from tests.training.test_evaluate import MUCH, reading
from training.region_tables import probability_table, shown_regions_table
from training.regions import JudgedRegion

AREA = np.array([10, 0])


def region(probability: float, ml: float, *, is_right: bool, is_shown: bool) -> JudgedRegion:
    known = MarkedRegion(HemorrhageType.SUBDURAL, AREA, voxels=0.8, volume_ml=ml)
    return JudgedRegion(known, is_right, is_shown, probability)


READINGS = [
    replace(
        reading(MUCH, has_blood=True),
        regions=(
            region(0.9, 8.0, is_right=True, is_shown=True),
            region(0.03, 2.0, is_right=True, is_shown=False),
            region(0.01, 1.0, is_right=False, is_shown=False),
        ),
    ),
    replace(reading(MUCH, has_blood=False), regions=()),
    replace(
        reading(MUCH, has_blood=False, has_contrast=True),
        regions=(
            region(0.07, 1.0, is_right=False, is_shown=True),
            region(0.01, 1.0, is_right=False, is_shown=False),
        ),
    ),
]


def test_regions_are_counted_by_the_probability_stated() -> None:
    regions = [one for r in READINGS for one in r.regions]
    assert probability_table(regions).splitlines()[2:] == [
        "| 0 to 0.02 | 2 | 0.01 | 0.00 | 0.80 |",
        "| 0.02 to 0.05 | 1 | 0.03 | 1.00 | 0.80 |",
        "| 0.05 to 0.1 | 1 | 0.07 | 0.00 | 0.80 |",
        "| 0.8 to 1 | 1 | 0.90 | 1.00 | 0.80 |",
    ]


def test_what_is_shown_is_counted_without_contrast_and_with_it() -> None:
    plain, enhanced = shown_regions_table(READINGS).splitlines()[2:]
    cells = [cell.strip() for cell in plain.split("|")[1:-1]]
    assert cells[:4] == ["without contrast", "2", "2 of 3", "1.000 (0.500)"]
    assert cells[5:] == ["1", "0.800", "0.5", "0.0"]
    cells = [cell.strip() for cell in enhanced.split("|")[1:-1]]
    assert cells[:3] == ["with contrast", "1", "0 of 2"]
    assert cells[5:] == ["0", "–", "2.0", "1.0"]
