"""Detector and segmenter disagree in words, and nothing large is hidden."""

import numpy as np
import pytest

from ichviewer.analysis.detection import Detection
from ichviewer.analysis.findings import HemorrhageType, Lesion, OperatingPoint, Side
from ichviewer.analysis.lesion_probability import FEATURES, RegionTerms
from ichviewer.analysis.quantify import find_lesions
from ichviewer.analysis.reconcile import (
    DROPPED_IMPROBABLE,
    DROPPED_OUTSIDE,
    DROPPED_SMALL,
    DROPPED_UNDETECTED,
    Judge,
    notes_on_disagreement,
    sift,
)
from ichviewer.analysis.segment import Marked
from ichviewer.imaging.volume import Volume
from tests.analysis.phantoms import make_grid

GRID = make_grid(slices=6, px=60, px_mm=1.0)
VOLUME = Volume(np.full(GRID.shape_kji, 60, np.int16), GRID)
NEAR = np.zeros(GRID.shape_kji, bool)
NEAR[:, 10:50, 10:50] = True
SUBDURAL, SUBARACHNOID = HemorrhageType.SUBDURAL, HemorrhageType.SUBARACHNOID
#: The logit of a region is that of its slices' mean probability of any, less 5 for vessels.
BY_SLICES = RegionTerms(
    intercept=0.0,
    weights=tuple({"any": 1.0, "vessels": -5.0}.get(name, 0.0) for name in FEATURES),
    shown_from=dict(zip(OperatingPoint, (0.1, 0.3, 0.6), strict=True)),
)


def detection(slices: dict[int, float], study: dict[int, float] | None = None) -> Detection:
    table = np.zeros((6, 6), np.float32)
    for k, value in slices.items():
        table[k, 0] = value
    whole = np.zeros(6, np.float32)
    for column, value in (study or {}).items():
        whole[column] = value
    half = np.full(6, 0.5, np.float32)
    return Detection(table, whole, half, half)


def judge(
    says: Detection,
    regions: RegionTerms | None = None,
    point: OperatingPoint = OperatingPoint.BALANCED,
    *,
    has_contrast: bool = False,
) -> Judge:
    return Judge(says, NEAR, 0.1, has_contrast, regions, point)


def reason(
    box: tuple[slice, slice, slice],
    by: Judge,
    probability: float = 0.6,
    kind: HemorrhageType = SUBDURAL,
) -> str:
    mask = np.zeros(GRID.shape_kji, np.uint8)
    mask[box] = kind
    marked = Marked(mask, np.where(mask, probability, 0).astype(np.float16))
    (found,) = find_lesions(marked, VOLUME)
    return by.why_dropped(found, VOLUME)


LARGE = (slice(1, 3), slice(20, 40), slice(20, 40))  # 4 mL
MEDIUM = (slice(1, 3), slice(20, 30), slice(20, 30))  # 1 mL
POSITIVE = detection({2: 0.7})
ELSEWHERE = detection({5: 0.9})


@pytest.mark.parametrize(
    ("box", "says", "probability", "expected"),
    [
        (MEDIUM, POSITIVE, 0.6, ""),
        (MEDIUM, ELSEWHERE, 0.95, DROPPED_UNDETECTED),
        (LARGE, ELSEWHERE, 0.6, DROPPED_UNDETECTED),
        (LARGE, ELSEWHERE, 0.95, ""),
        ((slice(1, 2), slice(20, 22), slice(20, 24)), POSITIVE, 0.9, DROPPED_SMALL),
        ((slice(1, 3), slice(0, 8), slice(20, 40)), POSITIVE, 0.9, DROPPED_OUTSIDE),
        ((slice(1, 3), slice(5, 12), slice(20, 40)), POSITIVE, 0.9, ""),
    ],
)
def test_what_becomes_of_a_region(
    box: tuple[slice, slice, slice], says: Detection, probability: float, expected: str
) -> None:
    assert reason(box, judge(says), probability) == expected


#: Both slices of LARGE and MEDIUM at 0.5.
EVEN = detection({1: 0.5, 2: 0.5})


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (OperatingPoint.SENSITIVE, ""),
        (OperatingPoint.BALANCED, ""),
        (OperatingPoint.SPECIFIC, DROPPED_IMPROBABLE),
    ],
)
def test_a_region_is_held_to_its_probability_at_the_operating_point(
    point: OperatingPoint, expected: str
) -> None:
    assert reason(MEDIUM, judge(EVEN, BY_SLICES, point)) == expected


