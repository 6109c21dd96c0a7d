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
#: Near the skull base the outlines change from slab to slab; only large slabs are compared there.
#: Towards the vertex they become smaller smoothly, so smaller ones tell as well.
_LARGE_SHARE = 0.6
_VERTEX_SHARE = 0.3
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
    shown, bone = _compared(head, frame), head.hu > BONE_HU
    if len(shown) < 2 * _LINE or not bone[shown].any(axis=(1, 2)).all():
        return None
    jumps_mm = np.minimum(*(_jumps_mm(planes, shown, frame) for planes in (head.brain, bone)))
    largest = int(jumps_mm.argmax())
    return int(shown[largest]) if jumps_mm[largest] >= _STEP_MM else None


def _compared(head: Head, frame: SlabFrame) -> NDArray[np.intp]:
    """The slabs to compare, from the lowest up; none where smaller ones lie between large ones."""
    areas = head.brain.sum(axis=(1, 2))
    corners = np.zeros((len(areas), 3))
    corners[:, 0] = np.arange(len(areas))
    upward = np.argsort(frame.lps_mm(corners)[:, 2])
    shares = areas[upward] / max(int(areas.max()), 1)
    large = np.flatnonzero(shares >= _LARGE_SHARE)
    if not large.size or (np.diff(large) != 1).any():
        return np.zeros(0, np.intp)
    too_small = np.flatnonzero(shares[large[-1] :] < _VERTEX_SHARE)
    end = large[-1] + too_small[0] if too_small.size else len(shares)
    return np.asarray(upward[large[0] : end])


def _jumps_mm(
    planes: NDArray[np.bool_], shown: NDArray[np.intp], frame: SlabFrame
) -> NDArray[np.float64]:
    """How far a region's place jumps below each of some neighbouring slabs, 0 near the lower end.

    Lines through its centres on a few slabs below and above every border are compared in the
    middle between them: a head that leans or tapers has none that differ. Under the vertex, where
    too few are above, the line from below is compared with where they are. At the lower end that
    tells nothing: heads that lie still jump there as far as others move.
    """
    centers = np.stack([_box_center_lps_mm(planes[n], int(n), frame) for n in shown])
    height, across = centers[:, 2], centers[:, :2]
    jumps_mm = np.zeros(len(shown))
    for n in range(_LINE, len(shown)):
        lower, upper = slice(n - _LINE, n), slice(n, n + _LINE)
        if n + _LINE <= len(shown):
            middle = (height[n - 1] + height[n]) / 2
            above = _line_at(middle, height[upper], across[upper])
        else:
            middle, above = height[upper].mean(), across[upper].mean(axis=0)
        jumps_mm[n] = np.linalg.norm(above - _line_at(middle, height[lower], across[lower]))
    return jumps_mm


def _line_at(
    middle: float, height: NDArray[np.float64], across: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a line through points at some heights is in the middle."""
    return np.asarray(np.polynomial.polynomial.polyfit(height - middle, across, 1)[0])


def _box_center_lps_mm(
    plane: NDArray[np.bool_], slab: int, frame: SlabFrame
) -> NDArray[np.float64]:
    j, i = np.nonzero(plane)
    low, high = np.percentile(np.stack([j, i]), [2, 98], axis=1)
    return np.asarray(frame.lps_mm(np.array([[slab, *((low + high) / 2)]]))[0])
