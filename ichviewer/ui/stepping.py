"""Which series, study or similar case comes next, as the lists on the screen have them."""

from ichviewer.dicom.study import Series
from ichviewer.library.case import Match
from ichviewer.ui.companion import Companion
from ichviewer.ui.viewer_model import ViewerModel


def next_series(model: ViewerModel, step: int) -> Series | None:
    """The next or previous series of the list; None at its ends."""
    listed = [series for study in model.studies for series in study.series]
    if not listed:
        return None
    at = listed.index(model.series) if model.series in listed else -step
    wanted = listed[min(max(at + step, 0), len(listed) - 1)]
    return None if wanted is model.series else wanted


def next_study(model: ViewerModel, step: int) -> Series | None:
    """The first series of the next or previous study; None at the ends of the list."""
    studies, study = model.studies, model.study
    wanted = studies.index(study) + step if study is not None else -1
    return studies[wanted].series[0] if 0 <= wanted < len(studies) else None


def next_case(model: ViewerModel, step: int) -> Match | None:
    """The next or previous similar case, round the ends; None without any."""
    matches = model.matches.matches if model.matches else ()
    if not matches:
        return None
    shown = model.companion.match if isinstance(model.companion, Companion) else None
    at = matches.index(shown) if shown in matches else (-1 if step > 0 else 0)
    return matches[(at + step) % len(matches)]
