"""The measurements of the open series: what is drawn, chosen, being drawn, and how it is undone.

Every change goes through the reading's history, so that undo reaches over all measurements of the
study. What is only being pulled about is a preview: it becomes a change when the mouse lets go.
"""

from dataclasses import replace
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from ichviewer.imaging.grips import cut_of_grip, grips_lps_mm
from ichviewer.imaging.measure import Segmented
from ichviewer.imaging.measurement import Handle, Kind, Measurement
from ichviewer.report.measurements import Entry, default_name, entry_of, is_on
from ichviewer.ui.reading_measures import ReadingMeasures
from ichviewer.ui.viewer_model import ViewerModel

#: No grip: keys then act on the whole measurement.
WHOLE = -1


class MeasureList(QObject):
    """Holds the measurements; views and panel read it and repaint on its signals.

    Signals carry nothing: receivers read the list.
    """

    changed = Signal()
    selection_changed = Signal()
    tool_changed = Signal()
    #: The view that keys act on is to take the keyboard.
    keys_wanted = Signal()

    def __init__(
        self, model: ViewerModel, history: ReadingMeasures, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._history = history
        self._held: tuple[Measurement, ...] = ()
        self._measured: dict[str, Entry] = {}
        self._segmented: dict[str, tuple[Measurement, Segmented | None]] = {}
        self._preview: Measurement | None = None
        self._selected = ""
        self._grip = WHOLE
        self._tool: Kind | None = None
        self._draft: tuple[Handle, ...] = ()
        #: While another tool has the pointer, measurements are seen but not taken hold of.
        self.is_resting = False
        model.volume_changed.connect(self._open)
        model.reading_changed.connect(self._refresh)
        model.findings_changed.connect(self._forget_segmented)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Those of the open series, oldest first, as they stand at this moment."""
        shown = self._preview
        return tuple(
            shown if shown is not None and shown.uid == held.uid else held for held in self._held
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What they come to."""
        return tuple(self.entry(drawn) for drawn in self.measurements)

    def entry(self, drawn: Measurement) -> Entry:
        """What one measurement comes to; measured once."""
        known = self._measured.get(drawn.uid)
        if known is not None and known.measurement == drawn:
            return known
        volume = self._model.volume
        assert volume is not None
        compared, segmented = self._segmented.get(drawn.uid, (None, None))
        entry = entry_of(drawn, volume, segmented if compared == drawn else None)
        self._measured[drawn.uid] = entry
        return entry

    @property
    def is_pulled(self) -> bool:
        """Whether one is being pulled about."""
        return self._preview is not None

    @property
    def selected(self) -> Measurement | None:
        """The chosen measurement, or None."""
        found = (drawn for drawn in self.measurements if drawn.uid == self._selected)
        return next(found, None) if self._selected else None

    @property
    def grip(self) -> int:
        """The grip that keys move; `WHOLE` for the measurement itself."""
        return self._grip

    @property
    def tool(self) -> Kind | None:
        """What is being drawn, or None."""
        return self._tool

    @property
    def draft(self) -> tuple[Handle, ...]:
        """The handles put down so far."""
        return self._draft

    def take_tool(self, kind: Kind | None) -> None:
        """Begin to draw, or stop; the same tool again stops too."""
        self._tool = None if kind is self._tool or self._model.volume is None else kind
        self._draft = ()
        if self._tool is not None:
            self.select("")
            self.keys_wanted.emit()
        self.tool_changed.emit()

    def draw(self, handles: tuple[Handle, ...]) -> None:
        """Put handles down; the measurement is made when there are enough."""
        self._draft = handles
        if self._tool is not None and len(handles) == self._tool.handle_count:
            self.finish()
        else:
            self.tool_changed.emit()

    def finish(self) -> None:
        """Make the measurement of the handles put down, where there are enough."""
        kind, handles = self._tool, self._draft
        if kind is None or len(handles) < (kind.handle_count or 3):
            return
        self._tool, self._draft = None, ()
        self.add(kind, handles)
        self.tool_changed.emit()

    def add(self, kind: Kind, handles: tuple[Handle, ...]) -> None:
        """Add a measurement and choose it."""
        series = self._model.series
        if series is None or self._model.volume is None:
            return
        name = default_name(kind, (drawn.name for drawn in self.measurements))
        drawn = Measurement(uuid4().hex, kind, handles, series.key, series.series_uid, name)
        self.change(drawn)
        self.select(drawn.uid)

    def preview(self, drawn: Measurement) -> None:
        """Show a measurement elsewhere while it is being pulled."""
        self._preview = drawn
        self.changed.emit()

    def keep(self) -> None:
        """Make the preview a change."""
        drawn, self._preview = self._preview, None
        if drawn is not None:
            self.change(drawn)

    def change(self, drawn: Measurement) -> None:
        """Let a measurement be another one from now on."""
        self._history.put(drawn)
        self._refresh()

    def rename(self, uid: str, name: str) -> None:
        """Give a measurement a name; an empty one is not taken."""
        drawn = next((held for held in self.measurements if held.uid == uid), None)
        if drawn is not None:
            self.change(replace(drawn, name=name.strip() or drawn.name))

    def delete_selected(self) -> None:
        """Take the chosen measurement away; undo brings it back."""
        drawn = self.selected
        if drawn is not None:
            self._history.remove(drawn.uid)
            self._refresh()

    def select(self, uid: str, grip: int = WHOLE) -> None:
        """Choose a measurement, or none with an empty uid."""
        if (uid, grip) != (self._selected, self._grip):
            self._choose(uid, grip)
            self.selection_changed.emit()

    def step(self, by: int) -> None:
        """Choose the next or previous measurement, round the ends, and go there."""
        held = [drawn.uid for drawn in self.measurements]
        if held:
            at = held.index(self._selected) if self._selected in held else (-1 if by > 0 else 0)
            self.select(held[(at + by) % len(held)])
            self.go_to_selected()
            self.keys_wanted.emit()

    def step_grip(self, by: int) -> None:
        """Let keys move the next grip; after the last one the whole measurement, then the first."""
        drawn, volume = self.selected, self._model.volume
        if drawn is not None and volume is not None:
            count = len(grips_lps_mm(drawn, volume.grid))
            self.select(drawn.uid, (self._grip + 1 + by) % (count + 1) - 1)
            self.go_to_selected()

    def go_to_selected(self) -> None:
        """Move to the cut that holds the chosen grip, or the first one."""
        drawn, volume = self.selected, self._model.volume
        if drawn is None or volume is None:
            return
        cut = cut_of_grip(drawn, max(self._grip, 0), volume.grid)
        self._model.view = replace(self._model.view, active=cut.axis)
        kji = [int(v) for v in self._model.cursor_kji]
        kji[cut.axis] = cut.index
        self._model.move_cursor((kji[0], kji[1], kji[2]))

    def compare(self, drawn: Measurement, segmented: Segmented | None) -> None:
        """Set what was segmented where an ABC/2 was drawn."""
        self._segmented[drawn.uid] = drawn, segmented
        self._measured.pop(drawn.uid, None)
        self.changed.emit()

    def is_compared(self, drawn: Measurement) -> bool:
        """Whether what was segmented there has been looked for."""
        compared, _ = self._segmented.get(drawn.uid, (None, None))
        return compared == drawn

    def _refresh(self) -> None:
        """Read the history again; what is no longer there is no longer chosen."""
        self._preview = None
        series = self._model.series
        self._held = tuple(
            drawn
            for drawn in (self._history.all() if self._model.volume else ())
            if series is not None and is_on(drawn, series.key, series.series_uid)
        )
        if self._selected and self.selected is None:
            self.select("")
        self.changed.emit()

    def _choose(self, uid: str, grip: int = WHOLE) -> None:
        self._selected, self._grip = uid, grip

    def _open(self) -> None:
        self._measured.clear()
        self._segmented.clear()
        self._tool, self._draft = None, ()
        self._choose("")
        self._refresh()
        self.tool_changed.emit()

    def _forget_segmented(self) -> None:
        self._segmented.clear()
        self._measured.clear()
        self.changed.emit()
