"""A whole simulated series from a seed, with its exact truth.

`python -m training.simulate --seed 7 --out FOLDER [--types subdural,epidural] [--compress jpegls]`
writes `FOLDER/series/*.dcm`, `FOLDER/mask.npz` (`labels` [k, j, i]) and `FOLDER/truth.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ichviewer.analysis.findings import HemorrhageType, Side
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from training.anatomy import TEST, TRAIN, VALIDATION
from training.fields import Floats
from training.head import Head, build_head
from training.protocol import Protocol, draw_protocol, draw_unseen_protocol
from training.scanner import Scan, draw_pose, scan

ANATOMIES = TRAIN + VALIDATION + TEST
_ONE_SIDE_SHARE = 0.8
_MIDLINE_MM = 6.0


@dataclass(frozen=True, eq=False)
class SimulatedSeries:
    """One series and what is true about it.

    Parameters
    ----------
    seed, anatomy_number
        What it was made from.
    volume
        HU int16 on a grid in LPS mm.
    mask : uint8 [k, j, i]
        `HemorrhageType` numbers on the volume's grid.
    unseen : uint8 [k, j, i]
        The same of blood that the mask leaves out because it cannot be seen.
    volume_ml, side
        Of each type that the mask holds.
    protocol
        How it was taken.
    distractors
        Names of what looks like blood and is none.
    """

    seed: int
    anatomy_number: int
    volume: Volume
    mask: NDArray[np.uint8]
    unseen: NDArray[np.uint8]
    volume_ml: Mapping[HemorrhageType, float]
    side: Mapping[HemorrhageType, Side]
    protocol: Protocol
    distractors: tuple[str, ...]


def simulate_series(
    seed: int,
    kinds: Sequence[HemorrhageType] | None = None,
    *,
    anatomy_number: int | None = None,
    slab_mm: float | None = None,
    size_px: int = 512,
    unseen_scanner: bool = False,
    with_contrast: bool = False,
) -> SimulatedSeries:
    """Simulate a head CT series; the same arguments give the same series.

    Parameters
    ----------
    seed
        Decides everything that is not given.
    kinds
        The hemorrhages it shall hold, `()` for none; None draws them from the statistics.
    anatomy_number
        Label map, 1-20; drawn from all where None.
    slab_mm
        Slice thickness and distance; drawn where None.
    size_px
        Rows and columns, a multiple of 4.
    unseen_scanner
        Take it with settings that no training slice has; `slab_mm` is not heeded then.
    with_contrast
        Contrast is given for sure, and not only to so many as the statistics of distractors say.
    """
    rng = np.random.default_rng(seed)
    number = anatomy_number or int(rng.choice(ANATOMIES))
    head = build_head(rng, number, kinds, with_contrast=with_contrast)
    if unseen_scanner:
        protocol = draw_unseen_protocol(rng, head, size_px)
    else:
        protocol = draw_protocol(rng, head, size_px, slab_mm)
    taken = scan(rng, head, protocol, draw_pose(rng, head.hu.shape))
    return series_of(seed, head, protocol, taken)


def series_of(seed: int, head: Head, protocol: Protocol, taken: Scan) -> SimulatedSeries:
    """Put a scan on its grid and measure its truth."""
    grid = Grid(
        taken.hu.shape,
        taken.positions_lps_mm,
        np.array([protocol.px_mm, 0.0, 0.0]),
        taken.row_step_lps_mm,
        GeometryClass.TILTED if abs(protocol.tilt_deg) > 0.05 else GeometryClass.REGULAR,
    )
    volume = Volume(
        taken.hu.astype(np.int16), grid, description="SIMULATED head CT", notes=("Simulated.",)
    )
    kinds = [kind for kind in HemorrhageType if (taken.mask == kind).any()]
    volume_ml = {
        kind: float(((taken.mask == kind).sum((1, 2)) * grid.voxel_ml).sum()) for kind in kinds
    }
    side = {kind: _side(taken.mask == kind, taken.midline_mm) for kind in kinds}
    return SimulatedSeries(
        seed, head.anatomy_number, volume, taken.mask, taken.unseen, volume_ml, side, protocol,
        head.distractors,
    )  # fmt: skip


def _side(region: NDArray[np.bool_], midline_mm: Floats) -> Side:
    """The patient's side of a region; `midline_mm` is at a quarter of its resolution."""
    k, j, i = np.nonzero(region)
    distance = midline_mm[k, j // 4, i // 4]
    left = float((distance > 0).mean())
    if max(left, 1 - left) >= _ONE_SIDE_SHARE:
        return Side.LEFT if left > 0.5 else Side.RIGHT
    return Side.MIDLINE if float(np.abs(distance).mean()) < _MIDLINE_MM else Side.BOTH


def truth_of(series: SimulatedSeries) -> dict[str, object]:
    """What is true about the series, as JSON has it."""
    protocol = series.protocol
    return {
        "simulated": True,
        "seed": series.seed,
        "anatomy": series.anatomy_number,
        "types": {
            kind.word: {"volume_ml": round(ml, 3), "side": series.side[kind].value}
            for kind, ml in series.volume_ml.items()
        },
        "labels": {kind.word: int(kind) for kind in HemorrhageType},
        "distractors": list(series.distractors),
        "series": {
            "slices": len(series.mask),
            "slice_thickness_mm": protocol.slab_mm,
            "pixel_spacing_mm": round(protocol.px_mm, 5),
            "tilt_deg": round(protocol.tilt_deg, 2),
            "noise_hu": round(protocol.noise_hu, 2),
        },
    }


def write_case(series: SimulatedSeries, folder: Path, compress: str | None = None) -> None:
    """Write the series as DICOM with its mask and truth beside it."""
    from training.dicom_series import write_series

    write_series(series, folder / "series", compress)
    np.savez_compressed(folder / "mask.npz", labels=series.mask)
    (folder / "truth.json").write_text(json.dumps(truth_of(series), indent=2) + "\n")


def types_from(text: str) -> tuple[HemorrhageType, ...]:
    """Read `subdural,epidural`; `none` is no hemorrhage."""
    words = [] if text == "none" else text.split(",")
    return tuple(HemorrhageType[word.strip().upper()] for word in words)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--types", type=types_from, help="such as subdural,epidural or none")
    parser.add_argument("--anatomy", type=int, choices=range(1, 21), metavar="1-20")
    parser.add_argument("--slab-mm", type=float)
    parser.add_argument("--size-px", type=int, default=512)
    parser.add_argument("--compress", choices=("jpegls", "jpeg2000", "rle"))
    given = parser.parse_args()
    series = simulate_series(
        given.seed, given.types, anatomy_number=given.anatomy, slab_mm=given.slab_mm,
        size_px=given.size_px,
    )  # fmt: skip
    write_case(series, given.out, given.compress)
    print(json.dumps(truth_of(series)))


if __name__ == "__main__":
    main()