@pytest.mark.parametrize(
    ("box", "kind", "probability", "expected"),
    [
        (MEDIUM, SUBDURAL, 0.6, ""),
        (MEDIUM, SUBARACHNOID, 0.6, DROPPED_IMPROBABLE),
        (LARGE, SUBARACHNOID, 0.95, DROPPED_IMPROBABLE),
    ],
)
def test_vessels_with_contrast_may_be_taken_for_subarachnoid_blood(
    box: tuple[slice, slice, slice], kind: HemorrhageType, probability: float, expected: str
) -> None:
    assert reason(box, judge(EVEN, BY_SLICES), probability, kind) == ""
    enhanced = judge(EVEN, BY_SLICES, has_contrast=True)
    assert reason(box, enhanced, probability, kind) == expected


#: One slice of LARGE and MEDIUM is positive, both together are not probable.
HARDLY = detection({2: 0.5})


def test_what_is_large_and_sure_is_shown_however_improbable() -> None:
    assert reason(LARGE, judge(HARDLY, BY_SLICES), 0.6) == DROPPED_IMPROBABLE
    assert reason(LARGE, judge(HARDLY, BY_SLICES), 0.95) == ""


def test_a_probable_region_needs_the_detector_too() -> None:
    says = detection({1: 0.4, 2: 0.4})
    assert reason(MEDIUM, judge(says, BY_SLICES)) == DROPPED_UNDETECTED


def test_a_lesion_has_the_probability_of_its_region() -> None:
    mask = np.zeros(GRID.shape_kji, np.uint8)
    mask[MEDIUM] = SUBDURAL
    mask[4:6, 35:45, 35:45] = SUBDURAL  # 1 mL, improbable
    marked = Marked(mask, np.where(mask, 0.6, 0).astype(np.float16))
    says = detection({1: 0.3, 2: 0.7, 5: 0.5})
    (lesion,), notes = sift(marked, VOLUME, judge(says, BY_SLICES))
    assert lesion.probability == pytest.approx(0.5, abs=1e-6)
    assert notes == (
        "1.0 mL was marked where hemorrhage is less probable than 30%, and is not shown.",
    )


def test_what_is_dropped_leaves_the_mask_and_is_told_but_for_what_is_small() -> None:
    mask = np.zeros(GRID.shape_kji, np.uint8)
    mask[MEDIUM] = HemorrhageType.SUBDURAL  # on positive slices
    mask[4:6, 35:45, 35:45] = HemorrhageType.SUBARACHNOID  # 1 mL, not so
    mask[2, 0:3, 30:60] = HemorrhageType.EPIDURAL  # 0.45 mL, away from the brain
    mask[2, 40:42, 20:24] = HemorrhageType.EPIDURAL  # 0.04 mL
    kept_mask = np.where(mask == HemorrhageType.SUBDURAL, mask, 0)
    marked = Marked(mask, np.where(mask, 0.6, 0).astype(np.float16))
    kept, notes = sift(marked, VOLUME, judge(POSITIVE))
    assert [found.kind for found in kept] == [HemorrhageType.SUBDURAL]
    np.testing.assert_array_equal(marked.mask, kept_mask)
    assert notes == (
        "1.0 mL was marked without support by the slice detector and is not shown.",
        "0.5 mL was marked away from the brain and is not shown.",
    )


def lesion(kind: HemorrhageType) -> Lesion:
    zero = (0.0, 0.0, 0.0)
    return Lesion(1, kind, 1.0, 10.0, 0, 1, 0, zero, zero, Side.LEFT, 60.0, 70.0, 0.9)


def test_type_found_without_a_region_is_told_with_its_slice() -> None:
    says = detection({3: 0.9}, {0: 0.9, HemorrhageType.SUBARACHNOID: 0.8})
    says.slices[3, HemorrhageType.SUBARACHNOID] = 0.8
    (note,) = notes_on_disagreement((lesion(HemorrhageType.SUBDURAL),), says)
    assert note.startswith("Subarachnoid hemorrhage may be there (80%), most likely on slice 4")


def test_agreement_needs_no_note() -> None:
    says = detection({3: 0.9}, {0: 0.9, HemorrhageType.SUBDURAL: 0.8})
    assert notes_on_disagreement((lesion(HemorrhageType.SUBDURAL),), says) == ()
    assert notes_on_disagreement((), detection({})) == ()


def test_any_without_type_and_region_is_told() -> None:
    (note,) = notes_on_disagreement((), detection({5: 0.7}, {0: 0.7}))
    assert note.startswith("Hemorrhage may be there (70%), most likely on slice 6")
