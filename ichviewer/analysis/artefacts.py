"""Metal and motion: what spoils the images of a head that may otherwise be read."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.head import BONE_HU, Head
from ichviewer.analysis.slab_frame import SlabFrame
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, tr_later

#: Teeth and the densest bone stay below this in pixels of 1 mm and slabs of 5 mm; metal does not.
_METAL_HU = 2500.0
_METAL_PX = 8
#: Streaks: in brain beside metal no tissue is as dark as this.
_DARK_HU = -40.0
_DARK_SHARE = 0.01
_SKIN_HU = -300.0
#: Near the skull base the brain's outline changes from slab to slab; only large slabs are compared.
_LARGE_SHARE = 0.6
#: Heads become larger and smaller smoothly; a step of their centre this large is a movement. In 24
#: heads that lay still the largest was 3.6 mm, see docs/models.md.
_STEP_MM = 4.5
_LINE = 3

FLAG_METAL = tr_later("on a slice with metal: a streak?")


def artefact_warnings(volume: Volume, head: Head) -> Iterator[str]:
    """Sentences on metal within the slices that show brain, and on movement between slices."""
    frame = SlabFrame(volume.grid, head)
    metal = _metal_slabs(head)
    if metal.size:
        dark = head.brain[metal] & (head.hu[metal] < _DARK_HU)
        share = dark.sum() / max(int(head.brain[metal].sum()), 1)
        streaks = tr("; its streaks cross the brain") if share >= _DARK_SHARE else ""
        yield tr(
            "Metal is seen on {slices}{streaks}.", slices=_slices(metal, frame), streaks=streaks
        )
    moved = _moved_slab(head, frame)
    if moved is not None:
        yield tr("The head seems to have moved near slice {number}.", number=frame.k(moved) + 1)


def metal_slices(head: Head) -> NDArray[np.bool_]:
    """(K,) True for the slices that show brain and metal."""
    return np.isin(head.prepared.slab_of_k, _metal_slabs(head))


def _metal_slabs(head: Head) -> NDArray[np.intp]:
    slabs = np.flatnonzero(head.brain.sum(axis=(1, 2)) > 0)
    return np.asarray(slabs[(head.hu[slabs] > _METAL_HU).sum(axis=(1, 2)) >= _METAL_PX])


def _slices(slabs: NDArray[np.intp], frame: SlabFrame) -> str:
    numbers = sorted(frame.k(int(slab)) + 1 for slab in slabs)
    if numbers[0] == numbers[-1]:
        return tr("slice {number}", number=numbers[0])
    return tr("slices {first} to {last}", first=numbers[0], last=numbers[-1])


def _moved_slab(head: Head, frame: SlabFrame) -> int | None:
    """The slab at which the head's place jumps; None where it does not.

    Skull and brain must jump together: where the frontal lobes end above the orbits the brain's
    outline jumps alone, where the petrous bones end the skull's.
    """
    areas = head.brain.sum(axis=(1, 2))
    shown = np.flatnonzero(areas >= _LARGE_SHARE * max(int(areas.max()), 1))
    bone = head.hu > BONE_HU
    if (
        len(shown) < 2 * _LINE
        or (np.diff(shown) != 1).any()
        or not bone[shown].any(axis=(1, 2)).all()
    ):
        return None
    jumps_mm = np.minimum(*(_jumps_mm(planes, shown, frame) for planes in (head.brain, bone)))
    largest = int(jumps_mm.argmax())
    return int(shown[largest]) if jumps_mm[largest] >= _STEP_MM else None


def _jumps_mm(
    planes: NDArray[np.bool_], shown: NDArray[np.intp], frame: SlabFrame
) -> NDArray[np.float64]:
    """How far a region's place jumps below each of some neighbouring slabs, 0 near the ends.

    Lines through its centres on a few slabs below and above every border are compared in the
    middle between them: a head that leans or tapers has none that differ.
    """
    centers = np.stack([_box_center_lps_mm(planes[n], int(n), frame) for n in shown])
    height, across = centers[:, 2], centers[:, :2]
    jumps_mm = np.zeros(len(shown))
    for n in range(_LINE, len(shown) - _LINE + 1):
        middle = (height[n - 1] + height[n]) / 2
        below, above = (
            np.polynomial.polynomial.polyfit(height[part] - middle, across[part], 1)[0]
            for part in (slice(n - _LINE, n), slice(n, n + _LINE))
        )
        jumps_mm[n] = np.linalg.norm(above - below)
    return jumps_mm


def _box_center_lps_mm(
    plane: NDArray[np.bool_], slab: int, frame: SlabFrame
) -> NDArray[np.float64]:
    j, i = np.nonzero(plane)
    low, high = np.percentile(np.stack([j, i]), [2, 98], axis=1)
    return np.asarray(frame.lps_mm(np.array([[slab, *((low + high) / 2)]]))[0])
