"""The story of the program: one function per step that a user takes.

The window and the command line call only these, in a worker process, so the libraries that parse
files or run models are imported inside the steps: the window's own process never holds them.
Every step takes `progress` last, by keyword. Longer than other files, because all of the story
stands here.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ichviewer import paths
from ichviewer.analysis.findings import Findings, OperatingPoint
from ichviewer.dicom.study import Permission, ScanResult, Series
from ichviewer.errors import GeometryError, LibraryError, NotDicomError
from ichviewer.imaging.grey_scale import GreyScale
from ichviewer.imaging.grid import GeometryClass, Grid
from ichviewer.imaging.volume import Volume
from ichviewer.language import tr
from ichviewer.library.case import Case, Matches
from ichviewer.progress import Progress, opening, silent, so_far
from ichviewer.settings import read_settings
from ichviewer.worker import Worker, guarded

if TYPE_CHECKING:
    from ichviewer.analysis.catalog import ModelProblem
    from ichviewer.analysis.gate import Header
    from ichviewer.analysis.model_info import ModelInfo
    from ichviewer.comparison.alignment import Alignment
    from ichviewer.comparison.change import Comparison
    from ichviewer.comparison.time_point import TimePoint
    from ichviewer.imaging.measure import Segmented
    from ichviewer.imaging.measurement import Measurement
    from ichviewer.library.manifest import Manifest
    from ichviewer.library.upkeep import Stats
    from ichviewer.reading.agreement import Agreement
    from ichviewer.reading.interrupted import Interrupted
    from ichviewer.reading.mask_edit import MarkedLesions
    from ichviewer.reading.replay import Replay
    from ichviewer.reading.status import ReadingStatus
    from ichviewer.report.measurements import Entry

#: What an idle worker process imports ahead of the first step, in the order of need. The large
#: libraries stand by themselves: a step that comes meanwhile waits for one of them at most.
WARM_IMPORTS = (
    "ichviewer.workflow",
    "pydicom",
    "imagecodecs",
    "ichviewer.dicom.scan",
    "ichviewer.dicom.load",
    "onnxruntime",
    "scipy.ndimage",
    "sklearn.cluster",
    "ichviewer.analysis.analyze",
    "ichviewer.library.search",
)
_NO_FILES: Mapping[Path, str] = MappingProxyType({})


def start_worker(processes: int = 2) -> Worker:
    """The processes that run these steps; the command line needs no spare."""
    return Worker(processes, warm_imports=WARM_IMPORTS if processes > 1 else ())


@guarded(leaves_out_files=True)
def open_folder(
    folder: Path, *, excluded: Mapping[Path, str] = _NO_FILES, progress: Progress = silent
) -> ScanResult:
    """What a folder, file or ZIP archive holds; the studies are shown so far as they are found."""
    from ichviewer.dicom.scan import scan_folder

    return scan_folder(folder, progress, excluded, on_studies=partial(so_far, progress))


@guarded(leaves_out_files=True)
def open_paths(
    paths: Sequence[Path],
    *,
    excluded: Mapping[Path, str] = _NO_FILES,
    progress: Progress = silent,
) -> ScanResult:
    """What several folders, files and ZIP archives hold together."""
    from ichviewer.dicom.scan import scan_paths

    return scan_paths(paths, progress, excluded, on_studies=partial(so_far, progress))


def open_pictures(
    paths: Sequence[Path],
    grey: GreyScale,
    spacing_mm: tuple[float, float],
    *,
    progress: Progress = silent,
) -> ScanResult:
    """PNG or JPEG pictures of single slices as studies; nothing but pixels is known of them."""
    from ichviewer.dicom.picture import scan_pictures

    return scan_pictures(paths, grey, spacing_mm, progress)


def best_series(scan: ScanResult, key: str = "") -> Series:
    """The series with this key (or its beginning); without one, the series most worth reading.

    Raises
    ------
    NotDicomError
        No or more than one series has this key, or none can be shown.
    """
    if key:
        named = [series for series in scan.series if series.key.startswith(key)]
        if len(named) == 1:
            return named[0]
        known = ", ".join(series.key[:8] for series in scan.series)
        if named:
            sentence = tr(
                "More than one series has the key {key}. There are: {known}.", key=key, known=known
            )
        else:
            sentence = tr("No series has the key {key}. There are: {known}.", key=key, known=known)
        raise NotDicomError(sentence)
    readable = by_worth(scan)
    if not readable:
        raise NotDicomError(tr("No series in {folder} can be shown.", folder=scan.folder))
    return readable[0]


def by_worth(scan: ScanResult) -> list[Series]:
    """The series that can be shown: fit for most uses first, among those the most images."""
    readable = [series for series in scan.series if series.permits(Permission.VIEW)]
    return sorted(
        readable,
        key=lambda series: (sum(map(series.permits, Permission)), len(series.instances)),
        reverse=True,
    )


@guarded(leaves_out_files=True)
def open_series(
    series: Series, *, excluded: Mapping[Path, str] = _NO_FILES, progress: Progress = silent
) -> Volume:
    """The voxels of a series, or of a picture."""
    from ichviewer.dicom.load import load_volume
    from ichviewer.imaging.picture import read_picture

    if series.grey is not None:
        _, row_mm, column_mm = series.spacing_mm
        opening(progress, series.instances[0].path)
        return read_picture(series.instances[0].path, series.grey, (row_mm, column_mm))
    return load_volume(series, progress, excluded=excluded)


def missing_places(places: Sequence[Path], *, progress: Progress = silent) -> frozenset[Path]:
    """Which of these files and folders are not there; a lost network drive may take its time."""
    return frozenset(place for place in places if not place.exists())


@guarded(leaves_out_files=True)
def read_series(
    series: Series,
    device: str = "auto",
    *,
    excluded: Mapping[Path, str] = _NO_FILES,
    progress: Progress = silent,
) -> Findings:
    """What the models say about a series that is not on the screen."""
    volume = open_series(series, excluded=excluded, progress=progress)
    return analyze(series, volume, device, progress=progress)


@guarded(leaves_out_files=True)
def small_picture(
    series: Series, *, excluded: Mapping[Path, str] = _NO_FILES, progress: Progress = silent
) -> bytes:
    """PNG of the middle image of a series, for the list; only that one image is read."""
    from ichviewer.library.thumbnail import thumbnail_png

    middle = series.instances[len(series.instances) // 2]
    volume = open_series(replace(series, instances=(middle,)), excluded=excluded, progress=progress)
    return thumbnail_png(volume, np.zeros(volume.shape_kji, np.uint8), 0, {})


def analyze(
    series: Series,
    volume: Volume,
    device: str = "auto",
    operating_point: str = "",
    *,
    progress: Progress = silent,
) -> Findings:
    """What the models say about a series, at an operating point; at the settings' without one."""
    from ichviewer.analysis.analyze import analyze as analyze_volume

    point = operating_point or read_settings(paths.settings_file()).operating_point
    return analyze_volume(
        volume,
        _header(series),
        paths.models_folder(),
        progress,
        device,
        point=OperatingPoint(point),
        atlas_file=paths.atlas_file(),
    )


