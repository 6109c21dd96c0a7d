"""What a stack may be used for: one row per class of geometry, with reasons in words."""

from ichviewer.dicom.geometry import Stack
from ichviewer.dicom.study import Permission
from ichviewer.imaging.grid import GeometryClass
from ichviewer.language import tr

#: More than one slice and fewer than this are a fragment, no head for the models.
AI_SLICES = 5


def refusals_of(stack: Stack) -> dict[Permission, str]:
    """The uses that are refused, and the sentence that says why."""
    refused: dict[Permission, str] = {}
    first = stack.images[0]
    if first.rescale is None:
        refused[Permission.HU] = first.rescale_problem or tr("The images have no rescale to HU.")
    if stack.geometry is GeometryClass.NO_GEOMETRY:
        reason = tr("The slices have no usable positions: {conflict}.", conflict=stack.conflict)
        refused[Permission.MPR] = refused[Permission.VOLUMETRY] = reason
    elif stack.geometry is GeometryClass.SINGLE:
        refused[Permission.MPR] = tr("There is only one slice.")
        refused[Permission.VOLUMETRY] = tr("One slice alone has no known thickness in space.")
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
        (
            first.modality != "CT",
            tr("The modality is {modality}, not CT.", modality=first.modality or tr("unknown")),
        ),
        (first.is_localizer, tr("This is a localizer.")),
        (first.layout.samples > 1, tr("This is a colour picture, not a CT image.")),
        (secondary, tr("This is a secondary capture, not a CT image.")),
        (Permission.HU in refused, refused.get(Permission.HU, "")),
        (is_lost, refused.get(Permission.VOLUMETRY, "")),
        (
            not is_single and len(stack.images) < AI_SLICES,
            tr("There are only {count} slices.", count=len(stack.images)),
        ),
    )
    return next((reason for refuse, reason in checks if refuse), "")
