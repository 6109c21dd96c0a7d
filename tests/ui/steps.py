"""Small steps for the worker, importable by its processes."""

from ichviewer.errors import GeometryError
from ichviewer.progress import Progress


def double(number: int, *, progress: Progress) -> int:
    progress(1, 2, "half")
    return 2 * number


def until_cancelled(*, progress: Progress) -> str:
    """Ends only by the exception that progress raises."""
    done = 0
    while True:
        done += 1
        progress(done, 0, "waiting")


def refuse(*, progress: Progress) -> None:
    raise GeometryError("The slices of x.dcm overlap. Choose another series.")


def break_down(*, progress: Progress) -> None:
    raise ZeroDivisionError("a bug")
