"""Where a result comes from: program, series, models, calibration, operating point, seconds."""

from collections.abc import Iterator
from math import isnan

from ichviewer import __version__
from ichviewer.analysis.findings import PROBABILITY_COLUMNS, Findings
from ichviewer.analysis.model_info import CURVE_SAID, Curve, ModelInfo
from ichviewer.language import figure, tr
from ichviewer.report.summary import DISCLAIMER
from ichviewer.report.table import table


def provenance_text(findings: Findings) -> str:
    """All that is known of how findings came about, in paragraphs."""
    return "\n\n".join(
        [
            tr(DISCLAIMER),
            _input(findings),
            *("\n".join(_model(model)) for model in findings.models),
            _operating_point(findings),
            *((_lesions(findings),) if findings.models else ()),
            *_calibrations(findings),
            _seconds(findings),
            *(("\n".join(said),) if (said := (*findings.gate.reasons, *findings.notes)) else ()),
        ]
    )


def _input(findings: Findings) -> str:
    uid = findings.series_uid or tr("without UID")
    return "\n".join(
        [
            tr("Program: ichviewer {version}", version=__version__),
            tr("Series: {uid}", uid=uid),
            tr("Input: {words}", words=tr(findings.gate.answer.words)),
        ]
    )


def _model(model: ModelInfo) -> Iterator[str]:
    yield tr("Model: {name} {version}", name=model.name, version=model.version)
    roles = ", ".join(tr(role) for role in model.roles)
    yield "    " + tr("used for: {roles}", roles=roles)
    yield "    sha256: " + model.sha256
    if model.in_scan_sha256:
        yield "    " + tr("sha256 of its network for scans: {digest}", digest=model.in_scan_sha256)
    yield "    " + tr("training data: {source}", source=model.training_data)
    if model.license:
        yield "    " + tr("licence: {license}", license=model.license)
    yield "    " + tr("device: {name}", name=model.device)
    if model.resampling is not None:
        yield "    " + tr(
            "images resampled to: {size} × {size} pixels of {spacing:g} mm, slabs of {slab:g} mm",
            size=model.resampling.size_px,
            spacing=model.resampling.spacing_mm,
            slab=model.resampling.slab_mm,
        )
    if model.windows:
        seen = ", ".join(
            f"W {figure(window.width, 'g')} C {figure(window.center, 'g')}"
            for window in model.windows
        )
        yield "    " + tr("windows: {seen}", seen=seen)


def _operating_point(findings: Findings) -> str:
    slices = findings.slice_thresholds
    rows = [
        (name, figure(study, ".1%"), figure(of_slice, ".1%"))
        for name, study, of_slice in zip(
            map(tr, _column_words()),
            findings.thresholds.tolist(),
            (findings.thresholds if slices is None else slices).tolist(),
            strict=True,
        )
    ]
    head = (tr("counts as found from"), tr("study"), tr("slice"))
    title = tr("Operating point: {point}", point=tr(findings.operating_point))
    return f"{title}\n{table(head, rows)}"


def _lesions(findings: Findings) -> str:
    if isnan(findings.lesions_shown_from):
        return tr("Probability of a lesion: the mean of its voxels'")
    return tr(
        "Probability of a lesion: weighed up from slices, voxels, volume and contrast; "
        "shown from {share} on",
        share=figure(findings.lesions_shown_from, ".0%"),
    )


def _calibrations(findings: Findings) -> Iterator[str]:
    for model in findings.models:
        if model.slice_curve:
            title = tr("Calibration of slices: what {name} says and means", name=model.name)
            yield f"{title}\n{_curve(model.slice_curve)}"
        if model.study_curve:
            title = tr("Calibration of the study: what the largest of its slices means")
            yield f"{title}\n{_curve(model.study_curve)}"


def _curve(curve: Curve) -> str:
    head = (tr("said"), *(f"{said:.0%}" for said in CURVE_SAID))
    rows = [
        (tr(word), *(figure(meant, ".1%") for meant in column))
        for word, column in zip(_column_words(), curve, strict=True)
    ]
    return table(head, rows)


def _seconds(findings: Findings) -> str:
    lines = [
        f"    {tr(stage)}: {figure(seconds, '.2f')}" for stage, seconds in findings.seconds.items()
    ]
    total = sum(findings.seconds.values())
    return "\n".join([tr("Seconds: {total:.2f} in all", total=total), *lines])


def _column_words() -> tuple[str, ...]:
    return ("any hemorrhage", *PROBABILITY_COLUMNS[1:])
