"""Languages: which one is spoken, and every text of the program in it."""

import ast
import json
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ichviewer import paths
from ichviewer.analysis.atlas import site_words
from ichviewer.cli import OK, main
from ichviewer.errors import IchViewerError
from ichviewer.language import (
    LANGUAGES,
    chosen_language,
    figure,
    language_in,
    system_language,
    tr,
    trn,
    use_language,
)
from ichviewer.library.case import label_source
from ichviewer.settings import Settings, write_settings
from ichviewer.workflow import open_folder, start_worker

SOURCES = Path(__file__).parents[1] / "ichviewer"
#: Which arguments of a call are texts for the catalogues.
MARKS = {"tr": (0,), "trn": (0, 1), "tr_later": (0,), "Action": (1,)}
Texts = tuple[str, ...]


@pytest.fixture
def german() -> Iterator[None]:
    use_language("de", paths.languages_folder())
    yield
    use_language("en", paths.languages_folder())


def test_a_text_is_said_in_the_chosen_language(german: None) -> None:
    assert chosen_language() == "de"
    assert tr("Close") == "Schließen"
    assert trn("{n} image", "{n} images", 2) == "2 Bilder"
    assert tr("No catalogue holds {this}.", this=1) == "No catalogue holds 1."


def test_numbers_are_written_as_the_language_writes_them(german: None) -> None:
    assert figure(12.34, ".1f") == "12,3"
    assert figure(1234.5, ",.1f") == "1.234,5"
    assert figure(float("nan"), ".1f") == "nan"
    assert tr("{ml:.1f} mL of {name}", ml=np.float32(2.5), name="v1.2") == "2,5 mL of v1.2"
    assert tr("{n:,} of {m}", n=12345, m=3) == "12.345 of 3"
    assert trn("{n:,} image", "{n:,} images", 4321) == "4.321 Bilder"
    use_language("en", paths.languages_folder())
    assert tr("{ml:.1f} mL", ml=2.5) == "2.5 mL"


def test_places_and_label_sources_of_cases_are_said_in_german(german: None) -> None:
    assert site_words("posterior, lower third") == "hinten, unteres Drittel"
    assert label_source("simulator (exact)") != "simulator (exact)"
    assert label_source("model (ichnet-s 1.0)") == "Modell (ichnet-s 1.0)"
    assert label_source("Dr. Example") == "Dr. Example", "what was typed stays as it is"


def test_english_needs_no_catalogue(tmp_path: Path) -> None:
    use_language("en", tmp_path)
    assert chosen_language() == "en"
    use_language("de", tmp_path)
    assert tr("Close") == "Close"


@pytest.mark.parametrize(
    ("name", "code"),
    [("de_AT.UTF-8", "de"), ("de:en", "de"), ("en_GB", "en"), ("fr_FR.UTF-8", "en"), ("C", "en")],
)
def test_the_systems_language_is_spoken_where_it_is_known(
    name: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", name)
    assert system_language() == code


def test_the_language_is_found_in_settings_that_are_otherwise_wrong(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    assert language_in(file) == "system"
    file.write_text(json.dumps({"theme": 7, "language": "de"}))
    assert language_in(file) == "de"
    for text in ("[", "[]", "{}", '{"language": ["de"]}', '{"language": "../de"}', "[" * 5000):
        file.write_text(text)
        assert language_in(file) == "system"
    write_settings(Settings(language="en"), file)
    assert language_in(file) == "en"


def test_the_command_line_follows_the_settings_and_its_own_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ICHVIEWER_DATA", str(tmp_path))
    write_settings(Settings(language="de"), paths.settings_file())
    try:
        with pytest.raises(SystemExit):
            main(["--help"])
        assert "ohne Fenster" in capsys.readouterr().out
        with pytest.raises(SystemExit):
            main(["--language", "en", "--help"])
        assert "without a window" in capsys.readouterr().out
        assert main(["--language", "de", "models", "list"]) == OK
        assert chosen_language() == "de"
    finally:
        use_language("en", paths.languages_folder())


def test_the_worker_speaks_the_same_language(german: None, tmp_path: Path) -> None:
    failed: SimpleQueue[Exception] = SimpleQueue()
    missing = tmp_path / "none"
    with start_worker(processes=1) as worker:
        worker.submit(open_folder, missing, on_success=failed.put, on_failure=failed.put)
        said = str(failed.get(timeout=100))
    with pytest.raises(IchViewerError) as ours:
        open_folder(missing)
    assert said == str(ours.value)
    use_language("en", paths.languages_folder())
    with pytest.raises(IchViewerError) as english:
        open_folder(missing)
    assert said != str(english.value)


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_text_of_the_program_is_translated(code: str) -> None:
    catalogue = _catalogue(code)
    missing = []
    for where, texts in _texts():
        message = catalogue.get(texts[0])
        said = _said(message.string) if message is not None and not message.fuzzy else ()
        if len(said) != len(texts) or not all(said):
            missing.append(f"{where}: {texts[0]}")
        else:
            wanted, filled = set(map(_places, texts)), set(map(_places, said))
            assert filled <= wanted or filled == {max(wanted, key=len)}, f"{where}: {said}"
    assert not missing, "run `make languages` and translate:\n" + "\n".join(missing)


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_the_compiled_catalogue_is_the_one_that_is_read(code: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, _catalogue(code))
    assert _file(code).with_suffix(".mo").read_bytes() == compiled.getvalue()


def _file(code: str) -> Path:
    return paths.languages_folder() / code / "LC_MESSAGES" / "ichviewer.po"


def _catalogue(code: str) -> Catalog:
    with _file(code).open("rb") as opened:
        return read_po(opened, locale=code)


def _said(string: str | Texts) -> Texts:
    return (string,) if isinstance(string, str) else tuple(string)


def _places(text: str) -> frozenset[str]:
    """The named places of a text, with how they are written."""
    fields = [(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name]
    return frozenset(f"{name}:{spec}" for name, spec in fields)


def _texts() -> Iterator[tuple[str, Texts]]:
    """Every literal that is marked for the catalogues, with the file and line where it stands."""
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                wanted = [node.args[n] for n in MARKS.get(node.func.id, ()) if n < len(node.args)]
                texts = tuple(x.value for x in wanted if isinstance(x, ast.Constant) and x.value)
                if texts and len(texts) == len(wanted):
                    yield f"{file.relative_to(SOURCES)}:{node.lineno}", texts
