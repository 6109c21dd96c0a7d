"""The small atlas that tells where in the head a lesion lies: `python -m training.region_atlas`.

Made of ten of the label maps of SynthSeg (Apache-2.0): each is laid over a common head of MNI size
by the same fast alignment that the program uses, then every voxel of 4 mm takes the region that
most maps have there. The common head starts as the mean of all, each scaled to the brain's box in
MNI space. The label maps know no lobes of the cortex: those are parted by planes through the usual
places of the central, parieto-occipital and lateral sulci in MNI space, so a site within 10-15 mm
of a border may be given to the neighbour.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.alignment import Shape, align
from ichviewer.analysis.atlas import ATLAS_FILE, SPACES, TISSUES, Atlas, save_atlas
from training.anatomy import DATA, ROOT

_STEP_MM = 4.0
#: The box of the atlas in MNI space (LPS), from the first voxel's centre.
_FIRST_LPS_MM = (-92.0, -92.0, -88.0)
_SHAPE_XYZ = (47, 55, 50)
#: The brain's box in MNI space, LPS mm: left to right, front to back, foramen magnum to vertex.
_MNI_LOW = np.array([-72.0, -74.0, -62.0])
_MNI_HIGH = np.array([72.0, 106.0, 82.0])
_ROUNDS = 1
#: The other ten are left for tests.
BUILT_FROM = tuple(range(1, 21, 2))

_BLOCK, _SKIP = 4, 2
_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_DEEP = ("basal ganglia", "thalamus", "brainstem", "cerebellum")
#: Label numbers (FreeSurfer's) by what they count as.
_LABELS = {
    "cerebrum": (2, 3, 41, 42, 25, 57),
    "medial temporal": (17, 18, 53, 54),
    "basal ganglia": (11, 12, 13, 26, 50, 51, 52, 58),
    "thalamus": (10, 49, 28, 60),
    "brainstem": (16,),
    "cerebellum": (7, 8, 46, 47),
    "lateral ventricle": (4, 43, 5, 44),
    "third ventricle": (14,),
    "fourth ventricle": (15,),
    "choroid": (136, 137, 163, 164),
    "csf": (24,),
    "bone": (515,),
    "diploe": (516,),
}
_CHANNELS = tuple(_LABELS)
_INSIDE = _CHANNELS[:11]


@dataclass(frozen=True, eq=False)
class LabelledHead:
    """One label map on a grid of 4 mm: shares of the voxels' volume by channel."""

    shares: NDArray[np.float32]
    to_lps: NDArray[np.float64]

    def share(self, *channels: str) -> NDArray[np.float32]:
        return np.asarray(sum(self.shares[_CHANNELS.index(name)] for name in channels))

    @property
    def cavity(self) -> NDArray[np.float32]:
        return self.share(*_INSIDE)

    @property
    def bone(self) -> NDArray[np.float32]:
        return self.share("bone") + 0.75 * self.share("diploe")


def main() -> None:
    """Build the atlas and write it to `resources/atlas`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "atlas" / ATLAS_FILE)
    out: Path = parser.parse_args().out
    heads = [read_head(number) for number in BUILT_FROM]
    atlas = _average([(head, _from_mni_box(head)) for head in heads])
    for _ in range(_ROUNDS):
        fits = [align(shape_of(head), atlas) for head in heads]
        print("mismatch", *(f"{fit.mismatch:.3f}" for fit in fits), flush=True)
        atlas = _average(
            [(head, np.linalg.inv(fit.to_atlas)) for head, fit in zip(heads, fits, strict=True)]
        )
    save_atlas(atlas, out)
    print(f"{out}: {out.stat().st_size / 1024:.0f} KiB")


def read_head(number: int) -> LabelledHead:
    image = nibabel.load(DATA / "label_maps" / f"training_seg_{number:02d}.nii.gz")
    channel_of = np.zeros(1000, np.uint8)
    for channel, labels in enumerate(_LABELS.values(), start=1):
        channel_of[list(labels)] = channel
    # Every second voxel: blocks of 4 mm are counted on 2 mm.
    every = np.asarray(image.dataobj)[::_SKIP, ::_SKIP, ::_SKIP]
    channels = channel_of[every.astype(np.int16)]
    size = _BLOCK // _SKIP
    x, y, z = (length // size for length in channels.shape)
    blocks = channels[: x * size, : y * size, : z * size].reshape(x, size, y, size, z, size)
    in_block = blocks.transpose(0, 2, 4, 1, 3, 5).reshape(x * y * z, -1).astype(np.intp)
    width = len(_CHANNELS) + 1
    in_block += np.arange(x * y * z)[:, None] * width
    counts = np.bincount(in_block.ravel(), minlength=x * y * z * width).reshape(x, y, z, width)
    shares = np.moveaxis(counts[..., 1:], -1, 0) / size**3
    coarse = np.diag([_BLOCK, _BLOCK, _BLOCK, 1.0])
    coarse[:3, 3] = (_BLOCK - _SKIP) / 2
    return LabelledHead(shares.astype(np.float32), _RAS_TO_LPS @ image.affine @ coarse)


def _lps_mm(head: LabelledHead) -> NDArray[np.float64]:
    index = np.moveaxis(np.indices(head.shares.shape[1:]), 0, -1)
    return np.asarray(index @ head.to_lps[:3, :3].T + head.to_lps[:3, 3])


def _from_mni_box(head: LabelledHead) -> NDArray[np.float64]:
    """Atlas LPS mm to the head's, by the box of the brain; a start only."""
    brain = head.share(*(name for name in _INSIDE if name != "csf")) > 0.5
    points = _lps_mm(head)[brain]
    low, high = np.percentile(points, 0.2, axis=0), np.percentile(points, 99.8, axis=0)
    scale = (high - low) / (_MNI_HIGH - _MNI_LOW)
    to_head = np.diag([*scale, 1.0])
    to_head[:3, 3] = low - scale * _MNI_LOW
    return to_head


