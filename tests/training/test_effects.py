"""What the scanner adds: seen on a slice of known densities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.effects import Look, add_effects
from training.fields import Floats
from training.hardening import hardening
from training.protocol import Protocol

PX = 96
STILL = Look(
    rim_hu=0, rim_mm=1, glow_hu=0, glow_mm=1, patchiness=0, motion_mm=0, cupping_hu=0,
    hardening_hu=0, uncorrected=0, streak_hu=0, offset_hu=0, holder=False,
)  # fmt: skip
QUIET = Protocol(
    size_px=PX, px_mm=1.0, slab_mm=5.0, table_mm=np.zeros(1), tilt_deg=0, center_mm=(0, 0),
    blur_mm=0.5, sharpen=0, noise_hu=0, noise_mm=0.5, kvp=120, kernel="SMOOTH",
)  # fmt: skip


def disc(radius_px: float) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    across = np.arange(PX) - (PX - 1) / 2
    return np.hypot(across[:, None], across[None, :]) < radius_px


def brain_lift(skull_from_px: float, hardening_hu: float) -> tuple[float, float]:
    """What is added to the middle of the brain, and the share of bone."""
    head, inside = disc(40), disc(skull_from_px)
    hu: Floats = np.where(inside, 30, np.where(head, 1000, -1000)).astype(np.float32)
    depth = np.where(inside, 20, 0).astype(np.float32)
    look = replace(STILL, hardening_hu=hardening_hu)
    seen = add_effects(
        np.random.default_rng(0), hu.copy(), depth=depth, rim=np.ones_like(hu), protocol=QUIET,
        look=look,
    )  # fmt: skip
    assert np.abs(seen - hu)[~inside].max() < 1e-3, "only what the skull encloses is lifted"
    return float(np.median((seen - hu)[disc(10)])), float((head & ~inside).sum() / head.sum())


def test_the_vault_lifts_the_brain_by_the_share_of_bone_beyond_the_usual() -> None:
    lift_hu, bone = brain_lift(32, 100.0)
    assert bone == pytest.approx(0.36, abs=0.01)
    assert lift_hu == pytest.approx(100 * (bone - 0.16), abs=0.01)


@pytest.mark.parametrize(("skull_from_px", "hardening_hu"), [(32, 0.0), (38, 100.0)])
def test_brain_is_not_lifted_without_hardening_or_with_the_usual_bone(
    skull_from_px: float, hardening_hu: float
) -> None:
    assert brain_lift(skull_from_px, hardening_hu)[0] == pytest.approx(0, abs=1e-4)


def test_what_a_scanner_leaves_uncorrected_is_added_in_its_share() -> None:
    hu: Floats = np.where(disc(32), 30, np.where(disc(40), 1000, -1000)).astype(np.float32)

    def added(uncorrected: float) -> Floats:
        seen = add_effects(
            np.random.default_rng(0), hu.copy(), depth=disc(32) * np.float32(20),
            rim=np.ones_like(hu), protocol=QUIET, look=replace(STILL, uncorrected=uncorrected),
        )  # fmt: skip
        return seen - hu

    assert np.abs(added(0)).max() < 1e-3
    inside = disc(30)
    np.testing.assert_allclose(added(0.5)[inside], hardening(hu, 1.0)[inside] / 2, atol=1e-3)
    assert np.abs(added(1)[~disc(40.5)]).max() < 1e-3, "air stays as it is"
