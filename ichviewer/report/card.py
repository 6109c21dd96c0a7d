"""What of a study is kept as a case: vector, types, volumes and one picture, and no name."""

import hashlib

from ichviewer.analysis.findings import Findings
from ichviewer.dicom.study import Series
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr_later
from ichviewer.library.case import Case
from ichviewer.library.thumbnail import thumbnail_png
from ichviewer.report.colours import TYPE_COLOURS

#: How the ids of cases begin that a user has added.
OWN_CASE = "own-"


def case_id(volume: Volume) -> str:
    """A name that follows from the voxels alone, so that a series is stored once."""
    return f"{OWN_CASE}{hashlib.sha256(volume.hu.tobytes()).hexdigest()[:12]}"


def case_of(
    series: Series, volume: Volume, findings: Findings, note: str, keeps_path: bool
) -> Case:
    """The case of an analysed series, as the models see it.

    Parameters
    ----------
    note
        Text for the card; must name no patient.
    keeps_path
        Whether the case remembers where its files are.
    """
    colours = {int(kind): colour for kind, colour in TYPE_COLOURS.items()}
    areas = (findings.mask > 0).sum(axis=(1, 2))
    largest = int(areas.argmax()) if areas.any() else volume.shape_kji[0] // 2
    found = sorted(kind.word for kind in findings.found_types)
    lesion = findings.lesions[0] if findings.lesions else None
    speakers = ", ".join(f"{model.name} {model.version}" for model in findings.models)
    return Case(
        case_id=case_id(volume),
        types=tuple(found),
        volumes_ml={kind.word: round(findings.volume_ml(kind), 2) for kind in findings.found_types},
        side=str(lesion.side) if lesion else "",
        site="",
        label_source=f"model ({speakers})",
        is_simulated=False,
        largest_slice=largest,
        thumbnail_png=thumbnail_png(volume, findings.mask, largest, colours),
        vector=findings.embedding,
        series_path=str(series.instances[0].path.parent.resolve()) if keeps_path else "",
        age_band=_age_band(series.age_years),
        note=note,
    )


def _age_band(years: float | None) -> str:
    """A decade, which names nobody; the oldest are one band (45 CFR 164.514(b)(2)(i)(C))."""
    if years is None:
        return ""
    decade = int(years) // 10 * 10
    return tr_later("90 or older") if decade >= 90 else f"{decade}-{decade + 9}"
