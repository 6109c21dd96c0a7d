"""Gathers the program's texts into the catalogues of `resources/languages`, and compiles these.

What is new there is to be translated by hand; tests/test_language.py names what is missing.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
#: Which arguments of a call are texts: one, or singular and plural.
MARKS = {"tr": (0,), "trn": (0, 1), "tr_later": (0,), "Action": (1,)}
WIDTH = 100


def main() -> None:
    """Bring every catalogue up to the sources, and compile it."""
    texts = gathered()
    for file in sorted((ROOT / "resources" / "languages").glob("*/LC_MESSAGES/ichviewer.po")):
        with file.open("rb") as opened:
            catalogue = read_po(opened, locale=file.parents[1].name)
        catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        with file.open("wb") as opened:
            write_po(opened, catalogue, width=WIDTH, ignore_obsolete=True)
        with file.with_suffix(".mo").open("wb") as opened:
            write_mo(opened, catalogue)


def gathered() -> Catalog:
    """All marked texts, with the files that they stand in."""
    catalogue = Catalog(project="ichviewer")
    for file in sorted((ROOT / "ichviewer").rglob("*.py")):
        for text in _texts(ast.parse(file.read_text(encoding="utf-8"))):
            where = (file.relative_to(ROOT).as_posix(), None)
            catalogue.add(text, locations=[where])
    return catalogue


def _texts(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """Literal texts in the order of the source, those inside f-strings too."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        places = MARKS.get(call.func.id, ()) if isinstance(call.func, ast.Name) else ()
        given = [call.args[at] for at in places if at < len(call.args)]
        literals = [one.value for one in given if isinstance(one, ast.Constant) and one.value]
        if literals and len(literals) == len(places):
            yield literals[0] if len(places) == 1 else (literals[0], literals[1])


if __name__ == "__main__":
    main()
