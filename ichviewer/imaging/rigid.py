"""Rigid motions in patient space: a rotation and a shift, LPS mm to LPS mm."""

from dataclasses import dataclass

import numpy as np

from ichviewer.imaging.grid import Float


@dataclass(frozen=True, eq=False)
class RigidTransform:
    """Moves a point x to ``rotation @ x + shift_lps_mm``.

    Parameters
    ----------
    rotation
        (3, 3) orthogonal, determinant 1. Read-only.
    shift_lps_mm
        (3,) where the origin moves to. Read-only.
    """

    rotation: Float
    shift_lps_mm: Float

    def __post_init__(self) -> None:
        for name, shape in (("rotation", (3, 3)), ("shift_lps_mm", (3,))):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != shape:
                raise ValueError(f"{name} must have the shape {shape}, not {array.shape}")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if np.linalg.norm(self.rotation @ self.rotation.T - np.eye(3)) > 1e-6:
            raise ValueError("a rigid motion needs an orthogonal matrix")

    def apply(self, lps_mm: Float) -> Float:
        """Where (..., 3) points move to."""
        return np.asarray(lps_mm @ self.rotation.T + self.shift_lps_mm)

    def inverse(self) -> "RigidTransform":
        """The way back."""
        return RigidTransform(self.rotation.T, -self.rotation.T @ self.shift_lps_mm)

    def after(self, first: "RigidTransform") -> "RigidTransform":
        """`first`, then this."""
        return RigidTransform(self.rotation @ first.rotation, self.apply(first.shift_lps_mm))

    @property
    def angle_deg(self) -> float:
        """Angle of the rotation about its own axis, 0 to 180."""
        skew = self.rotation - self.rotation.T
        sine = np.linalg.norm([skew[2, 1], skew[0, 2], skew[1, 0]]) / 2
        return float(np.degrees(np.arctan2(sine, (np.trace(self.rotation) - 1) / 2)))

    def moves_by_mm(self, lps_mm: Float) -> float:
        """How far one point moves."""
        return float(np.linalg.norm(self.apply(lps_mm) - lps_mm))


IDENTITY = RigidTransform(np.eye(3), np.zeros(3))


def turn_about(center_lps_mm: Float, angles_deg: Float, shift_lps_mm: Float) -> RigidTransform:
    """A rotation about a point, then a shift.

    Parameters
    ----------
    center_lps_mm
        The point that only the shift moves.
    angles_deg
        (3,) about the axes to the patient's left, posterior and head, in that order, each by the
        right-hand rule.
    shift_lps_mm
        (3,) added at the end.
    """
    x, y, z = (_about(axis, angle) for axis, angle in enumerate(np.radians(angles_deg)))
    rotation = z @ y @ x
    center = np.asarray(center_lps_mm, dtype=np.float64)
    return RigidTransform(rotation, center - rotation @ center + shift_lps_mm)


def _about(axis: int, angle: float) -> Float:
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[a, b], matrix[b, a] = -np.sin(angle), np.sin(angle)
    return matrix
