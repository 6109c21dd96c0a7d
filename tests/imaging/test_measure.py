"""Lengths, angles and volumes against arithmetic on the files' own positions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ichviewer.imaging.cut import cut_of
from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.measure import NO_POSITIONS, OFF_CUT, Segmented, measure
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.volume import Volume
from tests.imaging.series import SCANS, SHAPE_JI, TILT, Scan, grid_of, volume_of

PIXEL = st.tuples(st.integers(0, 11), st.floats(0, SHAPE_JI[0] - 1), st.floats(0, SHAPE_JI[1] - 1))


def ruler(kind: Kind, *points_lps_mm: np.ndarray, axis: Axis = Axis.K) -> Measurement:
    return Measurement(
        "1", kind, tuple(Handle((p[0], p[1], p[2]), axis) for p in np.array(points_lps_mm).tolist())
    )


def placed(scan: Scan, kji: tuple[float, float, float], axis: Axis = Axis.K) -> np.ndarray:
    """A voxel's place as the program's own plane says it: what a click there would give."""
    grid = grid_of(scan)
    plane = cut_of(grid, axis, int(kji[axis])).plane
    return plane.lps_mm(int(kji[axis]), *plane.pixel(kji))


@pytest.mark.parametrize("name", SCANS)
@given(a=PIXEL, b=PIXEL)
@settings(max_examples=60, deadline=None)
def test_a_length_is_the_distance_in_the_patient(
    name: str, a: tuple[int, float, float], b: tuple[int, float, float]
) -> None:
    """Within a slice and across slices; the oracle is the standard's equation."""
    scan = SCANS[name]
    expected = np.linalg.norm(scan.lps_mm(*a) - scan.lps_mm(*b))
    found = measure(ruler(Kind.LENGTH, placed(scan, a), placed(scan, b)), volume_of(scan))
    assert found.value("length") == pytest.approx(expected, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("axis", [Axis.J, Axis.I])
@pytest.mark.parametrize("name", SCANS)
def test_a_length_across_the_slices_follows_their_positions(name: str, axis: Axis) -> None:
    scan = SCANS[name]
    for first, last in (((1, 30, 20), (10, 30, 20)), ((2, 30, 20), (3, 30, 20))):
        ends = (placed(scan, first, axis), placed(scan, last, axis))
        expected = np.linalg.norm(scan.lps_mm(*first) - scan.lps_mm(*last))
        found = measure(ruler(Kind.LENGTH, *ends, axis=axis), volume_of(scan))
        assert found.value("length") == pytest.approx(expected, rel=1e-3)


def test_a_tilted_gantry_does_not_shorten_a_length() -> None:
    """40 rows of 0.45 mm are 18 mm, however the gantry leans; by z and y they would not be."""
    for name in ("straight", "tilted"):
        scan = SCANS[name]
        ends = (placed(scan, (5, 10, 20)), placed(scan, (5, 50, 20)))
        found = measure(ruler(Kind.LENGTH, *ends), volume_of(scan))
        assert found.value("length") == pytest.approx(18.0, abs=1e-6)


@given(st.floats(0.5, 179.5), st.floats(0, 6.28), st.floats(1, 90), st.floats(1, 90))
@settings(max_examples=200, deadline=None)
def test_an_angle_is_the_one_that_was_drawn(
    angle_deg: float, turn: float, first_mm: float, second_mm: float
) -> None:
    volume = volume_of(SCANS["tilted and uneven"])
    cut = cut_of(volume.grid, Axis.K, 4)
    other = turn + np.radians(angle_deg)
    vertex = np.array([12.0, 9.0])
    flat = np.array(
        [
            vertex + first_mm * np.array([np.cos(turn), np.sin(turn)]),
            vertex,
            vertex + second_mm * np.array([np.cos(other), np.sin(other)]),
        ]
    )
    points = cut.lps_mm(flat)
    found = measure(ruler(Kind.ANGLE, *points), volume).value("angle")
    assert found == pytest.approx(angle_deg, abs=1e-6)
    # Two lines of the same directions, wherever they lie and whichever way they were drawn.
    shift = np.array([3.0, -4.0])
    lines = cut.lps_mm(np.array([flat[1], flat[0], flat[2] + shift, flat[1] + shift]))
    cobb = measure(ruler(Kind.COBB, *lines), volume).value("angle")
    assert cobb == pytest.approx(min(angle_deg, 180 - angle_deg), abs=1e-6)


def test_an_angle_without_an_arm_is_unknown() -> None:
    volume = volume_of(SCANS["straight"])
    points = cut_of(volume.grid, Axis.K, 4).lps_mm(np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 5.0]]))
    assert np.isnan(measure(ruler(Kind.ANGLE, *points), volume).value("angle"))


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
@pytest.mark.parametrize("name", SCANS)
def test_the_midline_shift_has_its_size_and_the_patients_side(
    name: str, side: str, sign: int
) -> None:
    scan = SCANS[name]
    across = np.array(scan.column, dtype=float)
    across *= np.sign(across[0])  # to the patient's left
    front, back = scan.lps_mm(6, 5, 28), scan.lps_mm(6, 60, 28)
    middle = 0.4 * front + 0.6 * back
    volume = volume_of(scan)
    for line in ((front, back), (back, front)):
        found = measure(ruler(Kind.MIDLINE, *line, middle + sign * 6.7 * across), volume)
        assert found.value("shift") == pytest.approx(6.7, rel=1e-3)
        assert found.value("midline") == pytest.approx(55 * 0.45, rel=1e-3)
        assert found.side == side
        assert not found.notes


