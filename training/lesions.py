"""The five hemorrhages as regions of a head, and the brain giving way to them.

Regions are grown along distance fields: along the skull (epidural, subdural), through
ventricles and cisterns, or as rough ellipsoids inside the brain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from training.anatomy import BRAIN, Anatomy, Tissue
from training.fields import Floats, Rng, pick, smooth, smooth_noise, sphere, stretch
from training.gather import pushed_from
from training.statistics import Plan

Bools = NDArray[np.bool_]
_COARSE = 4
#: Of collections that have grown for weeks, and of fresh ones.
_THICKEST_MM = (40.0, 30.0)
#: At its thickest; thinner layers are lost beside bone and no reader outlines them.
_LEAST_THICKNESS_MM = 3.0
_HYPEROSTOSIS_SHARE = 0.2
#: Least `midline_mm` at a collection's middle, subdural and epidural; it is half the distance from
#: the falx there. Many lie over the convexity; a network that saw them nowhere else missed bright
#: ones at the frontal and occipital pole of real heads.
_ASIDE_MM, _POLAR_MM = (25.0, 18.0), (4.0, 2.0)
_ASIDE_SHARE = 0.5
_SUPRATENTORIAL_SHARE = 0.95


@dataclass(frozen=True)
class Collection:
    """Blood between skull and brain: `thickness_mm` [k, j, i] on the 4 mm grid, zero elsewhere."""

    plan: Plan
    thickness_mm: Floats


@dataclass(frozen=True)
class Clot:
    """Blood inside the brain: a rough ellipsoid, `radius_mm` its mean radius."""

    plan: Plan
    center_kji: NDArray[np.int64]
    radius_mm: float
    axes: NDArray[np.float64]


def in_brain(tissue: NDArray[np.uint8]) -> Bools:
    """Where the tissue is brain."""
    return np.isin(np.arange(len(Tissue)), BRAIN)[tissue]


def plan_collection(rng: Rng, anatomy: Anatomy, plan: Plan) -> Collection | None:
    """Thickness over the inner skull that gives the planned volume: lens or crescent."""
    step = np.s_[::_COARSE, ::_COARSE, ::_COARSE]
    depth = anatomy.depth_mm[step].astype(np.float32)
    shell = (depth > 0) & (depth <= _COARSE)
    epidural = plan.kind is HemorrhageType.EPIDURAL
    above = anatomy.tentorium_mm[step] > (2 if rng.random() < _SUPRATENTORIAL_SHARE else -60)
    midline = anatomy.midline_mm[step].astype(np.float32)
    calvarium = np.arange(len(depth))[:, None, None] * _COARSE > (45 if rng.random() < 0.85 else 20)
    aside_mm = (_ASIDE_MM if rng.random() < _ASIDE_SHARE else _POLAR_MM)[epidural]
    seed = pick(rng, shell & above & calvarium & (np.abs(midline) > aside_mm))
    if seed is None:
        return None
    side = np.sign(midline[tuple(seed)])
    at = np.indices(depth.shape).astype(np.float32) - seed[:, None, None, None].astype(np.float32)
    at *= _COARSE
    target = plan.volume_ml * 1000 / _COARSE**3
    if epidural:
        radius = float(np.clip(12 * (plan.volume_ml / 3) ** 0.33 * rng.uniform(0.8, 1.3), 9, 45))
        reach = np.maximum(0, (at**2).sum(0) - depth**2) / radius**2
        profile = np.clip(1 - reach, 0, None)
    else:
        old = plan.form in {"chronic", "layered"}  # grown inwards more than along the skull
        spread = rng.uniform(0.45, 1.2) if old else rng.uniform(0.6, 1.2)
        extent = float(np.clip(22 * (plan.volume_ml / 3) ** 0.4 * spread, 8, 110))
        reach = (at[1] / extent) ** 2 + (at[0] / (extent * rng.uniform(0.45, 0.9))) ** 2
        profile = np.sqrt(np.clip(1 - reach, 0, None)) * (midline * side > 1) * above
        profile *= np.clip(1 + 0.35 * smooth_noise(rng, depth.shape, 8), 0.2, 2)
        profile *= np.clip(1.2 - 2 * _upward(depth), 0, 1)  # the floor of the skull stays free
    covered = float(profile[shell].sum()) / _COARSE  # the shell is one coarse voxel thick
    if covered <= 0:
        return None
    thickest = np.clip(target / covered, _LEAST_THICKNESS_MM, _THICKEST_MM[plan.form == "acute"])
    return Collection(plan, (profile * thickest).astype(np.float32))


def _upward(depth_mm: Floats) -> Floats:
    """How far the direction away from the skull points upwards: 1 on its floor, 0 on its walls."""
    normal = np.stack(np.gradient(smooth(depth_mm, 1.0)))
    upward: Floats = normal[0] / np.maximum(np.sqrt((normal**2).sum(0)), 0.25)
    return upward


def plan_clot(rng: Rng, plan: Plan, site: NDArray[np.int64]) -> Clot:
    """A rough ellipsoid of the planned volume about `site`."""
    radius = float((plan.volume_ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3))
    axes = np.exp(rng.normal(0, 0.22, 3))
    axes[1] *= rng.uniform(1.0, 1.4)
    return Clot(plan, site, radius, axes / np.prod(axes) ** (1 / 3))


def choose_site(rng: Rng, anatomy: Anatomy) -> NDArray[np.int64] | None:
    """Where brain bleeds: deep nuclei most, then lobes, cerebellum, brainstem."""
    tissue = anatomy.tissue[::2, ::2, ::2]
    depth = anatomy.depth_mm[::2, ::2, ::2]
    site = rng.choice(
        ["deep", "lobar", "contusion", "cerebellum", "brainstem"], p=[0.36, 0.34, 0.16, 0.09, 0.05]
    )
    masks = {
        "deep": np.isin(tissue, (Tissue.DEEP_GREY, Tissue.PALLIDUM)),
        "lobar": np.isin(tissue, (Tissue.WHITE, Tissue.CORTEX)) & (depth > 5) & (depth < 35),
        "contusion": (tissue == Tissue.CORTEX) & (depth > 1) & (depth < 9),
        "cerebellum": tissue == Tissue.CEREBELLUM_WHITE,
        "brainstem": tissue == Tissue.BRAINSTEM,
    }
    found = pick(rng, masks[str(site)])
    return None if found is None else found * 2


def displace(
    rng: Rng, anatomy: Anatomy, collections: list[Collection], clots: list[Clot]
) -> Anatomy:
    """Push the tissue aside, and the brain out to the skull or away from it.

    The skull stays; midline and tentorium move with the tissue.
    """
    shape = anatomy.tissue.shape
    depth = smooth(anatomy.depth_mm[::_COARSE, ::_COARSE, ::_COARSE].astype(np.float32), 1.0)
    push = np.zeros((3, *depth.shape), np.float32)
    # The label maps leave several millimetres of CSF under the skull; most brains fill it.
    room_mm = float(np.clip(rng.normal(2.0, 2.2), -3, 6))
    if collections or abs(room_mm) > 0.7:
        normal = np.stack(np.gradient(smooth(depth, 2.0))) / _COARSE
        normal /= np.maximum(np.sqrt((normal**2).sum(0)), 0.25)
        push -= normal * np.float32(room_mm) * np.exp(-depth / np.float32(rng.uniform(15, 35)))
        for collection in collections:
            thickness = smooth(collection.thickness_mm, 0.7)
            decay = np.float32(rng.uniform(18, 45))
            beyond = np.maximum(depth - thickness, 0)
            push += normal * thickness * np.exp(-beyond / decay)
    for clot in clots:
        at = np.indices(depth.shape).astype(np.float32) * _COARSE
        at -= clot.center_kji[:, None, None, None].astype(np.float32)
        r = np.sqrt((at**2).sum(0)) + 1e-3
        big = clot.radius_mm
        effect = np.float32(rng.uniform(0.3, 0.8))
        outside = r - np.cbrt(np.maximum(r**3 - effect * big**3, 0))
        moved = np.where(r > big, outside * np.exp(-(r - big) / 40), 0.5 * effect * r)
        push += at / r * moved * np.clip(depth / 8, 0, 1)
    if float(np.abs(push).max()) < 1.0:
        return anatomy
    return _gather(anatomy, [stretch(component, shape) for component in push])


def _gather(anatomy: Anatomy, push: list[Floats]) -> Anatomy:
    """Every voxel takes the tissue that was `push` before it, staying inside the skull."""
    source = pushed_from(push, anatomy.depth_mm > 0)

    def moved_field(field: NDArray[np.generic]) -> NDArray[np.generic]:
        return field.ravel()[source]

    return Anatomy(
        anatomy.number,
        moved_field(anatomy.tissue),
        anatomy.depth_mm,
        moved_field(anatomy.midline_mm),
        moved_field(anatomy.tentorium_mm),
    )


def thicken_skull(rng: Rng, anatomy: Anatomy) -> Anatomy:
    """Bone that grows inwards in patches (hyperostosis), common and harmless; never deep."""
    if rng.random() > _HYPEROSTOSIS_SHARE:
        return anatomy
    coarse = smooth_noise(rng, anatomy.tissue.shape, rng.uniform(25, 60))
    grown_mm = np.clip(coarse - np.float32(rng.uniform(-0.5, 1.0)), 0, None)
    grown_mm *= np.float32(rng.uniform(1, 5))
    depth = anatomy.depth_mm
    tissue = np.where((depth > 0) & (depth <= grown_mm), np.uint8(Tissue.BONE), anatomy.tissue)
    left = np.clip(depth - grown_mm, 0, None).astype(np.float16)
    return Anatomy(anatomy.number, tissue, left, anatomy.midline_mm, anatomy.tentorium_mm)


def collection_region(anatomy: Anatomy, collection: Collection) -> Bools:
    """Voxels nearer to the skull than the collection is thick."""
    thickness = stretch(collection.thickness_mm, anatomy.tissue.shape)
    depth = anatomy.depth_mm
    return (depth > 0) & (depth <= thickness) & (thickness > 0.7)


def sheet_region(rng: Rng, anatomy: Anatomy, plan: Plan) -> Bools:
    """Subdural blood along falx or tentorium: a thin one-sided layer."""
    on_falx = rng.random() < 0.65
    sheet = anatomy.midline_mm if on_falx else anatomy.tentorium_mm
    side = float(rng.choice([-1, 1])) if on_falx else 1.0
    thickness = float(np.clip(0.8 + plan.volume_ml**0.5 * rng.uniform(0.5, 1.0), 2.0, 6))
    near = (sheet * side > -0.3) & (sheet * side < thickness) & (anatomy.depth_mm > 0)
    near &= np.isin(anatomy.tissue, (Tissue.CSF, Tissue.FALX, Tissue.CORTEX, Tissue.VESSEL))
    reach = ndimage.binary_dilation(
        (anatomy.tissue == Tissue.FALX)
        & ((anatomy.tentorium_mm > 2.5) if on_falx else (np.abs(anatomy.tentorium_mm) < 2.5)),
        iterations=4,
    )
    return _nearest(rng, near & reach, plan.volume_ml, roughness=8.0)


def clot_region(rng: Rng, anatomy: Anatomy, clot: Clot) -> Bools:
    """The clot's voxels: brain inside a rough ellipsoid, lobed where it is large."""
    region = np.zeros(anatomy.tissue.shape, bool)
    box, _ = sphere(region.shape, clot.center_kji, clot.radius_mm * 2.2 + 3)
    level = ellipsoid_level(rng, clot, box)
    tissue = anatomy.tissue[box]
    inside = (level < 1) & (anatomy.depth_mm[box] > 1.5)
    region[box] = inside & (in_brain(tissue) | ((tissue == Tissue.CSF) & (level < 0.75)))
    return region


