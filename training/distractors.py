"""What looks like blood and is none, and what else is in real heads: all without a label."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.anatomy import Anatomy, Tissue
from training.fields import Floats, Rng, pick, smooth, smooth_noise, sphere, stretch
from training.lesions import choose_site, in_brain

Paint = Callable[[Rng, Anatomy, Floats], None]


def add_distractors(
    rng: Rng, anatomy: Anatomy, hu: Floats, *, with_contrast: bool = False
) -> tuple[str, ...]:
    """Paint a random choice of distractors into `hu`, contrast for sure if so; their names."""
    added = []
    for share, paint in _DISTRACTORS:
        if rng.random() < share or (with_contrast and paint is contrast):
            paint(rng, anatomy, hu)
            added.append(paint.__name__)
    return tuple(added)


def add_post_operative(rng: Rng, anatomy: Anatomy, hu: Floats) -> tuple[str, ...]:
    """Paint what surgery leaves, after the blood: missing bone, drains, clips."""
    added = []
    for share, paint in _POST_OPERATIVE:
        if rng.random() < share:
            paint(rng, anatomy, hu)
            added.append(paint.__name__)
    return tuple(added)


def calcified_choroid(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Clumps of calcium in the choroid plexus."""
    where = np.flatnonzero(anatomy.tissue == Tissue.CHOROID)
    if len(where):
        clump = smooth_noise(rng, anatomy.tissue.shape, 5).ravel()[where]
        hits = where[clump > rng.uniform(0.0, 1.5)]
        hu.ravel()[hits] = rng.uniform(70, 350) + 40 * rng.standard_normal(len(hits))


