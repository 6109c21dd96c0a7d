"""The demo study that ships: `python -m training.demo_study`.

Writes `resources/demo/*.dcm`, a simulated head CT with several hemorrhages that nobody trained
on, and `resources/demo_truth.json` beside the folder, so that the folder holds nothing but DICOM.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from ichviewer.analysis.findings import HemorrhageType
from training.anatomy import ROOT
from training.dicom_series import write_series
from training.head import Head, build_head
from training.protocol import Protocol
from training.scanner import draw_pose, scan
from training.simulate import SimulatedSeries, series_of, truth_of

#: Chosen by eye among some hundred: a clot, blood in ventricles, sulci and under the dura.
SEED = 106
ANATOMY = 11
KINDS = (
    HemorrhageType.SUBDURAL,
    HemorrhageType.INTRAPARENCHYMAL,
    HemorrhageType.INTRAVENTRICULAR,
    HemorrhageType.SUBARACHNOID,
)


def protocol_for(head: Head) -> Protocol:
    """A quiet, straight 5 mm series from the skull base to the vertex."""
    height_mm = len(head.hu)
    return Protocol(
        size_px=512,
        px_mm=0.45,
        slab_mm=5.0,
        table_mm=np.arange(-0.46 * height_mm + 24, 0.5 * height_mm - 12, 5.0),
        tilt_deg=0.0,
        center_mm=(0.0, 0.0),
        blur_mm=0.6,
        sharpen=0.0,
        noise_hu=2.0,
        noise_mm=0.5,
        kvp=120,
        kernel="SMOOTH",
    )


def simulate_demo() -> SimulatedSeries:
    """The demo series; always the same."""
    rng = np.random.default_rng(SEED)
    head = build_head(rng, ANATOMY, KINDS)
    protocol = protocol_for(head)
    return series_of(SEED, head, protocol, scan(rng, head, protocol, draw_pose(rng, head.hu.shape)))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "demo")
    folder = parser.parse_args().out
    series = simulate_demo()
    for former in folder.glob("*.dcm"):
        former.unlink()
    files = write_series(series, folder, "jpegls")
    truth = truth_of(series)
    (folder.parent / f"{folder.name}_truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    print(f"{len(files)} slices, {megabytes:.1f} MB", truth["types"])


if __name__ == "__main__":
    main()
