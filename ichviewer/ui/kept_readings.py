"""The readings that a reader can go back to without files being read or models asked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ichviewer.analysis.findings import Findings, Lesion
from ichviewer.dicom.study import Series
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.library.case import Matches

#: So many, and so much of voxels and masks, is kept beside the series on the screen.
MOST_READINGS = 8
MOST_BYTES = 512 * 2**20


@dataclass(frozen=True, eq=False)
class KeptReading:
    """A series as it was left, or as the models read it ahead.

    Parameters
    ----------
    series, findings
        Findings are None where the models had not ended.
    volume
        None where the series was never on the screen.
    matches, cursor_kji, window, lesion
        As the model has them.
    """

    series: Series
    findings: Findings | None
    volume: Volume | None = None
    matches: Matches | None = None
    cursor_kji: tuple[int, int, int] = (0, 0, 0)
    window: Window = PRESETS[1]
    lesion: Lesion | None = None

    @property
    def size_bytes(self) -> int:
        """Memory of its voxels and masks."""
        arrays: list[NDArray[Any] | None] = []
        if self.volume is not None:
            arrays += [self.volume.hu, self.volume.padding]
        if self.findings is not None:
            cam = self.findings.cam
            arrays += [self.findings.mask, cam.maps if cam is not None else None]
        return sum(array.nbytes for array in arrays if array is not None)


class KeptReadings:
    """The last few readings; the one that was left longest ago goes first."""

    def __init__(self, most: int = MOST_READINGS, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: list[KeptReading] = []

    @property
    def size_bytes(self) -> int:
        """Memory of all of them."""
        return sum(kept.size_bytes for kept in self._kept)

    def keep(self, reading: KeptReading) -> None:
        """Keep a reading in place of the same series' last one."""
        self.take(reading.series)
        self._kept.append(reading)
        while len(self._kept) > self._most or self.size_bytes > self._most_bytes:
            self._kept.pop(0)

    def take(self, series: Series) -> KeptReading | None:
        """Hand out the reading of this very series; None where there is none."""
        found = next((kept for kept in self._kept if kept.series is series), None)
        if found is not None:
            self._kept.remove(found)
        return found

    def forget_others(self, listed: Iterable[Series]) -> None:
        """Let go of what is no longer listed."""
        held = {id(series) for series in listed}
        self._kept = [kept for kept in self._kept if id(kept.series) in held]
