"""Two scans of one head under a known motion, with a lesion of known growth.

SimpleITK resamples the head; the lesion is a formula, so that its volume does not depend on any
grid. Nothing here goes through the program's own geometry, except that its values hold the result.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.rigid import RigidTransform
from ichviewer.imaging.volume import Volume

BLOOD_HU = 65.0
_HOLDER_HU = 120.0


@dataclass(frozen=True)
class Lesion:
    """A lumpy ball in the head's own frame (LPS mm, origin in its middle).

    `growth` scales its volume exactly: all radii by its cube root.
    """

    center_lps_mm: tuple[float, float, float] = (28.0, 10.0, 15.0)
    radius_mm: float = 17.0
    growth: float = 1.0
    kind: int = 2

    def holds(self, lps_mm: np.ndarray) -> np.ndarray:
        """Whether points (..., 3) lie inside."""
        away = lps_mm - np.array(self.center_lps_mm)
        distance = np.linalg.norm(away, axis=-1)
        x, y, z = np.moveaxis(away / np.maximum(distance, 1e-9)[..., None], -1, 0)
        radius = self.radius_mm * (1 + 0.15 * x * y + 0.2 * z * z - 0.1 * np.sin(3 * x))
        return distance < radius * self.growth ** (1 / 3)

    def volume_ml(self) -> float:
        """By counting points 0.5 mm apart."""
        reach = self.radius_mm * 1.6 * self.growth ** (1 / 3)
        axis = np.arange(-reach, reach, 0.5)
        points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
        return float(self.holds(points + np.array(self.center_lps_mm)).sum()) * 0.125 / 1000


@dataclass(frozen=True)
class Protocol:
    """How a series is taken; `offsets_mm` and `field_mm` are in the scanner's own frame."""

    slab_mm: float = 5.0
    pixels: int = 256
    pixel_mm: float = 0.9
    tilt_deg: float = 0.0
    noise_hu: float = 4.0
    low_mm: float = -75.0
    high_mm: float = 90.0
    uneven_from_mm: float | None = None
    holder: bool = True

    def offsets_mm(self) -> np.ndarray:
        """Table positions; twice as wide from `uneven_from_mm` on."""
        table = np.arange(self.low_mm, self.high_mm, self.slab_mm)
        if self.uneven_from_mm is None:
            return table
        return np.concatenate([table[table < self.uneven_from_mm],
                               table[table >= self.uneven_from_mm][1::2]])  # fmt: skip


def take(
    head_hu: np.ndarray,
    pose: RigidTransform,
    protocol: Protocol,
    lesion: Lesion | None = None,
    seed: int = 0,
) -> tuple[Volume, np.ndarray]:
    """Scan a head.

    Parameters
    ----------
    head_hu
        (K, J, I) at 1 mm, axes to head, posterior and left.
    pose
        From the head's own frame to the patient's LPS mm.

    Returns
    -------
    The volume, and its mask of the lesion: 1 voxel where it fills at least half.
    """
    rng = np.random.default_rng(seed)
    image = sitk.GetImageFromArray(np.asarray(head_hu, np.float32))
    image.SetOrigin([-(n - 1) / 2 for n in image.GetSize()])
    tilt = np.radians(protocol.tilt_deg)
    column = np.array([1.0, 0, 0])
    row = np.array([0.0, np.cos(tilt), -np.sin(tilt)])
    normal = np.cross(column, row)
    half = (protocol.pixels - 1) / 2 * protocol.pixel_mm
    positions = np.array([0.0, 0.0, 1.0]) * protocol.offsets_mm()[:, None] - half * (column + row)
    parts = max(1, round(protocol.slab_mm))
    back = pose.inverse()
    directions = np.stack([column, row, normal], axis=1)
    hu, mask = [], []
    for position in positions:
        slab = _Slab(
            back,
            position - normal * protocol.slab_mm * (parts - 1) / (2 * parts),
            directions,
            np.array([protocol.pixel_mm, protocol.pixel_mm, protocol.slab_mm / parts]),
            (protocol.pixels, protocol.pixels, parts),
        )
        thin = slab.resample(image)
        share = np.zeros_like(thin) if lesion is None else slab.share(lesion)
        hu.append((thin * (1 - share) + BLOOD_HU * share).mean(axis=0))
        mask.append((share.mean(axis=0) >= 0.5) * (lesion.kind if lesion else 0))
    taken = np.stack(hu)
    if protocol.holder:
        taken = np.where(_holder(positions, column, row, protocol), _HOLDER_HU, taken)
    taken = taken + rng.normal(0, protocol.noise_hu, taken.shape)
    grid = Grid(
        taken.shape,
        positions,
        column * protocol.pixel_mm,
        row * protocol.pixel_mm,
        _class(protocol),
    )
    voxels = np.clip(np.rint(taken), -1024, 3071).astype(np.int16)
    notes = ("Simulated.",)
    return Volume(voxels, grid, "1.2.3", notes=notes), np.stack(mask).astype(np.uint8)


