"""Planes turned by quarters and mirrored: everything that a plane knows turns with it.

The turned plane is a plane like any other, with other screen directions. Letters, positions,
voxels under the pointer, labels and traces therefore follow by themselves.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.plane import Plane


@dataclass(frozen=True)
class Turn:
    """How a plane is shown: first mirrored left to right, then turned clockwise.

    Parameters
    ----------
    quarters
        Quarter turns clockwise, 0 to 3.
    is_mirrored
        True where left and right are exchanged before turning.
    """

    quarters: int = 0
    is_mirrored: bool = False

    def rotated(self, quarters: int) -> "Turn":
        """The same, turned further clockwise."""
        return Turn((self.quarters + quarters) % 4, self.is_mirrored)

    def flipped_sideways(self) -> "Turn":
        """The same, with left and right of the screen exchanged."""
        return Turn(-self.quarters % 4, not self.is_mirrored)

    def flipped_upright(self) -> "Turn":
        """The same, with top and bottom of the screen exchanged."""
        return self.flipped_sideways().rotated(2)

    def pixels(self, image: NDArray[Any]) -> NDArray[Any]:
        """(rows, columns) of an upright image, as they are shown."""
        return np.rot90(image[:, ::-1] if self.is_mirrored else image, -self.quarters)


@lru_cache(maxsize=32)
def turned(plane: Plane, turn: Turn) -> Plane:
    """The plane as it is shown after a turn; made once per plane and turn."""
    if turn == Turn():
        return plane
    if turn.is_mirrored:
        last = (plane.shape[1] - 1) * plane.pixel_mm[1] * plane.right_lps
        shown = replace(
            plane, first_lps_mm=plane.first_lps_mm + last, right_lps=-plane.right_lps
        )  # fmt: skip
    else:
        shown = plane
    for _ in range(turn.quarters):
        last = (shown.shape[0] - 1) * shown.pixel_mm[0] * shown.down_lps
        shown = replace(
            shown,
            shape=shown.shape[::-1],
            pixel_mm=shown.pixel_mm[::-1],
            first_lps_mm=shown.first_lps_mm + last,
            right_lps=-shown.down_lps,
            down_lps=shown.right_lps,
        )
    return replace(
        shown,
        source=_kept(turn, plane.source),
        neighbour=_kept(turn, plane.neighbour),
        share=_kept(turn, plane.share),
    )


_Table = TypeVar("_Table", bound=np.generic)


def _kept(turn: Turn, table: NDArray[_Table] | None) -> NDArray[_Table] | None:
    if table is None:
        return None
    shown = np.ascontiguousarray(turn.pixels(table))
    shown.flags.writeable = False
    return shown
