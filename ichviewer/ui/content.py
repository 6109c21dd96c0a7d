"""What a slice view shows: the study along one axis, or a case or prior beside it."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import SignalInstance

from ichviewer.analysis.cam import EvidenceMaps
from ichviewer.dicom.study import Permission
from ichviewer.imaging.plane import Axis
from ichviewer.imaging.plane_layout import plane_of
from ichviewer.imaging.plane_slab import Projection, Slab
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.ui import wording
from ichviewer.ui.viewer_model import Kji, ViewerModel


class Content(Protocol):
    """The part of the model that one view shows and moves."""

    @property
    def volume(self) -> Volume | None:
        """The voxels, or None where there is nothing to show."""

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """Labels on the same grid, or None."""

    @property
    def evidence(self) -> EvidenceMaps | None:
        """Where the detector saw what it says, or None."""

    @property
    def cursor_kji(self) -> Kji:
        """The voxel under the crosshair."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted when another volume is to be shown."""

    def move(self, kji: Kji) -> None:
        """Put the crosshair there."""

    def scroll(self, steps: int) -> None:
        """Go on by so many cuts: to the head, the front or the patient's right."""

    @property
    def has_crosshair(self) -> bool:
        """Whether a point is marked, or only a slice is shown."""

    @property
    def takes_keys(self) -> bool:
        """Whether this is the view of its axis that keys act on."""

    @property
    def slab(self) -> Slab:
        """What is projected."""

    @property
    def word(self) -> str:
        """What this view is called where its plane's name does not say it."""

    @property
    def field_mm(self) -> tuple[float, float]:
        """Height and width that are to be seen at least; equal for images that are compared."""

    def refusal(self) -> str:
        """Why this plane may not be shown, or empty."""

    def heading(self) -> tuple[str, ...]:
        """Lines that say whose images these are."""


class StudyContent:
    """The open series, cut along one voxel axis."""

    def __init__(self, model: ViewerModel, axis: Axis) -> None:
        self._model = model
        self._axis = axis

    @property
    def volume(self) -> Volume | None:
        """The open series' voxels."""
        return self._model.volume

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """What the models outlined, as the reader has edited it."""
        return self._model.mask

    @property
    def evidence(self) -> EvidenceMaps | None:
        """That of the findings; hidden as long as the AI is."""
        findings = self._model.findings
        return findings.cam if findings is not None else None

    @property
    def cursor_kji(self) -> Kji:
        """The model's own crosshair."""
        return self._model.cursor_kji

    @property
    def changed(self) -> SignalInstance:
        """Another series."""
        return self._model.volume_changed

    @property
    def has_crosshair(self) -> bool:
        """The study's planes are linked by it."""
        return True

    @property
    def takes_keys(self) -> bool:
        """The study's planes are what is read."""
        return True

    @property
    def slab(self) -> Slab:
        """The reader's; none where the slices have no trustworthy positions."""
        series = self._model.series
        may = series is None or series.permits(Permission.MPR)
        return self._model.view.slab if may else Slab()

    @property
    def word(self) -> str:
        """Nothing special."""
        return ""

    @property
    def field_mm(self) -> tuple[float, float]:
        """With a case beside, both are shown in one scale."""
        return compared_field_mm(self._model) if self._axis is Axis.K else (0.0, 0.0)

    def move(self, kji: Kji) -> None:
        """Put the crosshair there in all planes."""
        self._model.move_cursor(kji)

    def scroll(self, steps: int) -> None:
        """Go on by so many cuts: to the head, the front or the patient's right."""
        self._model.scroll(steps, self._axis)

    def refusal(self) -> str:
        """Planes across the slices need trustworthy positions."""
        series = self._model.series
        if self._axis is Axis.K or series is None or series.permits(Permission.MPR):
            return ""
        return series.refusals[Permission.MPR]

    def heading(self) -> tuple[str, ...]:
        """Patient and series, in the acquired plane only."""
        study, series = self._model.study, self._model.series
        if self._axis is not Axis.K:
            return ()
        lines = [wording.study_title(study), wording.study_subtitle(study)] if study else []
        if series is not None:
            lines.append(wording.series_title(series))
        return tuple(line for line in lines if line)


