"""The list of opened studies grows, shrinks, and never mixes up what it holds."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset

from ichviewer.dicom.scan import scan_folder, scan_paths
from ichviewer.dicom.study import ScanResult
from ichviewer.dicom.study_list import (
    add_scan,
    listed_series,
    paths_without_image,
    remove_study,
    source_of,
)
from ichviewer.errors import NotDicomError
from tests.dicom.make import series


def of_patient(scan: ScanResult, study_uid: str) -> ScanResult:
    return replace(scan, studies=tuple(replace(s, study_uid=study_uid) for s in scan.studies))


def _of_another_study(dataset: Dataset, k: int) -> None:
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.840.99.7", "1.2.840.99.8"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.840.99.9.{k}"


def test_single_files_of_one_series_make_one_series(tmp_path: Path) -> None:
    files = series(tmp_path)
    (found,) = scan_paths(files[1:5]).series
    assert {instance.path for instance in found.instances} == set(files[1:5])


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    files = series(tmp_path)
    result = scan_paths([tmp_path, files[0]])
    assert len(result.series[0].instances) == len(files) == result.file_count


def test_what_cannot_be_read_is_named_and_hides_nothing(tmp_path: Path) -> None:
    series(tmp_path / "good")
    notes, archive, gone = (tmp_path / name for name in ("notes.txt", "bad.zip", "gone"))
    notes.write_text("no image " * 50)
    archive.write_bytes(b"PK\x03\x04" + bytes(100))
    paths = [notes, tmp_path / "good", archive, gone]
    result = scan_paths(paths)
    assert len(result.series[0].instances) == 8
    assert paths_without_image(paths, result) == (notes, archive, gone)
    said = " ".join(skipped.sentence for skipped in result.skipped)
    assert "bad.zip is a damaged ZIP archive" in said
    assert "gone does not exist" in said
    assert result.skipped_counts["not DICOM"] == 1


def test_nothing_readable_among_several(tmp_path: Path) -> None:
    with pytest.raises(
        NotDicomError,
        match=r"^The selection holds no .*a does not exist",
    ):
        scan_paths([tmp_path / "a", tmp_path / "b"])


def test_a_zip_and_a_folder_together(tmp_path: Path) -> None:
    series(tmp_path / "one")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for path in series(tmp_path / "packed", 3, _of_another_study):
            archive.write(path, path.name)
    shutil.rmtree(tmp_path / "packed")
    paths = [tmp_path / "one", tmp_path / "two.zip"]
    result = scan_paths(paths)
    assert paths_without_image(paths, result) == ()
    assert sum(len(found.instances) for found in result.series) == 11


def test_another_study_is_added_behind(tmp_path: Path) -> None:
    series(tmp_path)
    first = scan_folder(tmp_path)
    both = add_scan(first, of_patient(first, "1.2.99"))
    assert [study.study_uid for study in both.studies] == [first.studies[0].study_uid, "1.2.99"]
    assert remove_study(both, both.studies[0]) == replace(both, studies=both.studies[1:])


def test_the_last_study_leaves_an_empty_list(tmp_path: Path) -> None:
    series(tmp_path)
    scan = scan_folder(tmp_path)
    assert remove_study(scan, scan.studies[0]) is None


def test_opening_again_lists_nothing_twice(tmp_path: Path) -> None:
    series(tmp_path)
    scan = scan_folder(tmp_path)
    assert add_scan(scan, scan_folder(tmp_path)).studies == scan.studies


@pytest.mark.parametrize("file_first", [True, False])
def test_a_file_and_its_folder_are_one_series(tmp_path: Path, file_first: bool) -> None:
    files = series(tmp_path)
    one, whole = scan_folder(files[2]), scan_folder(tmp_path)
    listed = add_scan(one, whole) if file_first else add_scan(whole, one)
    assert listed.series == whole.series
    assert listed_series(listed, one.series[0]) == whole.series[0]


def test_studies_without_a_uid_are_not_taken_for_one(tmp_path: Path) -> None:
    series(tmp_path / "a")
    series(tmp_path / "b")
    a, b = (of_patient(scan_folder(tmp_path / name), "") for name in "ab")
    assert len(add_scan(a, b).studies) == 2
    assert len(add_scan(a, a).studies) == 1


def test_another_name_under_the_same_ids_stays_apart(tmp_path: Path) -> None:
    series(tmp_path)
    scan = scan_folder(tmp_path)
    other = replace(scan, studies=(replace(scan.studies[0], patient_name="Someone^Else"),))
    assert len(add_scan(scan, other).studies) == 2


def test_where_a_study_came_from(tmp_path: Path) -> None:
    files = series(tmp_path / "study")
    assert source_of(scan_folder(tmp_path).studies[0]) == tmp_path / "study"
    assert source_of(scan_folder(files[0]).studies[0]) == files[0]