def test_a_midline_drawn_from_side_to_side_states_no_side() -> None:
    scan = SCANS["straight"]
    ends = (scan.lps_mm(6, 30, 5), scan.lps_mm(6, 30, 50))
    found = measure(ruler(Kind.MIDLINE, *ends, scan.lps_mm(6, 20, 60)), volume_of(scan))
    assert found.side == ""
    assert ["front to back" in note for note in found.notes] == [True, False]
    assert "beyond the ends" in found.notes[1]


@given(
    radius_mm=st.floats(40, 120),
    thickness_mm=st.floats(0.5, 30),
    turns=st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=3, unique=True),
    facing=st.floats(0, 6.28),
)
@settings(max_examples=200, deadline=None)
def test_a_collection_is_as_thick_as_it_is_square_to_the_skull(
    radius_mm: float, thickness_mm: float, turns: list[float], facing: float
) -> None:
    """A round skull: three points on it, and one that lies so much further in."""
    turns = sorted(turns)
    if min(turns[1] - turns[0], turns[2] - turns[1]) < 0.05:
        return
    volume = volume_of(SCANS["tilted"])
    cut = cut_of(volume.grid, Axis.K, 6)
    flat = [(radius_mm * np.cos(facing + t), radius_mm * np.sin(facing + t)) for t in (*turns, 0.1)]
    flat[3] = tuple((radius_mm - thickness_mm) / radius_mm * v for v in flat[3])
    found = measure(ruler(Kind.THICKNESS, *cut.lps_mm(np.array(flat))), volume)
    assert found.value("thickness") == pytest.approx(thickness_mm, rel=1e-3)
    assert not found.notes


def test_a_straight_skull_is_measured_square_to_its_line() -> None:
    volume = volume_of(SCANS["uneven"])
    cut = cut_of(volume.grid, Axis.K, 6)
    flat = np.array([[0.0, 3.0], [10.0, 3.0], [20.0, 3.0], [12.0, 11.5]])
    found = measure(ruler(Kind.THICKNESS, *cut.lps_mm(flat)), volume)
    assert found.value("thickness") == pytest.approx(8.5, rel=1e-6)


def test_points_that_are_no_skull_are_pointed_out() -> None:
    volume = volume_of(SCANS["straight"])
    flat = np.array([[0.0, 0.0], [5.0, 5.0], [10.0, 0.0], [5.0, 1.0]])
    points = cut_of(volume.grid, Axis.K, 6).lps_mm(flat)
    found = measure(ruler(Kind.THICKNESS, *points), volume)
    assert "radius 5 mm" in found.notes[0]


#: 4 slices of 5 mm; or for each slice half the way to both its neighbours.
_UNEVEN_MM = (13 - 1.1) / 2 + (20 - 6) / 2 + (22.5 - 13) / 2 + (25 - 20) / 2
#: What lies between tilted slices is measured square to them.
C_MM = {
    "straight": 20.0,
    "uneven": _UNEVEN_MM,
    "tilted": 20.0 * np.cos(TILT),
    "tilted and uneven": _UNEVEN_MM * np.cos(TILT),
}


@pytest.mark.parametrize("name, c_mm", C_MM.items())
def test_abc2_counts_the_slices_between_the_ends_of_c_whole(name: str, c_mm: float) -> None:
    scan = SCANS[name]
    found = measure(abc2(scan, (2, 5)), volume_of(scan))
    a_mm, b_mm = 40 * 0.45, 30 * 0.6
    assert found.value("A") == pytest.approx(a_mm, rel=1e-3)
    assert found.value("B") == pytest.approx(b_mm, rel=1e-3)
    assert found.value("C") == pytest.approx(c_mm, rel=1e-3)
    assert found.value("ABC/2") == pytest.approx(a_mm * b_mm * c_mm / 2000, rel=1e-3)
    assert not found.notes


