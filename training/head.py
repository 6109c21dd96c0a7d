"""One simulated patient: anatomy, densities, blood, and everything that is not blood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from training.anatomy import Anatomy, Tissue, load_anatomy
from training.distractors import add_distractors, add_post_operative, rim_map
from training.fields import Floats, Rng, smooth_noise, sphere
from training.lesions import (
    Bools,
    Clot,
    Collection,
    choose_site,
    clot_region,
    collection_region,
    displace,
    in_brain,
    plan_clot,
    plan_collection,
    sheet_region,
    subarachnoid_region,
    thicken_skull,
    ventricular_region,
)
from training.statistics import Plan, draw_core_hu, draw_plans
from training.tissue import draw_densities, hu_field

_SWIRLING = {
    HemorrhageType.EPIDURAL,
    HemorrhageType.INTRAPARENCHYMAL,
    HemorrhageType.INTRAVENTRICULAR,
}


@dataclass(frozen=True)
class Head:
    """A patient's head at 1 mm, axes [k, j, i] towards head, back, left.

    Parameters
    ----------
    anatomy_number
        The label map it was made from; decides training, validation or test.
    hu : float32
        Before any scanner.
    label : uint8
        `HemorrhageType` where there is blood, 0 elsewhere.
    depth_mm, midline_mm : float16
        As in `Anatomy`, after mass effect.
    rim : float32
        Where the skull will cast a bright rim, 0 to 1.4.
    plans, distractors
        What was meant to be there.
    """

    anatomy_number: int
    hu: Floats
    label: NDArray[np.uint8]
    depth_mm: NDArray[np.float16]
    midline_mm: NDArray[np.float16]
    rim: Floats
    plans: tuple[Plan, ...]
    distractors: tuple[str, ...]


def build_head(
    rng: Rng,
    anatomy_number: int,
    kinds: Sequence[HemorrhageType] | None = None,
    *,
    with_contrast: bool = False,
) -> Head:
    """Make one patient.

    Parameters
    ----------
    rng
        Decides everything.
    anatomy_number
        1-20.
    kinds
        The hemorrhages wanted, none for `()`; None draws them as the statistics have them.
    with_contrast
        Contrast is given for sure.
    """
    anatomy = load_anatomy(anatomy_number)
    if rng.random() < 0.5:
        anatomy = anatomy.mirrored()
    plans = draw_plans(rng, kinds)
    collections, clots = _plan(rng, anatomy, plans)
    anatomy = thicken_skull(rng, displace(rng, anatomy, collections, clots))
    hu = hu_field(rng, anatomy, draw_densities(rng))
    distractors = add_distractors(rng, anatomy, hu, with_contrast=with_contrast)
    label = np.zeros(anatomy.tissue.shape, np.uint8)
    for clot in clots:
        _swell(rng, anatomy, hu, clot)
        _bleed(rng, hu, label, clot_region(rng, anatomy, clot), clot.plan)
    for collection in collections:
        _bleed(rng, hu, label, collection_region(anatomy, collection), collection.plan)
    for plan, region in _flowing(rng, anatomy, plans, len(collections)):
        _bleed(rng, hu, label, region, plan)
    distractors += add_post_operative(rng, anatomy, hu)
    return Head(
        anatomy_number, hu, label, anatomy.depth_mm, anatomy.midline_mm,
        rim_map(rng, hu.shape), plans, distractors,
    )  # fmt: skip


def _plan(rng: Rng, anatomy: Anatomy, plans: Sequence[Plan]) -> tuple[list[Collection], list[Clot]]:
    """What takes room: collections under the skull and clots in the brain."""
    collections: list[Collection] = []
    clots: list[Clot] = []
    for plan in plans:
        if plan.kind is HemorrhageType.EPIDURAL or (
            plan.kind is HemorrhageType.SUBDURAL and (plan.form != "acute" or rng.random() < 0.75)
        ):
            for part in _sides(rng, plan):
                made = plan_collection(rng, anatomy, part)
                collections += [made] if made else []
        elif plan.kind is HemorrhageType.INTRAPARENCHYMAL:
            pieces = int(rng.choice([1, 2, 3, 5], p=[0.6, 0.2, 0.12, 0.08]))
            for share in rng.dirichlet(np.full(pieces, 1.5)):
                site = choose_site(rng, anatomy)
                part = Plan(plan.kind, max(0.05, plan.volume_ml * float(share)), plan.hu)
                clots += [plan_clot(rng, part, site)] if site is not None else []
    return collections, clots


def _sides(rng: Rng, plan: Plan) -> list[Plan]:
    """Subdural blood is sometimes split over two places, mostly the two sides."""
    if plan.kind is HemorrhageType.EPIDURAL or rng.random() > 0.2:
        return [plan]
    share = float(rng.uniform(0.2, 0.8))
    return [replace(plan, volume_ml=plan.volume_ml * part) for part in (share, 1 - share)]


def _flowing(
    rng: Rng, anatomy: Anatomy, plans: Sequence[Plan], collections: int
) -> list[tuple[Plan, Bools]]:
    """What fills spaces that are there: ventricles, cisterns, the sides of falx and tentorium."""
    made = sum(p.kind in {HemorrhageType.EPIDURAL, HemorrhageType.SUBDURAL} for p in plans)
    regions: list[tuple[Plan, Bools]] = []
    for plan in plans:
        if plan.kind is HemorrhageType.INTRAVENTRICULAR:
            regions.append((plan, ventricular_region(rng, anatomy, plan)))
        elif plan.kind is HemorrhageType.SUBARACHNOID:
            regions.append((plan, subarachnoid_region(rng, anatomy, plan)))
        elif plan.kind is HemorrhageType.SUBDURAL and (made > collections or rng.random() < 0.2):
            small = Plan(plan.kind, min(plan.volume_ml, 12.0), max(plan.hu, 45.0))
            regions.append((small, sheet_region(rng, anatomy, small)))
    return regions


def _bleed(rng: Rng, hu: Floats, label: NDArray[np.uint8], region: Bools, plan: Plan) -> None:
    """Paint blood of the plan's density and the form its type takes."""
    where = np.flatnonzero(region & (label == 0))
    if not len(where):
        return
    texture = smooth_noise(rng, region.shape, rng.uniform(4, 10)).ravel()[where]
    underneath = hu.ravel()[where]
    if plan.kind is HemorrhageType.SUBDURAL:
        value = _subdural_hu(rng, plan, where, region.shape, texture)
    elif plan.kind is HemorrhageType.SUBARACHNOID:
        share = np.clip(rng.uniform(0.85, 1.05) + 0.1 * texture, 0.6, 1.1)
        dense = plan.hu + rng.uniform(-3, 6)  # thin: some of it is averaged away again
        value = underneath + (dense - underneath) * share
    elif plan.kind is HemorrhageType.EPIDURAL:
        value = np.full(len(where), plan.hu, np.float32)
    else:
        value = _clot_hu(rng, plan, region, where, underneath)
    if plan.kind in _SWIRLING and rng.random() < 0.2:
        value -= np.float32(rng.uniform(8, 22)) * (texture > rng.uniform(0.3, 1.2))
    hu.ravel()[where] = value + np.float32(rng.uniform(0.8, 2.8)) * texture
    label.ravel()[where] = plan.kind


