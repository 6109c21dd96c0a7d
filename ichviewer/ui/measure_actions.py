"""What the reader does with measurements, for the table of actions."""

from functools import partial

from ichviewer.imaging.measurement import Kind
from ichviewer.ui.action import Action, Desk
from ichviewer.ui.measure_words import TITLES

_KEYS = {
    Kind.LENGTH: "M",
    Kind.ANGLE: "Y",
    Kind.COBB: "Shift+Y",
    Kind.ELLIPSE: "E",
    Kind.RECTANGLE: "Shift+E",
    Kind.POLYGON: "D",
    Kind.FREEHAND: "Shift+D",
    Kind.ABC2: "Q",
    Kind.MIDLINE: "Shift+M",
    Kind.THICKNESS: "Shift+Q",
}


def _take(desk: Desk, kind: Kind) -> None:
    desk.measuring.measures.take_tool(kind)


def _is_taken(desk: Desk, kind: Kind) -> bool:
    return desk.measuring.measures.tool is kind


MEASURE = (
    *(
        Action("Measure", TITLES[kind], (key,), partial(_take, kind=kind),
               is_on=partial(_is_taken, kind=kind))
        for kind, key in _KEYS.items()
    ),
    Action("Measure", "Next measurement", ("Ctrl+M",),
           lambda d: d.measuring.measures.step(1)),
    Action("Measure", "Previous measurement", ("Ctrl+Shift+M",),
           lambda d: d.measuring.measures.step(-1)),
    Action("Measure", "Delete the chosen measurement", ("Del",),
           lambda d: d.measuring.measures.delete_selected()),
    Action("Measure", "Copy as CSV", ("Ctrl+C",), lambda d: d.measuring.copy()),
    Action("Measure", "Export…", ("Ctrl+E",), lambda d: d.measuring.export()),
)  # fmt: skip
