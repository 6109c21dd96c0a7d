"""From tissues to Hounsfield units: each simulated patient has densities of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.anatomy import BRAIN, Anatomy, Tissue
from training.fields import Floats, Rng, smooth, smooth_noise, stretch

FAT_HU = -95.0


@dataclass(frozen=True)
class Densities:
    """Mean HU of each `Tissue` of one patient, [20]."""

    hu: Floats


def draw_densities(rng: Rng) -> Densities:
    """One patient's densities; spreads match quantiles of real heads without contrast."""
    white = rng.normal(28, 2.8)
    grey = white + max(3.0, rng.normal(8.0, 1.8))
    csf = rng.normal(7, 2.5)
    vessel = float(np.clip(rng.normal(46, 6), 34, 66))
    hu = np.zeros(len(Tissue), np.float32)
    values = {
        Tissue.AIR: -1000,
        Tissue.WHITE: white,
        Tissue.CORTEX: grey,
        Tissue.DEEP_GREY: grey + rng.normal(0.5, 1),
        Tissue.PALLIDUM: grey + rng.normal(1.5, 2),
        Tissue.BRAINSTEM: white + rng.normal(1.5, 1),
        Tissue.CEREBELLUM_WHITE: white + rng.normal(2, 1),
        Tissue.CEREBELLUM_GREY: grey + rng.normal(0.5, 1.5),
        Tissue.CSF: csf + rng.normal(2, 1),
        Tissue.VENTRICLE: csf,
        Tissue.CHOROID: rng.normal(30, 8),
        Tissue.VESSEL: vessel,
        Tissue.BONE: rng.normal(1150, 180),
        Tissue.DIPLOE: rng.normal(650, 150),
        Tissue.SOFT: rng.normal(54, 7),
        Tissue.SKIN: rng.normal(20, 25),
        Tissue.MUCOSA: rng.normal(30, 10),
        Tissue.EYE: rng.normal(10, 4),
        Tissue.WHITE_LESION: white - rng.uniform(2, 10),
        Tissue.FALX: rng.normal(44, 8),
    }
    for kind, value in values.items():
        hu[kind] = value
    return Densities(hu)


def hu_field(rng: Rng, anatomy: Anatomy, densities: Densities) -> Floats:
    """HU [k, j, i] of a healthy or ageing head without blood: densities, texture, fat, marrow."""
    tissue = anatomy.tissue
    texture = smooth_noise(rng, tissue.shape, rng.uniform(6, 14))
    uneven_hu = np.zeros(len(Tissue), np.float32)
    uneven_hu[list(BRAIN)] = rng.uniform(0.5, 2.2)
    uneven_hu[[Tissue.DIPLOE, Tissue.BONE]] = 180, 120
    hu: Floats = densities.hu[tissue] + uneven_hu[tissue] * texture
    fat = (tissue == Tissue.SOFT) & (texture > rng.uniform(-1.2, 1.0))
    hu[fat] = FAT_HU + 8 * texture[fat]
    _age(rng, anatomy, hu, texture)
    return hu


def _age(rng: Rng, anatomy: Anatomy, hu: Floats, texture: Floats) -> None:
    """Small-vessel disease: white matter loses density towards the ventricles, patchily."""
    if rng.random() > 0.5:
        return
    ventricle_near = _near_ventricle(anatomy.tissue)
    white = anatomy.tissue == Tissue.WHITE
    loss = np.float32(rng.uniform(2, 9)) * ventricle_near * np.clip(0.7 + 0.5 * texture, 0, 1.5)
    hu[white] -= loss[white]


def _near_ventricle(tissue: NDArray[np.uint8]) -> Floats:
    """1 at the ventricles' wall falling to 0 within about 15 mm, made on a 4 mm grid."""
    coarse = (tissue == Tissue.VENTRICLE)[::4, ::4, ::4].astype(np.float32)
    return stretch(np.clip(smooth(coarse, 2.0) * 4, 0, 1), tissue.shape)
