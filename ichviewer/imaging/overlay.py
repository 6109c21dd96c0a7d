"""Overlays: labels of a plane as coloured pixels, to be laid over the grey image.

The overlay stays an image of its own, cropped to the labels and with exactly the plane's pixels.
The screen may then smooth the grey and still show every label voxel with sharp edges, and hiding
or recolouring labels leaves the grey untouched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.uint8]
Colour = tuple[int, int, int]

#: The inside of a region is tinted at most this much, so that its HU can still be judged.
FILL_SHARE = 0.2
#: An evidence map covers at most this much of the image, in a colour that no type has.
EVIDENCE_SHARE = 0.5
EVIDENCE_COLOUR: Colour = (240, 228, 66)


@dataclass(frozen=True)
class OverlayStyle:
    """Which labels are shown, in which colours, and how strongly.

    Parameters
    ----------
    colours
        RGB 0-255 by label.
    hidden
        Labels that are switched off.
    opacity
        0 to 1; scales outline and fill alike.
    is_outlined
        Whether the outline is stronger than the fill; without it the whole region is tinted.
    shares
        What single labels get of the opacity, 0 to 1; all of it without an entry.
    """

    colours: Mapping[int, Colour]
    hidden: frozenset[int] = frozenset()
    opacity: float = 1.0
    is_outlined: bool = True
    shares: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Overlay:
    """Coloured labels of one plane.

    Parameters
    ----------
    rgba
        (rows, columns, 4) uint8, colours premultiplied by alpha.
    row, column
        Where its first pixel lies in the plane.
    boxes
        By label: first row, first column, last row, last column in the plane.
    """

    rgba: NDArray[np.uint8]
    row: int
    column: int
    boxes: Mapping[int, tuple[int, int, int, int]]


def colour_labels(labels: Labels, style: OverlayStyle) -> Overlay | None:
    """Colour a plane's labels: the outline one pixel wide inside the region, the rest tinted.

    Parameters
    ----------
    labels
        (rows, columns) uint8, 0 where there is nothing.
    style
        Colours, visibility and opacity.

    Returns
    -------
    The overlay cropped to the visible labels, or None where there are none.
    """
    shown = _without_hidden(labels, style.hidden)
    box = _box(shown > 0)
    if box is None:
        return None
    top, left, bottom, right = box
    crop = shown[top : bottom + 1, left : right + 1]
    is_strong = outline(crop) & style.is_outlined
    strength = np.full(256, style.opacity)
    for label, share in style.shares.items():
        strength[label] *= share
    alpha = np.where(is_strong, 1.0, FILL_SHARE) * (crop > 0) * strength[crop]
    table = np.zeros((256, 3))
    for label, colour in style.colours.items():
        table[label] = colour
    rgba = np.empty((*crop.shape, 4), np.uint8)
    rgba[..., :3] = np.rint(table[crop] * alpha[..., None])
    rgba[..., 3] = np.rint(255 * alpha)
    boxes = {}
    for label in np.unique(crop[crop > 0]).tolist():
        r0, c0, r1, c1 = _box(crop == label) or (0, 0, 0, 0)
        boxes[label] = (r0 + top, c0 + left, r1 + top, c1 + left)
    return Overlay(rgba, top, left, boxes)


def colour_evidence(evidence: NDArray[np.float32], opacity: float = 1.0) -> NDArray[np.uint8]:
    """Colour an evidence map: one hue, the stronger the evidence the less of the image shows.

    Parameters
    ----------
    evidence
        (rows, columns) 0-1.
    opacity
        0 to 1.

    Returns
    -------
    (rows, columns, 4) RGBA, colours premultiplied by alpha.
    """
    alpha = np.clip(evidence, 0.0, 1.0) * (EVIDENCE_SHARE * opacity)
    shades = np.array([*EVIDENCE_COLOUR, 255.0], dtype=np.float32)
    return np.asarray(np.rint(alpha[..., None] * shades), dtype=np.uint8)


def outline(labels: Labels) -> NDArray[np.bool_]:
    """Pixels of a region that touch another label or the border through an edge."""
    padded = np.pad(labels, 1)
    edge = np.zeros(labels.shape, dtype=bool)
    for neighbour in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        edge |= neighbour != labels
    return np.asarray(edge & (labels > 0))


def _without_hidden(labels: Labels, hidden: frozenset[int]) -> Labels:
    if not hidden:
        return labels
    table = np.arange(256, dtype=np.uint8)
    table[list(hidden)] = 0
    return table.take(labels)


def _box(inside: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    rows = np.flatnonzero(inside.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(inside.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])
