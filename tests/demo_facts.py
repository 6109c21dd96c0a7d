"""What the self-test compares with: `python -m tests.demo_facts` after the demo study has changed.

Worked out by pydicom's own arithmetic, not by the program's reader.
"""

import hashlib
import json
from typing import Any

import numpy as np
from pydicom import dcmread

from ichviewer import paths


def demo_facts() -> dict[str, Any]:
    """Digest of the HU, and the LPS mm of the last voxel of the last slice."""
    slices = [dcmread(file) for file in paths.demo_study_folder().rglob("*.dcm")]
    directions = np.array(slices[0].ImageOrientationPatient, dtype=float).reshape(2, 3)
    normal = np.cross(*directions)
    slices.sort(key=lambda dataset: normal @ np.array(dataset.ImagePositionPatient, dtype=float))
    hu = np.stack(
        [d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) for d in slices]
    )
    last = slices[-1]
    along_mm = np.array(
        [
            (last.Columns - 1) * float(last.PixelSpacing[1]),
            (last.Rows - 1) * float(last.PixelSpacing[0]),
        ]
    )
    corner = np.array(last.ImagePositionPatient, dtype=float) + along_mm @ directions
    return {
        "hu_sha256": hashlib.sha256(np.ascontiguousarray(hu, dtype="<f4").tobytes()).hexdigest(),
        "last_voxel_lps_mm": corner.round(4).tolist(),
    }


if __name__ == "__main__":
    file = paths.resources_folder() / "selftest.json"
    file.write_text(json.dumps(demo_facts(), indent=1) + "\n")
    print(file.read_text())
