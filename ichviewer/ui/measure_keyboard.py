"""Places and moves measurements in one view by keys.

Keys that a tool or a chosen measurement needs are taken before any shortcut; all others are left.
"""

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from ichviewer.imaging.cut import cut_of
from ichviewer.imaging.grips import cut_of_grip, grips_lps_mm, pulled
from ichviewer.imaging.template import template
from ichviewer.ui.measure_keys import keys_of
from ichviewer.ui.measure_list import WHOLE, MeasureList
from ichviewer.ui.measure_screen import MeasureScreen
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.viewer_model import ViewerModel


class MeasureKeyboard(QObject):
    """One view's keys; made once, it lives with the view."""

    def __init__(self, model: ViewerModel, measures: MeasureList, view: SliceView) -> None:
        super().__init__(view)
        self._model = model
        self._measures = measures
        self._view = view
        self._screen = MeasureScreen(model, view)
        view.installEventFilter(self)
        measures.keys_wanted.connect(self._take_keys)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Take the keys that are ours; what keys moved is kept when they come up."""
        kind = event.type()
        if kind == QEvent.Type.FocusOut:
            self._measures.keep()
        if not isinstance(event, QKeyEvent) or self._screen.cut is None:
            return False
        run = keys_of(self, self._measures).get((event.key(), _modifiers(event)))
        if run is None:
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
        elif kind == QEvent.Type.KeyPress:
            run()
        elif not event.isAutoRepeat():
            self._measures.keep()
        return True

    def put_at_crosshair(self) -> None:
        """Make a measurement of the tool's kind about the crosshair."""
        kind, cut, volume = self._measures.tool, self._screen.cut, self._model.volume
        if kind is not None and cut is not None and volume is not None:
            at = volume.grid.lps_mm(np.array(self._model.cursor_kji, dtype=np.float64))
            handles = template(kind, cut, cut.flat_mm(at))
            self._measures.take_tool(None)
            self._measures.add(kind, handles)

    def nudge(self, right: int, down: int) -> None:
        """Move the chosen grip, or the whole measurement, by pixels of the image."""
        drawn, volume = self._measures.selected, self._model.volume
        if drawn is None or volume is None or not self._screen.grips(drawn):
            return
        step = self._screen.step_lps_mm(right, down)
        grip = self._measures.grip
        if grip == WHOLE:
            x, y, z = step.tolist()
            self._measures.preview(drawn.moved((x, y, z)))
        elif grip in self._screen.grips(drawn):
            to_mm = grips_lps_mm(drawn, volume.grid)[grip] + step
            self._measures.preview(pulled(drawn, grip, to_mm, volume.grid))

    def nudge_across(self, upward: int) -> None:
        """Move the chosen grip to another cut, where its kind may, and go there."""
        drawn, volume, grip = self._measures.selected, self._model.volume, self._measures.grip
        if drawn is None or volume is None or grip == WHOLE or not drawn.kind.is_free:
            return
        grid = volume.grid
        cut = cut_of_grip(drawn, grip, grid)
        index = cut.index + upward * cut.plane.upward
        if 0 <= index < grid.shape_kji[cut.axis]:
            flat = cut.flat_mm(grips_lps_mm(drawn, grid)[grip])
            to_mm = cut_of(grid, cut.axis, index).lps_mm(flat)
            self._measures.preview(pulled(drawn, grip, to_mm, grid))
            self._measures.go_to_selected()

    def _take_keys(self) -> None:
        """Let keys reach this view, where it is the one that they act on."""
        if self._model.view.active is self._screen.axis:
            self._view.setFocus()


def _modifiers(event: QKeyEvent) -> Qt.KeyboardModifier:
    """The modifiers that were held; the number pad is no modifier."""
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
