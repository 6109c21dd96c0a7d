"""What the models say as a place in the list: suspected above uncertain above no finding."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.analysis.findings import (
    Answer,
    Findings,
    Gate,
    GateAnswer,
    HemorrhageType,
    MidlineShift,
)
from ichviewer.analysis.priority import Urgency, not_read_yet, priority_of
from tests.ui import samples

SUBDURAL, INTRAPARENCHYMAL = HemorrhageType.SUBDURAL, HemorrhageType.INTRAPARENCHYMAL


def with_volumes(**volumes_ml: float) -> Findings:
    lesions = tuple(
        replace(samples.lesion(n, HemorrhageType[kind.upper()], 5), volume_ml=volume_ml)
        for n, (kind, volume_ml) in enumerate(volumes_ml.items(), 1)
    )
    return samples.findings(*lesions)


def test_suspected_blood_is_named_with_its_volumes_and_the_shift() -> None:
    findings = with_volumes(intraparenchymal=0.4, subdural=34.2)
    findings = replace(findings, midline_shift=MidlineShift(-6.1, 5))
    priority = priority_of(findings)
    assert priority.urgency is Urgency.SUSPECTED
    assert priority.reason == (
        "suspected subdural 34 mL, midline shift 6 mm, intraparenchymal under 1 mL"
    )


@pytest.mark.parametrize("shift_mm", [2.9, -2.9])
def test_a_shift_that_many_heads_have_is_no_reason(shift_mm: float) -> None:
    findings = replace(with_volumes(subdural=5), midline_shift=MidlineShift(shift_mm, 5))
    assert priority_of(findings).reason == "suspected subdural 5 mL"


def test_blood_of_unknown_volume_is_suspected_all_the_same() -> None:
    priority = priority_of(with_volumes(subdural=float("nan")))
    assert priority.reason == "suspected subdural"
    assert priority.rank < priority_of(samples.findings()).rank


def test_the_order_of_a_list() -> None:
    nothing = samples.findings()
    uncertain = replace(nothing, answers=(Answer.UNCERTAIN,) * 6)
    gate = Gate(GateAnswer.REFUSED, ("This is no head.",))
    nan = np.full(6, np.nan, np.float32)
    refused = replace(nothing, gate=gate, study_probability=nan)
    much, little = with_volumes(subdural=34), with_volumes(intraparenchymal=5)
    doubtful = replace(with_volumes(subdural=60, epidural=3), answers=(Answer.UNCERTAIN,) * 6)
    ordered = (much, little, doubtful, uncertain, nothing, refused)
    wanted = [priority_of(one) for one in ordered]
    ranks = [one.rank for one in wanted]
    assert ranks == sorted(ranks)
    assert wanted[-1].rank == not_read_yet().rank
    assert [one.reason for one in wanted[2:]] == [
        "uncertain: subdural 60 mL, epidural 3 mL",
        "hemorrhage uncertain by sample 1.0",
        "no finding by sample 1.0, not a clearance",
        "not read by the AI: This is no head.",
    ]