def _class(protocol: Protocol) -> GeometryClass:
    if protocol.uneven_from_mm is not None:
        return GeometryClass.IRREGULAR
    return GeometryClass.TILTED if protocol.tilt_deg else GeometryClass.REGULAR


@dataclass(frozen=True)
class _Slab:
    """One slice in thin parts: where its first voxel lies, its axes (i, j, k), steps and size."""

    back: RigidTransform
    origin: np.ndarray
    directions: np.ndarray
    steps_mm: np.ndarray
    size: tuple[int, int, int]

    def resample(self, image: sitk.Image) -> np.ndarray:
        """The head's HU in every part."""
        transform = sitk.AffineTransform(3)
        transform.SetMatrix(self.back.rotation.ravel().tolist())
        transform.SetTranslation(self.back.shift_lps_mm.tolist())
        resampler = sitk.ResampleImageFilter()
        resampler.SetSize(self.size)
        resampler.SetOutputOrigin(self.origin.tolist())
        resampler.SetOutputSpacing(self.steps_mm.tolist())
        resampler.SetOutputDirection(self.directions.ravel().tolist())
        resampler.SetTransform(transform)
        resampler.SetDefaultPixelValue(-1000.0)
        resampler.SetInterpolator(sitk.sitkLinear)
        return sitk.GetArrayFromImage(resampler.Execute(image))

    def share(self, lesion: Lesion) -> np.ndarray:
        """Share of each thin voxel that the lesion fills, from eight points in it."""
        share = np.zeros(self.size[::-1], np.float32)
        box = self._near(lesion)
        if box is None:
            return share
        k, j, i = np.indices(self.size[::-1])
        index = np.stack([i[box], j[box], k[box]], axis=-1).astype(float)
        for shift in np.stack(np.meshgrid(*[(-0.25, 0.25)] * 3), -1).reshape(-1, 3):
            points = self.origin + ((index + shift) * self.steps_mm) @ self.directions.T
            share[box] += lesion.holds(self.back.apply(points)) / 8
        return share

    def _near(self, lesion: Lesion) -> tuple[slice, ...] | None:
        """The part that the lesion can reach; None where it reaches none."""
        center = self.back.inverse().apply(np.array(lesion.center_lps_mm))
        at = ((center - self.origin) @ self.directions) / self.steps_mm
        reach = 1.5 * lesion.radius_mm * lesion.growth ** (1 / 3) / self.steps_mm + 1
        low = np.clip(np.floor(at - reach), 0, None).astype(int)
        high = np.minimum(np.ceil(at + reach).astype(int) + 1, self.size)
        if (high <= low).any():
            return None
        return tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))


def _holder(positions, column, row, protocol) -> np.ndarray:
    """A head holder that stays where it is while the head moves."""
    axis = np.arange(protocol.pixels) * protocol.pixel_mm
    y = positions[:, None, None, 1] + (axis * row[1])[None, :, None]
    x = positions[:, None, None, 0] + (axis * column[0])[None, None, :]
    radius = np.hypot(x, y * 0.9 - 8)
    return (np.abs(radius - 106) < 1.5) & (y > 30)
