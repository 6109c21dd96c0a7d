"""Lesions are told from each other by type and place, and every doubt is said."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.findings import Gate, GateAnswer, Sign
from ichviewer.comparison.alignment import Alignment, Grade
from ichviewer.comparison.change import Comparison, Trend
from ichviewer.comparison.compare import compare
from ichviewer.imaging.grid import Grid
from ichviewer.imaging.rigid import IDENTITY, turn_about
from ichviewer.imaging.volume import Volume
from ichviewer.report.changes import changes_text, describe_comparison
from tests.comparison.time_points import findings_of, time_point

SHAPE = (20, 60, 60)
STILL = Alignment(IDENTITY, np.array([0.0, 0, 50]), Grade.GOOD)
Ball = tuple[int, tuple[float, float, float], float]


def volume_of(shape: tuple[int, int, int] = SHAPE, from_mm: float = 0.0) -> Volume:
    heights = from_mm + 5.0 * np.arange(shape[0])
    positions = np.array([-60.0, -60.0, 0.0]) + np.outer(heights, [0.0, 0.0, 1.0])
    grid = Grid(shape, positions, np.array([2.0, 0, 0]), np.array([0, 2.0, 0]))
    return Volume(np.zeros(shape, np.int16), grid, "1.2.3")


def mask_of(volume: Volume, *balls: Ball) -> np.ndarray:
    """Balls of a type about LPS mm with radii in mm."""
    points = volume.grid.lps_mm(np.stack(np.indices(volume.shape_kji), -1).astype(float))
    mask = np.zeros(volume.shape_kji, np.uint8)
    for kind, center, radius in balls:
        mask[np.linalg.norm(points - np.array(center), axis=-1) <= radius] = kind
    return mask


def compared(
    before: list[Ball], after: list[Ball], alignment: Alignment = STILL, **changed: Volume
) -> Comparison:
    was, now = changed.get("prior", volume_of()), changed.get("current", volume_of())
    return compare(
        time_point(was, findings_of(mask_of(was, *before), was), "2026-03-01"),
        time_point(now, findings_of(mask_of(now, *after), now), "2026-03-02"),
        alignment=alignment,
    )


CLOT: Ball = (2, (20.0, 0, 50), 18.0)


def test_a_clot_that_grows() -> None:
    found = compared([CLOT], [(2, (21.0, 1, 50), 22.0)])
    (change,) = found.lesions
    assert change.trend is Trend.GROWN
    assert change.is_expansion and found.is_expansion
    # The spheres' own volumes, to what voxels of 20 mm3 make of them.
    assert change.amount.prior_ml == pytest.approx(4 / 3 * np.pi * 1.8**3, rel=0.05)
    assert change.amount.current_ml == pytest.approx(4 / 3 * np.pi * 2.2**3, rel=0.05)
    assert [one.kind.word if one.kind else "all" for one in found.types] == [
        "all",
        "intraparenchymal",
    ]
    assert not found.warnings
    assert found.interval == "24.0 hours"


def test_the_same_lesion_is_stable() -> None:
    (change,) = compared([CLOT], [CLOT]).lesions
    assert change.trend is Trend.STABLE
    assert change.amount.change_ml == 0


def test_new_and_gone() -> None:
    found = compared([CLOT], [(2, (-30.0, 0, 50), 10.0)])
    assert sorted(change.trend for change in found.lesions) == [Trend.GONE, Trend.NEW]


def test_place_follows_the_alignment() -> None:
    shifted = Alignment(turn_about(np.zeros(3), np.zeros(3), np.array([-50.0, 0, 0])),
                        STILL.center_lps_mm, Grade.GOOD)  # fmt: skip
    (change,) = compared([(2, (-30.0, 0, 50), 10.0)], [(2, (20.0, 0, 50), 10.0)], shifted).lesions
    assert (len(change.prior), len(change.current)) == (1, 1)


def test_two_lesions_that_join() -> None:
    apart: list[Ball] = [(2, (-14.0, 0, 50), 11.0), (2, (14.0, 0, 50), 11.0)]
    joined: list[Ball] = [*apart, (2, (0.0, 0, 50), 8.0)]
    (change,) = compared(apart, joined).lesions
    assert (len(change.prior), len(change.current)) == (2, 1)


def test_another_type_at_the_same_place_is_said() -> None:
    found = compared([CLOT], [(3, *CLOT[1:])])
    assert any("check the type" in sentence for sentence in found.warnings)


def test_what_was_not_scanned_is_neither_new_nor_gone() -> None:
    low = volume_of((8, 60, 60))
    (change,) = compared([], [(2, (20.0, 0, 80), 12.0)], prior=low).lesions
    assert change.trend is Trend.NOT_COVERED
    assert not change.is_expansion
    (change,) = compared([(2, (20.0, 0, 80), 12.0)], [], current=low).lesions
    assert change.trend is Trend.NOT_COVERED
    found = compared([], [(2, (20.0, 0, 80), 12.0)], prior=low)
    assert any("scanned only once" in sentence for sentence in found.warnings)


def test_without_alignment_only_totals_are_compared() -> None:
    found = compared([CLOT], [CLOT], Alignment(IDENTITY, np.zeros(3), Grade.REFUSED, "why."))
    assert not found.lesions
    assert found.types[0].amount.change_ml == 0
    assert any("only totals compare" in sentence for sentence in found.warnings)


def test_doubts_about_the_patient_are_said() -> None:
    volume = volume_of()
    findings = findings_of(mask_of(volume, CLOT), volume)
    refused = replace(findings, gate=Gate(GateAnswer.REFUSED, ("No head.",)))
    prior = time_point(volume, refused, "2026-03-02", patient="P1")
    current = time_point(volume, findings, "2026-03-01", patient="P2")
    found = compare(prior, current, alignment=STILL)
    # What was not read is no absence, so what is there now is not called new.
    assert not found.types and not found.lesions and not found.is_expansion
    assert "Changes are not known" in changes_text(found)
    assert describe_comparison(found)["growth"] is None
    said = found.warnings
    assert said[0] == (
        "The patient IDs differ (prior P1, current P2): "
        "make sure that both series are of one patient."
    )
    assert any("taken after the current one" in sentence for sentence in said)
    assert any("did not read the prior series: No head." in sentence for sentence in said)


def test_a_missing_id_and_the_same_series_are_said() -> None:
    volume = volume_of()
    point = time_point(volume, findings_of(mask_of(volume), volume), patient="")
    said = compare(point, point, alignment=STILL).warnings
    assert "A patient ID is missing: make sure that both series are of one patient." in said
    assert "Both are the same series." in said


def test_the_report_has_shift_signs_rule_and_disclaimer() -> None:
    volume = volume_of()
    was = findings_of(mask_of(volume, CLOT), volume, shift_mm=2.0)
    now = findings_of(mask_of(volume, (2, CLOT[1], 23.0)), volume, shift_mm=-5.5)
    signed = replace(now.lesions[0], signs=(Sign("island sign", "4 small foci", 9),))
    now = replace(now, lesions=(signed,))
    found = compare(time_point(volume, was), time_point(volume, now, "2026-03-02"), alignment=STILL)
    text = changes_text(found)
    for part in (
        "AI result, not for primary diagnosis",
        "prior 2.0 mm to the left, current 5.5 mm to the right (change -7.5 mm, + is to the left)",
        "Current lesion 1, slice 10: island sign (4 small foci).",
        "GROWTH: more than 6 mL and more than 33 %",
        "Dowlatshahi et al. 2011",
        "± is what half a pixel",
    ):
        assert part in text
    described = describe_comparison(found)
    assert described["growth"] is True
    assert described["midline_shift_mm"] == {"prior": 2.0, "current": -5.5}
    assert described["lesions"][0]["prior_lesions"] == [1]
    assert np.allclose(described["alignment"]["current_to_prior_lps_mm"], np.eye(4))
