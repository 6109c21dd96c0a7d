"""A head scanned twice is laid upon itself; what does not belong together is refused."""

from dataclasses import replace

import numpy as np
import pytest

from ichviewer.comparison.align import align
from ichviewer.comparison.alignment import Alignment, Grade, moved_by_hand
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.rigid import IDENTITY, RigidTransform, turn_about
from ichviewer.imaging.volume import Volume
from ichviewer.progress import Cancelled
from tests.comparison.phantom import phantom_head
from tests.comparison.scanner import Lesion, Protocol, take

COARSE = Protocol(pixels=120, pixel_mm=2.0)
TILTED = replace(COARSE, tilt_deg=14.0, slab_mm=3.0, noise_hu=8.0)
UNEVEN = replace(COARSE, slab_mm=2.5, uneven_from_mm=0.0)
MOTIONS = {
    "turned": ((12.0, -6, 9), (10.0, -12, 20), COARSE),
    "tilted": ((-15.0, 5, 0), (0.0, 15, -30), TILTED),
    "uneven": ((3.0, 2, -14), (-20.0, 5, 8), UNEVEN),
}


def motion_of(turn_deg: tuple, shift_mm: tuple) -> RigidTransform:
    return turn_about(np.zeros(3), np.array(turn_deg), np.array(shift_mm))


@pytest.fixture(scope="module")
def current() -> Volume:
    return take(phantom_head(), IDENTITY, COARSE, Lesion(growth=1.6), seed=1)[0]


@pytest.mark.parametrize("name", MOTIONS)
def test_the_known_motion_is_found(current: Volume, name: str) -> None:
    turn_deg, shift_mm, protocol = MOTIONS[name]
    known = motion_of(turn_deg, shift_mm)
    prior, _ = take(phantom_head(), known, protocol, Lesion(), seed=2)
    found = align(current, prior)
    error = found.motion.inverse().after(known)
    assert error.moves_by_mm(found.center_lps_mm) < 0.5
    assert error.angle_deg < 0.5
    assert found.grade is Grade.GOOD
    assert found.quality is not None and found.quality.skull_mm < 0.5


def test_the_same_volumes_give_the_same_motion(current: Volume) -> None:
    prior, _ = take(phantom_head(), motion_of((5, 5, 5), (3, 3, 3)), COARSE, seed=3)
    first, second = align(current, prior), align(current, prior)
    assert np.array_equal(first.motion.rotation, second.motion.rotation)
    assert np.array_equal(first.motion.shift_lps_mm, second.motion.shift_lps_mm)


def test_another_head_is_refused(current: Volume) -> None:
    other = phantom_head(0.86)[:, ::-1]
    prior, _ = take(other, IDENTITY, COARSE, seed=4)
    found = align(current, prior)
    assert found.grade is Grade.REFUSED
    assert "Are both of this patient?" in found.reason
    assert found.sentence().startswith("Not aligned: ")
    assert found.motion.angle_deg == 0


def test_what_is_no_head_is_refused(current: Volume) -> None:
    belly = np.where(phantom_head() > -500, 40, -1000).astype(np.int16)
    prior = take(belly, IDENTITY, COARSE)[0]
    assert "the prior series shows no skull" in align(current, prior).sentence()
    assert "the current series shows no skull" in align(prior, current).sentence()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"is_hu": False}, "the prior series has no HU"),
        ({"geometry": GeometryClass.NO_GEOMETRY}, "the prior series has no slice positions"),
    ],
)
def test_series_without_the_means_are_refused(current: Volume, changed: dict, said: str) -> None:
    geometry = changed.pop("geometry", current.geometry)
    prior = replace(current, grid=replace(current.grid, geometry=geometry), **changed)
    assert said in align(current, prior).sentence()


def test_a_single_slice_is_refused(current: Volume) -> None:
    grid = current.grid
    single = Grid((1, *grid.shape_kji[1:]), grid.slice_positions_lps_mm[:1],
                  grid.column_step_lps_mm, grid.row_step_lps_mm, GeometryClass.SINGLE)  # fmt: skip
    assert "single slice" in align(current, Volume(current.hu[:1].copy(), single)).sentence()


def test_it_can_be_cancelled(current: Volume) -> None:
    calls = []

    def cancel(done: int, total: int, what: str) -> None:
        calls.append(what)
        if what == "Aligning":
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        align(current, current, cancel)
    assert calls[-1] == "Aligning"


def test_moving_by_hand_adds_up_and_is_said() -> None:
    center = np.array([5.0, -7.0, 11.0])
    found = Alignment(motion_of((0, 0, 10), (1, 2, 3)), center, Grade.GOOD)
    up = moved_by_hand(found, np.array([0.0, 0, 2]))
    turned = moved_by_hand(up, np.zeros(3), np.array([0.0, 0, 4]))
    # A turn about the head's middle leaves the middle where the shift has put it.
    expected = found.motion.apply(center + np.array([0.0, 0, 2]))
    assert np.allclose(turned.motion.apply(center), expected)
    assert turned.by_hand.angle_deg == pytest.approx(4.0)
    assert "of these 2.0 mm, 4.0° by hand" in turned.sentence()


def test_a_refused_alignment_becomes_the_readers_own() -> None:
    refused = Alignment(IDENTITY, np.zeros(3), Grade.REFUSED, "the heads do not fit.")
    moved = moved_by_hand(refused, np.array([1.0, 0, 0]))
    assert moved.is_usable
    assert "The registration was refused." in moved.sentence()
