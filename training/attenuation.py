"""How water and bone weaken a beam of many energies.

Attenuation coefficients: NIST XCOM tables for water and cortical bone (ICRU-44), cm2/g.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.fields import Floats

Floats64 = NDArray[np.float64]
BONE_G_CM3 = 1.92
_WATER_CM2_G = np.array([0.2683, 0.2269, 0.2059, 0.1837, 0.1707])
_BONE_CM2_G = np.array([0.6655, 0.4242, 0.3148, 0.2229, 0.1855])
#: Share of photons at 40, 50, 60, 80 and 100 keV: a coarse 120 kVp spectrum behind aluminium.
_SPECTRUM = np.array([0.12, 0.24, 0.27, 0.24, 0.13])
_SOFT_HU = 100.0
#: Pure cortical bone at 70 keV.
_BONE_HU = 1590.0
_LENGTHS_CM = np.linspace(0, 60, 601)


def soft_and_bone(hu: Floats) -> tuple[Floats, Floats]:
    """Of each pixel, density as water has it, and share of cortical bone."""
    bone = np.clip((hu - _SOFT_HU) / (_BONE_HU - _SOFT_HU), 0, 1.5)
    soft = np.clip(1 + np.minimum(hu, _SOFT_HU) / 1000, 0, None) * (1 - np.minimum(bone, 1))
    return soft, bone


def transmitted(water_cm: Floats64, bone_g_cm2: Floats64) -> Floats64:
    """Share of photons that pass so many cm of water and g/cm2 of bone."""
    passed = np.zeros(np.shape(water_cm))
    for weight, water, bone in zip(_SPECTRUM, _WATER_CM2_G, _BONE_CM2_G, strict=True):
        passed += weight * np.exp(-(water * water_cm + bone * bone_g_cm2))
    return passed


def water_cm_of(share: Floats64) -> Floats64:
    """The water correction: how many cm of water let the same share of photons pass."""
    counts = transmitted(_LENGTHS_CM, np.zeros(len(_LENGTHS_CM)))
    length_cm: Floats64 = np.interp(-np.log(share), -np.log(counts), _LENGTHS_CM)
    return length_cm
