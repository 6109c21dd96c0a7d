"""Blood drawn into one real slice: where its type lies, and as dense as the statistics say.

Simple rules, apart from the simulator's: what was learned from its heads is to be tried on blood
that it did not draw, on texture that nobody simulated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from ichviewer.analysis.findings import HemorrhageType
from training.fields import Floats, Rng, pick, smooth, smooth_noise
from training.statistics import MOST_HU, draw_core_hu, draw_mean_hu, draw_plans

_FLUID_HU = (-5.0, 16.0)
_EDGE_MM = 0.6
_GRAIN_MM = 2.0
#: Where brain is denser than this over some millimetres, the scanner lifts what lies there, and
#: would have lifted blood as well.
_BRAIN_HU = 36.0
_LIFT_MM = 4.0
#: Of what the skull encloses, this deep lies brain, and this deep the ventricles.
_BRAIN_MM = 14.0
_VENTRICLE_MM = 28.0
_NARROW_MM, _POOL_MM = 5.0, 10.0
#: Of its convex hull, so much lies within the skull where this is a ring.
_VAULT_SHARE = 0.95
_LEAST_MM2 = 12.0
_BESIDE_MM = 6.0
_STANDS_OUT_HU = 3.0

#: Blood that lies in fluid, and so has the fluid's shape.
IN_FLUID = (HemorrhageType.INTRAVENTRICULAR, HemorrhageType.SUBARACHNOID)

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RealSlice:
    """One real slice: `hu` float32 [J, I], pixels of `px_mm`, and what its skull encloses."""

    name: str
    hu: Floats
    px_mm: float
    inside: Bools


@dataclass(frozen=True, eq=False)
class Body:
    """A clot, or a collection along the skull, about the middle of some slice.

    Parameters
    ----------
    kind
        Intraparenchymal, a ball; epidural, what a ball beyond the skull covers; subdural, a
        crescent along the skull.
    center_ji
        In pixels of the slice; of a subdural on the skull.
    radius_mm
        Of the ball; how far a subdural reaches from there.
    thick_mm
        How deep a subdural is in its middle; 0 for the others.
    uneven : float32 [J, I]
        What a clot's radius is multiplied by; 1 for the others.
    """

    kind: HemorrhageType
    center_ji: NDArray[np.floating] | NDArray[np.int64]
    radius_mm: float
    thick_mm: float = 0.0
    uneven: Floats | float = 1.0


def lay_in(rng: Rng, background: RealSlice, kind: HemorrhageType) -> tuple[Floats, Bools] | None:
    """Lay blood into a slice, keeping the slice's own noise.

    Returns
    -------
    hu : float32 [J, I]
    region : bool [J, I]
        What is mostly blood.
    None
        Where there is no room for it, such as no ventricle on the slice, or nobody could see it.
    """
    region = draw_region(rng, background, kind)
    return None if region is None else fill(rng, background, kind, region)


def fill(
    rng: Rng, background: RealSlice, kind: HemorrhageType, region: Bools
) -> tuple[Floats, Bools] | None:
    """Fill a region of a slice with blood, as `lay_in` does with one that it draws itself."""
    if region.sum() * background.px_mm**2 < _LEAST_MM2:
        return None
    plan = draw_plans(rng, (kind,))[0]
    plan = replace(plan, hu=draw_mean_hu(rng, kind, plan.volume_ml))
    share = smooth(region.astype(np.float32), _EDGE_MM / background.px_mm) * background.inside
    underneath = _even_hu(background, _GRAIN_MM)
    lift_hu = np.maximum(_even_hu(background, _LIFT_MM) - np.float32(_BRAIN_HU), 0)
    texture = smooth_noise(rng, region.shape, 6 / background.px_mm)
    dense = np.float32(draw_core_hu(rng, plan)) + lift_hu
    dense += np.float32(rng.uniform(0.8, 2.8)) * texture
    hu = background.hu + share * (dense - underneath)
    # The statistics' means are over what was outlined, so they hold the border's fluid already.
    outlined = share > 0.5
    if not outlined.any():
        return None
    mean_hu = min(plan.hu + float(lift_hu[outlined].mean()), MOST_HU)
    hu += share * (mean_hu - hu[outlined].mean()) / share[outlined].mean()
    hu = hu.astype(np.float32)
    return (hu, outlined) if _is_seen(replace(background, hu=hu), outlined) else None


def _is_seen(laid: RealSlice, outlined: Bools) -> bool:
    """Whether most of it stands out from what lies beside it, as `training.outline` asks too."""
    near = ndimage.binary_dilation(outlined, iterations=round(_BESIDE_MM / laid.px_mm))
    beside = near & ~outlined & laid.inside
    if not beside.any():
        return False
    even_hu = _even_hu(laid, _EDGE_MM)
    return bool(np.median(even_hu[outlined]) > np.quantile(even_hu[beside], 0.75) + _STANDS_OUT_HU)


def _even_hu(background: RealSlice, over_mm: float) -> Floats:
    """What lies there but for the noise; the skull does not shine into it."""
    sigma_px = over_mm / background.px_mm
    weight = background.inside.astype(np.float32)
    within = smooth(np.where(background.inside, background.hu, 0).astype(np.float32), sigma_px)
    even: Floats = (within / np.maximum(smooth(weight, sigma_px), 1e-3)).astype(np.float32)
    return even


def draw_region(rng: Rng, background: RealSlice, kind: HemorrhageType) -> Bools | None:
    """Where blood of a type might lie on a slice; None where there is no room for it."""
    if kind in IN_FLUID:
        return _in_fluid(rng, background, _depth_mm(background), kind)
    body = draw_body(rng, background, kind)
    return None if body is None else cut(body, background, 0.0)


def _depth_mm(background: RealSlice) -> Floats:
    # Calcium is no skull: nothing lies along it.
    depth_px = ndimage.distance_transform_edt(ndimage.binary_fill_holes(background.inside))
    return np.asarray(depth_px * background.px_mm, np.float32)


def draw_body(rng: Rng, background: RealSlice, kind: HemorrhageType) -> Body | None:
    """A clot or a collection whose middle lies on a slice; None where there is no room for it."""
    depth_mm = _depth_mm(background)
    if kind is HemorrhageType.INTRAPARENCHYMAL:
        center = pick(rng, depth_mm > _BRAIN_MM)
        if center is None:
            return None
        radius_mm = float(np.exp(rng.uniform(np.log(3), np.log(22))))
        return Body(kind, center, radius_mm, uneven=1 + 0.2 * _uneven(rng, background))
    start = pick(rng, (depth_mm > 0) & (depth_mm < 1)) if _is_vault(background) else None
    if start is None:
        return None
    if kind is HemorrhageType.SUBDURAL:
        thick_mm, half_mm = float(rng.uniform(3, 13)), float(rng.uniform(25, 75))
        return Body(kind, start, half_mm, thick_mm=thick_mm)
    thick_mm, radius_mm = float(rng.uniform(5, 22)), float(rng.uniform(22, 45))
    middle = np.argwhere(background.inside).mean(0)
    outward = (start - middle) / max(float(np.linalg.norm(start - middle)), 1.0)
    center = start + outward * (radius_mm - thick_mm) / background.px_mm
    return Body(kind, center, radius_mm)


def _uneven(rng: Rng, background: RealSlice) -> Floats:
    return smooth_noise(rng, background.hu.shape, 10 / background.px_mm)


def cut(body: Body, background: RealSlice, height_mm: float) -> Bools | None:
    """What of a body lies on a slice at this distance from its middle; None below the vault."""
    depth_mm = _depth_mm(background)
    distance_mm = np.hypot(_distance_mm(background, body.center_ji), np.float32(height_mm))
    if body.kind is HemorrhageType.INTRAPARENCHYMAL:
        return np.asarray((distance_mm < body.radius_mm * body.uneven) & (depth_mm > 3))
    if not _is_vault(background):
        return None
    if body.kind is HemorrhageType.EPIDURAL:
        return np.asarray(background.inside & (distance_mm < body.radius_mm))
    along = np.clip(1 - (distance_mm / body.radius_mm) ** 2, 0, 1)
    crescent: Bools = background.inside & (depth_mm < body.thick_mm * np.sqrt(along))
    # The falx stops it: the middle of the head is near enough to where that lies.
    middle_i = np.argwhere(background.inside)[:, 1].mean()
    columns = np.arange(crescent.shape[1])
    return crescent & ((columns > middle_i) == (body.center_ji[1] > middle_i))


def _is_vault(background: RealSlice) -> bool:
    """Whether the skull is a simple ring, as it is above its base."""
    outline = np.argwhere(background.inside ^ ndimage.binary_erosion(background.inside))
    filled = ndimage.binary_fill_holes(background.inside)
    return bool(filled.sum() > _VAULT_SHARE * ConvexHull(outline).volume)


def _in_fluid(
    rng: Rng, background: RealSlice, depth_mm: Floats, kind: HemorrhageType
) -> Bools | None:
    """Subarachnoid: the fluid about one place. Intraventricular: the lower part of the deep one."""
    even_hu = smooth(background.hu, 1.0 / background.px_mm)
    fluid = background.inside & (even_hu > _FLUID_HU[0]) & (even_hu < _FLUID_HU[1])
    if kind is HemorrhageType.SUBARACHNOID:
        fluid &= depth_mm < _VENTRICLE_MM
        # Wider pools than cisterns are what an old infarct leaves.
        fluid &= ~ndimage.binary_opening(fluid, iterations=round(_POOL_MM / 2 / background.px_mm))
        center = pick(rng, fluid)
        reach_mm = float(rng.uniform(12, 40))
        return None if center is None else fluid & (_distance_mm(background, center) < reach_mm)
    # Between the hemispheres and in cisterns it is narrower than in ventricles.
    wide = round(_NARROW_MM / 2 / background.px_mm)
    deep = ndimage.binary_opening(fluid & (depth_mm > _VENTRICLE_MM), iterations=wide)
    rows = np.nonzero(deep)[0]
    if not len(rows):
        return None
    level = np.quantile(rows, rng.uniform(0.0, 0.7))
    lower: Bools = deep & (np.arange(len(deep))[:, None] >= level)
    return lower


def _distance_mm(
    background: RealSlice, center_ji: NDArray[np.floating] | NDArray[np.int64]
) -> Floats:
    rows, columns = (np.arange(n, dtype=np.float32) for n in background.hu.shape)
    away = np.hypot(rows[:, None] - center_ji[0], columns[None, :] - center_ji[1])
    distance_mm: Floats = (away * background.px_mm).astype(np.float32)
    return distance_mm
