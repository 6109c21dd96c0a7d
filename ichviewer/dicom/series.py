"""Stacks to the Series and Study values that the program shows."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from math import nan

from ichviewer.dicom.geometry import Stack
from ichviewer.dicom.image import Image
from ichviewer.dicom.permits import refusals_of
from ichviewer.dicom.study import Series, Study
from ichviewer.language import tr


def study_of(stacks: Sequence[Stack]) -> Study:
    """The study of stacks that share StudyInstanceUID and PatientID."""
    label = stacks[0].images[0].patient
    ordered = sorted(stacks, key=_series_order)
    shared = Counter(stack.images[0].series_uid for stack in stacks)
    return Study(
        label.study_uid,
        label.patient_name,
        label.patient_id,
        label.patient_sex,
        label.patient_age,
        label.date,
        label.time,
        label.description,
        tuple(series_of(stack, shared[stack.images[0].series_uid]) for stack in ordered),
    )


def series_of(stack: Stack, siblings: int = 1) -> Series:
    """A stack as the program shows it.

    Parameters
    ----------
    siblings
        Number of stacks in the same DICOM series.
    """
    first, grid = stack.images[0], stack.grid
    many = grid is not None and len(stack.images) > 1
    notes = [*stack.notes, *image_notes(stack.images), *_series_notes(stack, siblings)]
    spacing = first.placement.spacing_mm or (nan, nan)
    return Series(
        key=_key(stack),
        series_uid=first.series_uid,
        study_uid=first.patient.study_uid,
        modality=first.modality,
        description=first.description,
        number=first.number,
        instances=tuple(image.instance for image in stack.images),
        rows=first.layout.rows,
        columns=first.layout.columns,
        geometry=stack.geometry,
        spacing_mm=grid.spacing_mm if grid and many else (nan, spacing[0], spacing[1]),
        tilt_deg=stack.tilt_deg,
        gaps_mm=(
            (float(grid.gaps_mm.min()), float(grid.gaps_mm.max())) if grid and many else (nan, nan)
        ),
        missing_slices=int(grid.missing_slices.sum()) if grid else 0,
        kernel=first.kernel,
        manufacturer=first.manufacturer,
        scanner=first.scanner,
        contrast=first.contrast,
        body_part=first.body_part,
        kvp=first.kvp,
        age_years=age_years(first.patient.patient_age),
        warnings=tuple(dict.fromkeys(notes)),
        refusals=refusals_of(stack),
        conflict=stack.conflict,
    )


def image_notes(images: Sequence[Image]) -> list[str]:
    """What a reader must know about the pixels of a stack."""
    first = images[0]
    notes = [note for image in images for note in image.notes]
    if first.rescale is None and first.rescale_problem:
        notes.append(first.rescale_problem)
    lossy = sorted({image.lossy for image in images if image.lossy})
    if lossy:
        notes.append(tr("The source images are lossy ({methods}).", methods=", ".join(lossy[:3])))
    return list(dict.fromkeys(notes))


def _series_notes(stack: Stack, siblings: int) -> list[str]:
    notes = []
    if stack.conflict:
        notes.append(
            tr("No usable positions: {conflict}. Shown as single images.", conflict=stack.conflict)
        )
    if siblings > 1:
        notes.append(
            tr("The DICOM series holds {siblings} stacks; this is one of them.", siblings=siblings)
        )
    return notes


def _series_order(stack: Stack) -> tuple[float, str, float]:
    first = stack.images[0]
    number = first.number if first.number is not None else float("inf")
    instance = first.instance_number if first.instance_number is not None else float("inf")
    return number, first.series_uid, instance


def age_years(age: str) -> float | None:
    """Years of an age string, "045Y", "010M", "003W" or "002D" (PS3.5, VR AS); None for others."""
    per_year = {"Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}
    number, unit = age[:-1], age[-1:]
    return int(number) / per_year[unit] if number.isdecimal() and unit in per_year else None


def _key(stack: Stack) -> str:
    """The same for the same images, in whatever order and folder they are found."""
    parts = sorted(
        f"{image.series_uid} {image.instance.sop_instance_uid} {image.instance.frame} "
        f"{image.placement.position_lps_mm} {'' if image.series_uid else image.instance.path}"
        for image in stack.images
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
