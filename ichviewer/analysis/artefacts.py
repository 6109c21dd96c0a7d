"""Metal and motion: what spoils the images of a head that may otherwise be read."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.head import Head
from ichviewer.analysis.slab_frame import SlabFrame
from ichviewer.imaging.volume import Volume

#: Teeth and the densest bone stay below this in pixels of 1 mm and slabs of 5 mm; metal does not.
_METAL_HU = 2500.0
_METAL_PX = 8
#: Streaks: in brain beside metal no tissue is as dark as this.
_DARK_HU = -40.0
_DARK_SHARE = 0.01
_SKIN_HU = -300.0
#: Near the skull base the brain's outline changes from slab to slab; only large slabs are compared.
_LARGE_SHARE = 0.75
#: Heads become larger and smaller smoothly; a step of their centre this large is a movement.
_STEP_MM = 5.0


def artefact_warnings(volume: Volume, head: Head) -> Iterator[str]:
    """Sentences on metal within the slices that show brain, and on movement between slices."""
    frame = SlabFrame(volume.grid, head)
    slabs = np.flatnonzero(head.brain.sum(axis=(1, 2)) > 0)
    metal = slabs[(head.hu[slabs] > _METAL_HU).sum(axis=(1, 2)) >= _METAL_PX]
    if metal.size:
        dark = head.brain[metal] & (head.hu[metal] < _DARK_HU)
        share = dark.sum() / max(int(head.brain[metal].sum()), 1)
        streaks = "; its streaks cross the brain" if share >= _DARK_SHARE else ""
        yield f"Metal is seen on {_slices(metal, frame)}{streaks}."
    moved = _moved_slabs(head, frame)
    if moved.size:
        yield f"The head seems to have moved near {_slices(moved, frame)}."


def _slices(slabs: NDArray[np.intp], frame: SlabFrame) -> str:
    numbers = sorted(frame.k(int(slab)) + 1 for slab in slabs)
    if numbers[0] == numbers[-1]:
        return f"slice {numbers[0]}"
    return f"slices {numbers[0]} to {numbers[-1]}"


def _moved_slabs(head: Head, frame: SlabFrame) -> NDArray[np.intp]:
    """Slabs on which the brain's place jumps from the one below and does not from the one above.

    The centre of the brain is compared with where the two slabs on its one side, and the two on
    the other, say it should be: both are off at a step, neither where a head only tapers.
    """
    areas = head.brain.sum(axis=(1, 2))
    shown = np.flatnonzero(areas >= _LARGE_SHARE * max(int(areas.max()), 1))
    if len(shown) < 5 or (np.diff(shown) != 1).any():
        return np.zeros(0, np.intp)
    centers = np.stack([_box_center_lps_mm(head.brain[n], int(n), frame) for n in shown])
    height, across = centers[:, 2], centers[:, :2]
    jumps = []
    for n in range(1, len(shown) - 2):
        below = (across[n] - across[n - 1]) / (height[n] - height[n - 1])
        above = (across[n + 2] - across[n + 1]) / (height[n + 2] - height[n + 1])
        gap = height[n + 1] - height[n]
        expected = (below + above) / 2 * gap
        jump_mm = float(np.linalg.norm(across[n + 1] - across[n] - expected))
        if jump_mm >= _STEP_MM:
            jumps.append(shown[n + 1])
    return np.asarray(jumps, dtype=np.intp)


def _box_center_lps_mm(
    plane: NDArray[np.bool_], slab: int, frame: SlabFrame
) -> NDArray[np.float64]:
    j, i = np.nonzero(plane)
    low, high = np.percentile(np.stack([j, i]), [2, 98], axis=1)
    return np.asarray(frame.lps_mm(np.array([[slab, *((low + high) / 2)]]))[0])