def ellipsoid_level(rng: Rng, clot: Clot, box: tuple[slice, ...]) -> Floats:
    """Distance from the clot's centre in its own radii, roughened; 1 is its surface."""
    squared = np.zeros(tuple(s.stop - s.start for s in box), np.float32)
    for axis, s in enumerate(box):
        at = np.arange(s.start, s.stop, dtype=np.float32) - np.float32(clot.center_kji[axis])
        scaled = at / np.float32(clot.radius_mm * clot.axes[axis])
        squared += (scaled**2).reshape([-1 if a == axis else 1 for a in range(3)])
    rough = smooth_noise(rng, squared.shape, max(4.0, clot.radius_mm * 0.8))
    level: Floats = np.sqrt(squared) * (1 + np.float32(rng.uniform(0.08, 0.3)) * rough)
    return level


def ventricular_region(rng: Rng, anatomy: Anatomy, plan: Plan) -> Bools:
    """Blood in the ventricles: sunk to the back (the patient lies), or a cast about one place."""
    space = np.isin(anatomy.tissue, (Tissue.VENTRICLE, Tissue.CHOROID))
    if rng.random() < 0.65:
        k, j, i = np.nonzero(space)
        side = np.sign(anatomy.midline_mm[k, j, i].astype(np.float32))
        score = j + 0.15 * k + side * rng.uniform(-12, 12) + rng.normal(0, 0.7, len(j))
        take = np.argsort(-score)[: int(min(plan.volume_ml * 1000, 0.9 * len(j)))]
        region = np.zeros(space.shape, bool)
        region[k[take], j[take], i[take]] = True
        return region
    return _nearest(rng, space, plan.volume_ml, roughness=6.0)


