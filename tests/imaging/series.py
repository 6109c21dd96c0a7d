"""Volumes of known content on grids as scanners make them, and where their voxels are.

Positions are worked out here by the equation of PS3.3 C.7.6.2.1.1 alone, so that they can be held
against what the program says.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume

TILT = np.radians(18.5)
LEANING = (0.0, float(np.cos(TILT)), float(np.sin(TILT)))


@dataclass(frozen=True)
class Scan:
    """Orientation, spacing and positions as the files would give them."""

    column: tuple[float, float, float] = (1, 0, 0)
    row: tuple[float, float, float] = (0, 1, 0)
    travel: tuple[float, float, float] = (0, 0, 1)
    spacing_mm: tuple[float, float] = (0.45, 0.6)
    offsets_mm: tuple[float, ...] = tuple(5.0 * n for n in range(12))
    geometry: GeometryClass = GeometryClass.REGULAR

    def positions_lps_mm(self) -> np.ndarray:
        """(K, 3) ImagePositionPatient."""
        return np.outer(self.offsets_mm, self.travel) + np.array([-31.0, -42.0, 120.0])

    def lps_mm(self, k: float, j: float, i: float) -> np.ndarray:
        """Where a voxel is, by the standard's equation; k whole."""
        row_mm, column_mm = self.spacing_mm
        along_column = np.array(self.row, dtype=float) * row_mm * j
        along_row = np.array(self.column, dtype=float) * column_mm * i
        return self.positions_lps_mm()[int(k)] + along_column + along_row


SCANS = {
    "straight": Scan(),
    "tilted": Scan(
        row=(0, float(np.cos(TILT)), float(np.sin(TILT))), geometry=GeometryClass.TILTED
    ),
    "uneven": Scan(
        offsets_mm=(0, 1.1, 6, 13, 20, 22.5, 25, 30, 36, 41, 48, 50),
        geometry=GeometryClass.IRREGULAR,
    ),
    "tilted and uneven": Scan(
        row=LEANING,
        offsets_mm=(0, 1.1, 6, 13, 20, 22.5, 25, 30, 36, 41, 48, 50),
        geometry=GeometryClass.IRREGULAR,
    ),
    "prone, feet last": Scan(column=(-1, 0, 0), travel=(0, 0, -1)),
    "turned head": Scan(
        column=(float(np.cos(0.3)), float(np.sin(0.3)), 0),
        row=(float(-np.sin(0.3)), float(np.cos(0.3)), 0),
    ),
}
SHAPE_JI = (64, 56)


def grid_of(scan: Scan) -> Grid:
    """The grid that the program makes of a scan."""
    row_mm, column_mm = scan.spacing_mm
    return Grid(
        (len(scan.offsets_mm), *SHAPE_JI),
        scan.positions_lps_mm(),
        column_mm * np.array(scan.column, dtype=float),
        row_mm * np.array(scan.row, dtype=float),
        scan.geometry,
    )


@lru_cache
def volume_of(scan: Scan) -> Volume:
    """Every voxel its own HU, so that one too many or too few shows."""
    k, j, i = np.indices((len(scan.offsets_mm), *SHAPE_JI))
    return Volume((17 * k + 5 * j - 3 * i + (j * i) % 7).astype(np.int16), grid_of(scan))
