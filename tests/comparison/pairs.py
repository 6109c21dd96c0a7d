"""Pairs of scans of one head with a known motion and a known growth, and how far off the
comparison is: the heads are simulated, or real where `../shared/data` has them.
"""

import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from ichviewer.comparison.change import Comparison
from ichviewer.comparison.compare import compare
from ichviewer.imaging.rigid import RigidTransform, turn_about
from tests.comparison.scanner import Lesion, Protocol, take
from tests.comparison.time_points import findings_of, time_point

SIMULATED = "simulated"
REAL = "real"
_REAL_HEAD = Path(__file__).parents[3] / "shared" / "data" / "toshiba_head"
#: How the head lies in the current scan; the prior one is turned and moved from there.
_CURRENT = turn_about(np.zeros(3), np.array([2.0, -1, 3]), np.array([1.0, 2, 3]))


_USUAL = Protocol()


@dataclass(frozen=True)
class Pair:
    """How two scans are made of one head; turns in degrees and shift in mm lead to the prior."""

    turn_deg: tuple[float, float, float]
    shift_mm: tuple[float, float, float]
    growth: float
    prior: Protocol = _USUAL
    current: Protocol = _USUAL
    radius_mm: float = 17.0
    head: str = SIMULATED


@dataclass(frozen=True)
class Outcome:
    """How far off the comparison of one pair was; lengths at the middle of the head."""

    pair: Pair
    comparison: Comparison
    error_mm: float
    error_deg: float
    true_ml: tuple[float, float]
    measured_ml: tuple[float, float]
    cpu_s: float

    @property
    def ratio_error(self) -> float:
        """Measured ratio of the volumes by the true one, less 1."""
        (before, after), (was, now) = self.measured_ml, self.true_ml
        return after / before / (now / was) - 1


def _with(**changes: object) -> Protocol:
    return Protocol(**changes)  # type: ignore[arg-type]


PAIRS = (
    Pair((0, 0, 0), (0, 0, 0), 1.0),
    Pair((3, 2, 4), (5, -8, 6), 1.5),
    Pair((8, -3, 10), (10, 4, -15), 1.25, current=_with(slab_mm=2.5, tilt_deg=12)),
    Pair((-10, 5, -12), (-20, 10, 12), 2.0, _with(tilt_deg=18), _with(tilt_deg=-5)),
    Pair((6, 6, -6), (3, 22, -18), 0.7, prior=_with(slab_mm=1.25)),
    Pair((15, 0, 0), (0, 0, 30), 1.4, _with(slab_mm=3), _with(slab_mm=4)),
    Pair((0, 15, 0), (30, 0, 0), 1.4, _with(slab_mm=4, pixels=300), _with(slab_mm=3)),
    Pair((0, 0, 15), (0, 28, 10), 1.0, _with(noise_hu=10), _with(slab_mm=2.5, noise_hu=10)),
    Pair((-9, -9, 9), (-12, -12, 12), 1.6, _with(slab_mm=2.5, uneven_from_mm=10), _with(slab_mm=3)),
    Pair((1, 0.5, -1), (1, 1.2, 2.3), 1.1, prior=_with(low_mm=-72.5)),
    Pair((5, -4, 8), (8, 8, 8), 1.5, prior=_with(low_mm=-20, high_mm=70)),
    Pair((12, 6, -9), (-15, 5, -10), 3.0, _with(slab_mm=1.0), _with(tilt_deg=15), radius_mm=12.0),
    Pair((-6, 3, 14), (6, -20, 15), 1.3, _with(noise_hu=15, slab_mm=2.5), _with(noise_hu=15)),
    Pair((4, -2, 6), (10, -5, 12), 1.5, head=REAL),
    Pair((-8, 5, -12), (-12, 10, -8), 0.8, _with(tilt_deg=14), _with(slab_mm=3), head=REAL),
)


def run(pair: Pair, seed: int = 0) -> Outcome:
    """Scan a head twice and compare."""
    head = _head(pair.head)
    motion = turn_about(np.zeros(3), np.array(pair.turn_deg), np.array(pair.shift_mm))
    small = Lesion(radius_mm=pair.radius_mm)
    lesions = (small, replace(small, growth=pair.growth))
    before, was = take(head, motion.after(_CURRENT), pair.prior, lesions[0], seed)
    after, now = take(head, _CURRENT, pair.current, lesions[1], seed + 1000)
    prior = time_point(before, findings_of(was, before), date="2026-03-01")
    current = time_point(after, findings_of(now, after), date="2026-03-02")
    start = time.process_time()
    comparison = compare(prior, current)
    took = time.process_time() - start
    error = comparison.alignment.motion.inverse().after(motion)
    amount = comparison.types[0].amount
    return Outcome(
        pair, comparison,
        error.moves_by_mm(comparison.alignment.center_lps_mm), error.angle_deg,
        (lesions[0].volume_ml(), lesions[1].volume_ml()),
        (amount.prior_ml, amount.current_ml), took,
    )  # fmt: skip


def truth(pair: Pair) -> RigidTransform:
    """The motion from the current to the prior scan."""
    return turn_about(np.zeros(3), np.array(pair.turn_deg), np.array(pair.shift_mm))


def is_available(head: str) -> bool:
    """Whether what the head is made from is at hand."""
    if head == REAL:
        return _REAL_HEAD.is_dir()
    from training import anatomy

    return bool(anatomy.is_available())


@cache
def _head(name: str) -> np.ndarray:
    """(K, J, I) HU at 1 mm, axes to head, posterior and left."""
    return _real_head() if name == REAL else _simulated_head()


def _simulated_head() -> np.ndarray:
    from training.head import build_head

    return np.asarray(build_head(np.random.default_rng(5), 3, ()).hu, np.float32)


def _real_head() -> np.ndarray:
    """A real head without its neck, straightened onto 1 mm."""
    import SimpleITK as sitk

    from ichviewer import workflow

    series = workflow.best_series(workflow.open_folder(_REAL_HEAD))
    volume = workflow.open_series(series)
    image = sitk.GetImageFromArray(np.asarray(volume.hu, np.float32))
    image.SetSpacing([float(mm) for mm in volume.spacing_mm[::-1]])
    size = [
        round((n - 1) * mm) + 1 for n, mm in zip(image.GetSize(), image.GetSpacing(), strict=True)
    ]
    even = sitk.Resample(image, size, sitk.Transform(), sitk.sitkLinear, [0.0] * 3, [1.0] * 3)
    return sitk.GetArrayFromImage(even)[-190:]
