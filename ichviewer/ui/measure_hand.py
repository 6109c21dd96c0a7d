"""Draws and pulls measurements in one view by mouse.

It looks at the view's events before the view does, and takes only those that concern a tool or a
measurement: all else scrolls, windows and moves the crosshair as ever.
"""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from ichviewer.imaging.grid import Float
from ichviewer.imaging.grips import pulled
from ichviewer.imaging.measurement import MOST_HANDLES, Handle, Kind, Measurement
from ichviewer.ui.measure_drawing import MeasureDrawing
from ichviewer.ui.measure_list import WHOLE, MeasureList
from ichviewer.ui.measure_screen import MeasureScreen
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.viewer_model import ViewerModel

#: A press that moves less than this is a click.
_CLICK_PX = 4.0
#: Corners of a freehand outline are this far apart on the screen.
_FREEHAND_PX = 3.0


class MeasureHand(QObject):
    """One view's hand; made once, it lives with the view."""

    def __init__(self, model: ViewerModel, measures: MeasureList, view: SliceView) -> None:
        super().__init__(view)
        self._model = model
        self._measures = measures
        self._view = view
        self._screen = MeasureScreen(model, view)
        self._drawing = MeasureDrawing(model, measures, self._screen)
        self._pressed: QPointF | None = None
        self._pulled: Measurement | None = None
        self._pulled_from: Float | None = None
        self._clicks: dict[QEvent.Type, Callable[[QPointF], bool]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseButtonDblClick: self._double,
            QEvent.Type.MouseButtonRelease: self._release,
        }
        view.drawings.append(self._drawing)
        view.viewport().installEventFilter(self)
        measures.changed.connect(view.viewport().update)
        measures.selection_changed.connect(view.viewport().update)
        measures.tool_changed.connect(self._follow_tool)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Take what concerns measurements."""
        if self._screen.cut is None or self._measures.is_resting:
            return False
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        if not isinstance(event, QMouseEvent):
            return False
        at = event.position()
        if event.type() == QEvent.Type.MouseMove:
            return self._move(at, bool(event.buttons() & Qt.MouseButton.LeftButton))
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        run = self._clicks.get(event.type())
        is_ours = event.button() == Qt.MouseButton.LeftButton and is_plain
        return run(at) if is_ours and run is not None else False

    def _press(self, at: QPointF) -> bool:
        if self._measures.tool is not None:
            self._view.activate()
            self._view.setFocus()
            self._pressed = at
            self._put_down(at)
            return True
        drawn = self._screen.measurement_at(self._measures.measurements, at)
        if drawn is None:
            self._measures.select("")
            return False
        self._view.activate()
        self._view.setFocus()
        selected = self._measures.selected
        grip = self._screen.grip_at(drawn, at)
        is_selected = selected is not None and selected.uid == drawn.uid
        self._measures.select(drawn.uid, WHOLE if grip is None else grip)
        if is_selected or grip is not None:
            self._pulled, self._pulled_from = drawn, self._screen.lps_mm(at)
        return True

    def _move(self, at: QPointF, is_pressed: bool) -> bool:
        if self._pulled is not None and is_pressed:
            self._pull(at)
            return True
        tool = self._measures.tool
        if tool is None:
            self._show_cursor(at)
            return False
        self._point(at)
        if tool is Kind.FREEHAND and is_pressed and self._measures.draft:
            self._trace(at)
        return is_pressed

    def _release(self, at: QPointF) -> bool:
        if self._pulled is not None:
            self._pulled = None
            self._measures.keep()
            return True
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return False
        tool = self._measures.tool
        if tool is Kind.FREEHAND:
            self._measures.finish()
        elif tool is not None and _far(pressed, at) > _CLICK_PX:
            self._put_down(at)
        self._point(at)
        return True

    def _double(self, at: QPointF) -> bool:
        if self._measures.tool is None:
            return False
        if self._measures.tool is Kind.POLYGON:
            self._measures.finish()
            return True
        return self._press(at)

    def _put_down(self, at: QPointF) -> None:
        """Add a handle to the draft; on another cut, most kinds begin anew."""
        handle, kind, draft = self._handle(at), self._measures.tool, self._measures.draft
        if handle is None or kind is None:
            return
        if draft and not kind.is_free and not self._is_on_cut(draft[0]):
            draft = ()
        if kind is Kind.POLYGON and len(draft) >= 3 and self._is_near(draft[0], at):
            self._measures.finish()
        elif len(draft) < MOST_HANDLES:
            self._measures.draw((*draft, handle))

    def _trace(self, at: QPointF) -> None:
        """Add a corner to a freehand outline."""
        draft, handle = self._measures.draft, self._handle(at)
        if handle is not None and len(draft) < MOST_HANDLES:
            (last,) = self._screen.points(np.array([draft[-1].lps_mm]))
            if _far(last, at) >= _FREEHAND_PX:
                self._measures.draw((*draft, handle))

    def _pull(self, at: QPointF) -> None:
        drawn, to_mm = self._pulled, self._screen.lps_mm(at)
        volume = self._model.volume
        if drawn is None or to_mm is None or self._pulled_from is None or volume is None:
            return
        if self._measures.grip == WHOLE:
            x, y, z = (to_mm - self._pulled_from).tolist()
            self._measures.preview(drawn.moved((x, y, z)))
        else:
            grid = volume.grid
            self._measures.preview(pulled(drawn, self._measures.grip, to_mm, grid))

    def _handle(self, at: QPointF) -> Handle | None:
        lps_mm = self._screen.lps_mm(at)
        if lps_mm is None:
            return None
        x, y, z = lps_mm.tolist()
        return Handle((x, y, z), self._screen.axis)

    def _is_on_cut(self, handle: Handle) -> bool:
        return handle.axis is self._screen.axis and (
            self._screen.nearest_cut(np.array(handle.lps_mm)) == self._screen.cut
        )

    def _is_near(self, handle: Handle, at: QPointF) -> bool:
        (there,) = self._screen.points(np.array([handle.lps_mm]))
        return _far(there, at) <= 2 * _CLICK_PX

    def _point(self, at: QPointF | None) -> None:
        self._drawing.pointer = None if at is None else self._handle(at)
        self._view.viewport().update()

    def _show_cursor(self, at: QPointF) -> None:
        drawn = self._screen.measurement_at(self._measures.measurements, at)
        if drawn is None:
            self._view.viewport().unsetCursor()
        elif self._screen.grip_at(drawn, at) is not None:
            self._view.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self._view.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def _follow_tool(self) -> None:
        self._drawing.pointer = None
        if self._measures.tool is None:
            self._pressed = None
            self._view.viewport().unsetCursor()
        else:
            self._view.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self._view.viewport().update()


def _far(a: QPointF, b: QPointF) -> float:
    return float(np.hypot(a.x() - b.x(), a.y() - b.y()))