def _header(series: Series) -> "Header":
    """What the gate is told about a series."""
    from ichviewer.analysis.gate import Header

    return Header(
        modality=series.modality,
        body_part=series.body_part,
        contrast=series.contrast,
        kernel=series.kernel,
        kvp=series.kvp,
        age_years=series.age_years,
        ai_refusal=series.refusals.get(Permission.AI, ""),
        is_picture=series.grey is not None,
    )


@guarded(file_s=60.0, leaves_out_files=True)
def evaluate(
    table: Path,
    operating_point: str = "balanced",
    device: str = "auto",
    *,
    excluded: Mapping[Path, str] = _NO_FILES,
    progress: Progress = silent,
) -> tuple[Mapping[str, Any], str]:
    """How good the models are on a table of images: all numbers, and an HTML page about them."""
    from ichviewer.analysis.reading import load_models
    from ichviewer.dicom.scan import scan_folder
    from ichviewer.evaluation.evaluate import evaluate as evaluate_table
    from ichviewer.evaluation.page import page
    from ichviewer.evaluation.table import read_table

    def open_dicom(path: Path, progress: Progress) -> "tuple[Volume, Header]":
        scan = scan_folder(path, progress, excluded)
        series = best_series(scan)
        volume = open_series(series, excluded=excluded, progress=progress)
        if len(scan.series) > 1:
            note = tr(
                "Of {count} series the one most worth reading was taken.", count=len(scan.series)
            )
            volume = replace(volume, notes=(*volume.notes, note))
        return volume, _header(series)

    rows = read_table(table)
    models = load_models(paths.models_folder(), device)
    point = OperatingPoint(operating_point)
    evaluation = evaluate_table(rows, models, open_dicom, progress, point=point, excluded=excluded)
    return evaluation.described, page(evaluation)


