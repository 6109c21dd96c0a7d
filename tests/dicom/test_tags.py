"""Text from files: any character set, nothing that could disturb a label."""

from pathlib import Path

import pytest

from ichviewer.dicom.scan import scan_folder
from ichviewer.dicom.tags import TEXT_LIMIT, clean_text, decode_text
from tests.dicom.make import ct_slice, save


@pytest.mark.parametrize(
    ("value", "character_set", "text"),
    [
        ("Buc^Jérôme".encode("latin-1"), b"ISO_IR 100", "Buc^Jérôme"),
        ("Διονυσιος".encode("iso8859-7"), b"ISO_IR 126", "Διονυσιος"),
        ("Люкceмбypг".encode("iso8859-5"), b"ISO_IR 144", "Люкceмбypг"),
        ("قباني".encode("iso8859-6"), b"ISO_IR 127", "قباني"),
        ("Wang^XiaoDong=王^小東".encode(), b"ISO_IR 192", "Wang^XiaoDong=王^小東"),
        ("王^小东".encode("gb18030"), b"GB18030", "王^小东"),
        ("王^小东".encode("gbk"), b"GBK", "王^小东"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ".encode("shift_jis"), b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        (
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
            b"\\ISO 2022 IR 87",
            "Yamada^Tarou=山田^太郎",
        ),
        (
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
            b"\\ISO 2022 IR 149",
            "Hong^Gildong=洪^吉洞",
        ),
        ("Jérôme".encode(), b"", "Jérôme"),
        ("Jérôme".encode("latin-1"), b"", "Jérôme"),
        ("Jérôme".encode("latin-1"), b"ISO_IR 999", "Jérôme"),
        ("Jérôme".encode("latin-1"), b"ISO-IR 100", "Jérôme"),
        (b"plain \0", b"ISO_IR 192", "plain"),
    ],
)
def test_character_sets(value: bytes, character_set: bytes, text: str) -> None:
    assert decode_text(value, character_set) == text


@pytest.mark.parametrize("value", [b"name\x1b", b"name\x1b$", b"\x1b$)C\xfb", b"\x1b$B;3E"])
def test_an_escape_sequence_that_is_cut_is_no_error(value: bytes) -> None:
    assert isinstance(decode_text(value, b"\\ISO 2022 IR 87\\ISO 2022 IR 149"), str)


def test_undecodable_bytes_are_replaced_not_lost() -> None:
    assert decode_text(b"M\xffller", b"ISO_IR 192") == "M�ller"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("\u2066a\u2069\u200bb\ufeff", "ab"),
        ("two\r\nlines\tand\u2028more", "two lines and more"),
        ("<img src=x>", "<img src=x>"),
        ("é", "é"),
        ("\ud800", ""),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_long_text_is_cut() -> None:
    assert len(clean_text("x" * 100_000)) == TEXT_LIMIT
    assert clean_text("é" * 100_000).endswith("…")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Doe^Jane^M", "Doe, Jane M"),
        ("Doe", "Doe"),
        ("^Jane", "Jane"),
        ("=王^小東", "王, 小東"),
        ("Wang^XiaoDong=王^小東", "Wang, XiaoDong"),
        ("^^^^", ""),
        ("=cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("evil\u202e^name", "evil, name"),
    ],
)
def test_names(tmp_path: Path, name: str, shown: str) -> None:
    dataset = ct_slice()
    dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 192", name
    save(dataset, tmp_path / "one.dcm")
    assert scan_folder(tmp_path).studies[0].patient_name == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"20260102", "2026-01-02"),
        (b"2026.01.02", "2026-01-02"),
        (b"00000000", ""),
        (b"20260230", ""),
        (b"2026_1_2", ""),
        (b"", ""),
    ],
)
def test_dates(tmp_path: Path, value: bytes, shown: str) -> None:
    save(ct_slice(), tmp_path / "one.dcm", raw={"StudyDate": value})
    assert scan_folder(tmp_path).studies[0].date == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"030405", "03:04:05"),
        (b"0304", "03:04:00"),
        (b"03:04:05.123", "03:04:05"),
        (b"99", ""),
        (b"9", ""),
        (b"", ""),
    ],
)
def test_times(tmp_path: Path, value: bytes, shown: str) -> None:
    save(ct_slice(), tmp_path / "one.dcm", raw={"StudyTime": value})
    assert scan_folder(tmp_path).studies[0].time == shown
