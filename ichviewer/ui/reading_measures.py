"""Measurements as part of the reading: kept in its journal, undone with everything else."""

from ichviewer.errors import MeasurementError
from ichviewer.imaging.measurement import Measurement, from_plain, to_plain
from ichviewer.reading.change import Part
from ichviewer.ui.reading_keeper import ReadingKeeper
from ichviewer.ui.viewer_model import ViewerModel


class ReadingMeasures:
    """The measurements of the open study, as its reading holds them."""

    def __init__(self, model: ViewerModel, keeper: ReadingKeeper) -> None:
        self._model = model
        self._keeper = keeper

    def all(self) -> tuple[Measurement, ...]:
        """All measurements of the open study, oldest first.

        Those that another version of the program drew and this one does not know stay in the
        journal.
        """
        known = []
        for plain in self._model.reading.measurements.values():
            try:
                known.append(from_plain(plain))
            except MeasurementError:
                continue
        return tuple(known)

    def put(self, drawn: Measurement) -> None:
        """Add a measurement, or let it be another one from now on."""
        self._keeper.put(Part.MEASUREMENT, drawn.uid, to_plain(drawn))

    def remove(self, uid: str) -> None:
        """Take a measurement away."""
        self._keeper.put(Part.MEASUREMENT, uid, None)