def calcified_pineal(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """A few millimetres of calcium behind the third ventricle, on the midline."""
    deep = np.argwhere((anatomy.tissue == Tissue.DEEP_GREY)[::2, ::2, ::2]) * 2
    k = float(np.median(deep[:, 0])) - 2
    j = float(np.percentile(deep[:, 1], 97)) + rng.uniform(0, 4)
    row = np.abs(anatomy.midline_mm[int(k), int(min(j, hu.shape[1] - 1))].astype(np.float32))
    center = np.array([k, j, float(np.argmin(row))])
    _ball(hu, center, rng.uniform(1.2, 3.5), rng.uniform(80, 350))


def calcified_falx(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Plaques on falx and tentorium."""
    where = np.flatnonzero(anatomy.tissue == Tissue.FALX)
    if len(where):
        plaque = smooth_noise(rng, hu.shape, 9).ravel()[where]
        hu.ravel()[where[plaque > rng.uniform(1.2, 2.5)]] = rng.uniform(70, 400)


def calcified_basal_ganglia(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Both pallida, symmetrically faint or bright."""
    where = np.flatnonzero(anatomy.tissue == Tissue.PALLIDUM)
    speckle = smooth_noise(rng, hu.shape, 4).ravel()[where]
    hits = where[speckle > rng.uniform(0.3, 1.5)]
    hu.ravel()[hits] += rng.uniform(15, 160)


def dense_vessels(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Dense sinuses and arteries: haemoconcentration or thrombus."""
    hu[anatomy.tissue == Tissue.VESSEL] += np.float32(rng.uniform(8, 24))


def contrast(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Iodine: vessels, sinuses and plexus bright, dura, cortex and sulci a little."""
    vessel_hu = rng.uniform(100, 280)
    hu[anatomy.tissue == Tissue.VESSEL] = vessel_hu
    hu[anatomy.tissue == Tissue.FALX] += rng.uniform(20, 95)
    hu[anatomy.tissue == Tissue.CHOROID] = rng.uniform(60, 130)
    hu[np.isin(anatomy.tissue, (Tissue.CORTEX, Tissue.DEEP_GREY))] += rng.uniform(2, 8)
    hu[anatomy.tissue == Tissue.CORTEX] += rng.uniform(0, 7)
    csf = np.flatnonzero(anatomy.tissue == Tissue.CSF)
    patches = np.clip(0.5 + smooth_noise(rng, hu.shape, 25).ravel()[csf], 0, 1.5)
    hu.ravel()[csf] += np.float32(rng.uniform(0, 8)) * patches
    vessels = _winding(rng, anatomy, csf)
    hu.ravel()[vessels] = vessel_hu * rng.uniform(0.3, 1.0)
    hu[_sagittal_sinus(rng, anatomy)] = vessel_hu


def _sagittal_sinus(rng: Rng, anatomy: Anatomy) -> NDArray[np.bool_]:
    """Under the vault, where the falx meets it."""
    soft = np.isin(anatomy.tissue, (Tissue.CSF, Tissue.FALX, Tissue.VESSEL))
    near_falx = np.abs(anatomy.midline_mm) < rng.uniform(1.0, 2.5)  # half of a distance
    return np.asarray(soft & near_falx & (anatomy.depth_mm > 0) & (anatomy.depth_mm < 8))


def _winding(rng: Rng, anatomy: Anatomy, csf: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which voxels of fluid hold arteries and veins; more of them in fissures and cisterns.

    Two smooth fields are both about zero along curved lines, as vessels run.
    """
    shape, period_mm = anatomy.tissue.shape, rng.uniform(8, 16)
    fields = [smooth_noise(rng, shape, period_mm).ravel()[csf] for _ in range(2)]
    off_axis = fields[0] ** 2 + fields[1] ** 2
    deep = anatomy.depth_mm.ravel()[csf] > rng.uniform(7, 12)
    near_cortex, in_fissures = np.quantile(
        off_axis, (rng.uniform(0.005, 0.04), rng.uniform(0.03, 0.12))
    )
    return csf[off_axis < np.where(deep, in_fissures, near_cortex)]


def old_infarct(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Brain replaced by fluid, or losing density where it is fresh."""
    site = choose_site(rng, anatomy)
    if site is None:
        return
    radius = rng.uniform(3, 32)
    box, distance = sphere(hu.shape, site, radius * 1.5)
    level = distance / radius * (1 + 0.3 * smooth_noise(rng, distance.shape, max(4, radius / 2)))
    share = np.clip((1 - level) * 6, 0, 1) * in_brain(anatomy.tissue[box])
    target = rng.choice([rng.uniform(4, 16), rng.uniform(18, 27)])
    hu[box] += share * (np.float32(target) - hu[box])


def tumour(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """A mass little denser than brain in a swollen surrounding."""
    site = choose_site(rng, anatomy)
    if site is None:
        return
    radius = rng.uniform(5, 20)
    box, distance = sphere(hu.shape, site, radius * 2.5)
    level = distance / radius * (1 + 0.2 * smooth_noise(rng, distance.shape, radius))
    brain = in_brain(anatomy.tissue[box])
    hu[box] -= rng.uniform(5, 12) * brain * np.clip(2.2 - level, 0, 1)
    hu[box] = np.where(brain & (level < 1), rng.uniform(26, 44), hu[box])


def swollen_brain(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Diffuse oedema: brain loses density and contrast, so vessels and dura look bright."""
    brain = in_brain(anatomy.tissue)
    mean = np.float32(hu[brain][::97].mean() - rng.uniform(2, 8))
    hu[brain] = mean + (hu[brain] - mean) * np.float32(rng.uniform(0.2, 0.7))


def scalp_swelling(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Blood under the scalp: outside the skull, no hemorrhage in our sense."""
    outside = (anatomy.tissue == Tissue.SOFT) & (hu < 0)
    seed = pick(rng, outside[::2, ::2, ::2])
    if seed is None:
        return
    radius = rng.uniform(12, 40)
    box, distance = sphere(hu.shape, seed * 2, radius)
    hu[box] = np.where(outside[box] & (distance < radius), rng.uniform(45, 68), hu[box])


def craniectomy(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """A bone flap is missing, replaced by tissue, fluid or a plate."""
    bone = np.isin(anatomy.tissue, (Tissue.BONE, Tissue.DIPLOE))
    seed = pick(rng, bone[len(bone) // 2 :: 2, ::2, ::2])
    if seed is None:
        return
    center = seed * 2 + np.array([len(bone) // 2, 0, 0])
    radius = rng.choice([rng.uniform(4, 8), rng.uniform(20, 50)], p=[0.4, 0.6])
    box, distance = sphere(hu.shape, center, radius)
    filling = rng.choice([rng.uniform(8, 20), rng.uniform(30, 55), 2200], p=[0.35, 0.55, 0.1])
    flap = bone[box] & (distance < radius)
    texture = 6 * smooth_noise(rng, distance.shape, 6)
    hu[box] = np.where(flap, filling + texture, hu[box])


def drain(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """A catheter from the skull towards a ventricle."""
    end = pick(rng, (anatomy.tissue == Tissue.VENTRICLE)[::2, ::2, ::2])
    if end is None:
        return
    upward = np.array([rng.uniform(0.5, 1), rng.uniform(-1, 0.4), rng.uniform(-0.6, 0.6)])
    _rod(
        hu,
        end * 2.0,
        upward,
        length=110,
        radius=rng.uniform(0.8, 1.6),
        value=rng.uniform(120, 500),
    )


def clip(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """A metal clip or coil near the base."""
    seed = pick(rng, ((anatomy.tissue == Tissue.CSF) & (anatomy.depth_mm > 8))[::2, ::2, ::2])
    if seed is not None:
        direction = rng.standard_normal(3)
        _rod(hu, seed * 2.0, direction, length=rng.uniform(4, 9), radius=1.2, value=3000)


def trapped_air(rng: Rng, anatomy: Anatomy, hu: Floats) -> None:
    """Air inside the skull, in front where the patient lies."""
    shell = (anatomy.depth_mm > 0) & (anatomy.depth_mm < 4)
    half = hu.shape[1] // 3
    seed = pick(rng, shell[::2, :half:2, ::2])
    if seed is None:
        return
    box, distance = sphere(hu.shape, seed * 2, rng.uniform(2, 14))
    hu[box] = np.where(shell[box] & (distance < distance.max() * 0.5), -900, hu[box])


def _ball(hu: Floats, center: np.ndarray, radius: float, value: float) -> None:
    box, distance = sphere(hu.shape, center, radius + 1)
    hu[box] = np.where(distance < radius, np.float32(value), hu[box])


def _rod(
    hu: Floats,
    start: np.ndarray,
    direction: np.ndarray,
    *,
    length: float,
    radius: float,
    value: float,
) -> None:
    """A straight rod of constant density, as far as it lies inside the head's box."""
    direction = direction / np.linalg.norm(direction)
    for at in np.arange(0, length, 1.0):
        center = start + at * direction
        if np.all(center > 2) and np.all(center < np.array(hu.shape) - 3):
            _ball(hu, center, radius, value)


def rim_map(rng: Rng, shape: tuple[int, ...]) -> Floats:
    """Where the bright rim under the skull is strong: patches, 0 to 1, on the whole head."""
    period_mm = int(rng.integers(10, 34))
    coarse = rng.standard_normal([max(3, n // period_mm) for n in shape]).astype(np.float32)
    return stretch(np.clip(0.5 + 0.6 * smooth(coarse, 0.6), 0, 1.4), shape)


_DISTRACTORS: tuple[tuple[float, Paint], ...] = (
    (0.10, swollen_brain),
    (0.55, calcified_choroid),
    (0.45, calcified_pineal),
    (0.35, calcified_falx),
    (0.18, calcified_basal_ganglia),
    (0.30, dense_vessels),
    (0.12, contrast),
    (0.25, old_infarct),
    (0.10, tumour),
    (0.25, scalp_swelling),
)
_POST_OPERATIVE: tuple[tuple[float, Paint], ...] = (
    (0.10, craniectomy),
    (0.07, drain),
    (0.05, clip),
    (0.05, trapped_air),
)
