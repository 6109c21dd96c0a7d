"""Words on the screen: right numbers, right units, nothing promised that is not known."""

import math
from dataclasses import replace

import pytest

from ichviewer.analysis.findings import Answer, HemorrhageType
from ichviewer.dicom.study import Permission
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.window import PRESETS
from ichviewer.ui import wording
from tests.ui import samples


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1.0, "100 %"),
     (math.nan, "–")],
)  # fmt: skip
def test_percent_never_claims_certainty(probability: float, text: str) -> None:
    assert wording.percent(probability).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(("ml", "text"), [(0.034, "0.03"), (12.34, "12.3"), (math.nan, "–")])
def test_millilitres(ml: float, text: str) -> None:
    assert wording.millilitres(ml) == text


def test_positions_are_patient_directions() -> None:
    assert wording.position_text((-12.34, 5.0, -7.0)) == "R 12.3  P 5.0  F 7.0 mm"


def test_window_text() -> None:
    assert wording.window_lines(PRESETS[2]) == ("Subdural", "W 200  C 80")


def test_slices_are_counted_from_one_as_in_the_corner() -> None:
    lesion = samples.lesion(1, HemorrhageType.SUBDURAL, 4)
    assert wording.slice_range(lesion) == "4–6"
    assert wording.slice_range(replace(lesion, first_slice=4, last_slice=4)) == "5"


def test_missing_slices_are_counted() -> None:
    assert wording.missing(1) == "1 slice missing"
    assert wording.missing(2) == "2 slices missing"


def test_fidelity_of_a_regular_stack_is_silent() -> None:
    assert wording.fidelity(samples.grid()) == ()


def test_fidelity_names_uneven_spacing_and_missing_slices() -> None:
    import numpy as np

    positions = np.array([[0, 0, z] for z in (0.0, 1.08, 8.08)])
    uneven = Grid((3, 4, 4), positions, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]),
                  GeometryClass.IRREGULAR)  # fmt: skip
    assert wording.fidelity(uneven) == ("uneven spacing 1.08–7.00 mm",)
    positions = np.array([[0, 0, z] for z in (0.0, 5.0, 10.0, 20.0, 25.0)])
    gapped = replace(
        uneven,
        shape_kji=(5, 4, 4),
        slice_positions_lps_mm=positions,
        geometry=GeometryClass.GAPPED,
    )
    assert wording.fidelity(gapped) == ("1 slice missing",)


def test_limits_of_a_series() -> None:
    assert wording.series_limits(samples.series()) == ""
    barred = samples.series("a", {Permission.AI: "why", Permission.VOLUMETRY: "why"})
    assert wording.series_limits(barred) == "no mL and AI"
    unreadable = samples.series("a", {Permission.VIEW: "why"})
    assert wording.series_limits(unreadable) == "cannot be shown"


def test_skipped_files_are_counted_by_reason() -> None:
    assert wording.skipped_text(samples.scan()) == "3 files skipped: 3 not DICOM"


def test_headline_lists_the_types_and_claims_no_more_than_suspicion() -> None:
    found = samples.findings(
        samples.lesion(1, HemorrhageType.SUBDURAL, 4),
        samples.lesion(2, HemorrhageType.EPIDURAL, 8),
    )
    assert wording.headline(found) == "Epidural and subdural hemorrhage suspected"


def test_headline_says_where_the_model_abstains() -> None:
    found = samples.findings(
        samples.lesion(1, HemorrhageType.SUBDURAL, 4),
        samples.lesion(2, HemorrhageType.EPIDURAL, 8),
    )
    said = [Answer.PRESENT, Answer.UNCERTAIN, *[Answer.ABSENT] * 3, Answer.PRESENT]
    abstained = replace(found, answers=tuple(said))
    assert wording.headline(abstained) == "Subdural hemorrhage suspected; epidural uncertain"
    nothing = replace(samples.findings(), answers=(Answer.UNCERTAIN,) * 6)
    assert "yet hemorrhage is uncertain; not a clearance" in wording.headline(nothing)


def test_headline_claims_no_more_than_the_models_word_for_any_hemorrhage() -> None:
    found = samples.findings(samples.lesion(1, HemorrhageType.SUBDURAL, 4))
    unsure = replace(found, answers=(Answer.UNCERTAIN,) * 6)
    assert wording.headline(unsure) == "Possible subdural hemorrhage, uncertain"
    thresholds = found.thresholds.copy()
    thresholds[1:] = 1.0
    of_no_type = replace(unsure, thresholds=thresholds)
    assert wording.headline(of_no_type) == "Possible hemorrhage, uncertain; type undecided"
