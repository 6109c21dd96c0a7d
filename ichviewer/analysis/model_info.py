"""Who spoke: a model's name and origin, what it was given to see, and what its numbers mean."""

from dataclasses import dataclass

from ichviewer.imaging.window import Window

#: By `PROBABILITY_COLUMNS`, what a model's `CURVE_SAID` mean once they are calibrated.
Curve = tuple[tuple[float, ...], ...]
CURVE_SAID = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)


@dataclass(frozen=True)
class Resampling:
    """What a series is resampled to before a model sees it: a square, its pixels, its slabs."""

    size_px: int
    spacing_mm: float
    slab_mm: float


@dataclass(frozen=True)
class ModelInfo:
    """Which model spoke.

    Parameters
    ----------
    name, version, sha256
        Which it is.
    roles
        What it is for.
    training_data, license
        Where it comes from, in words.
    device
        Where it ran.
    windows, resampling
        How it saw the images.
    slice_curve, study_curve
        The calibration of its probabilities, of slices and of the study's largest; empty for a
        model that gives none.
    in_scan_sha256
        Of its network for whole scans; empty where none was asked.
    """

    name: str
    version: str
    sha256: str
    roles: tuple[str, ...]
    training_data: str
    device: str
    windows: tuple[Window, ...] = ()
    license: str = ""
    resampling: Resampling | None = None
    slice_curve: Curve = ()
    study_curve: Curve = ()
    in_scan_sha256: str = ""