class SlabContent(StudyContent):
    """The acquired plane once more, as a slab: what lies above and below a slice at one glance."""

    def __init__(self, model: ViewerModel) -> None:
        super().__init__(model, Axis.K)

    @property
    def takes_keys(self) -> bool:
        """Keys act on the single slice."""
        return False

    @property
    def slab(self) -> Slab:
        """The reader's, or a MIP where none is chosen for all views."""
        slab = self._model.view.slab
        is_off = slab.projection is Projection.NONE
        return replace(slab, projection=Projection.MAXIMUM) if is_off else slab

    @property
    def word(self) -> str:
        """Told apart from the single slice."""
        return tr("slab")

    def refusal(self) -> str:
        """Slices without trustworthy positions have no thickness."""
        series = self._model.series
        may = series is None or series.permits(Permission.MPR)
        return "" if series is None or may else series.refusals[Permission.MPR]

    def heading(self) -> tuple[str, ...]:
        """The single slice says whose images these are."""
        return ()


class CaseContent:
    """A case or prior beside the study: it follows the study, and scrolling it moves both."""

    def __init__(self, model: ViewerModel) -> None:
        self._model = model

    @property
    def volume(self) -> Volume | None:
        """The case's voxels."""
        return self._model.companion.volume if self._model.companion else None

    @property
    def mask(self) -> NDArray[np.uint8] | None:
        """Those of a prior; similar cases are shown without labels."""
        return self._model.companion.mask if self._model.companion else None

    @property
    def evidence(self) -> EvidenceMaps | None:
        """Cases are shown without evidence."""
        return None

    @property
    def cursor_kji(self) -> Kji:
        """The middle of the slice that lies as far from the linked one as the study's does."""
        companion, study = self._model.companion, self._model.volume
        if companion is None or study is None:
            return (0, 0, 0)
        _, rows, columns = companion.volume.shape_kji
        is_linked = self._model.view.is_linked
        beside = companion.slice_beside(self._model.cursor_kji[0], study)
        k = beside if is_linked else self._model.case_slice
        return (k, rows // 2, columns // 2)

    @property
    def changed(self) -> SignalInstance:
        """Another case."""
        return self._model.companion_changed

    @property
    def has_crosshair(self) -> bool:
        """Only slices correspond between two heads, not points."""
        return False

    @property
    def takes_keys(self) -> bool:
        """Keys act on the study."""
        return False

    @property
    def slab(self) -> Slab:
        """The same as the study's, so that like is compared with like."""
        return self._model.view.slab

    @property
    def word(self) -> str:
        """Told apart from the study."""
        return self._model.companion.word if self._model.companion else tr("similar case")

    @property
    def field_mm(self) -> tuple[float, float]:
        """The study and the case are shown in one scale."""
        return compared_field_mm(self._model)

    def move(self, kji: Kji) -> None:
        """A case has no crosshair of its own."""

    def scroll(self, steps: int) -> None:
        """Scroll the study, and the case follows; the case alone while it is not linked."""
        companion = self._model.companion
        if self._model.view.is_linked or companion is None:
            self._model.scroll(steps, Axis.K)
            return
        k = self._model.case_slice + steps * plane_of(companion.volume.grid, Axis.K).upward
        self._model.case_slice = min(max(k, 0), companion.volume.shape_kji[0] - 1)

    def refusal(self) -> str:
        """Cases are shown in their acquired plane, which is always possible."""
        return ""

    def heading(self) -> tuple[str, ...]:
        """What stands beside, as it says itself."""
        companion, view = self._model.companion, self._model.view
        if companion is None:
            return ()
        return companion.heading(view.is_linked, self._model.cursor_kji[0])


def compared_field_mm(model: ViewerModel) -> tuple[float, float]:
    """Height and width that hold both the study's and the case's slices; 0 without a case."""
    if model.companion is None or model.volume is None:
        return (0.0, 0.0)
    planes = [plane_of(v.grid, Axis.K) for v in (model.volume, model.companion.volume)]
    heights, widths = zip(*(plane.size_mm for plane in planes), strict=True)
    return max(heights), max(widths)
