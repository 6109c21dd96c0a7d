"""The table of blood laid into single slices, on what is known."""

from __future__ import annotations

from dataclasses import replace

from ichviewer.analysis.findings import HemorrhageType
from training.inserted import Answer, inserted_table


def test_table_compares_with_the_slices_as_they_are() -> None:
    kind = HemorrhageType.SUBDURAL
    laid = Answer(kind, 0.9, 0.6, 0.5, 90.0, 100.0)
    plain = Answer(None, 0.2, float("nan"), float("nan"), 0.0, 0.0)
    alarmed = replace(plain, probability=0.95, marked_mm2=30.0)
    text = inserted_table([plain, alarmed, laid])
    assert "| subdural | 1 | 0.500 | 0.60 / 0.60 | 0.50 | 100 |" in text
    assert "2 slices as they are: 15 mm² marked on average, none on 1." in text