def compare(
    prior: "TimePoint",
    current: "TimePoint",
    alignment: "Alignment | None" = None,
    *,
    progress: Progress = silent,
) -> "Comparison":
    """What has changed since a prior series; aligned anew unless an alignment is given."""
    from ichviewer.comparison.compare import compare as compare_time_points

    return compare_time_points(prior, current, progress, alignment)


def save_aligned(
    prior: Volume,
    current: Volume,
    alignment: "Alignment",
    file: Path,
    *,
    progress: Progress = silent,
) -> tuple[str, ...]:
    """Write the prior series as NIfTI on the current one's slices; returns what to know of it."""
    from ichviewer.comparison.resample import even_grid, on_grid
    from ichviewer.imaging.itk import write_nifti

    if not alignment.is_usable:
        raise GeometryError(
            tr("{name} was not written. {why}", name=file.name, why=alignment.sentence())
        )
    resampled = on_grid(prior, alignment.motion, even_grid(current.grid), progress)
    write_nifti(resampled, file)
    return tuple(note for note in resampled.notes if note not in prior.notes)


def find_similar(
    findings: Findings,
    restrict: Literal["soft", "same type", "none"] = "soft",
    library: Path | None = None,
    *,
    progress: Progress = silent,
) -> Matches:
    """The known cases most like a study."""
    from ichviewer.library import search

    return search.find_similar(
        library or library_folder(),
        findings.embedding,
        findings.embedding_identity,
        tuple(kind.word for kind in findings.found_types),
        progress,
        restrict=restrict,
        is_found=findings.is_any_found,
    )


@guarded(leaves_out_files=True)
def open_case(
    case: Case,
    library: Path | None = None,
    *,
    excluded: Mapping[Path, str] = _NO_FILES,
    progress: Progress = silent,
) -> tuple[Series, Volume]:
    """The images of a stored case."""
    from ichviewer.library.store import Library
    from ichviewer.report.card import OWN_CASE, case_id

    with Library.open(library or library_folder()) as opened:
        images = opened.images_path(case)
    if images is None or not images.exists():
        raise LibraryError(
            tr("The images of case {case_id} are not stored in the library.", case_id=case.case_id)
        )
    scan = open_folder(images, excluded=excluded, progress=progress)
    for series in by_worth(scan):
        volume = open_series(series, excluded=excluded, progress=progress)
        # A folder of the user's own may hold other series, or other files than when it was stored.
        if not case.case_id.startswith(OWN_CASE) or case.case_id == case_id(volume):
            return series, volume
    raise LibraryError(
        tr(
            "The images of case {case_id} are no longer where they were stored.",
            case_id=case.case_id,
        )
    )


def library_folder() -> Path:
    """The case library to search: the chosen one, else the user's own, else the one that ships."""
    chosen = read_settings(paths.settings_file()).library_folder
    if chosen is not None:
        return chosen
    user = paths.user_library_folder()
    return user if user.is_dir() else paths.starter_library_folder()


def describe_folder(
    scan: ScanResult, positions: bool = False, *, progress: Progress = silent
) -> dict[str, Any]:
    """A scan in plain values; with positions, every series is loaded for its corners."""
    from ichviewer.dicom.describe import describe_scan

    return describe_scan(scan, positions, progress)


