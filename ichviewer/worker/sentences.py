"""What the user reads when a worker process had to be ended or ended by itself."""

from pathlib import Path

from ichviewer.language import tr, tr_later
from ichviewer.worker.host import Death
from ichviewer.worker.limits import Limits

CANNOT_START = tr_later(
    "The background process cannot be started, so nothing can be read or analysed. "
    "Close other programs, restart ichviewer, and check the installation if it happens again."
)


def left_out(death: Death, limits: Limits) -> str:
    """Why a file was left out, to be said after its name."""
    return {
        Death.MEMORY: tr("needs more memory than this computer can give to one file"),
        Death.FILE_TIME: tr("took longer than {seconds:g} s to read", seconds=limits.file_s),
    }.get(death, tr("made the reading process crash"))


def died(death: Death, file: str, limits: Limits) -> str:
    """Why a step ended without a result."""
    where = tr(" while working on {name}", name=Path(file).name) if file else ""
    return tr(
        "The step was stopped{where}: {why}. Nothing else is affected; try again, or leave this "
        "data out.",
        where=where,
        why=_because(death, limits),
    )


def _because(death: Death, limits: Limits) -> str:
    return {
        Death.CRASH: tr("the background process ended unexpectedly"),
        Death.MEMORY: tr("it needs more memory than this computer can give to one step"),
        Death.FILE_TIME: tr("it took longer than {seconds:g} s", seconds=limits.file_s),
        Death.STEP_TIME: tr("it took longer than {seconds:g} s", seconds=limits.step_s),
        Death.JOB_TIME: tr("it took longer than {seconds:g} s in all", seconds=limits.job_s or 0),
        Death.CANCELLED: tr("it was cancelled"),
    }[death]