def shape_of(head: LabelledHead) -> Shape:
    """What the program would see of a head: its brain cavity and its bone."""
    near = ndimage.binary_dilation(head.cavity > 0.5, iterations=4)
    values = np.stack([head.cavity[near], head.bone[near]], axis=1)
    return Shape(_lps_mm(head)[near], values)


def _average(placed: list[tuple[LabelledHead, NDArray[np.float64]]]) -> Atlas:
    """Lay the heads over each other; each comes with atlas LPS mm to its own."""
    grid = np.moveaxis(np.indices(_SHAPE_XYZ), 0, -1)
    lps = grid * _STEP_MM + np.array(_FIRST_LPS_MM)
    cavity, bone, cerebrum, csf = (np.zeros(_SHAPE_XYZ) for _ in range(4))
    votes = {name: np.zeros(_SHAPE_XYZ) for name in (*TISSUES[1:], *SPACES[1:])}
    for head, to_head in placed:
        to_index = np.linalg.inv(head.to_lps) @ to_head
        at = np.moveaxis(lps @ to_index[:3, :3].T + to_index[:3, 3], -1, 0)

        def there(share: NDArray[np.float32], at: NDArray[np.float64] = at) -> NDArray[np.float64]:
            return np.asarray(ndimage.map_coordinates(share, at, order=1, mode="constant"))

        cavity += there(head.cavity) / len(placed)
        bone += there(head.bone) / len(placed)
        cerebrum += there(head.share("cerebrum", "medial temporal"))
        csf += there(head.share("csf"))
        votes["temporal lobe"] += 4 * there(head.share("medial temporal"))
        for name in (*_DEEP, "third ventricle", "fourth ventricle"):
            votes[name] += there(head.share(name))
        # Nearly all of the plexus hangs in the lateral ventricles.
        votes["lateral ventricle"] += there(head.share("lateral ventricle", "choroid"))
    for name, where in _lobes(lps).items():
        votes[name] += cerebrum * where
    # The capsules between the nuclei are white matter, and as deep.
    votes["basal ganglia"] = 1.5 * ndimage.grey_dilation(votes["basal ganglia"], size=3)
    for name, where in _spaces(lps, votes["cerebellum"] + votes["brainstem"], cavity).items():
        votes[name] += csf * where
    floor = 0.15 * len(placed)
    tissue = _winner([votes[name] for name in TISSUES[1:]], floor)
    space = _winner([votes[name] for name in SPACES[1:]], floor)
    return Atlas(
        cavity.astype(np.float32), bone.astype(np.float32), tissue, space, _FIRST_LPS_MM, _STEP_MM
    )


def _winner(votes: list[NDArray[np.float64]], floor: float) -> NDArray[np.uint8]:
    """The number (from 1) of the region with most votes; elsewhere that of the nearest."""
    stack = np.stack(votes)
    number = np.where(stack.max(axis=0) >= floor, stack.argmax(axis=0) + 1, 0)
    nearest = ndimage.distance_transform_edt(
        number == 0, return_distances=False, return_indices=True
    )
    return np.asarray(number[tuple(nearest)], dtype=np.uint8)


def _lobes(lps: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """The cerebrum parted by planes in MNI space; a right handed frame to front and top."""
    x, y, z = np.abs(lps[..., 0]), -lps[..., 1], lps[..., 2]
    lateral_sulcus_z = -12 + np.clip(20 - y, 0, 65) * 0.55
    temporal = (z < lateral_sulcus_z) & (y < 22) & (y > -58) & ((x > 20) | (z < -8))
    temporal |= (z < -12) & (y >= 22) & (x > 20) | (z < -24) & (y > -58)
    occipital = ~temporal & (y < -62 - 0.45 * np.clip(z - 5, 0, None)) | (y < -58) & (z < 5)
    central_sulcus_y = -2 - 0.42 * np.clip(z, 0, None)
    frontal = ~temporal & ~occipital & (y >= central_sulcus_y)
    parietal = ~temporal & ~occipital & ~frontal
    return {
        "frontal lobe": frontal,
        "parietal lobe": parietal,
        "temporal lobe": temporal,
        "occipital lobe": occipital & ~temporal,
    }


def _spaces(
    lps: NDArray[np.float64], hindbrain: NDArray[np.float64], cavity: NDArray[np.float64]
) -> dict[str, NDArray[np.bool_]]:
    """The subarachnoid space by place."""
    x, y, z = np.abs(lps[..., 0]), -lps[..., 1], lps[..., 2]
    depth_mm = ndimage.distance_transform_edt(cavity > 0.5) * _STEP_MM
    sylvian = (x > 22) & (x < 56) & (y > -32) & (y < 26) & (z > -16) & (z < 26) & (depth_mm > 9)
    hindbrain_mm = ndimage.distance_transform_edt(hindbrain < 5) * _STEP_MM
    near_stem = hindbrain_mm < 14
    basal = (z < 4) & (x < 30) & (y > -44) & (y < 22) & (near_stem | (z < -8)) & ~sylvian
    posterior_fossa = (z < -10) & (y <= -30) & (hindbrain_mm < 7) & ~basal
    fissure = (x < 7) & (depth_mm > 7) & ~basal & ~sylvian & ~posterior_fossa
    return {
        "lateral fissure": sylvian,
        "basal cisterns": basal,
        "posterior fossa": posterior_fossa,
        "interhemispheric fissure": fissure,
        "convexity": ~(sylvian | basal | posterior_fossa | fissure),
    }


if __name__ == "__main__":
    main()
