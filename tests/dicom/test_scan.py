"""Folders, archives and single files: what is opened, what is passed over, and what is said."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from ichviewer.dicom.describe import describe_scan
from ichviewer.dicom.load import load_volume
from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.study import Study
from ichviewer.errors import NotDicomError, UnsupportedPixelsError
from ichviewer.progress import Cancelled
from tests.dicom.make import ct_slice, hu_of, save, series


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(NotDicomError, match="does not exist"):
        scan_folder(tmp_path / "nowhere")


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotDicomError, match="is empty"):
        scan_folder(tmp_path)


def test_folder_of_text_files(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("no image\n" * 50)
    with pytest.raises(NotDicomError, match=r"holds no DICOM image \(3 not DICOM\)"):
        scan_folder(tmp_path)


def test_one_truncated_file(tmp_path: Path) -> None:
    path = series(tmp_path, 1)[0]
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(NotDicomError, match=r"0000\.dcm is cut short: 468 of 768 bytes"):
        scan_folder(path)


def test_a_single_file_is_opened(tmp_path: Path) -> None:
    path = series(tmp_path)[2]
    (found,) = scan_folder(path).series
    assert [instance.path for instance in found.instances] == [path]


def test_the_scanner_is_named(tmp_path: Path) -> None:
    one = ct_slice()
    one.Manufacturer, one.ManufacturerModelName = "Maker ", "Scanner\tOne"
    save(one, tmp_path / "one.dcm")
    (found,) = scan_folder(tmp_path).series
    assert (found.manufacturer, found.scanner) == ("Maker", "Scanner One")


def test_files_are_counted_by_reason(tmp_path: Path) -> None:
    series(tmp_path / "deep" / "er")
    (tmp_path / "notes.txt").write_text("hello " * 100)
    (tmp_path / "nothing").write_bytes(b"")
    report = ct_slice()
    report.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    for keyword in ("Rows", "Columns", "PixelData"):
        delattr(report, keyword)
    save(report, tmp_path / "report.dcm")
    result = scan_folder(tmp_path)
    assert result.skipped_counts == {"not DICOM": 1, "empty file": 1, "not an image": 1}
    assert result.file_count == 11
    assert [one.sentence for one in result.skipped] == [
        "report.dcm is a DICOM object without an image (Comprehensive SR)."
    ]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no symbolic links")
def test_links_are_not_followed(tmp_path: Path) -> None:
    series(tmp_path / "real")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "file").symlink_to(tmp_path / "real" / "0000.dcm")
    result = scan_folder(tmp_path)
    assert result.file_count == 8
    assert result.skipped_counts == {"link": 3}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    series(tmp_path)
    os.mkfifo(tmp_path / "pipe.dcm")
    assert scan_folder(tmp_path).skipped_counts == {"not a file": 1}


def test_zip_archive_is_read_without_unpacking(tmp_path: Path) -> None:
    paths = series(tmp_path / "files", tilt_deg=10.0)
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in paths:
            packed.write(path, f"a/{path.name}")
        packed.writestr("../evil.dcm", paths[0].read_bytes())
        packed.writestr("/etc/evil.dcm", paths[0].read_bytes())
        packed.writestr("readme.txt", "hello " * 100)
    before = sorted(tmp_path.rglob("*"))
    result = scan_folder(archive)
    volume = load_volume(result.series[0])
    assert sorted(tmp_path.rglob("*")) == before
    assert result.skipped_counts == {"unsafe name": 2, "not DICOM": 1}
    assert all(np.array_equal(volume.hu[k], hu_of(k)) for k in range(8))
    assert result.series[0].instances[0].name == "study.zip/a/0000.dcm"


def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.dcm", bytes(64 << 20))
        packed.write(series(tmp_path / "files", 1)[0], "good.dcm")
    result = scan_folder(archive)
    assert len(result.series) == 1
    assert result.skipped_counts == {"too large": 1}


def test_damaged_zip(tmp_path: Path) -> None:
    archive = tmp_path / "study.zip"
    archive.write_bytes(b"PK\x03\x04" + bytes(300))
    with pytest.raises(NotDicomError, match=r"study\.zip is a damaged ZIP archive"):
        scan_folder(archive)


def test_damaged_member_is_left_out(tmp_path: Path) -> None:
    archive, filler = tmp_path / "study.zip", bytes(200_000)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in series(tmp_path / "files"):
            packed.writestr(path.name, path.read_bytes() + filler)
    content = bytearray(archive.read_bytes())
    at = content.index((hu_of(3) + 1024).astype("<u2").tobytes()[:48])
    content[at : at + 4] = b"\xff" * 4
    archive.write_bytes(content)
    (found,) = scan_folder(archive).series
    assert len(found.instances) == 8
    volume = load_volume(found)
    # The checksum of the member fails; its slice is not shown as if it were right.
    assert volume.shape_kji[0] == 7
    assert any("0003.dcm" in note and "ZIP" in note for note in volume.notes)


def test_dicomdir_stands_for_its_folder(tmp_path: Path) -> None:
    series(tmp_path / "images")
    directory = ct_slice()
    directory.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory.SOPClassUID = "1.2.840.10008.1.3.10"
    for keyword in ("Rows", "Columns", "PixelData"):
        delattr(directory, keyword)
    save(directory, tmp_path / "DICOMDIR")
    result = scan_folder(tmp_path / "DICOMDIR")
    assert len(result.series[0].instances) == 8
    assert result.skipped_counts == {"DICOMDIR": 1}


def test_cancel_stops_at_the_next_file(tmp_path: Path) -> None:
    series(tmp_path)
    calls = []

    def progress(done: int, total: int, what: str) -> None:
        calls.append(done)
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        scan_folder(tmp_path, progress)
    assert calls == [0, 1, 2, 3]


def test_cancel_while_loading(tmp_path: Path) -> None:
    series(tmp_path)

    def progress(done: int, total: int, what: str) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        load_volume(scan_folder(tmp_path).series[0], progress)


def test_excluded_files_are_named_and_not_opened(tmp_path: Path) -> None:
    paths = series(tmp_path)
    result = scan_folder(tmp_path, excluded={paths[3]: "took longer than 10 s"})
    assert result.skipped[0].sentence == "0003.dcm took longer than 10 s."
    volume = load_volume(
        scan_folder(tmp_path).series[0], excluded={paths[3]: "took longer than 10 s"}
    )
    assert "Left out: 0003.dcm took longer than 10 s." in volume.notes
    assert volume.shape_kji[0] == 7


def test_studies_are_told_while_the_scan_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichviewer.dicom.scan._TELL_EVERY_S", 0.0)
    series(tmp_path)
    told: list[tuple[Study, ...]] = []
    result = scan_folder(tmp_path, on_studies=told.append)
    counts = [len(studies[0].series[0].instances) for studies in told]
    assert counts == sorted(counts)
    assert told[0][0].study_uid == result.studies[0].study_uid


def test_a_file_that_vanished_is_left_out(tmp_path: Path) -> None:
    paths = series(tmp_path)
    (found,) = scan_folder(tmp_path).series
    paths[5].unlink()
    paths[6].write_bytes(paths[6].read_bytes()[:-200])
    volume = load_volume(found)
    assert volume.shape_kji[0] == 6
    assert sum("Left out" in note for note in volume.notes) == 2
    assert volume.grid.missing_slices.sum() == 2


def test_a_series_beyond_the_memory_is_refused_in_words(tmp_path: Path) -> None:
    series(tmp_path)
    with pytest.raises(UnsupportedPixelsError, match="GiB of memory"):
        load_volume(scan_folder(tmp_path).series[0], budget_bytes=1000)


def test_description_lists_what_is_permitted_and_why_not(tmp_path: Path) -> None:
    series(tmp_path, 6, only=[0, 1, 2, 4, 5], tilt_deg=5.0)
    described = describe_scan(scan_folder(tmp_path), positions=True)
    (one,) = described["studies"][0]["series"]
    assert (one["geometry"], one["slices"], one["missing_slices"]) == ("gapped", 5, 1)
    assert one["tilt_deg"] == pytest.approx(5.0, abs=1e-3)
    assert one["permits"] == {"view": True, "hu": True, "mpr": True, "volumetry": True, "ai": True}
    assert one["gaps_mm"] == pytest.approx([5.0, 10.0], abs=1e-4)
    first, last = one["corners_lps_mm"][0], one["corners_lps_mm"][-1]
    assert first[0] == pytest.approx([-100.5, -80.25, -30.0])
    assert last[0][2] == pytest.approx(-30.0 + 25 / np.cos(np.radians(5.0)), abs=1e-5)
    assert first[1] == pytest.approx([-100.5 + 23 * 0.75, -80.25, -30.0])
