"""The fidelity light says in numbers how a view differs from what was acquired."""

from dataclasses import replace

import numpy as np

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.plane_slab import Projection, Slab
from ichviewer.imaging.plane_turn import Turn
from ichviewer.imaging.volume import Volume
from ichviewer.ui.fidelity import Light, fidelity_of, slab_words, turn_words
from tests.imaging.test_plane import LAYOUTS, Layout, grid_of


def volume_on(grid: Grid, lossy: str = "") -> Volume:
    return Volume(np.zeros(grid.shape_kji, np.int16), grid, lossy=lossy)


def fidelity(volume: Volume, axis: Axis, **shown: object):
    return fidelity_of(volume, plane_of(volume.grid, axis), **shown)


def test_acquired_slices_are_native() -> None:
    found = fidelity(volume_on(grid_of(LAYOUTS["straight"])), Axis.K)
    assert found.light is Light.NATIVE
    assert found.words == ("native pixels",)


def test_reformats_say_how_and_from_what() -> None:
    tilted = volume_on(grid_of(LAYOUTS["tilted gantry"]))
    found = fidelity(tilted, Axis.I)
    assert found.light is Light.CHANGED
    assert found.words == ("reformatted, nearest voxels", "tilt corrected 18.5°")
    smooth = fidelity(tilted, Axis.I, is_smooth=True)
    assert smooth.words[0] == "reformatted, interpolated between slices"
    slab = fidelity(tilted, Axis.I, is_smooth=True, slab=Slab(Projection.MEAN))
    assert slab.words[0] == "reformatted, nearest voxels", "slabs are never interpolated"


def test_missing_slices_and_loss_are_counted_in_every_view() -> None:
    gapped = Layout(offsets_mm=(0, 5, 10, 25, 30), geometry=GeometryClass.GAPPED)
    volume = volume_on(grid_of(gapped), lossy="JPEG 12:1")
    for axis in Axis:
        found = fidelity(volume, axis)
        assert found.light is Light.INCOMPLETE
        assert "2 slices missing" in found.words
        assert "lossy source: JPEG 12:1" in found.words


def test_turned_projected_and_lossy_slices_are_not_native() -> None:
    volume = volume_on(grid_of(LAYOUTS["straight"]))
    assert fidelity(volume, Axis.K, turn=Turn(1, True)).light is Light.CHANGED
    slab = fidelity(volume, Axis.K, slab=Slab(Projection.MAXIMUM))
    assert slab.words == ("projected from native pixels",)
    assert slab.light is Light.CHANGED
    assert fidelity(replace(volume, lossy="JPEG"), Axis.K).light is Light.CHANGED


def test_words() -> None:
    assert turn_words(Turn(1)) == "turned 90°"
    assert turn_words(Turn(2, True)) == "mirrored and turned 180°"
    plane = plane_of(grid_of(LAYOUTS["straight"]), Axis.K)
    assert slab_words(plane, 4, Slab(Projection.MAXIMUM, 20)) == ("MIP 20 mm, 5 cuts",)
    assert slab_words(plane, 4, Slab()) == ()


def test_without_positions_nothing_is_complete() -> None:
    grid = grid_of(Layout(geometry=GeometryClass.NO_GEOMETRY))
    assert fidelity(volume_on(grid), Axis.K).light is Light.INCOMPLETE
