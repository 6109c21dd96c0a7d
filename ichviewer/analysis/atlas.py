"""A small atlas of the head: what a skull looks like, and which region lies where in it.

Coordinates are those of MNI space turned to LPS (x to the patient's left, y to the back, z up, the
origin near the anterior commissure), in mm. `training/region_atlas.py` makes the file from the
label maps of SynthSeg (Apache-2.0) and says how.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ichviewer.errors import ModelError
from ichviewer.language import tr, tr_later

Float = NDArray[np.float64]

ATLAS_FILE = "head_atlas.npz"
#: Regions of the brain, and of the fluid spaces, by their number; 0 is none.
TISSUES = (
    "",
    tr_later("frontal lobe"),
    tr_later("parietal lobe"),
    tr_later("temporal lobe"),
    tr_later("occipital lobe"),
    tr_later("basal ganglia"),
    tr_later("thalamus"),
    tr_later("brainstem"),
    tr_later("cerebellum"),
)
SPACES = (
    "",
    tr_later("lateral ventricle"),
    tr_later("third ventricle"),
    tr_later("fourth ventricle"),
    tr_later("basal cisterns"),
    tr_later("lateral fissure"),
    tr_later("interhemispheric fissure"),
    tr_later("posterior fossa"),
    tr_later("convexity"),
)


#: Of sites in cases that no atlas was laid over: how far back and how high in the head.
PLAIN_DEPTHS = (tr_later("anterior"), tr_later("central"), tr_later("posterior"))
PLAIN_LEVELS = (tr_later("lower third"), tr_later("middle third"), tr_later("upper third"))


def site_words(site: str) -> str:
    """A site ("convexity, frontal lobe") in the reader's language."""
    return ", ".join(tr(part) for part in site.split(", "))


@dataclass(frozen=True, eq=False)
class Atlas:
    """The mean of ten heads on a grid of 4 mm, axes x, y, z (LPS).

    Parameters
    ----------
    cavity
        (X, Y, Z) float32 share of the heads whose brain cavity holds the voxel.
    bone
        (X, Y, Z) float32 mean density of bone, 1 compact.
    tissue, space
        (X, Y, Z) uint8 numbers of `TISSUES` and `SPACES`; each voxel has the nearest of both.
    first_lps_mm, step_mm
        Centre of the first voxel, and the distance of voxels.
    """

    cavity: NDArray[np.float32]
    bone: NDArray[np.float32]
    tissue: NDArray[np.uint8]
    space: NDArray[np.uint8]
    first_lps_mm: tuple[float, float, float]
    step_mm: float

    def index(self, atlas_lps_mm: Float) -> Float:
        """(..., 3) voxel indices (fractions) of (..., 3) points."""
        return np.asarray((atlas_lps_mm - np.array(self.first_lps_mm)) / self.step_mm)

    def numbers(self, regions: NDArray[np.uint8], atlas_lps_mm: Float) -> NDArray[np.uint8]:
        """Region numbers of (N, 3) points, those of the border beyond it."""
        nearest = np.rint(self.index(atlas_lps_mm)).astype(np.intp)
        clipped = np.clip(nearest, 0, np.array(regions.shape) - 1)
        return np.asarray(regions[tuple(clipped.T)])


def save_atlas(atlas: Atlas, file: Path) -> None:
    """Write an atlas; shares are kept to 1/255."""
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        file,
        cavity=np.rint(atlas.cavity * 255).astype(np.uint8),
        bone=np.rint(atlas.bone * 255).astype(np.uint8),
        tissue=atlas.tissue,
        space=atlas.space,
        first_lps_mm=np.array(atlas.first_lps_mm),
        step_mm=np.array(atlas.step_mm),
    )


def load_atlas(file: Path) -> Atlas:
    """Read an atlas.

    Raises
    ------
    ModelError
        Where it is missing or damaged.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            first = stored["first_lps_mm"].astype(float)
            return Atlas(
                stored["cavity"].astype(np.float32) / 255,
                stored["bone"].astype(np.float32) / 255,
                stored["tissue"],
                stored["space"],
                (float(first[0]), float(first[1]), float(first[2])),
                float(stored["step_mm"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ModelError(
            tr("The atlas {file} is missing or damaged. Install the program again.", file=file)
        ) from error
