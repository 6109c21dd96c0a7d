"""How a series is taken: slices, tilt, kernel, dose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.fields import Rng
from training.head import Head


@dataclass(frozen=True)
class Protocol:
    """How one series is taken.

    Parameters
    ----------
    size_px, px_mm
        Square image and its pixel.
    slab_mm
        SliceThickness.
    table_mm : float64 [K]
        Table positions, feet to head, relative to the anatomy's middle.
    tilt_deg
        Gantry tilt about the left-right axis.
    center_mm
        Offset (back, left) of the image's middle from the head's.
    blur_mm
        Standard deviation of the point spread.
    sharpen
        Edge enhancement of the kernel, 0 for none.
    noise_hu
        Standard deviation after resampling to 1 mm pixels.
    noise_mm
        Correlation length of the noise.
    kvp, kernel
        For the header.
    """

    size_px: int
    px_mm: float
    slab_mm: float
    table_mm: NDArray[np.float64]
    tilt_deg: float
    center_mm: tuple[float, float]
    blur_mm: float
    sharpen: float
    noise_hu: float
    noise_mm: float
    kvp: int
    kernel: str


def draw_protocol(
    rng: Rng, head: Head, size_px: int = 512, slab_mm: float | None = None
) -> Protocol:
    """A series as hospitals take it: thickness, tilt, kernel and dose as they occur."""
    slab = float(rng.choice([1.0, 1.25, 2.5, 3.0, 4.0, 5.0, 5.0, 7.0]))
    field_mm = float(rng.uniform(215, 250))
    return _draw(rng, head, slab_mm or slab, size_px, field_mm / size_px)


def draw_training_protocol(rng: Rng, head: Head, size_px: int, px_mm: float) -> Protocol:
    """The same, straight on the network's grid and with slabs as `prepare` would make them."""
    slab = float(rng.choice([2.5, 3.0, 4.0, 4.8, 5.0, 5.0, 5.0, 6.0, 7.0]))
    return _draw(rng, head, slab, size_px, px_mm)


def draw_unseen_protocol(rng: Rng, head: Head, size_px: int = 512) -> Protocol:
    """A series as no training slice was taken: other slabs, kernels, noise and tilts."""
    slab = float(rng.choice([1.5, 2.0, 3.75, 4.5, 5.5]))
    usual = _draw(rng, head, slab, size_px, float(rng.uniform(205, 260)) / size_px)
    sharp = usual.kernel == "SHARP"
    return replace(
        usual,
        tilt_deg=float(rng.choice([0.0, rng.uniform(-9, -5), rng.uniform(24, 27)])),
        blur_mm=float(rng.uniform(0.28, 0.35) if sharp else rng.uniform(0.95, 1.1)),
        sharpen=float(rng.uniform(0.4, 0.55)) if sharp else 0.0,
        noise_mm=float(rng.choice([rng.uniform(0.2, 0.35), rng.uniform(0.95, 1.15)])),
        kvp=int(rng.choice([90, 110, 130, 135])),
    )


def _draw(rng: Rng, head: Head, slab_mm: float, size_px: int, px_mm: float) -> Protocol:
    low, high = -0.46 * len(head.hu), 0.5 * len(head.hu)
    table = np.arange(low + rng.uniform(0, 8), high, slab_mm)
    sharp = bool(rng.random() < 0.25)
    return Protocol(
        size_px=size_px,
        px_mm=px_mm,
        slab_mm=round(slab_mm * float(rng.choice([1.0, 1.0, 1.0, 0.7])), 3),
        table_mm=table,
        tilt_deg=float(rng.choice([0.0, rng.uniform(-5, 24)])),
        center_mm=(float(rng.normal(0, 4)), float(rng.normal(0, 4))),
        blur_mm=float(rng.uniform(0.35, 0.6) if sharp else rng.uniform(0.5, 0.95)),
        sharpen=float(rng.uniform(0.1, 0.4)) if sharp else 0.0,
        noise_hu=float(np.clip(rng.lognormal(1.05, 0.42), 0.8, 7.0)),
        noise_mm=float(rng.uniform(0.35, 0.95)),
        kvp=int(rng.choice([80, 100, 120, 120, 120, 140])),
        kernel="SHARP" if sharp else "SMOOTH",
    )
