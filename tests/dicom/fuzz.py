"""Fuzz everything from a file's bytes to voxels in a grid.

``python -m tests.dicom.fuzz FOLDER -max_total_time=1800`` keeps its corpus in FOLDER; the seeds
are made from the bad inputs. Needs atheris (Linux, ``pip install atheris``). Whatever it finds
goes into FINDINGS of ``test_fuzz_findings.py``, so that it stays found.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np

from ichviewer.dicom.decode import DECODERS
from ichviewer.dicom.frames import FrameReader
from ichviewer.dicom.geometry import arrange
from ichviewer.dicom.layout import layout_problem
from ichviewer.dicom.parse import FRAME_LIMIT, images_of
from ichviewer.dicom.part10 import NotPart10
from ichviewer.dicom.pixels import stored_values
from ichviewer.dicom.series import series_of
from ichviewer.dicom.stacks import split_stacks
from ichviewer.dicom.study import Instance
from ichviewer.dicom.tags import Header
from ichviewer.dicom.walk import DamagedFile
from ichviewer.errors import UnsupportedPixelsError

#: Syntaxes whose decoders are Python or numpy; the codecs in C are fuzzed by their own projects.
_OWN = frozenset(DECODERS) & {"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1"}


def read(content: bytes) -> str:
    """All that the program does with one file; says how it ended.

    Raises
    ------
    Exception
        Anything but the three errors that a reader may meet is a finding.
    """
    try:
        reader = FrameReader(BytesIO(content), len(content))
        header = reader.header
        frames = Header([header.dataset]).whole("NumberOfFrames")
        if frames is not None and not 1 <= frames <= FRAME_LIMIT:
            return "refused"
        images = images_of(header, Instance(Path("fuzzed.dcm")))
        if layout_problem(images[0].layout, header.pixels):
            return "refused"
        assert len(arrange(images).images) == len(images)
        for stack in split_stacks(images, lambda image: str(image.instance.frame).encode()):
            assert series_of(stack).instances
            if stack.grid is not None:
                corners = stack.grid.lps_mm(np.array([[0.0, 0.0, 0.0], stack.grid.shape_kji]))
                assert np.isfinite(corners).all()
        data, compressed = reader.frame(images[0].layout, images[0].instance.frame)
        if compressed and images[0].layout.transfer_syntax not in _OWN:
            return "not decoded"
        values, _ = stored_values(data, compressed, images[0].layout)
        assert values.shape == (images[0].layout.rows, images[0].layout.columns)
    except (DamagedFile, NotPart10, UnsupportedPixelsError):
        return "refused"
    return "read"


def write_seeds(folder: Path) -> None:
    """One small file of every kind that the bad inputs make."""
    from tests.dicom.bad_inputs import CASES

    for at, case in enumerate(CASES):
        if case.slow or case.skip or case.number in (19, 21, 22, 23, 24, 39, 42, 113):
            continue
        with tempfile.TemporaryDirectory() as place:
            case.write(Path(place))
            for path in sorted(Path(place).rglob("*"))[:2]:
                if path.is_file() and path.stat().st_size < 20_000:
                    (folder / f"seed{at}{path.suffix}").write_bytes(path.read_bytes())


def main() -> None:
    """Hand over to libFuzzer, which does not return."""
    import atheris

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write_seeds(folder)
    limits = ["-max_len=20000", "-timeout=10", "-rss_limit_mb=1536"]
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], str(folder), *limits, *sys.argv[2:]], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
