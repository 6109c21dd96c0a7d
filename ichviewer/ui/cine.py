"""The film: goes through the cuts of the active view by itself, round and round or to and fro."""

from PySide6.QtCore import QObject, Qt, QTimer

from ichviewer.ui.viewer_model import ViewerModel


class Cine(QObject):
    """Moves the model's crosshair while the model says that it plays.

    A late frame is left out, never queued: each tick is one step from where the reader is.
    """

    def __init__(self, model: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._direction = -1
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.step)
        model.cine_changed.connect(self._refresh)
        model.choices_changed.connect(self._refresh)

    def step(self) -> None:
        """Go on by one cut; at the ends turn round, or begin at the other one."""
        model = self._model
        if model.volume is None:
            return
        axis = model.view.active
        count = model.volume.shape_kji[axis]
        if count < 2:
            return
        following = model.cursor_kji[axis] + self._direction
        if not 0 <= following < count:
            if model.choices.is_cine_to_and_fro:
                self._direction = -self._direction
                following = model.cursor_kji[axis] + self._direction
            else:
                following %= count
        kji = list(model.cursor_kji)
        kji[axis] = following
        model.move_cursor((kji[0], kji[1], kji[2]))

    def _refresh(self) -> None:
        if not self._model.is_playing:
            self._timer.stop()
            return
        interval_ms = round(1000 / self._model.choices.cine_hz)
        if not self._timer.isActive() or self._timer.interval() != interval_ms:
            self._timer.start(interval_ms)
