"""What the user reads when a worker process had to be ended or ended by itself."""

from pathlib import Path

from ichviewer.worker.host import Death
from ichviewer.worker.limits import Limits

CANNOT_START = (
    "The background process cannot be started, so nothing can be read or analysed. "
    "Close other programs, restart ichviewer, and check the installation if it happens again."
)


def left_out(death: Death, limits: Limits) -> str:
    """Why a file was left out, to be said after its name."""
    return {
        Death.MEMORY: "needs more memory than this computer can give to one file",
        Death.FILE_TIME: f"took longer than {limits.file_s:g} s to read",
    }.get(death, "made the reading process crash")


def died(death: Death, file: str, limits: Limits) -> str:
    """Why a step ended without a result."""
    where = f" while working on {Path(file).name}" if file else ""
    return (
        f"The step was stopped{where}: {_because(death, limits)}. "
        "Nothing else is affected; try again, or leave this data out."
    )


def _because(death: Death, limits: Limits) -> str:
    return {
        Death.CRASH: "the background process ended unexpectedly",
        Death.MEMORY: "it needs more memory than this computer can give to one step",
        Death.FILE_TIME: f"it took longer than {limits.file_s:g} s",
        Death.STEP_TIME: f"it took longer than {limits.step_s:g} s",
        Death.JOB_TIME: f"it took longer than {limits.job_s or 0:g} s in all",
        Death.CANCELLED: "it was cancelled",
    }[death]
