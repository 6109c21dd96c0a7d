"""The alignment of two series: found by registration, moved by hand, or refused with a reason."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ichviewer.imaging.grid import Float
from ichviewer.imaging.rigid import IDENTITY, RigidTransform, turn_about
from ichviewer.language import tr, tr_later

_UNMOVED = np.zeros(3)


class Grade(StrEnum):
    """What the quality of an alignment allows."""

    GOOD = tr_later("good")
    DOUBTFUL = tr_later("doubtful")
    REFUSED = tr_later("refused")
    BY_HAND = tr_later("by hand")


@dataclass(frozen=True)
class Quality:
    """How well two crania fit.

    Parameters
    ----------
    skull_mm
        Median distance of the outer surfaces of both skulls, along rays from inside; NaN where
        no ray meets both.
    skull_95_mm
        95th percentile of the same.
    shared
        Share of the smaller brain that lies within the other one's scan and brain, 0-1.
    correlation
        Of the HU of skull and brain, -1 to 1.
    """

    skull_mm: float
    skull_95_mm: float
    shared: float
    correlation: float


@dataclass(frozen=True, eq=False)
class Alignment:
    """How the current series lies to the prior one.

    Parameters
    ----------
    found
        Moves current LPS mm to prior LPS mm, as registration found it; leaves everything where it
        is where that was refused.
    center_lps_mm
        (3,) middle of the head in the current series, about which it is turned by hand.
    grade, reason
        What it is good for; why, where it is not good.
    quality
        How well the skulls fit as found; None where there was nothing to fit.
    by_hand
        What the reader has moved, in the current series' LPS mm, before `found`.
    """

    found: RigidTransform
    center_lps_mm: Float
    grade: Grade
    reason: str = ""
    quality: Quality | None = None
    by_hand: RigidTransform = IDENTITY

    @property
    def motion(self) -> RigidTransform:
        """Current LPS mm to prior LPS mm, moved by hand included."""
        return self.found.after(self.by_hand)

    @property
    def is_usable(self) -> bool:
        """Whether lesions may be told from each other by their place."""
        return self.grade is not Grade.REFUSED

    def sentence(self) -> str:
        """What a reader must know about it."""
        if self.grade is Grade.REFUSED:
            return tr("Not aligned: {reason}", reason=self.reason)
        parts = [
            tr(
                "Aligned: {moved_mm:.1f} mm, {turned_deg:.1f}°",
                moved_mm=self.motion.moves_by_mm(self.center_lps_mm),
                turned_deg=self.motion.angle_deg,
            )
        ]
        if self.grade is Grade.BY_HAND:
            parts.append(
                tr(
                    "of these {moved_mm:.1f} mm, {turned_deg:.1f}° by hand",
                    moved_mm=self.by_hand.moves_by_mm(self.center_lps_mm),
                    turned_deg=self.by_hand.angle_deg,
                )
            )
        elif self.quality is not None:
            parts.append(
                tr(
                    "quality {grade}: skulls within {skull_mm:.1f} mm (95 % within "
                    "{skull_95_mm:.1f} mm), {share:.0%} of the brain shared",
                    grade=tr(self.grade),
                    skull_mm=self.quality.skull_mm,
                    skull_95_mm=self.quality.skull_95_mm,
                    share=self.quality.shared,
                )
            )
        return "; ".join(parts) + "." + (f" {self.reason}" if self.reason else "")


def moved_by_hand(
    alignment: Alignment, shift_lps_mm: Float, angles_deg: Float = _UNMOVED
) -> Alignment:
    """The alignment moved further by the reader.

    Parameters
    ----------
    alignment
        Found or refused: a refused one becomes the reader's own.
    shift_lps_mm, angles_deg
        (3,) how the current head is moved in its own LPS frame, and turned about the axes to the
        left, posterior and head through its middle.
    """
    step = turn_about(alignment.by_hand.apply(alignment.center_lps_mm), angles_deg, shift_lps_mm)
    reason = "" if alignment.grade is not Grade.REFUSED else tr("The registration was refused.")
    return replace(
        alignment,
        by_hand=step.after(alignment.by_hand),
        grade=Grade.BY_HAND,
        reason=reason or alignment.reason,
    )
