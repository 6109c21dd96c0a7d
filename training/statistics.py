"""How large, how dense and in which company hemorrhages are: drawn from 192 segmented scans."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ichviewer.analysis.findings import HemorrhageType
from training.anatomy import DATA
from training.fields import Rng

_TYPE_OF = {
    "EDH": HemorrhageType.EPIDURAL,
    "IPH": HemorrhageType.INTRAPARENCHYMAL,
    "IVH": HemorrhageType.INTRAVENTRICULAR,
    "SAH": HemorrhageType.SUBARACHNOID,
    "SDH": HemorrhageType.SUBDURAL,
}
#: Rare types are drawn more often than they occur, so that they are learned.
_WEIGHT = {
    HemorrhageType.EPIDURAL: 4.0,
    HemorrhageType.SUBDURAL: 4.0,
    HemorrhageType.INTRAVENTRICULAR: 3.0,
    HemorrhageType.SUBARACHNOID: 2.0,
}
_SINGLE_TYPE_SHARE = 0.5
#: Added to a drawn mean. Measured means include voxels that are blood only in part, which asks for
#: more; the simulated scanner lifts what lies under the skull, which asks for less. With these the
#: medians measured in simulated series from 1 mL on are within 6 HU of the statistics'.
_SHIFT_HU = {
    HemorrhageType.EPIDURAL: (-10.0, -4.0),
    HemorrhageType.INTRAPARENCHYMAL: (-4.0, 1.0),
    HemorrhageType.INTRAVENTRICULAR: (0.0, 4.0),
    HemorrhageType.SUBARACHNOID: (-5.0, 0.0),
    HemorrhageType.SUBDURAL: (-13.0, -6.0),
}
#: How much denser than its mean a clot is in the middle.
_CORE_HU = {
    HemorrhageType.INTRAPARENCHYMAL: (1.0, 7.0),
    HemorrhageType.INTRAVENTRICULAR: (5.0, 12.0),
}
_LEAST_VENTRICULAR_CORE_HU = (42.0, 54.0)
_LEAST_ML = 0.15
#: Little above the largest of each type in the statistics.
_MOST_ML = {
    HemorrhageType.EPIDURAL: 150.0,
    HemorrhageType.INTRAPARENCHYMAL: 170.0,
    HemorrhageType.INTRAVENTRICULAR: 90.0,
    HemorrhageType.SUBARACHNOID: 80.0,
    HemorrhageType.SUBDURAL: 220.0,
}
#: Chronic blood is drawn as a form of its own; below this, means are partial volume. Blood in the
#: ventricles is mixed with fluid and may be that thin.
_LEAST_HU = 35.0
_LEAST_VENTRICULAR_HU = 28.0
#: No blood without contrast is denser.
MOST_HU = 85.0
#: Large hemorrhages are denser than small ones, so density is drawn from pieces of like volume.
_LIKE_VOLUME = 3.0
_FORMS = ("acute", "subacute", "chronic", "layered")
_FORM_SHARES = (0.78, 0.06, 0.09, 0.07)


@dataclass(frozen=True)
class Plan:
    """One hemorrhage to simulate: its type, total volume, mean density and age.

    `form` is `acute`, and of subdural blood also `subacute`, `chronic` or `layered`.
    """

    kind: HemorrhageType
    volume_ml: float
    hu: float
    form: str = "acute"


@cache
def _rows() -> tuple[tuple[str, HemorrhageType, float, float], ...]:
    with (DATA / "hemorrhage_statistics.csv").open(newline="") as file:
        return tuple(
            (r["Data_ID"], _TYPE_OF[r["Type"]], float(r["Volume_[mL]"]), float(r["Mean_HU"]))
            for r in csv.DictReader(file)
        )


@cache
def _scans() -> tuple[tuple[tuple[HemorrhageType, float], ...], ...]:
    """Of each scan its types with their total mL."""
    totals: dict[str, dict[HemorrhageType, float]] = defaultdict(lambda: defaultdict(float))
    for scan, kind, volume_ml, _ in _rows():
        totals[scan][kind] += volume_ml
    return tuple(tuple(total.items()) for total in totals.values())


def draw_plans(rng: Rng, kinds: Sequence[HemorrhageType] | None = None) -> tuple[Plan, ...]:
    """Draw what one patient bleeds: as a scan of the statistics does, or just the given types."""
    if kinds is None:
        scans = _scans()
        weight = np.array([max(_WEIGHT.get(kind, 1.0) for kind, _ in scan) for scan in scans])
        chosen = list(scans[rng.choice(len(scans), p=weight / weight.sum())])
        if rng.random() < _SINGLE_TYPE_SHARE:
            share = np.array([_WEIGHT.get(kind, 1.0) for kind, _ in chosen])
            chosen = [chosen[rng.choice(len(chosen), p=share / share.sum())]]
    else:
        chosen = [(kind, _draw_total(rng, kind)) for kind in kinds]
    return tuple(_draw_plan(rng, kind, volume_ml) for kind, volume_ml in chosen)


def _draw_plan(rng: Rng, kind: HemorrhageType, volume_ml: float) -> Plan:
    form = str(rng.choice(_FORMS, p=_FORM_SHARES)) if kind is HemorrhageType.SUBDURAL else "acute"
    ml = volume_ml * float(rng.lognormal(0.1, 0.35))
    if form in {"chronic", "layered"}:  # grown for weeks before it is seen
        ml = max(ml, float(rng.uniform(8, 100)))
    elif form == "subacute":  # as dense as brain: a small one is seen by nobody
        ml = max(ml, float(rng.uniform(8, 80)))
    ml = float(np.clip(ml, _LEAST_ML, _MOST_ML[kind]))
    return Plan(kind, ml, _draw_hu(rng, kind, ml), form)


def _draw_total(rng: Rng, kind: HemorrhageType) -> float:
    """A scan's total mL of one type; small ones give way to what can be seen."""
    totals = [ml for scan in _scans() for k, ml in scan if k is kind and ml > 0.5]
    return float(rng.choice(totals))


