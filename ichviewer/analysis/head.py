"""The head in slabs of 5 mm and pixels of 1 mm: what the gate and the second reader look at.

The same grid as the models' (rows run to posterior, columns to the patient's left), so that a
constant in millimetres is a constant in pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.prepare import AIR_HU, Channel, InputSpec, Prepared, prepare
from ichviewer.imaging.volume import Volume

_TOP_HU = 3024.0
HEAD_SPEC = InputSpec(
    size_px=224,
    spacing_mm=1.0,
    slab_mm=5.0,
    channels=(Channel(0, (AIR_HU + _TOP_HU) / 2, _TOP_HU - AIR_HU),),
)
#: Above this, a slab's pixel is bone (or metal); thin bone loses density to its neighbours.
BONE_HU = 200.0
#: Brain, fluid and blood, noise included.
_BRAIN_HU = (-15.0, 120.0)
#: Gaps of the skull (sutures, foramina) that are bridged, and bridges of tissue that are cut.
_CLOSE_PX = 4
_OPEN_PX = 3
#: A slice alone at the height of the orbits, or cut off by the image's edge, has no closed ring and
#: no neighbours to be followed from. Where less brain than this is seen, bone in so many of the
#: directions is enough. On nine simulated slices of the brain 12,700 pixels or more were found
#: then, on three below the skull's base 1,100 or less.
_ALONE_PX = 2000
_DIRECTIONS = 16
_WITH_BONE = 13
#: How a part of the brain continues in the next slab: how far outwards, how much of it, how large.
_REACH_PX = 5
_REACH_SHARE = 0.7
_SMALLEST_PX = 100
_SHOWN_PX = 300
_NEAR_PX = 10


@dataclass(frozen=True, eq=False)
class Head:
    """A Volume as slabs.

    Parameters
    ----------
    hu
        (N, S, S) float32 HU, slabs from feet to head.
    prepared
        The way back to the Volume's grid.
    thickness_mm
        (N,) what each slab stands for along the slice normal.
    inside
        (N, S, S) what bone encloses on its slab, whatever it holds.
    brain
        (N, S, S) brain, fluid and blood.
    """

    hu: NDArray[np.float32]
    prepared: Prepared
    thickness_mm: NDArray[np.float64]
    inside: NDArray[np.bool_]
    brain: NDArray[np.bool_]

    def brain_slices(self) -> NDArray[np.bool_]:
        """(K,) True from the first to the last slice of the Volume that shows brain."""
        shows = self.brain.sum(axis=(1, 2)) >= _SHOWN_PX
        slices = np.flatnonzero(shows[self.prepared.slab_of_k])
        within = np.zeros(len(self.prepared.slab_of_k), bool)
        if slices.size:
            within[slices[0] : slices[-1] + 1] = True
        return within

    def near_brain(self) -> NDArray[np.bool_]:
        """(N, S, S) brain and what lies within 10 mm of it on its slab."""
        return np.stack([_grown(plane, _NEAR_PX) for plane in self.brain])


def find_head(volume: Volume) -> Head:
    """Resample a Volume into slabs and find what its skull encloses."""
    prepared = prepare(volume, HEAD_SPEC)
    hu = prepared.image[:, 0] * np.float32(_TOP_HU - AIR_HU) + np.float32(AIR_HU)
    weights_mm = np.nan_to_num(volume.grid.slice_weights_mm, nan=HEAD_SPEC.slab_mm)
    thickness_mm = np.asarray(np.bincount(prepared.slab_of_k, weights_mm), dtype=np.float64)
    bone = hu > BONE_HU
    inside = enclosed_by_bone(bone)
    brain = _find_brain(hu, inside)
    if len(hu) == 1 and brain.sum() < _ALONE_PX:
        inside = surrounded_by_bone(bone[0])[None]
        brain = _find_brain(hu, inside)
    return Head(hu, prepared, thickness_mm, inside, brain)


def enclosed_by_bone(bone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What a ring of bone surrounds on its own slab, without the bone; gaps of it are bridged."""
    inside = np.zeros_like(bone)
    for n, plane in enumerate(bone):
        if plane.any():
            padded = np.pad(plane, _CLOSE_PX)
            ring = ~_grown(~_grown(padded, _CLOSE_PX), _CLOSE_PX)
            filled = ndimage.binary_fill_holes(ring)[_CLOSE_PX:-_CLOSE_PX, _CLOSE_PX:-_CLOSE_PX]
            inside[n] = filled & ~plane
    return inside


def surrounded_by_bone(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where bone is met in most directions, without the bone (S, S); its ring may be open."""
    met = np.zeros(plane.shape, np.uint8)
    for turn_deg in np.arange(_DIRECTIONS) * 360 / _DIRECTIONS:
        turned = _turned(plane, turn_deg)
        met += _turned(np.logical_or.accumulate(turned, axis=0), -turn_deg)
    return np.asarray((met >= _WITH_BONE) & ~plane)


def _turned(plane: NDArray[np.bool_], turn_deg: float) -> NDArray[np.bool_]:
    turned = ndimage.rotate(plane.astype(np.uint8), turn_deg, reshape=False, order=0)
    return np.asarray(turned > 0)


def _find_brain(hu: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest region of brain HU inside closed skull, followed down into the skull base.

    It is followed up, too: where the skull is open (a craniectomy), no ring of bone closes.
    """
    soft = (hu > _BRAIN_HU[0]) & (hu < _BRAIN_HU[1])
    core = np.stack([_grown(~_grown(~plane, _OPEN_PX), _OPEN_PX) for plane in soft])
    labels, count = ndimage.label(core & inside)
    if not count:
        return np.zeros_like(core)
    brain = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    for n in range(len(brain) - 1, 0, -1):
        brain[n - 1] |= _continued(core[n - 1], brain[n])
    for n in range(len(brain) - 1):
        brain[n + 1] |= _continued(core[n + 1], brain[n])
    near = np.stack([_grown(plane, _OPEN_PX) for plane in brain])
    return np.asarray(near & (hu < BONE_HU) & (hu > AIR_HU / 2))


def _continued(core: NDArray[np.bool_], neighbour: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of a slab that lie mostly under or over the brain of the neighbouring slab."""
    labels, count = ndimage.label(core)
    if not count or not neighbour.any():
        return np.zeros_like(core)
    reach = _grown(neighbour, _REACH_PX)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    shares = np.bincount(labels[reach], minlength=count + 1) / np.maximum(sizes, 1)
    keep = (shares >= _REACH_SHARE) & (sizes >= _SMALLEST_PX)
    keep[0] = False
    return np.asarray(keep[labels])


def _grown(plane: NDArray[np.bool_], radius_px: int) -> NDArray[np.bool_]:
    """A region and what lies within a radius of it; by distance, so the radius costs nothing."""
    if not plane.any():
        return np.zeros_like(plane)
    return np.asarray(ndimage.distance_transform_edt(~plane) <= radius_px)
