"""Heads and bodies of known size, side and density."""

import numpy as np

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume

BRAIN_HU, BONE_HU, SCALP_HU, AIR_HU, BLOOD_HU = 30, 900, 20, -1000, 70


def make_grid(
    *,
    slices: int = 28,
    px: int = 256,
    px_mm: float = 0.9,
    gaps_mm: float | np.ndarray = 5.0,
    tilt_deg: float = 0.0,
    signs_ji: tuple[int, int] = (1, 1),
    thicknesses_mm: np.ndarray | None = None,
) -> Grid:
    """An axial grid about the origin; a tilt leans the planes about the patient's x axis."""
    gaps = np.broadcast_to(np.asarray(gaps_mm, float), (slices - 1,))
    along = np.concatenate([[0.0], np.cumsum(gaps)])
    along -= along[-1] / 2
    along *= signs_ji[0] * signs_ji[1]  # slices are ordered along the normal
    lean = np.radians(tilt_deg)
    row_dir = np.array([0.0, np.cos(lean), np.sin(lean)]) * signs_ji[0]
    column_dir = np.array([1.0, 0.0, 0.0]) * signs_ji[1]
    corner = -(px - 1) / 2 * px_mm * (row_dir + column_dir)
    # Under a tilted gantry the table still moves along the patient: gaps are along the normal.
    positions = corner + np.outer(along / np.cos(lean), [0.0, 0.0, 1.0])
    geometry = GeometryClass.REGULAR
    if slices == 1:
        geometry = GeometryClass.SINGLE
    elif np.ptp(gaps) > 0.01:
        geometry = GeometryClass.IRREGULAR
    elif tilt_deg:
        geometry = GeometryClass.TILTED
    return Grid(
        (slices, px, px), positions, column_dir * px_mm, row_dir * px_mm, geometry, thicknesses_mm
    )


def positions_lps_mm(grid: Grid) -> np.ndarray:
    """(K, J, I, 3) patient position of every voxel."""
    return grid.lps_mm(np.stack(np.indices(grid.shape_kji), axis=-1))


def ellipsoid(
    grid: Grid, center_mm: tuple[float, float, float], radii_mm: tuple[float, float, float]
) -> np.ndarray:
    """Voxels inside an ellipsoid with axes along LPS."""
    lps = positions_lps_mm(grid)
    return (((lps - center_mm) / radii_mm) ** 2).sum(axis=-1) < 1


def head(
    grid: Grid | None = None,
    *,
    center_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    yaw_deg: float = 0.0,
    noise_hu: float = 3.0,
    bleed_mm: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None,
    brain_hu: float = BRAIN_HU,
) -> Volume:
    """A brain of 65 x 80 x 62 mm radii with a fissure, in skull and scalp, turned about z.

    `bleed_mm` is centre and radii of a hemorrhage in the head's own frame.
    """
    grid = grid or make_grid()
    lps = positions_lps_mm(grid) - center_mm
    yaw = np.radians(yaw_deg)
    x = lps[..., 0] * np.cos(yaw) + lps[..., 1] * np.sin(yaw)
    y = -lps[..., 0] * np.sin(yaw) + lps[..., 1] * np.cos(yaw)
    own = np.stack([x, y, lps[..., 2]], axis=-1)

    def within(radii: tuple[float, float, float]) -> np.ndarray:
        return ((own / radii) ** 2).sum(axis=-1) < 1

    hu = np.full(grid.shape_kji, AIR_HU, np.float32)
    hu[within((78, 93, 75))] = SCALP_HU
    hu[within((72, 87, 69))] = BONE_HU
    hu[within((65, 80, 62))] = brain_hu
    if bleed_mm:
        center, radii = bleed_mm
        hu[(((own - center) / radii) ** 2).sum(axis=-1) < 1] = BLOOD_HU
    hu += np.random.default_rng(1).normal(0, noise_hu, hu.shape).astype(np.float32)
    return Volume(np.rint(hu).astype(np.int16), grid, series_uid="1.2.3")


def with_vessels(plain: Volume, vessel_hu: float) -> Volume:
    """Four straight vessels through all slices of a head, where nothing but brain is."""
    vessels = np.zeros(plain.shape_kji, bool)
    for x, y in ((20, 10), (-20, 10), (0, 40), (5, -30)):
        vessels |= ellipsoid(plain.grid, (x, y, 0), (3, 3, 500))
    hu = np.where(vessels & (np.abs(plain.hu - BRAIN_HU) < 25), vessel_hu, plain.hu)
    return Volume(hu.astype(np.int16), plain.grid, series_uid=plain.series_uid)
