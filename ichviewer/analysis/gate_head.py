"""The part of the input gate that looks at the pixels: is it a head as the models know them?"""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ichviewer.analysis.artefacts import artefact_warnings
from ichviewer.analysis.findings import Gate, GateAnswer
from ichviewer.analysis.head import BONE_HU, Head
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr

#: Brain and fluid inside an adult's skull, mL (1,150-1,900 in health), with wide margins.
_BRAIN_ML = (500.0, 2600.0)
_BRAIN_PART_ML = 60.0
#: Share of what bone encloses that has the HU of brain, fluid or blood; 0.89 in two real heads,
#: 0.03 in a skull phantom filled with air.
_BRAIN_SHARE = 0.6
_SOFT_HU = (-10.0, 100.0)
#: Median HU of brain; 30 in the real heads, wide margins for cupping, kVp and swelling.
_BRAIN_MEDIAN_HU = (12.0, 50.0)
#: Several vessels with contrast stand out of brain on most slices; calcium lies in one place of a
#: slice, as in the falx, or on a few slices, and blood is less dense.
_VESSEL_HU = (90.0, 250.0)
_VESSEL_PX = 3
_VESSELS = 2
_VESSEL_SLAB_SHARE = 0.5
_VESSEL_SLABS = 3
_LARGE_BRAIN_PX = 8000
_RIM_PX = 3
#: On a slice alone, so much of the brain's outline must have bone this near.
_RING_SHARE = 0.6
_RING_PX = 5
#: Pixel noise (1 mm, as averaged into slabs) above which soft tissue kernels are no more.
_NOISE_HU = 16.0


def check_head(volume: Volume, head: Head) -> Gate:
    """The part of the gate that looks at the pixels: is it a head as the models know them?"""
    refusals = tuple(_head_refusals(volume, head))
    if refusals:
        return Gate(GateAnswer.REFUSED, refusals)
    warnings = tuple(_head_warnings(volume, head))
    return Gate(GateAnswer.WARNED if warnings else GateAnswer.ACCEPTED, warnings)


def _head_refusals(volume: Volume, head: Head) -> Iterator[str]:
    inside_hu = head.hu[head.inside]
    brain_ml = _volume_ml(head, head.brain)
    if volume.shape_kji[0] == 1:
        if int(head.brain.sum()) < _LARGE_BRAIN_PX // 4 or _bone_share(head) < _RING_SHARE:
            yield tr("No brain inside a skull is seen on this slice.")
        elif not _BRAIN_MEDIAN_HU[0] <= (median_hu := _median_hu(head)) <= _BRAIN_MEDIAN_HU[1]:
            yield tr(
                "What bone encloses has a median of {median_hu:.0f} HU, not that of brain.",
                median_hu=median_hu,
            )
        return
    if inside_hu.size == 0:
        yield tr("No closed skull is seen; the models read heads only.")
        return
    soft = (inside_hu > _SOFT_HU[0]) & (inside_hu < _SOFT_HU[1])
    share = float(soft.mean())
    if share < _BRAIN_SHARE:
        yield tr(
            "Only {share:.0%} of what the skull encloses has the density of brain: a phantom, "
            "or no head at all.",
            share=share,
        )
    elif brain_ml < _BRAIN_PART_ML:
        yield tr(
            "Only {brain_ml:.0f} mL of brain are seen; the models read heads only.",
            brain_ml=brain_ml,
        )
    elif not _BRAIN_MEDIAN_HU[0] <= (median_hu := _median_hu(head)) <= _BRAIN_MEDIAN_HU[1]:
        yield tr(
            "What the skull encloses has a median of {median_hu:.0f} HU, not that of brain: a "
            "phantom, or wrong rescale values.",
            median_hu=median_hu,
        )


def _bone_share(head: Head) -> float:
    """Share of the brain's outline that has bone within a few pixels; ribs make no ring."""
    width = 2 * _RING_PX + 1
    square = np.ones((1, width, width))
    outline = head.brain & ~ndimage.binary_erosion(head.brain, np.ones((1, 3, 3)))
    near = ndimage.binary_dilation(head.hu > BONE_HU, square)
    return float(near[outline].mean()) if outline.any() else 0.0


def _head_warnings(volume: Volume, head: Head) -> Iterator[str]:
    brain_ml = _volume_ml(head, head.brain)
    if volume.shape_kji[0] > 1 and not _BRAIN_ML[0] <= brain_ml <= _BRAIN_ML[1]:
        yield tr(
            "{brain_ml:.0f} mL of brain were found, not those of a whole adult head: a part of "
            "it, a child, or an open skull.",
            brain_ml=brain_ml,
        )
    core = _core(head)
    if has_contrast(head):
        yield tr("Bright vessels run through most slices: contrast; they may be taken for blood.")
    yield from artefact_warnings(volume, head)
    noise_hu = _noise_hu(head, core)
    if noise_hu > _NOISE_HU:
        yield tr(
            "The noise in the brain is {noise_hu:.0f} HU: a sharp kernel or a low dose.",
            noise_hu=noise_hu,
        )


def _volume_ml(head: Head, region: np.ndarray) -> float:
    """Volume of a region of 1 mm pixels."""
    return float((region.sum(axis=(1, 2)) * head.thickness_mm).sum() / 1000.0)


def _median_hu(head: Head) -> float:
    core = _core(head)
    return float(np.median(head.hu[core if core.any() else head.brain]))


def _core(head: Head) -> np.ndarray:
    """The brain without its rim, where bone lends its density to the pixels."""
    width = 2 * _RIM_PX + 1
    return np.asarray(ndimage.binary_erosion(head.brain, np.ones((1, width, width))))


def has_contrast(head: Head) -> bool:
    """Whether several bright vessels are cut on most slices, whatever the header says."""
    large = head.brain.sum(axis=(1, 2)) >= _LARGE_BRAIN_PX
    if large.sum() < _VESSEL_SLABS:
        return False
    bright = _core(head) & (head.hu > _VESSEL_HU[0]) & (head.hu < _VESSEL_HU[1])
    shows = [_pieces(plane) >= _VESSELS for plane in bright[large]]
    return float(np.mean(shows)) > _VESSEL_SLAB_SHARE


def _pieces(plane: np.ndarray) -> int:
    """How many connected pieces of a slab are as large as a vessel that is cut."""
    labels, _ = ndimage.label(plane, np.ones((3, 3)))
    return int((np.bincount(labels.ravel())[1:] >= _VESSEL_PX).sum())


def _noise_hu(head: Head, core: np.ndarray) -> float:
    """Robust spread of the difference between diagonal neighbours, as of one pixel's noise."""
    difference = head.hu[:, 1:, 1:] - head.hu[:, :-1, :-1]
    values = difference[core[:, 1:, 1:]]
    if values.size == 0:
        return 0.0
    return float(1.4826 * np.median(np.abs(values)) / np.sqrt(2.0))
