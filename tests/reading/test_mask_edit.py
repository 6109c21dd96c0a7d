"""Strokes on a mask: the voxels under them by arithmetic, volumes, and exact replay."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ichviewer.analysis.findings import (
    Findings,
    Gate,
    GateAnswer,
    HemorrhageType,
    Lesion,
    Side,
)
from ichviewer.imaging.grid import Grid
from ichviewer.reading.mark import mark_lesions
from ichviewer.reading.mask_edit import EditedLesions, MarkedLesions, covered, edit, result_of
from ichviewer.reading.record import Stroke
from tests.reading.samples import RESULT, grid, stroke

SHAPE_JI = (30, 40)
SPACING_JI_MM = (0.5, 0.8)


def marked(**planes: np.ndarray) -> MarkedLesions:
    """Lesion 1 subdural, lesion 2 subarachnoid, on slices named k2, k3 ..."""
    return MarkedLesions(
        RESULT, {1: 5, 2: 4}, {int(name[1:]): plane for name, plane in planes.items()}
    )


def square(number: int, rows: slice, columns: slice) -> np.ndarray:
    plane = np.zeros(SHAPE_JI, np.uint16)
    plane[rows, columns] = number
    return plane


def by_every_pixel(path: list[tuple[float, float]], radius_mm: float) -> np.ndarray:
    """The pixels whose centre lies within the radius of a path, found one by one."""
    inside = np.zeros(SHAPE_JI, bool)
    for j in range(SHAPE_JI[0]):
        for i in range(SHAPE_JI[1]):
            ends = list(zip(path, path[1:] or path, strict=False))
            inside[j, i] = any(distance_mm((j, i), a, b) <= radius_mm for a, b in ends)
    for j, i in path:
        if 0 <= round(j) < SHAPE_JI[0] and 0 <= round(i) < SHAPE_JI[1]:
            inside[round(j), round(i)] = True
    return inside


def distance_mm(
    pixel: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    p, a, b = (np.array(point) * SPACING_JI_MM for point in (pixel, start, end))
    length2 = float(((b - a) ** 2).sum())
    share = 0.0 if length2 == 0 else min(max(float((p - a) @ (b - a)) / length2, 0.0), 1.0)
    return math.dist(p, a + share * (b - a))


_POINTS = st.tuples(st.floats(-8, 38), st.floats(-8, 48)).map(
    lambda point: (round(point[0], 2), round(point[1], 2))
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_POINTS, min_size=1, max_size=4), st.sampled_from([0.1, 0.9, 2.0, 5.5]))
def test_a_stroke_covers_the_pixels_within_its_radius(
    path: list[tuple[float, float]], radius_mm: float
) -> None:
    inside = covered(path, radius_mm, SHAPE_JI, SPACING_JI_MM)
    np.testing.assert_array_equal(inside, by_every_pixel(path, radius_mm))


def test_a_disk_has_its_area_in_mm2() -> None:
    inside = covered([(500.0, 500.0)], 50.0, (1000, 1000), SPACING_JI_MM)
    assert inside.sum() * 0.5 * 0.8 == pytest.approx(math.pi * 50**2, rel=2e-3)


def test_the_finest_tip_marks_the_pixel_under_it() -> None:
    inside = covered([(10.4, 12.6)], 0.01, SHAPE_JI, SPACING_JI_MM)
    assert np.argwhere(inside).tolist() == [[10, 13]]
    assert not covered([(-5.0, 12.0)], 0.01, SHAPE_JI, SPACING_JI_MM).any()


def test_the_brush_extends_a_lesion_and_its_volume() -> None:
    lesions = marked(k2=square(1, slice(5, 10), slice(5, 10)))
    one_pixel = stroke(path_ji=((20.0, 20.0),), radius_mm=0.1)
    edited = edit(lesions, grid(), [one_pixel])
    assert edited.plane(2)[20, 20] == 1
    assert edited.mask[2, 20, 20] == 5
    # 26 pixels of 0.5 mm x 0.8 mm, on a slice that stands for 5 mm.
    assert edited.volumes_ml == {1: pytest.approx(26 * 0.5 * 0.8 * 5 / 1000), 2: 0.0}
    assert edited.type_volumes_ml()[5] == pytest.approx(26 * 0.002)
    assert edited.touched == {1}


def test_the_eraser_takes_its_own_type_only() -> None:
    plane = square(1, slice(5, 15), slice(5, 15)) + square(2, slice(5, 15), slice(15, 25))
    eraser = stroke(lesion=0, label=4, path_ji=((10.0, 10.0), (10.0, 20.0)), radius_mm=30.0)
    edited = edit(marked(k2=plane), grid(), [eraser])
    assert (edited.plane(2) == 1).sum() == 100
    assert not (edited.plane(2) == 2).any()
    assert edited.volumes_ml[2] == 0.0
    assert edited.touched == {2}


def test_a_new_lesion_gets_a_number_of_its_own() -> None:
    lesions = marked(k2=square(1, slice(5, 10), slice(5, 10)))
    number = edit(lesions, grid(), []).next_number
    assert number == 3
    edited = edit(lesions, grid(), [stroke(k=4, lesion=number, label=2, radius_mm=0.1)])
    assert edited.labels[3] == 2
    assert edited.mask[4].max() == 2
    assert edited.volumes_ml[3] == pytest.approx(0.002)
    assert edited.next_number == 4


def test_volumes_follow_uneven_spacing() -> None:
    positions = np.array([[0, 0, z] for z in (0.0, 2.0, 4.0, 9.0, 14.0)])
    uneven = Grid((5, *SHAPE_JI), positions, np.array([0.8, 0, 0]), np.array([0, 0.5, 0]))
    strokes = [stroke(k=k, lesion=3, label=2, radius_mm=0.1) for k in (1, 3)]
    volumes = edit(marked(), uneven, strokes).volumes_ml
    expected_ml = 0.4 * float(uneven.slice_weights_mm[[1, 3]].sum()) / 1000
    assert volumes[3] == pytest.approx(expected_ml)


def test_strokes_of_another_result_are_never_replayed() -> None:
    lesions = marked(k2=square(1, slice(5, 10), slice(5, 10)))
    foreign = stroke(result="cd" * 32, radius_mm=20.0)
    edited = edit(lesions, grid(), [foreign])
    assert edited.strokes == ()
    assert edited.drawn == {}


_STROKES = st.lists(
    st.builds(
        Stroke,
        st.just(RESULT),
        st.integers(0, 5),
        st.just(5),
        st.sampled_from([0, 1, 3]),
        st.sampled_from([0.1, 1.0, 4.0]),
        st.lists(_POINTS, min_size=1, max_size=3).map(tuple),
    ),
    max_size=8,
)


def same(one: EditedLesions, other: EditedLesions) -> bool:
    return bool((one.mask == other.mask).all()) and one.volumes_ml == other.volumes_ml


@settings(max_examples=40, deadline=None)
@given(_STROKES, st.integers(0, 8))
def test_stroke_by_stroke_is_the_same_as_all_at_once(strokes: list[Stroke], back: int) -> None:
    lesions = marked(k2=square(1, slice(5, 10), slice(5, 10)))
    whole = edit(lesions, grid(), strokes)
    step = edit(lesions, grid(), [])
    for count in range(1, len(strokes) + 1):
        step = edit(lesions, grid(), strokes[:count], before=step)
    assert same(step, whole)
    fewer = strokes[: max(len(strokes) - back, 0)]
    assert same(edit(lesions, grid(), fewer, before=whole), edit(lesions, grid(), fewer))


def test_the_models_mask_is_never_altered() -> None:
    plane = square(1, slice(5, 10), slice(5, 10))
    lesions = marked(k2=plane)
    edit(lesions, grid(), [stroke(radius_mm=20.0)])
    assert (plane == 1).sum() == 25
    with pytest.raises(ValueError, match="read-only"):
        plane[0, 0] = 1


def test_a_result_is_its_mask_and_its_shape() -> None:
    mask = np.zeros((2, 3, 4), np.uint8)
    other = mask.copy()
    other[1, 2, 3] = 1
    assert result_of(mask) == result_of(mask.copy())
    assert len({result_of(mask), result_of(other), result_of(mask.reshape(2, 4, 3))}) == 3


def lesion(number: int, kind: HemorrhageType, k: int, centre_ji: tuple[float, float]) -> Lesion:
    return Lesion(
        number, kind, 1.0, 5.0, k, k, k, (float(k), *centre_ji), (0.0, 0.0, 0.0), Side.LEFT,
        60.0, 70.0, 0.9,
    )  # fmt: skip


def test_voxels_are_numbered_by_the_lesions_of_the_findings() -> None:
    mask = np.zeros((6, *SHAPE_JI), np.uint8)
    mask[2, 2:5, 2:5] = mask[2, 20:25, 20:25] = 5
    mask[3, 10:12, 10:12] = 4
    column = np.zeros(6, np.float32)
    lesions = (
        lesion(1, HemorrhageType.SUBDURAL, 2, (22.0, 22.0)),
        lesion(2, HemorrhageType.SUBDURAL, 2, (3.0, 3.0)),
        lesion(3, HemorrhageType.SUBARACHNOID, 3, (10.5, 10.5)),
    )
    findings = Findings(
        "1.2", Gate(GateAnswer.ACCEPTED), np.zeros((6, 6), np.float32), column, column, mask,
        lesions, np.zeros(0, np.float32), "", (),
    )  # fmt: skip
    numbered = mark_lesions(findings, grid())
    assert numbered.result == result_of(mask)
    assert numbered.labels == {1: 5, 2: 5, 3: 4}
    assert set(numbered.planes) == {2, 3}
    assert {(j, i): int(numbered.planes[2][j, i]) for j, i in ((22, 22), (3, 3), (0, 0))} == {
        (22, 22): 1, (3, 3): 2, (0, 0): 0,
    }  # fmt: skip
    np.testing.assert_array_equal(edit(numbered, grid(), []).mask, mask)
