"""The slice strip: probability and findings of every slice beside the axial view; click jumps."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ichviewer.analysis.findings import Findings
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.language import tr
from ichviewer.ui import wording
from ichviewer.ui.strip_marks import (
    DIAMONDS_PX,
    KEYS_PX,
    OWN_PX,
    decided,
    draw_diamonds,
    draw_letters,
    measured,
    own_tip,
)
from ichviewer.ui.theme import ON_IMAGE, colours, type_colour
from ichviewer.ui.viewer_model import ViewerModel

_MARKS = 5 * 4
_BARS = 36
_WIDTH = _MARKS + 6 + _BARS + OWN_PX


class SliceStrip(QWidget):
    """One row per slice, the head at the top.

    From left to right: the AI's lesions, its probability of any hemorrhage as a bar, the reader's
    verdicts, measurements and key images.
    """

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._measured: tuple[int, ...] = ()
        self.setFixedWidth(_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Slices with the AI's probabilities and your own marks"))
        self.setMouseTracking(True)
        for signal in (
            model.volume_changed,
            model.cursor_changed,
            model.findings_changed,
            model.key_images_changed,
            model.edited_changed,
        ):
            signal.connect(self.update)
        for signal in (model.reading_changed, model.volume_changed):
            signal.connect(self._take_measurements)

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        """Narrow and as high as there is room."""
        return QSize(_WIDTH, 400)

    def slice_at(self, y: float) -> int | None:
        """The slice whose row is at this height."""
        volume = self._model.volume
        if volume is None:
            return None
        count = volume.shape_kji[0]
        row = min(max(int(y / self._row_height(count)), 0), count - 1)
        return self._slice_of_row(row, count)

    def row_rect(self, k: int) -> QRectF:
        """Where a slice's row is."""
        volume = self._model.volume
        count = volume.shape_kji[0] if volume else 1
        height = self._row_height(count)
        return QRectF(0, self._slice_of_row(k, count) * height, self.width(), height)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Jump."""
        self._jump(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Follow the pressed button."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._jump(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  Qt's name
        """Scroll as over the image."""
        self._model.scroll(1 if event.angleDelta().y() > 0 else -1)

    def event(self, event: QEvent) -> bool:
        """Say in words what the row under the pointer shows."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            k, findings = self.slice_at(event.y()), self._model.findings
            if k is not None:
                tip = (
                    wording.slice_tip(findings, k)
                    if findings
                    else tr("Slice {number}", number=k + 1)
                )
                QToolTip.showText(
                    event.globalPos(), "; ".join([tip, *own_tip(self._model, k)]), self
                )
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Draw bars, marks and the current slice."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().ground))
        volume = self._model.volume
        if volume is None:
            return
        findings = self._model.findings
        if findings is not None:
            self._draw_bars(painter, findings)
            self._draw_lesions(painter, findings)
        self._draw_own(painter)
        painter.setPen(QPen(QColor(colours().line), 1))
        painter.drawLine(QPointF(_MARKS + 4.5, 0), QPointF(_MARKS + 4.5, self.height()))
        here = self.row_rect(self._model.cursor_kji[0])
        if here.height() < 3:
            here = here.adjusted(0, here.height() / 2 - 1.5, 0, 1.5 - here.height() / 2)
        painter.fillRect(here, QColor(90, 169, 240, 60))
        painter.setPen(QPen(QColor(colours().accent), 1.5))
        painter.drawRect(here.adjusted(0.5, 0, -1.5, -0.5))

    def _draw_bars(self, painter: QPainter, findings: Findings) -> None:
        for k, row in enumerate(findings.slice_probability):
            if not row[0] >= 0:
                continue
            rect = self.row_rect(k)
            colour = self._bar_colour(findings, k)
            inset = min(1.0, rect.height() / 6)
            bar = QRectF(_MARKS + 6, rect.y() + inset, float(row[0]) * _BARS,
                         max(rect.height() - 2 * inset, 1))  # fmt: skip
            painter.fillRect(bar, colour)

    @staticmethod
    def _bar_colour(findings: Findings, k: int) -> QColor:
        """The likeliest type's colour where it is decided, amber where only "any" is, else grey."""
        row = findings.slice_probability[k]
        decided = wording.decided_types(findings, k)
        if decided:
            return type_colour(max(decided, key=lambda kind: float(row[kind])))
        is_any = row[0] >= wording.slice_points(findings)[0]
        return QColor(ON_IMAGE.warning if is_any else colours().strong_line)

    def _draw_lesions(self, painter: QPainter, findings: Findings) -> None:
        for lesion in findings.lesions:
            first, last = self.row_rect(lesion.first_slice), self.row_rect(lesion.last_slice)
            column = (int(lesion.kind) - 1) * 4 + 1
            rect = first.united(last)
            painter.fillRect(QRectF(column, rect.y(), 3, rect.height()), type_colour(lesion.kind))

    def _draw_own(self, painter: QPainter) -> None:
        """What the reader said and measured, and a triangle at the edge of every key image."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self.width() - KEYS_PX

        def height(k: int) -> float:
            return self.row_rect(k).center().y()

        letters = {height(k): said for k, said in decided(self._model).items()}
        draw_letters(painter, edge - DIAMONDS_PX - 1, letters)
        draw_diamonds(painter, edge - DIAMONDS_PX / 2, [height(k) for k in self._measured])
        painter.setPen(QPen(QColor(colours().ground), 1.5))
        painter.setBrush(QColor(colours().text))
        for k in self._model.key_slices:
            y, x = self.row_rect(k).center().y(), float(self.width())
            painter.drawPolygon([QPointF(x, y - 6), QPointF(x - 9, y), QPointF(x, y + 6)])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _take_measurements(self) -> None:
        self._measured = tuple(measured(self._model))
        self.update()

    def _row_height(self, count: int) -> float:
        return self.height() / max(count, 1)

    def _slice_of_row(self, row: int, count: int) -> int:
        """The slice of a row, or the row of a slice: the head is at the top."""
        volume = self._model.volume
        is_upward = volume is not None and plane_of(volume.grid, Axis.K).upward > 0
        return count - 1 - row if is_upward else row

    def _jump(self, at: QPointF) -> None:
        k = self.slice_at(at.y())
        if k is not None:
            _, j, i = self._model.cursor_kji
            self._model.move_cursor((k, j, i))