def _clot_hu(
    rng: Rng, plan: Plan, region: Bools, where: NDArray[np.int64], underneath: Floats
) -> Floats:
    """Densest within, and towards its border mixed with what it lies in."""
    core_hu = np.float32(draw_core_hu(rng, plan))
    box = ndimage.find_objects(region.astype(np.uint8))[0]
    within_mm = np.zeros(region.shape, np.float32)
    within_mm[box] = ndimage.distance_transform_edt(np.pad(region[box], 1))[1:-1, 1:-1, 1:-1]
    mixed = np.exp((1 - within_mm.ravel()[where]) / np.float32(rng.uniform(0.7, 3)))
    share = 1 - np.float32(rng.uniform(0.1, 0.5)) * mixed
    around = np.minimum(underneath, core_hu)  # blood hides calcium
    value: Floats = around + (core_hu - around) * share
    return value


def _subdural_hu(
    rng: Rng, plan: Plan, where: NDArray[np.int64], shape: tuple[int, ...], texture: Floats
) -> Floats:
    """Acute, subacute, chronic or layered (cells sink to the back)."""
    if plan.form == "acute":
        return np.full(len(where), plan.hu, np.float32)
    if plan.form == "subacute":
        return np.full(len(where), rng.uniform(30, 44), np.float32)
    old = np.float32(rng.uniform(12, 26))
    if plan.form == "chronic":
        value = old + np.float32(rng.uniform(0, 6)) * texture
        membranes = (np.abs(texture) < rng.uniform(0.03, 0.15)) & (rng.random() < 0.4)
        return (value + np.float32(rng.uniform(8, 25)) * membranes).astype(np.float32)
    row = (where // shape[2]) % shape[1]
    level = np.quantile(row, rng.uniform(0.3, 0.75))
    dense = np.clip((row - level) / rng.uniform(1, 12) + 0.5, 0, 1)
    return (old + (plan.hu - old) * dense).astype(np.float32)


def _swell(rng: Rng, anatomy: Anatomy, hu: Floats, clot: Clot) -> None:
    """Oedema around a clot: white matter loses density."""
    if rng.random() < 0.3 or clot.radius_mm < 4:
        return
    wide = clot.radius_mm + rng.uniform(2, 14)
    box, distance = sphere(hu.shape, clot.center_kji, wide * 1.3)
    fade = np.clip((wide - distance * (1 + 0.15 * smooth_noise(rng, distance.shape, 8))) / 3, 0, 1)
    loss = np.where(anatomy.tissue[box] == Tissue.WHITE, 1.0, 0.5) * in_brain(anatomy.tissue[box])
    hu[box] -= (rng.uniform(4, 11) * fade * loss).astype(np.float32)
