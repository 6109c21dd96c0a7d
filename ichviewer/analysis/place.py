"""A head laid over the atlas: what is brain cavity, and in which region a lesion lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.alignment import Alignment, Shape, align
from ichviewer.analysis.atlas import SPACES, TISSUES, Atlas
from ichviewer.analysis.findings import HemorrhageType
from ichviewer.analysis.head import BONE_HU, Head
from ichviewer.analysis.mid_plane import Midline
from ichviewer.analysis.slab_frame import SlabFrame
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr_later

Float = NDArray[np.float64]

_COARSE_PX = 4
_AROUND_STEPS = 4
_COMPACT_HU = 1000.0
#: Above this the head does not look like the atlas, and no site is told.
_WORST_MISMATCH = 0.16
_MOST_POINTS = 3000
#: Heads differ: where fewer than this share of them have brain, there is none (orbits, face).
_CAVITY_SHARE = 0.3
#: A sheet (falx, tentorium) lies inside the cavity, farther than this from the skull.
_INNER_MM = 12.0
_SHEET_MM = 9.0

_CEREBELLUM = TISSUES.index("cerebellum")
_BRAINSTEM = TISSUES.index("brainstem")
_FIRST_CISTERN = SPACES.index("basal cisterns")
_CONVEXITY = SPACES.index("convexity")


@dataclass(frozen=True, eq=False)
class Place:
    """Where a head lies in the atlas."""

    atlas: Atlas
    alignment: Alignment

    @property
    def is_sure(self) -> bool:
        """Whether the head looks like the atlas where it lies."""
        return self.alignment.mismatch <= _WORST_MISMATCH

    def cavity_share(self, lps_mm: Float) -> NDArray[np.float32]:
        """(N,) share of heads that have brain cavity at patient points (N, 3)."""
        at = self.atlas.index(self.alignment.atlas_lps_mm(lps_mm))
        return np.asarray(ndimage.map_coordinates(self.atlas.cavity, at.T, order=1, mode="nearest"))

    def cavity(self, head: Head, volume: Volume) -> NDArray[np.bool_]:
        """(N, S, S) where on the head's slabs the atlas has brain cavity, to 4 mm."""
        frame = SlabFrame(volume.grid, head, _COARSE_PX)
        count, size, _ = head.hu.shape
        steps = size // _COARSE_PX
        index = np.moveaxis(np.indices((count, steps, steps)), 0, -1).reshape(-1, 3)
        share = self.cavity_share(frame.lps_mm(index.astype(np.float64)))
        coarse = (share >= _CAVITY_SHARE).reshape(count, steps, steps)
        return coarse.repeat(_COARSE_PX, axis=1).repeat(_COARSE_PX, axis=2)

    def site(self, kind: HemorrhageType, lps_mm: Float, midline: Midline) -> str:
        """Where a lesion lies, in words; empty where the head does not look like the atlas.

        The region that holds most of it: for blood in the brain a lobe or deep part, in the
        ventricles which of them, in the subarachnoid space the cistern, fissure or convexity,
        outside the brain the sheet or the lobe it lies on. The borders of lobes are good to some
        15 mm.

        Parameters
        ----------
        kind
            The lesion's type.
        lps_mm
            (N, 3) its voxels.
        midline
            Of the head.
        """
        if not self.is_sure:
            return ""
        points = lps_mm[:: max(1, len(lps_mm) // _MOST_POINTS)]
        at = self.alignment.atlas_lps_mm(points)
        tissues = np.bincount(self.atlas.numbers(self.atlas.tissue, at), minlength=len(TISSUES))
        spaces = np.bincount(self.atlas.numbers(self.atlas.space, at), minlength=len(SPACES))
        part = TISSUES[int(tissues[1:].argmax()) + 1]
        match kind:
            case HemorrhageType.INTRAPARENCHYMAL:
                return part
            case HemorrhageType.INTRAVENTRICULAR:
                ventricles = spaces[1:_FIRST_CISTERN]
                return (
                    SPACES[int(ventricles.argmax()) + 1]
                    if ventricles.any()
                    else tr_later("ventricles")
                )
            case HemorrhageType.SUBARACHNOID:
                space = int(spaces[_FIRST_CISTERN:].argmax()) + _FIRST_CISTERN
                return f"convexity, {part}" if space == _CONVEXITY else SPACES[space]
            case _:
                return self._extra_axial(at, midline.left_mm(points), tissues, part)

    def _extra_axial(self, at: Float, left_mm: Float, tissues: NDArray[np.intp], part: str) -> str:
        if np.median(self._depth_mm(at)) > _INNER_MM:
            if np.median(np.abs(left_mm)) < _SHEET_MM:
                return tr_later("falx")
            if np.median(self._tentorium_mm(at)) < _SHEET_MM:
                return tr_later("tentorium")
        if tissues[[_CEREBELLUM, _BRAINSTEM]].sum() > tissues.sum() / 2:
            return "posterior fossa"
        return f"convexity, {part}"

    def _depth_mm(self, at: Float) -> Float:
        depth = ndimage.distance_transform_edt(self.atlas.cavity > 0.5) * self.atlas.step_mm
        return np.asarray(ndimage.map_coordinates(depth, self.atlas.index(at).T, order=1))

    def _tentorium_mm(self, at: Float) -> Float:
        """Distance to the sheet between cerebellum and cerebrum, as the regions meet there."""
        below = self.atlas.tissue == _CEREBELLUM
        lobes = (self.atlas.tissue >= 1) & (self.atlas.tissue <= 4)
        sheet = ndimage.binary_dilation(below) & lobes
        distance = ndimage.distance_transform_edt(~sheet) * self.atlas.step_mm
        return np.asarray(ndimage.map_coordinates(distance, self.atlas.index(at).T, order=1))


def find_place(volume: Volume, head: Head, midline: Midline, atlas: Atlas) -> Place | None:
    """Lay a head over the atlas; None where there is no brain to go by."""
    frame = SlabFrame(volume.grid, head, _COARSE_PX)
    cavity = _blocks(head.brain.astype(np.float32))
    if not (cavity > 0.5).any():
        return None
    bone = _blocks(np.clip((head.hu - BONE_HU) / (_COMPACT_HU - BONE_HU), 0, 1))
    around = np.stack(
        [ndimage.binary_dilation(plane > 0.5, iterations=_AROUND_STEPS) for plane in cavity]
    )
    points = frame.lps_mm(np.argwhere(around).astype(np.float64))
    shape = Shape(points, np.stack([cavity[around], bone[around]], axis=1))
    normal = midline.normal_lps
    yaw_deg = float(np.degrees(np.arctan2(normal[1], normal[0])))
    roll_deg = float(np.degrees(np.arcsin(np.clip(normal[2], -1, 1))))
    return Place(atlas, align(shape, atlas, yaw_deg, roll_deg))


def _blocks(slabs: NDArray[np.float32]) -> NDArray[np.float32]:
    count, size = len(slabs), slabs.shape[1] // _COARSE_PX
    blocks = slabs.reshape(count, size, _COARSE_PX, size, _COARSE_PX)
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32))
