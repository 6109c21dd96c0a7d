"""Readings on the command line, run as a user runs it."""

import csv
import json
from pathlib import Path

import pytest

from ichviewer import cli
from ichviewer.reading.change import Part, put
from ichviewer.reading.event import Changed, Compared, Placed
from ichviewer.reading.journal import open_journal
from ichviewer.reading.record import Reading, lesion_id
from ichviewer.reading.replay import journal_file
from tests.reading.samples import RESULT, STUDY, comparison, decision, place


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    folder = tmp_path / "readings"
    journal, _ = open_journal(folder, STUDY)
    journal.record(Changed(put(Reading(), Part.DECISION, lesion_id(RESULT, 1), decision())))
    journal.record(Placed(place(3)))
    journal.record(Compared(comparison(scanner="=1+1")))
    assert journal.close() == 0
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["reading", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def test_list(capsys: pytest.CaptureFixture[str], readings: Path) -> None:
    code, out, _ = run(capsys, "list", "--readings", readings)
    assert code == cli.OK
    assert STUDY[:8] in out
    assert "closed, in reading" in out
    code, out, _ = run(capsys, "list", "--json", "--readings", readings)
    (read,) = json.loads(out)["readings"]
    assert (read["study"], read["decisions"], read["strokes"]) == (STUDY, 1, 0)
    code, out, _ = run(capsys, "list", "--readings", readings / "none")
    assert (code, out) == (cli.OK, "No readings are kept here.\n")


def test_show(capsys: pytest.CaptureFixture[str], readings: Path) -> None:
    code, out, _ = run(capsys, "show", STUDY[:6], "--readings", readings)
    assert code == cli.OK
    assert "AI result, not for primary diagnosis" in out
    assert "Lesion 1 subdural, slices 4-8, 12.5 mL: accepted" in out
    assert "reader present, AI present (ichnet 1.0), blind" in out
    assert "slice 4" in out
    code, _, err = run(capsys, "show", "9", "--readings", readings)
    assert code == cli.TROUBLE
    assert err == f"No reading has the key 9. There are: {STUDY[:8]}.\n"


def test_damage_is_listed_and_changes_the_exit_code(
    capsys: pytest.CaptureFixture[str], readings: Path
) -> None:
    with journal_file(readings, STUDY).open("ab") as file:
        file.write(b"not ours\n")
    code, out, _ = run(capsys, "list", "--readings", readings)
    assert code == cli.SOME_SKIPPED
    assert "Line 6 is damaged and was left out." in out


def test_export_is_whole_and_never_overwrites(
    capsys: pytest.CaptureFixture[str], readings: Path, tmp_path: Path
) -> None:
    file = tmp_path / "reading.json"
    assert run(capsys, "export", STUDY, file, "--readings", readings)[0] == cli.OK
    said = json.loads(file.read_text())
    assert said["note"] == "AI result, not for primary diagnosis"
    assert said["reading"]["decisions"][f"{RESULT}:1"]["verdict"] == "accepted"
    assert said["place"]["cursor_kji"] == [3, 20, 30]
    code, _, err = run(capsys, "export", STUDY, file, "--readings", readings)
    assert code == cli.TROUBLE
    assert "exports never overwrite" in err


def test_agreement(capsys: pytest.CaptureFixture[str], readings: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "agreement", "--readings", readings)
    assert code == cli.OK
    assert "Agreement is not accuracy" in out
    assert "1 of 1 (100%)" in out
    file = tmp_path / "agreement.csv"
    code, out, _ = run(capsys, "agreement", "--json", "--csv", file, "--readings", readings)
    (counted,) = json.loads(out)["agreement"]
    assert (counted["month"], counted["both_present"], counted["share"]) == ("2026-11", 1, 1.0)
    with file.open(newline="") as opened:
        (_, row) = csv.reader(opened)
    assert row[1] == "Maker =1+1"
    _, out, _ = run(capsys, "agreement", "--readings", readings / "none")
    assert out == "No series has been answered before the AI was shown.\n"
