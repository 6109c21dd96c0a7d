"""Values of DICOM elements, read from their bytes without ever raising on what a file says.

pydicom finds the elements; their meaning is taken here from the raw bytes, because its own
conversion raises or warns on values that occur in the field (``1,5``, unknown character sets).
A value that cannot be understood is absent, and the caller says so where it matters.
"""

import math
import struct
import unicodedata
import warnings
from collections.abc import Sequence
from functools import lru_cache

from pydicom import charset
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.sequence import Sequence as DicomSequence

#: Longest text shown on screen; DICOM's own LO has 64 characters, a name group 64.
TEXT_LIMIT = 200
#: Bytes of a text that are looked at before cutting.
_BYTES_LIMIT = 4096
_ESCAPE = b"\x1b"
#: What pydicom raises on elements that are not what they say.
PARSE_ERRORS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, NotImplementedError,
    OSError, RecursionError, struct.error, BytesLengthException,
)  # fmt: skip


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Text fit for a label: no control, bidirectional or invisible characters, one line, short."""
    text = text[:_BYTES_LIMIT]
    shown = [text] if text.isascii() and text.isprintable() else []
    for character in "" if shown else text:
        category = unicodedata.category(character)
        if category in ("Zs", "Zl", "Zp") or character in "\t\r\n\f\v":
            shown.append(" ")
        elif category[0] != "C":
            shown.append(character)
    line = " ".join("".join(shown).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class Header:
    """Read access to datasets, the first that has an element wins.

    A single-frame file has one dataset; a frame of a multi-frame file looks into its own
    functional groups, then the shared ones, then the file's dataset (PS3.3 C.7.6.16).
    """

    def __init__(self, datasets: Sequence[Dataset]) -> None:
        self._datasets = tuple(datasets)

    def has(self, keyword: str) -> bool:
        """Whether the element is there, empty or not."""
        tag = _tag(keyword)
        return any(tag in dataset for dataset in self._datasets)

    def raw(self, keyword: str) -> bytes:
        """The value's bytes; empty where absent."""
        return self._raw(keyword)[0]

    def text(self, keyword: str, limit: int = TEXT_LIMIT) -> str:
        """Text in the file's character set, cleaned for the screen."""
        value = self.raw(keyword)[:_BYTES_LIMIT]
        return clean_text(decode_text(value, self.raw("SpecificCharacterSet")), limit)

    def name(self, keyword: str) -> str:
        """A person's name as ``Family, Given Middle``; ideographic where there is no other."""
        groups = self.text(keyword, limit=_BYTES_LIMIT).split("=")
        group = next((group for group in groups if group.strip("^ ")), "")
        family, *rest = (part.strip() for part in group.split("^"))
        given = " ".join(part for part in rest if part)
        return clean_text(", ".join(part for part in (family, given) if part))

    def code(self, keyword: str) -> str:
        """An identifier, code string or UID: trailing padding removed, ASCII only."""
        value = self.raw(keyword)[:_BYTES_LIMIT].decode("ascii", "replace")
        return clean_text(value.strip("\0 "))

    def codes(self, keyword: str) -> tuple[str, ...]:
        """The values of a multi-valued code string."""
        return tuple(part.strip() for part in self.code(keyword).split("\\") if part.strip())

    def numbers(self, keyword: str) -> tuple[float, ...] | None:
        """Decimal or integer strings; None where absent, empty, or any part is not a number."""
        value = self.raw(keyword)[:_BYTES_LIMIT].decode("ascii", "replace").strip("\0 ")
        if not value:
            return None
        try:
            numbers = tuple(float(part) for part in value.split("\\"))
        except ValueError:
            return None
        return numbers if all(math.isfinite(number) for number in numbers) else None

    def number(self, keyword: str) -> float | None:
        """The first of `numbers`."""
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def whole(self, keyword: str) -> int | None:
        """An integer string; None where it is absent or no integer."""
        number = self.number(keyword)
        return int(number) if number is not None and number == int(number) else None

    def binary(self, keyword: str) -> tuple[int, ...]:
        """16-bit values as unsigned bit patterns (US, SS, US or SS)."""
        value, little_endian = self._raw(keyword)
        order = "little" if little_endian else "big"
        words = range(0, len(value) - 1, 2)
        return tuple(int.from_bytes(value[at : at + 2], order) for at in words)  # type: ignore[arg-type]

    def word(self, keyword: str) -> int | None:
        """The first of `binary`."""
        words = self.binary(keyword)
        return words[0] if words else None

    def items(self, keyword: str) -> tuple[Dataset, ...]:
        """The items of a sequence; empty where absent or not a sequence."""
        tag = _tag(keyword)
        holders = (dataset for dataset in self._datasets if tag in dataset)
        return next((sequence_items(dataset, tag) for dataset in holders), ())

    def _raw(self, keyword: str) -> tuple[bytes, bool]:
        tag = _tag(keyword)
        for dataset in self._datasets:
            if tag in dataset:
                return _element_bytes(dataset.get_item(tag, keep_deferred=True))
        return b"", True


def sequence_items(dataset: Dataset, tag: int) -> tuple[Dataset, ...]:
    """The items of an element that is a sequence; empty where it is none or is damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = dataset[tag].value
    except PARSE_ERRORS:
        return ()
    return tuple(value) if isinstance(value, DicomSequence) else ()


def _element_bytes(element: DataElement | RawDataElement | None) -> tuple[bytes, bool]:
    if isinstance(element, RawDataElement):
        return element.value or b"", element.is_little_endian
    value = element.value if element is not None else b""
    if isinstance(value, bytes):
        return value, True
    if isinstance(value, int):
        return (value & 0xFFFF).to_bytes(2, "little"), True
    # Already converted by pydicom, as SpecificCharacterSet is while sequences are read.
    parts = value if isinstance(value, Sequence) and not isinstance(value, str) else [value or ""]
    return "\\".join(str(part) for part in parts).encode("utf-8"), True


@lru_cache(maxsize=1024)
def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


def decode_text(value: bytes, character_set: bytes = b"") -> str:
    """Text of an element's bytes.

    Parameters
    ----------
    value
        The bytes, padding included.
    character_set
        SpecificCharacterSet (0008,0005) as in the file. Bytes above 127 without a usable
        character set are read as UTF-8 where they are valid UTF-8, else as Latin-1.
    """
    value = value.rstrip(b"\0 ")
    if value.isascii() and _ESCAPE not in value:
        return value.decode("ascii")
    encodings = _encodings(bytes(character_set).strip(b"\0 "))
    if encodings and _ESCAPE in value:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return charset.decode_bytes(value, list(encodings), {ord("\\"), ord("^"), ord("=")})
            except (UnicodeError, LookupError, ValueError, IndexError):
                return value.decode("latin-1")
    if encodings:
        return value.decode(encodings[0], "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@lru_cache(maxsize=64)
def _encodings(character_set: bytes) -> tuple[str, ...]:
    """Python encodings of a SpecificCharacterSet, empty where absent or unknown."""
    names = [name.strip() for name in character_set.decode("ascii", "replace").split("\\")]
    if not any(names):
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return tuple(charset.convert_encodings(names))
        except (Warning, LookupError, ValueError):
            return ()
