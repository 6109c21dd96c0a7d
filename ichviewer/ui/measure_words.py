"""What the tools are called, and what they ask the reader to do next."""

from ichviewer.imaging.measurement import Kind

TITLES: dict[Kind, str] = {
    Kind.LENGTH: "Length",
    Kind.ANGLE: "Angle",
    Kind.COBB: "Cobb angle, two lines",
    Kind.ELLIPSE: "Ellipse",
    Kind.RECTANGLE: "Rectangle",
    Kind.POLYGON: "Polygon",
    Kind.FREEHAND: "Freehand region",
    Kind.ABC2: "ABC/2 with three callipers",
    Kind.MIDLINE: "Midline shift",
    Kind.THICKNESS: "Thickness of a collection",
}
_BOX = ("drag from corner to corner", "click the opposite corner")
_STEPS: dict[Kind, tuple[str, ...]] = {
    Kind.LENGTH: ("drag from end to end, also over several slices", "click the other end"),
    Kind.ANGLE: ("click the end of one arm", "click the vertex", "click the end of the other arm"),
    Kind.COBB: (
        "drag along the first line",
        "click the end of the first line",
        "drag along the second line",
        "click the end of the second line",
    ),
    Kind.ELLIPSE: _BOX,
    Kind.RECTANGLE: _BOX,
    Kind.POLYGON: (
        "click the corners",
        "click the next corner",
        "click the next corner",
        "click the next corner; double-click or Enter closes it",
    ),
    Kind.FREEHAND: ("draw round the region with the button held",),
    Kind.ABC2: (
        "A: drag along the largest diameter on the slice where the lesion is largest",
        "A: click its other end",
        "B: on the same slice, drag along the largest diameter at a right angle to A",
        "B: click its other end",
        "C: go to the lowest slice that shows the lesion, and click on it there",
        "C: go to the highest slice that shows the lesion, and click on it there",
    ),
    Kind.MIDLINE: (
        "drag along the falx from front to back",
        "click its other end",
        "click the displaced septum",
    ),
    Kind.THICKNESS: (
        "click the inner skull beside the thickest place",
        "click the inner skull at the thickest place",
        "click the inner skull on the other side",
        "click the inner border of the collection where it is thickest",
    ),
}


def prompt(kind: Kind, done: int) -> str:
    """What to do next, after so many points."""
    steps = _STEPS[kind]
    said = f"{TITLES[kind].split(' with ')[0]} – {steps[min(done, len(steps) - 1)]}."
    return said if done else f"{said} Enter puts one at the crosshair, Esc stops."
