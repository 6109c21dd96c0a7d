"""What a stack may be used for: one row per class of geometry, with reasons in words."""

from ichviewer.dicom.geometry import Stack
from ichviewer.dicom.study import Permission
from ichviewer.imaging.grid import GeometryClass

#: More than one slice and fewer than this are a fragment, no head for the models.
AI_SLICES = 5


def refusals_of(stack: Stack) -> dict[Permission, str]:
    """The uses that are refused, and the sentence that says why."""
    refused: dict[Permission, str] = {}
    first = stack.images[0]
    if first.rescale is None:
        refused[Permission.HU] = first.rescale_problem or "The images have no rescale to HU."
    if stack.geometry is GeometryClass.NO_GEOMETRY:
        reason = f"The slices have no usable positions: {stack.conflict}."
        refused[Permission.MPR] = refused[Permission.VOLUMETRY] = reason
    elif stack.geometry is GeometryClass.SINGLE:
        refused[Permission.MPR] = "There is only one slice."
        refused[Permission.VOLUMETRY] = "One slice alone has no known thickness in space."
    ai = _ai_refusal(stack, refused)
    if ai:
        refused[Permission.AI] = ai
    return refused


def _ai_refusal(stack: Stack, refused: dict[Permission, str]) -> str:
    first = stack.images[0]
    # One slice needs no place among others; the models read it with a warning.
    is_single = len(stack.images) == 1
    secondary = first.image_type[1:2] == ("SECONDARY",) and (stack.grid is None or is_single)
    is_lost = stack.geometry is GeometryClass.NO_GEOMETRY and not is_single
    checks = (
        (first.modality != "CT", f"The modality is {first.modality or 'unknown'}, not CT."),
        (first.is_localizer, "This is a localizer."),
        (first.layout.samples > 1, "This is a colour picture, not a CT image."),
        (secondary, "This is a secondary capture, not a CT image."),
        (Permission.HU in refused, refused.get(Permission.HU, "")),
        (is_lost, refused.get(Permission.VOLUMETRY, "")),
        (
            not is_single and len(stack.images) < AI_SLICES,
            f"There are only {len(stack.images)} slices.",
        ),
    )
    return next((reason for refuse, reason in checks if refuse), "")