def save_volume(volume: Volume, file: Path, *, progress: Progress = silent) -> tuple[str, ...]:
    """Write HU as NIfTI on a regular grid; returns what had to be resampled, as sentences."""
    from ichviewer.imaging.itk import write_nifti
    from ichviewer.imaging.resample import to_regular

    # One slice has nothing to be interpolated with.
    is_single = volume.geometry is GeometryClass.SINGLE
    regular = volume if is_single else to_regular(volume, progress)
    write_nifti(regular, file)
    return tuple(note for note in regular.notes if note not in volume.notes)


def save_mask(
    findings: Findings, volume: Volume, file: Path, *, progress: Progress = silent
) -> tuple[str, ...]:
    """Write the findings' mask as NIfTI; returns what had to be resampled, as sentences."""
    from ichviewer.imaging.itk import write_nifti_mask

    note = write_nifti_mask(findings.mask, volume.grid, file)
    return (note,) if note else ()


def segmented_lesion(
    measurement: "Measurement",
    mask: NDArray[np.uint8],
    grid: Grid,
    *,
    progress: Progress = silent,
) -> "Segmented | None":
    """The segmented lesion that an ABC/2 was drawn on, or None."""
    from ichviewer.analysis.lesion_at import lesion_at

    return lesion_at(measurement, mask, grid)


def measure(
    measurements: "Sequence[Measurement]",
    volume: Volume,
    findings: Findings | None = None,
    *,
    progress: Progress = silent,
) -> "tuple[Entry, ...]":
    """What measurements come to; with findings, ABC/2 beside what was segmented."""
    from ichviewer.imaging.measurement import Kind
    from ichviewer.report.measurements import entry_of

    entries = []
    for done, drawn in enumerate(measurements):
        progress(done, len(measurements), tr("Measuring"))
        segmented = None
        if findings is not None and drawn.kind is Kind.ABC2:
            segmented = segmented_lesion(drawn, findings.mask, volume.grid)
        entries.append(entry_of(drawn, volume, segmented))
    return tuple(entries)


def list_models(*, progress: Progress = silent) -> "tuple[ModelInfo | ModelProblem, ...]":
    """Every model that is installed, and what is wrong with those that cannot be used."""
    from ichviewer.analysis import catalog

    return catalog.list_models(paths.models_folder())


def check_models(
    folders: Sequence[Path] = (), *, progress: Progress = silent
) -> dict[Path, tuple[str, ...]]:
    """What hinders models from being used, by folder; nothing where nothing does.

    Without folders, every installed model.
    """
    from ichviewer.analysis import catalog

    checked = folders or catalog.model_folders(paths.models_folder())
    problems = {}
    for done, folder in enumerate(checked):
        progress(done, len(checked), tr("Checking {name}", name=folder.name))
        problems[folder] = catalog.check_model(folder)
    return problems


def library_stats(library: Path | None = None, *, progress: Progress = silent) -> "Stats":
    """What the case library holds."""
    from ichviewer.library import upkeep

    return upkeep.stats(library or library_folder(), progress)


def verify_library(library: Path | None = None, *, progress: Progress = silent) -> tuple[str, ...]:
    """Everything that is wrong with the case library; empty where it is whole."""
    from ichviewer.library import upkeep

    return upkeep.verify(library or library_folder(), progress)


def rebuild_library(library: Path | None = None, *, progress: Progress = silent) -> "Manifest":
    """Build the index of the case library anew."""
    from ichviewer.library import upkeep

    return upkeep.rebuild(library or paths.user_library_folder(), progress=progress)


def stored_case(volume: Volume, library: Path | None = None, *, progress: Progress = silent) -> str:
    """The id of the case with these very voxels; empty where the library has none."""
    from ichviewer.library.store import DATABASE_NAME, Library
    from ichviewer.report.card import case_id

    folder = library or paths.user_library_folder()
    if not (folder / DATABASE_NAME).exists():
        return ""
    with Library.open(folder) as opened:
        wanted = case_id(volume)
        return wanted if wanted in {case.case_id for case in opened.list()} else ""


