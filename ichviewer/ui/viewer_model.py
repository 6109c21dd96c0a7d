"""ViewerModel: the one mutable object. Views read it, set it, and repaint on its signals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ichviewer.analysis.findings import Findings, HemorrhageType, Lesion
from ichviewer.analysis.priority import Priority
from ichviewer.dicom.study import ScanResult, Series, Study
from ichviewer.imaging.overlay import OverlayStyle
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.volume import Volume
from ichviewer.imaging.window import PRESETS, Window
from ichviewer.language import tr_later
from ichviewer.library.case import Matches
from ichviewer.reading.mask_edit import EditedLesions
from ichviewer.reading.record import Reading
from ichviewer.reading.status import ReadingStatus
from ichviewer.report.colours import TYPE_COLOURS
from ichviewer.report.worklist import by_urgency, revealed, study_priority, study_status
from ichviewer.settings import Settings
from ichviewer.ui.companion import Companion
from ichviewer.ui.comparison_prior import Prior
from ichviewer.ui.observed import Observed
from ichviewer.ui.view_state import Layout, Texts, ViewState

Kji = tuple[int, int, int]
#: The name of a window that is neither a preset nor the file's.
OWN_WINDOW = tr_later("own window")


class AiState(StrEnum):
    """How far the AI is with the volume on screen."""

    IDLE = tr_later("not run")
    RUNNING = tr_later("running")
    PROCESSED = tr_later("processed")
    WARNED = tr_later("processed with reservations")
    REFUSED = tr_later("refused")
    CANCELLED = tr_later("cancelled")
    FAILED = tr_later("failed")
    VEILED = tr_later("hidden until you have answered")


@dataclass(frozen=True)
class AiStatus:
    """State of the AI, and the sentence that says why."""

    state: AiState = AiState.IDLE
    sentence: str = ""


@dataclass(frozen=True)
class Work:
    """What is being done in the background; `total` is 0 while unknown."""

    title: str
    done: int = 0
    total: int = 0
    what: str = ""


class ViewerModel(QObject):
    """All that the window shows. Signals carry nothing: receivers read the model."""

    studies_changed = Signal()
    worklist_changed = Signal()
    volume_changed = Signal()
    cursor_changed = Signal()
    window_changed = Signal()
    overlay_changed = Signal()
    findings_changed = Signal()
    lesion_changed = Signal()
    matches_changed = Signal()
    companion_changed = Signal()
    ai_changed = Signal()
    work_changed = Signal()
    layout_changed = Signal()
    texts_changed = Signal()
    blending_changed = Signal()
    view_changed = Signal()
    cine_changed = Signal()
    key_images_changed = Signal()
    choices_changed = Signal()
    missing_changed = Signal()
    reading_changed = Signal()
    edited_changed = Signal()

    scan: Observed[ScanResult | None] = Observed(None, "studies_changed")
    #: By series key: what the models say, and a PNG (empty where none could be made).
    priorities: Observed[Mapping[str, Priority]] = Observed({}, "worklist_changed")
    small_pictures: Observed[Mapping[str, bytes]] = Observed({}, "worklist_changed")
    #: By key of the journal.
    statuses: Observed[Mapping[str, ReadingStatus]] = Observed({}, "worklist_changed")
    cursor_kji: Observed[Kji] = Observed((0, 0, 0), "cursor_changed")
    window: Observed[Window] = Observed(PRESETS[1], "window_changed")
    overlay: Observed[OverlayStyle] = Observed(
        OverlayStyle({int(kind): colour for kind, colour in TYPE_COLOURS.items()}),
        "overlay_changed",
    )
    is_overlay_off: Observed[bool] = Observed(False, "overlay_changed")
    is_evidence_shown: Observed[bool] = Observed(False, "overlay_changed")
    findings: Observed[Findings | None] = Observed(None, "findings_changed")
    lesion: Observed[Lesion | None] = Observed(None, "lesion_changed")
    matches: Observed[Matches | None] = Observed(None, "matches_changed")
    similar_note: Observed[str] = Observed("", "matches_changed")
    companion: Observed[Companion | Prior | None] = Observed(None, "companion_changed")
    #: The slice of the case beside while it is not linked.
    case_slice: Observed[int] = Observed(0, "cursor_changed")
    ai: Observed[AiStatus] = Observed(AiStatus(), "ai_changed")
    work: Observed[Work | None] = Observed(None, "work_changed")
    layout: Observed[Layout] = Observed(Layout.PLANES, "layout_changed")
    is_blended: Observed[bool] = Observed(False, "blending_changed")
    texts: Observed[Texts] = Observed(Texts.ALL, "texts_changed")
    view: Observed[ViewState] = Observed(ViewState(), "view_changed")
    is_playing: Observed[bool] = Observed(False, "cine_changed")
    #: Series key and slice of every image that the reader marked.
    key_images: Observed[frozenset[tuple[str, int]]] = Observed(frozenset(), "key_images_changed")
    choices: Observed[Settings] = Observed(Settings(), "choices_changed")
    #: Which of the places that were opened last are gone.
    missing: Observed[frozenset[Path]] = Observed(frozenset(), "missing_changed")
    reading: Observed[Reading] = Observed(Reading(), "reading_changed")
    #: The lesions with the reader's strokes; None until the findings are prepared for them.
    edited: Observed[EditedLesions | None] = Observed(None, "edited_changed")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._series: Series | None = None
        self._volume: Volume | None = None

    @property
    def series(self) -> Series | None:
        """The series on screen, or the one being opened."""
        return self._series

    @property
    def volume(self) -> Volume | None:
        """The voxels on screen; None while nothing is open."""
        return self._volume

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """(K, J, I) labels: what the models outlined, as the reader has edited it."""
        if self.edited is not None:
            return self.edited.mask
        return self.findings.mask if self.findings else None

    def volume_ml(self, kind: HemorrhageType | None = None) -> float:
        """Volume of one type or of all in mL, with the reader's edits."""
        if self.edited is not None and self.edited.strokes:
            sums = self.edited.type_volumes_ml()
            return sum(sums.values()) if kind is None else sums.get(int(kind), 0.0)
        return self.findings.volume_ml(kind) if self.findings else 0.0

    @property
    def is_ai_veiled(self) -> bool:
        """Whether the AI stays hidden until the reader has answered for the open series."""
        is_answered = self._series is not None and self._series.key in self.reading.answers
        return self.choices.is_read_then_reveal and not is_answered

    @property
    def study(self) -> Study | None:
        """The study that the open series belongs to."""
        studies = self.scan.studies if self.scan else ()
        return next((study for study in studies if self._series in study.series), None)

    @property
    def studies(self) -> tuple[Study, ...]:
        """The listed studies, the most urgent first."""
        studies = self.scan.studies if self.scan else ()
        return by_urgency(studies, self._shown_priorities)

    def status_of(self, study: Study) -> ReadingStatus | None:
        """How far the reading of a study is, None while that is not known."""
        return study_status(study, self.statuses)

    def priority_of(self, study: Study) -> Priority:
        """How urgent a study is, and why."""
        return study_priority(study, self._shown_priorities)

    @property
    def _shown_priorities(self) -> Mapping[str, Priority]:
        if self.scan is None or not self.choices.is_read_then_reveal:
            return self.priorities
        return revealed(self.priorities, self.scan.studies, self.statuses)

    def clear(self, series: Series | None = None) -> None:
        """Take everything of the last series off the screen; name the one that is coming."""
        self._show(series, None)

    def show_volume(self, series: Series, volume: Volume) -> None:
        """Show a series from its middle slice; the window stays as the reader set it."""
        self._show(series, volume)
        slices, rows, columns = volume.shape_kji
        self.cursor_kji = (slices // 2, rows // 2, columns // 2)
        if not volume.is_hu:
            self.window = volume.windows[0] if volume.windows else full_range(volume)

    def move_cursor(self, kji: Kji) -> None:
        """Put the crosshair onto a voxel, at the nearest one inside the volume."""
        if self._volume is not None:
            limits = self._volume.shape_kji
            k, j, i = (min(max(int(v), 0), n - 1) for v, n in zip(kji, limits, strict=True))
            self.cursor_kji = (k, j, i)

    def scroll(self, steps: int, axis: Axis | None = None) -> None:
        """Move the crosshair across cuts, those of the active view where no axis is named.

        Up is to the head, the front or the patient's right.
        """
        if self._volume is not None:
            axis = self.view.active if axis is None else axis
            kji = list(self.cursor_kji)
            kji[axis] += steps * plane_of(self._volume.grid, axis).upward
            self.move_cursor((kji[0], kji[1], kji[2]))

    def go_to_lesion(self, lesion: Lesion) -> None:
        """Select a lesion and move to where it is largest."""
        self.lesion = lesion
        _, j, i = lesion.centroid_kji
        self.move_cursor((lesion.largest_slice, round(j), round(i)))

    def step_lesion(self, step: int) -> None:
        """Go to the next or previous lesion of the table, round its ends."""
        lesions = self.findings.lesions if self.findings else ()
        if lesions:
            at = lesions.index(self.lesion) if self.lesion in lesions else (-1 if step > 0 else 0)
            self.go_to_lesion(lesions[(at + step) % len(lesions)])

    @property
    def key_slices(self) -> tuple[int, ...]:
        """The open series' slices that the reader marked, in order."""
        key = self._series.key if self._series else None
        return tuple(sorted(k for series_key, k in self.key_images if series_key == key))

    def toggle_key_image(self) -> None:
        """Mark the slice under the crosshair as a key image, or take the mark off."""
        if self._series is not None and self._volume is not None:
            self.key_images ^= {(self._series.key, self.cursor_kji[0])}

    def toggle_link(self) -> None:
        """Let the case beside go its own way; linked again, it follows from where it is then."""
        companion, volume = self.companion, self._volume
        if companion is not None and volume is not None:
            k = self.cursor_kji[0]
            beside = companion.slice_beside(k, volume) if self.view.is_linked else self.case_slice
            self.case_slice = beside
            self.companion = replace(companion, study_slice=k, case_slice=beside)
        self.view = replace(self.view, is_linked=not self.view.is_linked)

    def toggle_type(self, kind: HemorrhageType) -> None:
        """Show or hide the overlay of one type."""
        self.overlay = replace(self.overlay, hidden=self.overlay.hidden ^ {int(kind)})

    @property
    def evidence_column(self) -> int | None:
        """Which evidence map is shown: of the selected lesion's type, 0 for any; None for none."""
        if not self.is_evidence_shown:
            return None
        return int(self.lesion.kind) if self.lesion is not None else 0

    def toggle_outline(self) -> None:
        """Draw regions with or without an outline."""
        self.overlay = replace(self.overlay, is_outlined=not self.overlay.is_outlined)

    def change_opacity(self, step: float) -> None:
        """Make the overlay stronger or weaker, between 10 % and 100 %."""
        opacity = min(max(round(self.overlay.opacity + step, 2), 0.1), 1.0)
        self.overlay = replace(self.overlay, opacity=opacity)

    def _show(self, series: Series | None, volume: Volume | None) -> None:
        self.findings = None
        self.edited = None
        self.lesion = None
        self.matches = None
        self.similar_note = ""
        self.companion = None
        self.ai = AiStatus()
        self.is_playing = False
        self.view = self.view.of_next_series()
        self._series, self._volume = series, volume
        self.volume_changed.emit()


def full_range(volume: Volume) -> Window:
    """A window from the smallest to the largest stored value, where there are no HU."""
    low, high = float(volume.hu.min()), float(volume.hu.max())
    return Window((low + high) / 2, max(high - low, 2.0), tr_later("full range"))
