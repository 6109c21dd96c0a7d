"""Slices taken by physics: polychromatic fan of lines through the head, filtered back-projection.

The fast scanner adds hardening from coarse cells, and noise and the bright rim as pictures of what
they look like. Here they arise by themselves, in a few slices, to see whether a network can tell:
`python -m training.projection models/ichnet-s` reads the same simulated slices both ways.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import iradon, radon

from ichviewer.analysis.model import Model, load_model
from ichviewer.analysis.prepare import window_channels
from training.anatomy import TEST
from training.attenuation import BONE_G_CM3, soft_and_bone, transmitted, water_cm_of
from training.fields import Floats, Rng
from training.head import build_head
from training.metrics import mask_dice
from training.protocol import draw_training_protocol
from training.scanner import draw_pose, scan

_ANGLES = 600
_SEED = 4_000_000

Bools = NDArray[np.bool_]


def project(rng: Rng, hu: Floats, px_mm: float, photons: float) -> Floats:
    """The slice as a scanner would reconstruct it.

    Parameters
    ----------
    hu : float32 [S, S]
        Without noise and without any effect of a scanner.
    px_mm
        Pixel size.
    photons
        Per detector element without anybody in the way.

    Returns
    -------
    float32 [S, S]
        HU after the water correction that every scanner applies; bone hardening stays.
    """
    angles = np.linspace(0, 180, _ANGLES, endpoint=False)
    middle = (len(hu) - 1) / 2
    seen_by_all = np.hypot(*(np.indices(hu.shape) - middle)) < middle
    hu = np.where(seen_by_all, hu, np.float32(-1000))
    soft, bone = soft_and_bone(hu)
    cm = px_mm / 10
    water_cm = radon(soft, angles, circle=True, preserve_range=True) * cm
    bone_g_cm2 = radon(bone * BONE_G_CM3, angles, circle=True, preserve_range=True) * cm
    seen = np.maximum(rng.poisson(photons * transmitted(water_cm, bone_g_cm2)), 1) / photons
    ideal_cm = water_cm_of(seen)
    blurred = ndimage.gaussian_filter1d(ideal_cm, 0.6, axis=0)
    density = iradon(blurred, angles, filter_name="shepp-logan", circle=True) / cm
    return ((density - 1) * 1000).astype(np.float32)


def compare(model: Model, slices: int) -> dict[str, object]:
    """Read the same slices from both scanners; agreement with the truth, and how they look."""
    rng = np.random.default_rng(_SEED)
    spec = model.manifest.input
    rows = []
    for _ in range(slices):
        head = build_head(rng, int(rng.choice(TEST)))
        protocol = draw_training_protocol(rng, head, spec.size_px, spec.spacing_mm)
        pose = draw_pose(rng, head.hu.shape)
        bloody_k = np.flatnonzero(head.label.any((1, 2)))
        middle_mm = float(np.median(bloody_k)) - (len(head.hu) - 1) / 2 if len(bloody_k) else 10.0
        k = int(np.abs(protocol.table_mm - middle_mm).argmin())
        fast = scan(np.random.default_rng(_SEED), head, protocol, pose, slice(k, k + 1))
        clean = scan(
            np.random.default_rng(_SEED), head, protocol, pose, slice(k, k + 1), effects=False
        )
        photons = float(np.exp(rng.uniform(np.log(3e5), np.log(3e6))))
        slow = project(rng, clean.hu[0], protocol.px_mm, photons)
        truth = fast.mask[0] > 0
        rows.append([mask_dice(_marked(model, hu), truth) for hu in (fast.hu[0], slow)])
    table = np.array(rows)
    return {
        "slices": slices,
        "any_dice_fast": round(float(np.nanmean(table[:, 0])), 3),
        "any_dice_projected": round(float(np.nanmean(table[:, 1])), 3),
    }


def _marked(model: Model, hu: Floats) -> Bools:
    image = window_channels(
        np.maximum(hu, -1024)[None].astype(np.float32), model.manifest.input.channels
    )
    blood = 1 - model.run(image)["segmentation"][0, 0]
    return np.asarray(blood >= model.manifest.segmentation_min_probability)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slices", type=int, default=24)
    given = parser.parse_args()
    print(json.dumps(compare(load_model(given.folder, "cpu", 2), given.slices)))


if __name__ == "__main__":
    main()
