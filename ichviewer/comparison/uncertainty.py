"""How exactly a lesion's volume is known, from its outline alone."""

import numpy as np

from ichviewer.analysis.lesions import Region
from ichviewer.imaging.grid import Grid

#: Half a pixel of the grid on which the models mark; a coarser series counts half its own pixel.
OUTLINE_MM = 0.5


def region_uncertainty_ml(region: Region, grid: Grid) -> float:
    """By how much a volume changes if the outline is drawn otherwise.

    The outline moves by `OUTLINE_MM` on every slice, the same way on all of them; the first and
    the last slice may each be filled by half only. Both are independent and added as squares.
    """
    _, j_mm, i_mm = grid.spacing_mm
    padded = np.pad(region.inside, ((0, 0), (1, 1), (1, 1)))
    rows = (padded[:, 1:, :] != padded[:, :-1, :]).sum(axis=(1, 2))
    columns = (padded[:, :, 1:] != padded[:, :, :-1]).sum(axis=(1, 2))
    weights_mm = grid.slice_weights_mm[region.box[0]]
    # Steps along a slanted border are longer than it: pi / 4 on average over all directions.
    border_mm = (rows * i_mm + columns * j_mm) * np.pi / 4
    outline = float((border_mm * weights_mm).sum()) * max(OUTLINE_MM, j_mm / 2, i_mm / 2)
    areas_mm2 = region.inside.sum(axis=(1, 2)) * j_mm * i_mm
    ends = [float(areas_mm2[k] * weights_mm[k]) / 2 for k in (0, -1)]
    return float(np.sqrt(outline**2 + ends[0] ** 2 + ends[1] ** 2)) / 1000
