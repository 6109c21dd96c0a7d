"""The reading side of the window: keeper, decisions, brush, panel and bar, and taking up again."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from ichviewer import paths, workflow
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import Window
from ichviewer.language import tr
from ichviewer.reading.agreement import Agreement
from ichviewer.reading.interrupted import Interrupted, forget_open
from ichviewer.reading.record import Place
from ichviewer.ui.images_panel import ImagesPanel
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.messages import Messages
from ichviewer.ui.reading_agreement import AgreementPage
from ichviewer.ui.reading_bar import ReadingBar, offer_of_interrupted, offer_of_study
from ichviewer.ui.reading_brush import ReadingBrush
from ichviewer.ui.reading_keeper import ReadingKeeper
from ichviewer.ui.reading_lesions import ReadingLesions
from ichviewer.ui.reading_measures import ReadingMeasures
from ichviewer.ui.reading_panel import ReadingPanel
from ichviewer.ui.viewer_model import ViewerModel


class ReadingDesk(QObject):
    """Puts the reading's parts together; the window adds panel, bar and actions."""

    def __init__(
        self,
        model: ViewerModel,
        jobs: Jobs,
        messages: Messages,
        images: ImagesPanel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._model = model
        self._jobs = jobs
        self._messages = messages
        self._window = window
        self._folder = paths.readings_folder()
        self._interrupted: Interrupted | None = None
        self._offered: Place | None = None
        self._wanted: Place | None = None
        self._resumes = False
        self.keeper = ReadingKeeper(model, messages, self._folder, self)
        self.lesions = ReadingLesions(model, jobs, messages, self.keeper)
        self.brush = ReadingBrush(model, messages, self.lesions, images.axial)
        self.measures = ReadingMeasures(model, self.keeper)
        self.panel = ReadingPanel(model, self.lesions, self.brush)
        self.bar = ReadingBar(self.keeper)
        self.bar.resume_wanted.connect(self.resume)
        self.bar.dismissed.connect(self.dismiss)
        self.keeper.opened.connect(self._offer_study)
        # Once the model has put its own cursor: only then can it be moved.
        model.volume_changed.connect(lambda: QTimer.singleShot(0, self, self._go))
        model.studies_changed.connect(self._take_offer_back)

    def look_for_interrupted(self) -> None:
        """Offer the reading that the program was killed in."""
        self._jobs.start(
            tr("Looking for an interrupted reading"),
            workflow.interrupted_reading,
            on_success=self._offer_interrupted,
        )

    def resume(self) -> None:
        """Go on where the reader was."""
        found, place = self._interrupted, self._offered
        self._take_offer_back()
        if found is not None:
            self._resumes = True
            self._jobs.open_paths(found.source)
        elif place is not None:
            self._go_to(place)
        else:
            self._messages.note(tr("This study was not read before."))

    def dismiss(self) -> None:
        """Begin anew; what was decided stays."""
        if self._interrupted is not None:
            forget_open(self._folder, self._interrupted.study)
        self._take_offer_back()

    def show_agreement(self) -> None:
        """Show how often reader and AI agreed."""
        self._jobs.start(
            tr("Counting agreement"), workflow.agreement, on_success=self._show_agreement_page
        )

    def close(self) -> None:
        """Let the reading go, with the window."""
        self.bar.stop()
        self.keeper.close()

    def may_close(self) -> bool:
        """Whether the window may close; asks where that would lose changes."""
        trouble = self.keeper.trouble
        if not trouble or not self.keeper.waiting:
            return True
        question = tr("Close all the same and lose what could not be written?")
        asked = QMessageBox.question(
            self._window, tr("Close without keeping?"), f"{trouble}\n\n{question}"
        )
        return asked is QMessageBox.StandardButton.Yes

    def _show_agreement_page(self, counted: tuple[Agreement, ...]) -> None:
        AgreementPage(counted, self._messages.note, self._window).show()

    def _offer_interrupted(self, found: Interrupted | None) -> None:
        if found is not None and self._model.scan is None:
            self._interrupted = found
            self.bar.offer(offer_of_interrupted(found))

    def _offer_study(self) -> None:
        """Offer to go where the reader was, or go there where that was wanted already."""
        said = self.keeper.said
        resumes, self._resumes = self._resumes, False
        place = said.place if said else None
        if said is None or place is None or not self._is_here(place):
            return
        if resumes:
            self._go_to(place)
            return
        if self._jobs.has_returned:
            return
        self._offered = place
        self.bar.offer(offer_of_study(said, place))

    def _take_offer_back(self) -> None:
        self._interrupted = self._offered = None
        self.bar.offer("")

    def _is_here(self, place: Place) -> bool:
        series = self._model.scan.series if self._model.scan else ()
        return any(one.key == place.series_key for one in series)

    def _go_to(self, place: Place) -> None:
        self._wanted = place
        series = self._model.series
        if series is None or series.key != place.series_key:
            found = self._model.scan.series if self._model.scan else ()
            self._jobs.open_series(next(one for one in found if one.key == place.series_key))
        else:
            self._go()

    def _go(self) -> None:
        """Go where the reader wants to, once that series is there."""
        place, series, volume = self._wanted, self._model.series, self._model.volume
        if place is None or series is None or volume is None or series.key != place.series_key:
            return
        self._wanted = None
        self._model.move_cursor(place.cursor_kji)
        self._model.window = _window(place, volume)


def _window(place: Place, volume: Volume) -> Window:
    """The window that the reader had; the file's own one where it was that."""
    wanted = Window(place.window_center, place.window_width, place.window_name)
    same = (wanted.center, wanted.width, wanted.name)
    own = (one for one in volume.windows if (one.center, one.width, one.name) == same)
    return next(own, wanted)
