"""The window: puts the panels together and lets the table of actions work on them."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ichviewer import paths
from ichviewer.imaging.grey_scale import is_picture
from ichviewer.language import tr
from ichviewer.ui import wording
from ichviewer.ui.about import about_text
from ichviewer.ui.cine import Cine
from ichviewer.ui.comparison_desk import ComparisonDesk
from ichviewer.ui.conflict_card import ConflictCard
from ichviewer.ui.findings_panel import FindingsPanel
from ichviewer.ui.first_run import FirstRun
from ichviewer.ui.held_keys import HeldKeys
from ichviewer.ui.images_panel import ImagesPanel
from ichviewer.ui.jobs import Jobs
from ichviewer.ui.key_help import KeyHelp
from ichviewer.ui.manual_window import ManualWindow
from ichviewer.ui.measure_desk import MeasureDesk
from ichviewer.ui.menus import Menus
from ichviewer.ui.messages import MessageBar, Messages, show_text
from ichviewer.ui.picture_dialog import PictureDialog
from ichviewer.ui.reading_desk import ReadingDesk
from ichviewer.ui.settings_dialog import SettingsDialog
from ichviewer.ui.similar_panel import SimilarPanel
from ichviewer.ui.slice_view import SliceView
from ichviewer.ui.status_corner import StatusCorner
from ichviewer.ui.stepping import next_case, next_series, next_study
from ichviewer.ui.studies_panel import StudiesPanel
from ichviewer.ui.theme import apply_theme
from ichviewer.ui.viewer_model import ViewerModel
from ichviewer.ui.waiting_studies import WaitingStudies
from ichviewer.ui.welcome import Welcome

#: What the rows of buttons under the findings need.
_LEAST_RIGHT_PX = 424


class MainWindow(QMainWindow):
    """Studies and measurements left, images in the middle, findings and similar cases right."""

    def __init__(self, model: ViewerModel, jobs: Jobs, messages: Messages) -> None:
        super().__init__()
        self.model = model
        self.jobs = jobs
        self.messages = messages
        self.setWindowTitle("ichviewer")
        self.setAcceptDrops(True)
        self.studies = StudiesPanel(model)
        self.findings = FindingsPanel(model)
        self.conflict = ConflictCard(model)
        self.similar = SimilarPanel(model)
        self.status = StatusCorner(model)
        self.images = ImagesPanel(model)
        self.reading = ReadingDesk(model, jobs, messages, self.images, self)
        panel = self.reading.panel
        self.findings.add_reading(panel.answer, panel, panel.sums)
        self.measuring = MeasureDesk(
            model, jobs, messages, self.images, self, history=self.reading.measures
        )
        self.comparing = ComparisonDesk(model, jobs, messages, self)
        self._welcome = Welcome(model)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self.first_run = FirstRun(model)
        self._pages = QStackedWidget()
        self._is_width_shared = False
        self._arrange()
        self._menus = Menus(self, self)
        self._held = HeldKeys(self, self)
        Cine(model, self)
        self._waiting = WaitingStudies(model, jobs, self)
        self._connect()
        self._apply_choices()
        self._show_title()

    def open_paths(self, *paths: Path) -> None:
        """Open folders, files, ZIP archives or DICOMDIRs and add them to the list.

        What pictures do not say themselves is asked first.
        """
        self.begin()
        pictures = tuple(path for path in paths if is_picture(path))
        others = [path for path in paths if path not in pictures]
        if others:
            self.jobs.open_paths(*others)
        if pictures:
            dialog = PictureDialog(pictures, self.model.choices.presets, self)
            dialog.answered.connect(self.jobs.open_pictures)
            dialog.open()

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        chosen = QFileDialog.getExistingDirectory(self, tr("Open folder"))
        if chosen:
            self.open_paths(Path(chosen))

    def choose_file(self) -> None:
        """Ask for files and open them."""
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("Open files, ZIP or DICOMDIR"))
        if chosen:
            self.open_paths(*map(Path, chosen))

    def close_study(self) -> None:
        """Take the open study off the list; its files stay as they are."""
        if self.model.study is not None:
            self.jobs.close_study(self.model.study)

    def open_demo(self) -> None:
        """Open the demo study that comes with the program."""
        self.open_paths(paths.demo_study_folder())

    def step_series(self, step: int) -> None:
        """Open the next or previous series of the list."""
        if (series := next_series(self.model, step)) is not None:
            self.jobs.open_series(series)

    def step_study(self, step: int) -> None:
        """Open the next or previous study of the list."""
        if (series := next_study(self.model, step)) is not None:
            self.jobs.open_series(series)

    def step_case(self, step: int) -> None:
        """Open the next or previous similar case beside the study."""
        if (match := next_case(self.model, step)) is not None:
            self.jobs.open_case(match)

    @property
    def view(self) -> SliceView:
        """The view that keys act on."""
        return self.images.active

    def note(self, sentence: str) -> None:
        """Tell the reader something."""
        self.messages.note(sentence)

    def reset(self) -> None:
        """Show every plane whole, upright and as acquired; the window stays as it is."""
        self.model.is_playing = False
        self.model.view = self.model.view.upright()
        for view in self.images.views:
            view.fit()

    def activate_next_view(self, step: int) -> None:
        """Let keys act on the next view."""
        self.images.activate_next(step)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_keys(self) -> None:
        """Show all keys and mouse gestures."""
        KeyHelp(self, self).show()

    def show_manual(self) -> None:
        """Show the manual, once."""
        manual = self.findChild(ManualWindow) or ManualWindow(self, self)
        manual.show()
        manual.activateWindow()

    def show_first_steps(self) -> None:
        """Show the page of the first start in place of the study."""
        self._pages.setCurrentWidget(self.first_run)

    def begin(self) -> None:
        """Go from the page of the first start to the study; it does not come by itself again."""
        if self._pages.currentWidget() is self.first_run:
            self._pages.setCurrentWidget(self._columns)
            self.model.choices = replace(self.model.choices, is_introduced=True)

    def show_settings(self) -> None:
        """Let the reader change keys, mouse, presets and looks."""
        SettingsDialog(self.model, self).show()

    def show_about(self) -> None:
        """Say what the program is, and what it is not for."""
        show_text(self, tr("About ichviewer"), about_text())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802  Qt's name
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802  Qt's name
        """Open all that was dropped, and nothing beside it."""
        dropped = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if dropped:
            event.acceptProposedAction()
            self.open_paths(*dropped)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """Let the reading go, and stop what is under way."""
        if not self.reading.may_close():
            event.ignore()
            return
        self.jobs.cancel_all()
        self.reading.close()
        self._waiting.stop()
        self.model.is_playing = False
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self._held)
        super().closeEvent(event)

    def _arrange(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(MessageBar(self.messages))
        column.addWidget(self.reading.bar)
        column.addWidget(self._welcome, 1)
        column.addWidget(self.images, 1)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.studies)
        left.addWidget(self.measuring.panel)
        left.setSizes([5000, 5000])
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.findings)
        right.addWidget(self.comparing.panel)
        # A conflict takes its room from the similar cases: buttons under the pointer stay there.
        cases = QSplitter(Qt.Orientation.Vertical)
        cases.addWidget(self.conflict)
        cases.addWidget(self.similar)
        cases.setSizes([2200, 1600])
        right.addWidget(cases)
        right.setSizes([6400, 4200, 3800])
        # A screen too low for all that is said scrolls it; the window never outgrows the screen.
        said = QScrollArea()
        said.setObjectName("column")
        said.setWidgetResizable(True)
        said.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        said.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        said.setMinimumWidth(_LEAST_RIGHT_PX)
        said.setWidget(right)
        for part in (left, middle, said):
            self._columns.addWidget(part)
        self._columns.setStretchFactor(1, 1)
        for splitter in (self._columns, left, right, cases):
            splitter.setHandleWidth(4)
            splitter.setChildrenCollapsible(False)
        for page in (self._columns, self.first_run):
            self._pages.addWidget(page)
        self.setCentralWidget(self._pages)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Share out the width the first time: the images get all that the lists do not need."""
        if self._is_width_shared:
            return
        self._is_width_shared = True
        left = min(max(round(0.15 * self.width()), 180), 290)
        right = min(max(round(0.28 * self.width()), 330), 524)
        self._columns.setSizes([left, self.width() - left - right, right])

    def _connect(self) -> None:
        model = self.model
        self.studies.series_chosen.connect(self.jobs.open_series)
        self.studies.close_wanted.connect(self.jobs.close_study)
        self.studies.close_all_wanted.connect(self.jobs.close_all_studies)
        self.studies.prior_chosen.connect(self.comparing.compare_with)
        self.findings.again_wanted.connect(self.jobs.analyze)
        self.similar.case_chosen.connect(self.jobs.open_case)
        self.conflict.case_chosen.connect(self.jobs.open_case)
        self.similar.case_closed.connect(self.jobs.close_case)
        self.status.cancel_wanted.connect(self.jobs.cancel_all)
        self.first_run.begun.connect(self.begin)
        self.first_run.demo_wanted.connect(self.open_demo)
        self._welcome.folder_wanted.connect(self.choose_folder)
        self._welcome.demo_wanted.connect(self.open_demo)
        for places in (self._welcome.recent, self._menus.recent):
            places.place_wanted.connect(self.open_paths)
            places.looked_at.connect(self.jobs.look_for_missing)
        self.reading.keeper.opened.connect(self._waiting.follow_reading)
        model.volume_changed.connect(self._show_title)
        for signal in (model.window_changed, model.layout_changed):
            signal.connect(self._menus.show_tool_bar)
        self.measuring.measures.tool_changed.connect(self._menus.show_switches)
        self.reading.brush.changed.connect(self._menus.show_switches)
        self.measuring.share_pointer(self.reading.brush)
        model.choices_changed.connect(self._apply_choices)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self._held)

    def _apply_choices(self) -> None:
        choices = self.model.choices
        self._menus.assign(choices.keys)
        self._held.assign(choices.keys)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, choices.theme)

    def _show_title(self) -> None:
        self._welcome.setVisible(self.model.volume is None)
        study = self.model.study
        self.setWindowTitle(f"{wording.study_title(study)} – ichviewer" if study else "ichviewer")
