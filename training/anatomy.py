"""Heads to simulate from: label maps as tissues, with the distance fields lesions grow along."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ICHVIEWER_ANATOMY", ROOT.parent / "shared" / "data" / "anatomy"))
CACHE = ROOT / "runs" / "anatomy"

#: Label maps by use: what is evaluated was never trained on.
TRAIN = (1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16, 17, 19, 20)
VALIDATION = (3, 18)
TEST = (11, 15)

_BELOW_BRAIN_MM = 22
_MARGIN_MM = 4

Halves = NDArray[np.float16]


class Tissue(IntEnum):
    """What a voxel is made of."""

    AIR = 0
    WHITE = 1
    CORTEX = 2
    DEEP_GREY = 3
    PALLIDUM = 4
    BRAINSTEM = 5
    CEREBELLUM_WHITE = 6
    CEREBELLUM_GREY = 7
    CSF = 8
    VENTRICLE = 9
    CHOROID = 10
    VESSEL = 11
    BONE = 12
    DIPLOE = 13
    SOFT = 14
    SKIN = 15
    MUCOSA = 16
    EYE = 17
    WHITE_LESION = 18
    FALX = 19


BRAIN = (
    Tissue.WHITE, Tissue.CORTEX, Tissue.DEEP_GREY, Tissue.PALLIDUM, Tissue.BRAINSTEM,
    Tissue.CEREBELLUM_WHITE, Tissue.CEREBELLUM_GREY, Tissue.WHITE_LESION,
)  # fmt: skip

#: SynthSeg's numbers (FreeSurfer's, and 5xx outside the brain) as tissues.
_OF_LABEL = {
    Tissue.WHITE: (2, 41),
    Tissue.CORTEX: (3, 42, 17, 53, 18, 54),
    Tissue.DEEP_GREY: (10, 49, 11, 50, 12, 51, 26, 58),
    Tissue.PALLIDUM: (13, 52),
    Tissue.BRAINSTEM: (16, 28, 60, 85),
    Tissue.CEREBELLUM_WHITE: (7, 46),
    Tissue.CEREBELLUM_GREY: (8, 47),
    Tissue.CSF: (24,),
    Tissue.VENTRICLE: (4, 43, 5, 44, 14, 15),
    Tissue.CHOROID: (136, 137, 163, 164),
    Tissue.VESSEL: (514, 30, 62),
    Tissue.BONE: (515,),
    Tissue.DIPLOE: (516,),
    Tissue.SOFT: (507, 502, 508, 512, 530),
    Tissue.SKIN: (511,),
    Tissue.MUCOSA: (509,),
    Tissue.EYE: (506,),
    Tissue.WHITE_LESION: (25, 57),
}
_LEFT = (2, 3, 10, 11, 12, 13, 17, 18, 26)
_RIGHT = (41, 42, 49, 50, 51, 52, 53, 54, 58)
_CEREBELLUM = (7, 8, 46, 47)


@dataclass(frozen=True)
class Anatomy:
    """One head at 1 mm, axes [k, j, i] towards head, back, left.

    Parameters
    ----------
    tissue : uint8 [k, j, i]
        `Tissue` numbers.
    depth_mm : float16
        Distance to the inner skull inside the skull, 0 elsewhere.
    midline_mm : float16
        Half the difference of the distances to both hemispheres, positive on the left: in the cleft
        between them the distance to its middle, within a hemisphere half of that.
    tentorium_mm : float16
        The same between cerebrum and cerebellum, positive above.
    """

    number: int
    tissue: NDArray[np.uint8]
    depth_mm: Halves
    midline_mm: Halves
    tentorium_mm: Halves

    def mirrored(self) -> Anatomy:
        """The same head with left and right exchanged."""
        flip = np.s_[:, :, ::-1]
        return Anatomy(
            self.number,
            self.tissue[flip].copy(),
            self.depth_mm[flip].copy(),
            -self.midline_mm[flip],
            self.tentorium_mm[flip].copy(),
        )


def is_available() -> bool:
    """Whether the label maps are where they are expected."""
    return _label_file(1).exists()


def load_anatomy(number: int) -> Anatomy:
    """Read label map `number` (1-20); the distance fields are kept in `runs/anatomy`."""
    file = CACHE / f"{number:02d}.npz"
    if not file.exists():
        built = _build(number)
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.npz")
        np.savez(
            partial, tissue=built.tissue, depth_mm=built.depth_mm,
            midline_mm=built.midline_mm, tentorium_mm=built.tentorium_mm,
        )  # fmt: skip
        partial.replace(file)
    with np.load(file) as stored:
        return Anatomy(number, **stored)


def _label_file(number: int) -> Path:
    return DATA / "label_maps" / f"training_seg_{number:02d}.nii.gz"


def _labels_kji(number: int) -> NDArray[np.int16]:
    """The label map with axes towards head, back, left, cropped to the head above the neck."""
    image = nibabel.load(_label_file(number))
    oriented = nibabel.as_closest_canonical(image)
    ras = np.asarray(oriented.dataobj).astype(np.int16)
    labels = ras[::-1, ::-1, :].transpose(2, 1, 0)
    brain_k = np.flatnonzero(np.isin(labels, (*_LEFT, *_CEREBELLUM)).any((1, 2)))
    labels = labels[max(0, brain_k[0] - _BELOW_BRAIN_MM) :]
    box = ndimage.find_objects((labels > 0).astype(np.uint8))[0]
    crop = tuple(
        slice(max(0, s.start - _MARGIN_MM), s.stop + _MARGIN_MM) if axis else slice(0, s.stop + 2)
        for axis, s in enumerate(box)
    )
    return np.ascontiguousarray(labels[crop])


def _build(number: int) -> Anatomy:
    labels = _labels_kji(number)
    tissue = np.zeros(labels.shape, np.uint8)
    for kind, numbers in _OF_LABEL.items():
        tissue[np.isin(labels, numbers)] = kind
    left, right = np.isin(labels, _LEFT), np.isin(labels, _RIGHT)
    cerebellum = np.isin(labels, _CEREBELLUM)
    midline = (_distance(right) - _distance(left)) / 2
    tentorium = (_distance(cerebellum) - _distance(left | right)) / 2
    inside = np.isin(tissue, (*BRAIN, Tissue.CSF, Tissue.VENTRICLE, Tissue.CHOROID, Tissue.VESSEL))
    inside = _largest(ndimage.binary_opening(inside, iterations=2))
    inside = ndimage.binary_closing(inside, iterations=3)
    depth = ndimage.distance_transform_edt(inside)
    falx = (
        (np.abs(midline) < 0.6)
        & (tentorium > 2)
        & (tissue == Tissue.CSF)
        & (_distance(left) < 9)
        & (depth > 0)
        & (depth < 45)
    )
    tent = (np.abs(tentorium) < 0.6) & (tissue == Tissue.CSF) & (_distance(cerebellum) < 5)
    tissue[(falx & ~_near_brainstem(tissue)) | tent] = Tissue.FALX
    return Anatomy(
        number, tissue, *(field.astype(np.float16) for field in (depth, midline, tentorium))
    )


def _near_brainstem(tissue: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Below the upper end of the brainstem there is no falx between the hemispheres' bases."""
    top_k = np.flatnonzero((tissue == Tissue.BRAINSTEM).any((1, 2)))[-1]
    return (np.arange(len(tissue)) < top_k + 4)[:, None, None] & np.ones(tissue.shape, bool)


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    distance: NDArray[np.float32] = ndimage.distance_transform_edt(~mask).astype(np.float32)
    return distance


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax()