def abc2(scan: Scan, ends_k: tuple[int, int], axis: Axis = Axis.K) -> Measurement:
    """A along a column, B along a row, C between two slices."""
    where = [(3, 10, 20), (3, 50, 20), (3, 30, 10), (3, 30, 40)]
    where += [(k, 30, 20) for k in ends_k]
    handles = [
        Handle(tuple(scan.lps_mm(*kji).tolist()), axis if n > 3 else Axis.K)
        for n, kji in enumerate(where)
    ]
    return Measurement("1", Kind.ABC2, tuple(handles))


@pytest.mark.parametrize("name", SCANS)
def test_abc2_across_the_slices_takes_the_callipers_own_length(name: str) -> None:
    scan = SCANS[name]
    found = measure(abc2(scan, (9, 2), Axis.J), volume_of(scan))
    offsets = scan.offsets_mm
    assert found.value("C") == pytest.approx(offsets[9] - offsets[2], rel=1e-3)


def test_abc2_stands_beside_what_was_segmented() -> None:
    scan = SCANS["straight"]
    found = measure(abc2(scan, (2, 5)), volume_of(scan), Segmented("subdural, left", 5.0))
    assert found.value("segmented") == 5.0
    assert found.value("difference") == pytest.approx(18 * 18 * 20 / 2000 - 5.0)
    assert "subdural, left" in found.notes[0]
    assert "Not for primary diagnosis" in found.notes[0]


def test_abc2_says_what_is_not_as_the_rule_wants_it() -> None:
    scan = SCANS["straight"]
    handles = list(abc2(scan, (2, 5)).handles)
    handles[3] = Handle(tuple(scan.lps_mm(4, 50, 25).tolist()))
    notes = measure(Measurement("1", Kind.ABC2, tuple(handles)), volume_of(scan)).notes
    assert any("right angle" in note for note in notes)
    assert any("one slice" in note for note in notes)


def test_abc2_leaves_missing_slices_out_and_says_so() -> None:
    scan = Scan(offsets_mm=(0, 5, 10, 15, 35, 40, 45), geometry=GeometryClass.GAPPED)
    found = measure(abc2(scan, (2, 5)), volume_of(scan))
    assert found.value("C") == pytest.approx(20.0)
    assert "missing" in found.notes[0]


def test_without_positions_nothing_is_said_in_mm() -> None:
    volume = volume_of(SCANS["straight"])
    bare = Volume(volume.hu, replace(volume.grid, geometry=GeometryClass.NO_GEOMETRY))
    ends = (
        volume.grid.lps_mm(np.array([5.0, 10, 10])),
        volume.grid.lps_mm(np.array([5.0, 30, 30])),
    )
    length = measure(ruler(Kind.LENGTH, *ends), bare)
    assert (length.quantities, length.notes) == ((), (NO_POSITIONS,))
    region = measure(ruler(Kind.RECTANGLE, *ends), bare)
    assert np.isnan(region.value("area"))
    assert region.notes == (NO_POSITIONS,)
    assert region.value("mean") == measure(ruler(Kind.RECTANGLE, *ends), volume).value("mean")


def test_stored_values_are_never_called_hu() -> None:
    volume = volume_of(SCANS["straight"])
    raw = Volume(volume.hu, volume.grid, is_hu=False)
    ends = (
        volume.grid.lps_mm(np.array([5.0, 10, 10])),
        volume.grid.lps_mm(np.array([5.0, 30, 30])),
    )
    found = measure(ruler(Kind.RECTANGLE, *ends), raw)
    assert all(quantity.unit != "HU" for quantity in found.quantities)
    assert "no rescale" in found.notes[0]


@pytest.mark.parametrize("kind", [Kind.ANGLE, Kind.MIDLINE, Kind.RECTANGLE])
def test_points_on_two_cuts_or_off_the_series_measure_nothing(kind: Kind) -> None:
    scan = SCANS["tilted"]
    on, above = scan.lps_mm(3, 10, 10), scan.lps_mm(4, 10, 10)
    beyond = scan.lps_mm(11, 10, 10) + np.array([0, 0, 40.0])
    for other in (above, beyond):
        points = (on, other, on)[: kind.handle_count]
        assert measure(ruler(kind, *points), volume_of(scan)).notes == (OFF_CUT,)
