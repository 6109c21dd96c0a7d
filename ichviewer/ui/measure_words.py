"""What the tools are called, and what they ask the reader to do next."""

from ichviewer.imaging.measurement import Kind
from ichviewer.language import tr, tr_later

TITLES: dict[Kind, str] = {
    Kind.LENGTH: tr_later("Length"),
    Kind.ANGLE: tr_later("Angle"),
    Kind.COBB: tr_later("Cobb angle, two lines"),
    Kind.ELLIPSE: tr_later("Ellipse"),
    Kind.RECTANGLE: tr_later("Rectangle"),
    Kind.POLYGON: tr_later("Polygon"),
    Kind.FREEHAND: tr_later("Freehand region"),
    Kind.ABC2: tr_later("ABC/2 with three callipers"),
    Kind.MIDLINE: tr_later("Midline shift"),
    Kind.THICKNESS: tr_later("Thickness of a collection"),
}
#: Shorter names, for what stands over the image.
_SHORT = {Kind.ABC2: tr_later("ABC/2")}
_BOX = (tr_later("drag from corner to corner"), tr_later("click the opposite corner"))
_STEPS: dict[Kind, tuple[str, ...]] = {
    Kind.LENGTH: (
        tr_later("drag from end to end, also over several slices"),
        tr_later("click the other end"),
    ),
    Kind.ANGLE: (
        tr_later("click the end of one arm"),
        tr_later("click the vertex"),
        tr_later("click the end of the other arm"),
    ),
    Kind.COBB: (
        tr_later("drag along the first line"),
        tr_later("click the end of the first line"),
        tr_later("drag along the second line"),
        tr_later("click the end of the second line"),
    ),
    Kind.ELLIPSE: _BOX,
    Kind.RECTANGLE: _BOX,
    Kind.POLYGON: (
        tr_later("click the corners"),
        tr_later("click the next corner"),
        tr_later("click the next corner"),
        tr_later("click the next corner; double-click or Enter closes it"),
    ),
    Kind.FREEHAND: (tr_later("draw round the region with the button held"),),
    Kind.ABC2: (
        tr_later("A: drag along the largest diameter on the slice where the lesion is largest"),
        tr_later("A: click its other end"),
        tr_later("B: on the same slice, drag along the largest diameter at a right angle to A"),
        tr_later("B: click its other end"),
        tr_later("C: go to the lowest slice that shows the lesion, and click on it there"),
        tr_later("C: go to the highest slice that shows the lesion, and click on it there"),
    ),
    Kind.MIDLINE: (
        tr_later("drag along the falx from front to back"),
        tr_later("click its other end"),
        tr_later("click the displaced septum"),
    ),
    Kind.THICKNESS: (
        tr_later("click the inner skull beside the thickest place"),
        tr_later("click the inner skull at the thickest place"),
        tr_later("click the inner skull on the other side"),
        tr_later("click the inner border of the collection where it is thickest"),
    ),
}


def prompt(kind: Kind, done: int) -> str:
    """What to do next, after so many points."""
    steps = _STEPS[kind]
    name = tr(_SHORT.get(kind, TITLES[kind]))
    said = f"{name} – {tr(steps[min(done, len(steps) - 1)])}."
    hint = tr("Enter puts one at the crosshair, Esc stops.")
    return said if done else f"{said} {hint}"
