"""Rigid motions agree with SimpleITK's."""

import numpy as np
import pytest
import SimpleITK as sitk

from ichviewer.imaging.rigid import IDENTITY, RigidTransform, turn_about

CENTER = np.array([10.0, -20.0, 35.0])
POINTS = np.array([[0.0, 0, 0], [50, -30, 20], [-11, 4, 99]])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_turns_are_those_of_itk(axis: int) -> None:
    angles = np.zeros(3)
    angles[axis] = 25.0
    theirs = sitk.Euler3DTransform(CENTER.tolist(), *np.radians(angles).tolist(), (1.0, 2.0, 3.0))
    ours = turn_about(CENTER, angles, np.array([1.0, 2, 3]))
    assert np.allclose(ours.apply(POINTS), [theirs.TransformPoint(p.tolist()) for p in POINTS])
    assert ours.angle_deg == pytest.approx(25.0)


def test_turns_are_taken_about_left_then_posterior_then_head() -> None:
    x, y, z = (turn_about(np.zeros(3), np.eye(3)[n] * 20.0, np.zeros(3)) for n in range(3))
    together = turn_about(np.zeros(3), np.full(3, 20.0), np.zeros(3))
    assert np.allclose(together.rotation, z.after(y).after(x).rotation)


def test_there_and_back() -> None:
    there = turn_about(CENTER, np.array([7.0, -12, 30]), np.array([4.0, 5, 6]))
    assert np.allclose(there.inverse().apply(there.apply(POINTS)), POINTS)
    assert np.allclose(there.inverse().after(there).apply(POINTS), POINTS)


@pytest.mark.parametrize("angle", [0.0, 1e-4, 90.0, 180.0])
def test_small_and_large_angles(angle: float) -> None:
    turned = turn_about(np.zeros(3), np.array([0.0, angle, 0]), np.zeros(3))
    assert turned.angle_deg == pytest.approx(angle, abs=1e-9)


def test_what_is_not_rigid_is_no_motion() -> None:
    with pytest.raises(ValueError, match="orthogonal"):
        RigidTransform(np.diag([1.0, 1.1, 1.0]), np.zeros(3))
    with pytest.raises(ValueError, match="shape"):
        RigidTransform(np.eye(2), np.zeros(3))
    assert IDENTITY.moves_by_mm(CENTER) == 0
