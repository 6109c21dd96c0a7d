"""Tables as people write them; a row that makes no sense is one sentence and no more."""

from pathlib import Path

import pytest

from ichviewer.errors import TableError
from ichviewer.evaluation.table import Table, read_table
from ichviewer.imaging.grey_scale import GreyScale


def table_of(folder: Path, text: str, encoding: str = "utf-8") -> Table:
    for name in ("a.png", "b.nii.gz", "m.png"):
        (folder / name).write_bytes(b"")
    (folder / "study").mkdir(exist_ok=True)
    (folder / "table.csv").write_text(text, encoding=encoding)
    return read_table(folder / "table.csv")


def test_rows_are_read_with_paths_relative_to_the_table(tmp_path: Path) -> None:
    table = table_of(
        tmp_path,
        "image,mask,hu_low,hu_high,spacing_mm,any,subdural,group,source\n"
        "a.png,m.png,-100,300,0.45 0.5,,1,p1,site A\n"
        "study,,,,,0,,p2,\n"
        "\n"
        "b.nii.gz,,,,,,,,\n",
    )
    picture, study, nifti = table.rows
    assert picture.image == tmp_path / "a.png"
    assert picture.mask == tmp_path / "m.png"
    assert picture.scale == GreyScale(-100, 300)
    assert picture.spacing_mm == (0.45, 0.5)
    assert picture.labels == (1, None, None, None, None, 1)
    assert (picture.group, picture.source, picture.number) == ("p1", "site A", 2)
    assert study.labels == (0, 0, 0, 0, 0, 0)
    assert nifti.labels == (None,) * 6
    assert (nifti.number, nifti.group) == (5, "row 5")
    assert nifti.title == "Row 5 (b.nii.gz)"
    assert not table.problems
    assert not table.notes


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write(tmp_path: Path, delimiter: str) -> None:
    text = "Image,ANY ,who\nstudy, 1 ,x\n".replace(",", delimiter)
    table = table_of(tmp_path, text, "utf-8-sig")
    assert table.rows[0].labels[0] == 1
    assert "not read: who" in table.notes[0]
    assert "no column group" in table.notes[1]


def test_all_types_absent_is_no_hemorrhage(tmp_path: Path) -> None:
    types = "epidural,intraparenchymal,intraventricular,subarachnoid,subdural"
    table = table_of(tmp_path, f"image,{types}\nstudy,0,0,0,0,0\nstudy,0,0,0,0,\n")
    assert [row.labels[0] for row in table.rows] == [0, None]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("missing.png,,0,255,0.5,,", "the image does not exist"),
        (",,,,,1,", "names no image"),
        ("a.png,none.png,0,255,0.5,,", "the mask none.png does not exist"),
        ("a.png,,0,255,,,", "a PNG picture needs spacing_mm"),
        ("a.png,,,,,,", "needs hu_low and hu_high and spacing_mm"),
        ("a.png,,low,255,0.5,,", "hu_low is 'low', which is no number"),
        ("a.png,,255,0,0.5,,", "white must be more than black"),
        ("a.png,,0,255,half,,", "spacing_mm is 'half'"),
        ("a.png,,0,255,1 2 3,,", "spacing_mm is '1 2 3'"),
        ("study,,,,,yes,", "any is 'yes'; it must be 0, 1 or empty"),
        ("study,,,,,0,1", "any is 0 but subdural is 1"),
        ("study,,,,,0,0,7", "more cells"),
    ],
)
def test_a_row_that_makes_no_sense(tmp_path: Path, cells: str, words: str) -> None:
    head = "image,mask,hu_low,hu_high,spacing_mm,any,subdural"
    table = table_of(tmp_path, f"{head}\n{cells}\nstudy,,,,,1,0\n")
    assert [row.number for row in table.rows] == [3]
    (problem,) = table.problems
    assert problem.row == 2
    assert problem.sentence.startswith("Row 2 (")
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column named image"),
        ("file,any\na,1\n", "no column named image"),
        ("image,any\n", "no row below"),
        ("image,any,any\nstudy,1,0\n", "more than one column named any"),
    ],
)
def test_no_table_at_all(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TableError, match=words):
        table_of(tmp_path, text)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="does not exist"):
        read_table(tmp_path / "no.csv")
    (tmp_path / "latin.csv").write_bytes("image\nKopf\xe4\n".encode("latin-1"))
    with pytest.raises(TableError, match="UTF-8"):
        read_table(tmp_path / "latin.csv")
