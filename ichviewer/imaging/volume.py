"""The Volume: HU voxels on a Grid, with what a reader must know about them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.window import Window


@dataclass(frozen=True, eq=False)
class Volume:
    """One series as voxels.

    Parameters
    ----------
    hu
        (K, J, I) Hounsfield units, int16 where the rescale is integral, else float32. Read-only.
        Raw stored values where `is_hu` is False.
    grid
        Where the voxels are.
    series_uid, frame_of_reference_uid
        SeriesInstanceUID and FrameOfReferenceUID, empty where absent.
    description
        What to call the series on screen.
    is_hu
        False where the file gives no rescale: then there are no HU tools and no AI.
    is_inverted
        True for MONOCHROME1: the display is inverted, never the values.
    windows
        The windows the file proposes, in its order.
    notes
        Sentences that a reader must not miss (missing slices, lossy source, uneven spacing ...).
    padding
        (K, J, I) bool, True outside the scanned field (PixelPaddingValue), or None.
    lossy
        How the source was compressed with loss ("JPEG 12:1"); empty for lossless images.
    """

    hu: NDArray[np.int16] | NDArray[np.float32]
    grid: Grid
    series_uid: str = ""
    frame_of_reference_uid: str = ""
    description: str = ""
    is_hu: bool = True
    is_inverted: bool = False
    windows: tuple[Window, ...] = ()
    notes: tuple[str, ...] = ()
    padding: NDArray[np.bool_] | None = field(default=None, repr=False)
    lossy: str = ""

    def __post_init__(self) -> None:
        if self.hu.shape != self.grid.shape_kji:
            raise ValueError(f"voxels {self.hu.shape} do not fit the grid {self.grid.shape_kji}")
        self.hu.flags.writeable = False
        if self.padding is not None:
            self.padding.flags.writeable = False

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Number of slices, rows, columns."""
        return self.grid.shape_kji

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of voxel centres (k, j, i), k measured from positions."""
        return self.grid.spacing_mm

    @property
    def affine(self) -> NDArray[np.float64]:
        """(4, 4) voxel (k, j, i, 1) to LPS mm."""
        return self.grid.affine

    @property
    def slice_positions_lps_mm(self) -> NDArray[np.float64]:
        """(K, 3) ImagePositionPatient of every slice."""
        return self.grid.slice_positions_lps_mm

    @property
    def geometry(self) -> GeometryClass:
        """What is known about the positions of the slices."""
        return self.grid.geometry
