"""The images that went worst, as pictures: slice, what is true, what the models marked."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.look import Seen
from ichviewer.analysis.prepare import (
    AIR_HU,
    Channel,
    InputSpec,
    ModelGrid,
    head_grid,
    resample_plane,
)
from ichviewer.evaluation.images import Image
from ichviewer.evaluation.outcome import Outcome
from ichviewer.evaluation.overlap import one_slice, totals
from ichviewer.imaging.overlay import outline
from ichviewer.imaging.picture import encode_png
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import PRESETS, apply_window
from ichviewer.language import figure, tr, tr_later
from ichviewer.report.colours import TYPE_COLOURS

MISSED, ALARMS, OVERLAP, FALSE = (
    tr_later("Hemorrhage that was missed"),
    tr_later("Alarms where there is none"),
    tr_later("Least overlap with the true mask"),
    tr_later("Most blood marked where there is none"),
)
KEPT = 6
#: A square of 224 mm holds a head's slice.
_SPEC = InputSpec(280, 0.8, 5.0, (Channel(0, 40, 80),))
_FILL = 0.35
_GAP_PX = 6


@dataclass(frozen=True, order=True)
class Picture:
    """One of the worst: sorted by `rank`, the worst first."""

    rank: float
    row: int
    kind: str = field(compare=False)
    caption: str = field(compare=False)
    png: bytes = field(compare=False, repr=False)


class Worst:
    """Keeps the few worst images of every kind while they go by."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Picture]] = {MISSED: [], ALARMS: [], OVERLAP: [], FALSE: []}

    def see(self, outcome: Outcome, image: Image, seen: Seen) -> None:
        """Keep a picture of an image where it is among the worst so far."""
        for kind, badness in _badness(outcome):
            kept, rank = self._kept[kind], -badness
            if len(kept) == KEPT and rank >= kept[-1].rank:
                continue
            k = _slice_to_show(image, seen)
            png = draw(image.volume, image.truth, seen.marked.mask, k)
            insort(kept, Picture(rank, outcome.row.number, kind, _caption(outcome, k), png))
            del kept[KEPT:]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """By kind, the worst first."""
        return tuple(picture for kept in self._kept.values() for picture in kept)


def draw(
    volume: Volume, truth: NDArray[np.uint8] | None, marked: NDArray[np.uint8], k: int
) -> bytes:
    """PNG of one slice through the brain window, and beside it the true and the marked blood.

    The patient's right is on the left, the front on top, whatever the order of the file.
    """
    plane = Volume(volume.hu[k : k + 1], one_slice(volume.grid, k))
    grid = head_grid(plane, _SPEC)
    hu = plane.hu[0].astype(np.float32)
    grey = apply_window(resample_plane(np.maximum(hu, AIR_HU), grid), PRESETS[1])
    panels = [np.repeat(grey[..., None], 3, axis=2)]
    for mask in (truth, marked):
        if mask is not None:
            panels.append(_coloured(panels[0], _nearest(mask[k], grid)))
    gap = np.full((grey.shape[0], _GAP_PX, 3), 255, np.uint8)
    parts = [part for panel in panels for part in (panel, gap)][:-1]
    return encode_png(np.concatenate(parts, axis=1))


def _badness(outcome: Outcome) -> Iterator[tuple[str, float]]:
    whole = outcome.whole
    label, found = whole.labels[0, 0], bool(whole.found[0, 0])
    if label == 1 and not found:
        yield MISSED, 1.0 - float(whole.probability[0, 0])
    if label == 0 and found:
        yield ALARMS, float(whole.probability[0, 0])
    if outcome.overlap is None:
        return
    true, marked, shared = (amount[0] for amount in totals(outcome.overlap.amount))
    if true > 0:
        yield OVERLAP, 1.0 - float(2 * shared / (true + marked))
    elif marked > 0:
        area_mm2 = outcome.overlap.area_mm2[:, :, 1:].sum(axis=(1, 2))
        yield FALSE, float(area_mm2.max())


def _slice_to_show(image: Image, seen: Seen) -> int:
    """Where truth and mask differ most; without either, where blood is most probable."""
    mask = seen.marked.mask
    differ = (mask != (np.zeros_like(mask) if image.truth is None else image.truth)).sum((1, 2))
    return int((differ if differ.any() else seen.detection.slices[:, 0]).argmax())


def _caption(outcome: Outcome, k: int) -> str:
    row, unit = outcome.row, "mm²" if outcome.is_single else "mL"
    parts = [row.title, *([] if outcome.is_single else [tr("slice {number}", number=k + 1)])]
    parts.append(
        tr("any hemorrhage {probability:.2f}", probability=outcome.whole.probability[0, 0])
    )
    if np.isfinite(outcome.true_amount):
        parts.append(tr("true {amount:.1f} {unit}", amount=outcome.true_amount, unit=unit))
    parts.append(tr("marked {amount:.1f} {unit}", amount=outcome.marked_amount, unit=unit))
    if outcome.overlap is not None and outcome.true_amount > 0:
        true, marked, shared = (amount[0] for amount in totals(outcome.overlap.amount))
        parts.append(f"Dice {figure(2 * shared / (true + marked), '.2f')}")
    return ", ".join(parts)


def _nearest(labels: NDArray[np.uint8], grid: ModelGrid) -> NDArray[np.uint8]:
    at = np.arange(grid.size_px)
    rows, columns = (
        np.rint(first + step * at).astype(np.intp)
        for first, step in zip(grid.first_ji, grid.step_ji, strict=True)
    )
    inside = ((rows >= 0) & (rows < labels.shape[0]))[:, None] & (
        (columns >= 0) & (columns < labels.shape[1])
    )
    clipped = labels[
        np.clip(rows, 0, labels.shape[0] - 1)[:, None], np.clip(columns, 0, labels.shape[1] - 1)
    ]
    return np.where(inside, clipped, 0).astype(np.uint8)


def _coloured(rgb: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    table = np.zeros((256, 3))
    for kind, colour in TYPE_COLOURS.items():
        table[kind] = colour
    share = np.where(outline(labels), 1.0, _FILL) * (labels > 0)
    mixed = rgb * (1 - share[..., None]) + table[labels] * share[..., None]
    return np.asarray(np.rint(mixed), dtype=np.uint8)
