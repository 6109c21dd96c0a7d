"""What of the blood in a slice an expert would outline, and what is there but cannot be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ichviewer.analysis.findings import HemorrhageType
from training.fields import Floats, smooth

Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]
_BLOOD_SHARE = 0.5
_SUBARACHNOID_SHARE = 0.3
#: Thinner blood than this looks like cortex: asking for it would teach to see what is not there.
_SUBARACHNOID_HU = 32.0
#: No blood is denser than 85 HU, so from here on bone shines in; no expert outlines that.
_BONE_HU = 95.0
#: A piece is seen where this much of it stands out from what is about it by this much and, of the
#: noise's standard deviation, so much more.
_SEEN_SHARE = 0.5
_BRIGHTER_HU = 5.0
_SUBARACHNOID_BRIGHTER_HU = 3.0
_DARKER_HU = 6.0
_OF_NOISE = 0.4
_LEAST_MM2 = 5.0
_AROUND_MM = 6.0
_LEAST_AROUND_PX = 20


def outline(
    share: Floats, hu: Floats, *, inside: Bools, blur_px: float, px_mm: float, noise_hu: float
) -> tuple[Labels, Labels]:
    """Label what is mostly blood after partial volume and blur, and say what of it is unseen.

    Parameters
    ----------
    share : float32 [6, S, S]
        Of each pixel, how much is blood of each type; number 0 is not used. It is blurred in place.
    hu : float32 [S, S]
        Before noise and all else that the scanner adds.
    inside : [S, S]
        Within the skull.
    blur_px
        Standard deviation of the point spread.
    noise_hu
        Standard deviation of the noise that is still to come.

    Returns
    -------
    mask : uint8 [S, S]
        `HemorrhageType` numbers of what can be seen.
    unseen : uint8 [S, S]
        The same of blood that nobody would outline: little of it stands out from the brain.
    """
    present = share.any((1, 2))
    if not present.any():
        return np.zeros(hu.shape, np.uint8), np.zeros(hu.shape, np.uint8)
    for kind in np.flatnonzero(present):
        share[kind] = smooth(share[kind], blur_px)
    kind = share.argmax(0)
    subarachnoid = kind == HemorrhageType.SUBARACHNOID
    enough = np.where(subarachnoid, _SUBARACHNOID_SHARE, _BLOOD_SHARE)
    blood = (share.sum(0) >= enough) & (hu < _BONE_HU) & (hu > -20)
    blood &= ~subarachnoid | (hu > _SUBARACHNOID_HU)
    mask = np.where(blood, kind, 0).astype(np.uint8)
    beside = inside & (share.sum(0) < 0.1) & (hu > 0) & (hu < _BONE_HU)
    unseen = _unseen(mask, hu, beside, px_mm, _OF_NOISE * noise_hu)
    return np.where(unseen, 0, mask).astype(np.uint8), np.where(unseen, mask, 0).astype(np.uint8)


def _unseen(mask: Labels, hu: Floats, beside: Bools, px_mm: float, drowned_hu: float) -> Bools:
    """Pieces of blood of which little stands out from what lies beside them."""
    unseen = np.zeros(mask.shape, bool)
    reach = int(np.ceil(_AROUND_MM / px_mm))
    for kind in np.unique(mask[mask > 0]):
        if kind == HemorrhageType.INTRAVENTRICULAR:  # a ventricle that is not dark is seen
            continue
        pieces, _ = ndimage.label(mask == kind, np.ones((3, 3)))
        for number, box in enumerate(ndimage.find_objects(pieces), 1):
            wide = tuple(slice(max(0, s.start - reach), s.stop + reach) for s in box)
            piece = pieces[wide] == number
            around = hu[wide][(ndimage.distance_transform_edt(~piece) <= reach) & beside[wide]]
            small = np.count_nonzero(piece) * px_mm**2 < _LEAST_MM2
            if small or not _stands_out(kind, hu[wide][piece], around, drowned_hu):
                unseen[wide] |= piece
    return unseen


def _stands_out(kind: int, piece_hu: Floats, around_hu: Floats, drowned_hu: float) -> bool:
    """Whether enough of a piece is brighter than most of what is about it or, if old, darker."""
    if len(around_hu) < _LEAST_AROUND_PX:
        return False
    bright_hu, middle_hu = np.quantile(around_hu, (0.75, 0.5))
    subarachnoid = kind == HemorrhageType.SUBARACHNOID
    brighter_hu = _SUBARACHNOID_BRIGHTER_HU if subarachnoid else _BRIGHTER_HU
    seen = piece_hu > bright_hu + brighter_hu + drowned_hu
    if kind == HemorrhageType.SUBDURAL:
        seen |= piece_hu < middle_hu - _DARKER_HU - drowned_hu
    return bool(seen.mean() >= _SEEN_SHARE)