def draw_mean_hu(rng: Rng, kind: HemorrhageType, volume_ml: float) -> float:
    """A measured mean of hemorrhages of one type and like volume, HU."""
    rows = [(ml, hu) for _, k, ml, hu in _rows() if k is kind and ml > 0.3 and hu > _least_hu(kind)]
    like = [hu for ml, hu in rows if 1 / _LIKE_VOLUME < ml / volume_ml < _LIKE_VOLUME]
    return float(rng.choice(like if len(like) > 5 else [hu for _, hu in rows]))


def _draw_hu(rng: Rng, kind: HemorrhageType, volume_ml: float) -> float:
    shifted = draw_mean_hu(rng, kind, volume_ml) + float(rng.uniform(*_SHIFT_HU[kind]))
    return float(np.clip(shifted, _least_hu(kind), MOST_HU))


def _least_hu(kind: HemorrhageType) -> float:
    ventricular = kind is HemorrhageType.INTRAVENTRICULAR
    return _LEAST_VENTRICULAR_HU if ventricular else _LEAST_HU


def draw_core_hu(rng: Rng, plan: Plan) -> float:
    """Density of the middle of a hemorrhage, HU.

    A mean of the statistics is also over the border, where blood is mixed with what is beside it.
    In a ventricle, blood all of one such mean would be as dense as brain: nobody would outline it.
    """
    core_hu = plan.hu + float(rng.uniform(*_CORE_HU.get(plan.kind, (0.0, 0.0))))
    if plan.kind is HemorrhageType.INTRAVENTRICULAR:
        core_hu = max(core_hu, float(rng.uniform(*_LEAST_VENTRICULAR_CORE_HU)))
    return core_hu
