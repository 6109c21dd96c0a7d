"""The fidelity light: in what one view differs from what was acquired, quantified."""

from dataclasses import dataclass
from enum import IntEnum

from ichviewer.imaging.grid import GeometryClass
from ichviewer.imaging.plane import Plane
from ichviewer.imaging.plane_slab import Projection, Slab, slab_members
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr, trn
from ichviewer.ui import wording

_UPRIGHT = Turn()
_NO_SLAB = Slab()


class Light(IntEnum):
    """As acquired, shown otherwise than acquired, or with parts missing."""

    NATIVE = 0
    CHANGED = 1
    INCOMPLETE = 2


@dataclass(frozen=True)
class Fidelity:
    """A light, and the words that go with it."""

    light: Light
    words: tuple[str, ...]


def fidelity_of(
    volume: Volume,
    plane: Plane,
    *,
    is_smooth: bool = False,
    slab: Slab = _NO_SLAB,
    turn: Turn = _UPRIGHT,
) -> Fidelity:
    """What was done to show a plane of a volume.

    Parameters
    ----------
    is_smooth
        Whether pixels between slices are interpolated; slabs never are.
    slab
        What is projected.
    turn
        How the view is turned.
    """
    grid, words = plane.grid, []
    light = Light.NATIVE
    is_slab = slab.projection is not Projection.NONE
    if plane.is_native:
        words.append(tr("projected from native pixels") if is_slab else tr("native pixels"))
        light = Light.CHANGED if is_slab else light
    else:
        is_between = is_smooth and not is_slab
        how = tr("interpolated between slices") if is_between else tr("nearest voxels")
        words += [tr("reformatted, {how}", how=how), *wording.fidelity(grid)]
        light = Light.CHANGED
    if volume.lossy:
        words.append(tr("lossy source: {source}", source=volume.lossy))
        light = Light.CHANGED
    if turn != _UPRIGHT:
        words.append(turn_words(turn))
        light = Light.CHANGED
    if plane.is_native and grid.missing_slices.any():
        words.append(wording.missing(int(grid.missing_slices.sum())))
    if grid.missing_slices.any() or grid.geometry is GeometryClass.NO_GEOMETRY:
        light = Light.INCOMPLETE
    return Fidelity(light, tuple(dict.fromkeys(words)))


def turn_words(turn: Turn) -> str:
    """`turned 90°`, `mirrored`, `mirrored and turned 180°`; empty for upright images."""
    said = [tr("mirrored")] if turn.is_mirrored else []
    if turn.quarters:
        said.append(tr("turned {angle}°", angle=90 * turn.quarters))
    return wording.listed(said)


def slab_words(plane: Plane, index: int, slab: Slab) -> tuple[str, ...]:
    """`MIP 20 mm, 5 cuts`; empty without a slab."""
    if slab.projection is Projection.NONE:
        return ()
    count = len(slab_members(plane, index, slab.thickness_mm))
    return (
        trn(
            "{projection} {mm:g} mm, {n} cut",
            "{projection} {mm:g} mm, {n} cuts",
            count,
            projection=tr(slab.projection),
            mm=slab.thickness_mm,
        ),
    )