def add_case(
    series: Series,
    volume: Volume,
    findings: Findings,
    library: Path | None = None,
    *,
    note: str = "",
    keeps_path: bool = False,
    progress: Progress = silent,
) -> str:
    """Store an analysed series as a case of the user's library; returns the case's id.

    The user's library begins as a copy of the one that ships. Nothing that names a patient is
    stored; with `keeps_path` the case can be opened later, as long as its files stay there.
    """
    from ichviewer.library.store import Library
    from ichviewer.report.card import case_of

    if not findings.embedding.size:
        raise LibraryError(tr("The models did not read this series, so it cannot be found again."))
    folder = library or paths.user_library_folder()
    progress(0, 1, tr("Adding the case"))
    _begin_library(folder)
    case = case_of(series, volume, findings, note, keeps_path)
    with Library.open(folder, writable=True) as opened:
        opened.add(case, findings.embedding_identity)
    return case.case_id


def _begin_library(folder: Path) -> None:
    from ichviewer.library.store import DATABASE_NAME, Library

    starter = paths.starter_library_folder()
    if (folder / DATABASE_NAME).exists():
        return
    if (starter / DATABASE_NAME).exists():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(starter, folder, dirs_exist_ok=True)
    else:
        Library.create(folder).close()


def finds_itself(library: Path | None = None, *, progress: Progress = silent) -> bool:
    """Whether searching for a stored case finds that very case first."""
    from ichviewer.library import search
    from ichviewer.library.store import Library

    folder = library or library_folder()
    with Library.open(folder) as opened:
        identity = max(opened.identities().items(), key=lambda entry: entry[1])[0]
        case = opened.list(identity, count=1)[0]
    matches = search.find_similar(
        folder, case.vector, identity, case.types, progress, restrict="none"
    )
    return matches.matches[0].case.case_id == case.case_id


def mark_lesions(
    findings: Findings, volume: Volume, *, progress: Progress = silent
) -> "MarkedLesions":
    """Which voxel belongs to which lesion, so that decisions and edits can be bound to them."""
    from ichviewer.reading.mark import mark_lesions as mark

    return mark(findings, volume.grid)


def reading_statuses(
    studies: Sequence[str], folder: Path | None = None, *, progress: Progress = silent
) -> "dict[str, ReadingStatus]":
    """How far the readings with these keys are; unread where there is none."""
    from ichviewer.errors import ReadingError
    from ichviewer.reading.replay import replay
    from ichviewer.reading.status import ReadingStatus, status_of

    where = folder or paths.readings_folder()
    found = {}
    for study in studies:
        try:
            said = replay(where, study)
        except ReadingError:
            # It is there, and it is said when the study is opened.
            found[study] = ReadingStatus.IN_READING
        else:
            found[study] = status_of(said.history.reading, bool(said.first_time))
    return found


def list_readings(
    folder: Path | None = None, *, progress: Progress = silent
) -> "tuple[Replay, ...]":
    """Everything that was read on this computer, the latest first."""
    from ichviewer.reading.replay import replay_all

    return replay_all(folder or paths.readings_folder())


def show_reading(
    study: str, folder: Path | None = None, *, progress: Progress = silent
) -> "Replay":
    """The reading with this key, or with a key that begins so."""
    from ichviewer.reading.replay import find_journal, replay

    where = folder or paths.readings_folder()
    return replay(where, find_journal(where, study))


def agreement(
    folder: Path | None = None, *, progress: Progress = silent
) -> "tuple[Agreement, ...]":
    """How often reader and AI agreed, by month and scanner."""
    from ichviewer.reading.agreement import count_agreement

    readings = list_readings(folder, progress=progress)
    return count_agreement(one for read in readings for one in read.comparisons)


def interrupted_reading(*, progress: Progress = silent) -> "Interrupted | None":
    """The reading that the program was killed in; None where it was closed as it should."""
    from ichviewer.reading.interrupted import interrupted

    return interrupted(paths.readings_folder())