def subarachnoid_region(rng: Rng, anatomy: Anatomy, plan: Plan) -> Bools:
    """Blood in cisterns (aneurysm) or in sulci of the convexity (trauma), in one to five places."""
    csf = anatomy.tissue == Tissue.CSF
    inside = anatomy.depth_mm > 0.5
    brain_share = smooth(in_brain(anatomy.tissue)[::2, ::2, ::2].astype(np.float32), 1.5)
    sulci = csf & inside & (stretch(brain_share, csf.shape) > 0.42)
    if rng.random() < 0.4:
        top_k = np.flatnonzero((anatomy.tissue == Tissue.BRAINSTEM).any((1, 2)))[-1]
        low = np.zeros(csf.shape, bool)
        low[max(0, top_k - 30) : top_k + 12] = True
        basal = csf & (anatomy.depth_mm > 6)
        return _nearest(rng, basal | sulci, plan.volume_ml, roughness=10.0, seeds=basal & low)
    places = int(rng.integers(1, 6)) if plan.volume_ml > 1 else 1
    region = np.zeros(csf.shape, bool)
    for share in rng.dirichlet(np.full(places, 2.0)):
        region |= _nearest(rng, sulci, plan.volume_ml * float(share), roughness=6.0)
    return region


def _nearest(
    rng: Rng, space: Bools, volume_ml: float, roughness: float, seeds: Bools | None = None
) -> Bools:
    """The planned volume of `space` nearest to a random seed, with a rough border."""
    region = np.zeros(space.shape, bool)
    seed = pick(rng, space if seeds is None else seeds)
    if seed is None:
        return region
    voxels = max(20, int(volume_ml * 1000))
    radius = 6.0
    while True:
        box, distance = sphere(space.shape, seed, radius)
        enough = int(np.count_nonzero(space[box] & (distance < radius * 0.8))) >= voxels
        if enough or radius > 130:
            break
        radius *= 1.5
    score = distance + roughness * smooth_noise(rng, distance.shape, max(5.0, radius / 4))
    inside = np.flatnonzero(space[box])
    nearest = inside[np.argsort(score.ravel()[inside])[:voxels]]
    local = np.zeros(distance.shape, bool)
    local.ravel()[nearest] = True
    region[box] = local
    return region
