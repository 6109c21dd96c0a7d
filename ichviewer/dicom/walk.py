"""Element boundaries of a dataset: walked without recursion, every length checked.

Files come from outside: a length may point past the end, sequences may nest without end. Only
a header that has passed this walk is given to a parser.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

from ichviewer.errors import IchViewerError
from ichviewer.language import tr

#: Nesting of sequences; real files stay below 8.
NESTING_LIMIT = 32
#: Elements of a header, all levels together: 10,000 frames of functional groups.
ELEMENT_LIMIT = 1_000_000
#: Elements at the top level; real files stay below 2,000.
TOP_LEVEL_LIMIT = 100_000

LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXEL_TAGS = {
    0x7FE00008: "FloatPixelData",
    0x7FE00009: "DoubleFloatPixelData",
    0x7FE00010: "PixelData",
}
#: Sequences that are read: they are walked inside even where their length is given.
_READ_SEQUENCES = frozenset((0x52009229, 0x52009230, 0x00283010))


class DamagedFile(IchViewerError):
    """A file that is DICOM but whose structure is broken or out of bounds."""


class NeedMoreError(Exception):
    """The walk left the bytes read so far."""


@dataclass(frozen=True)
class HeaderExtent:
    end: int
    pixels: tuple[str, int, int | None] | None


class _Part(NamedTuple):
    """An open sequence or item: where it must end, and how its elements are encoded."""

    limit: int
    ends_by_length: bool
    explicit: bool
    look_inside: bool


class Walker:
    """Goes over all elements up to the pixel data, without recursion, every length checked.

    Parameters
    ----------
    data
        The file as far as it has been read.
    start, size
        Offset of the first element; length of the whole file.
    """

    def __init__(self, data: bytes, start: int, size: int, explicit: bool, little: bool) -> None:
        self._data, self._at, self._size, self._little = data, start, size, little
        self._parts = [_Part(size, False, explicit, False)]
        self._count = self._top_level = 0

    def walk(self) -> HeaderExtent:
        """Find the end of the header and the pixel data.

        Raises
        ------
        NeedMoreError
            The bytes read so far do not suffice; the argument says how many do.
        DamagedFile
            A length or a nesting is out of bounds.
        """
        while True:
            while self._parts[-1].ends_by_length and self._at >= self._parts[-1].limit:
                self._parts.pop()
            at = self._at
            # A few stray bytes behind the last element are padding, not a loss.
            if at + 8 > self._size:
                if len(self._parts) > 1:
                    raise DamagedFile(tr("is cut short within a sequence"))
                return HeaderExtent(min(at, self._size), None)
            if at + 12 > len(self._data) < self._size:
                raise NeedMoreError(at + 12)
            tag, vr, length, value = _element(
                self._data, at, self._parts[-1].explicit, self._little
            )
            if len(self._parts) == 1 and tag in _PIXEL_TAGS:
                given = None if length == _UNDEFINED else length
                return HeaderExtent(at, (_PIXEL_TAGS[tag], value, given))
            if tag >> 16 == 0xFFFE:
                self._at = _delimiter(self._parts, tag, length, value)
            else:
                self._at = self._enter_or_skip(tag, vr, length, value)
            self._bound()

    def _enter_or_skip(self, tag: int, vr: bytes, length: int, value: int) -> int:
        """Go into a sequence or over a value; returns where to go on."""
        part = self._parts[-1]
        inside = part.look_inside
        if len(self._parts) == 1:
            self._top_level += 1
            inside = tag in _READ_SEQUENCES
        if length == _UNDEFINED:
            # A sequence of unknown VR is implicit inside (PS3.5 6.2.2 note 2).
            explicit = part.explicit and vr != b"UN"
            self._parts.append(_Part(part.limit, False, explicit, inside))
            return value
        if value + length > part.limit:
            raise DamagedFile(
                tr(
                    "is damaged: element ({group:04X},{element:04X}) claims {length:,} bytes, "
                    "{left:,} are left",
                    group=tag >> 16,
                    element=tag & 0xFFFF,
                    length=length,
                    left=max(part.limit - value, 0),
                )
            )
        if inside and length and _is_sequence(self._data, value, vr, self._little):
            self._parts.append(_Part(value + length, True, part.explicit, True))
            return value
        return value + length

    def _bound(self) -> None:
        self._count += 1
        if self._count > ELEMENT_LIMIT or self._top_level > TOP_LEVEL_LIMIT:
            limit = ELEMENT_LIMIT if self._count > ELEMENT_LIMIT else TOP_LEVEL_LIMIT
            raise DamagedFile(tr("has more than {limit:,} elements", limit=limit))
        if len(self._parts) > 2 * NESTING_LIMIT:
            raise DamagedFile(tr("nests its sequences more than {limit} deep", limit=NESTING_LIMIT))


def _element(data: bytes, at: int, explicit: bool, little: bool) -> tuple[int, bytes, int, int]:
    """Tag, VR (empty where implicit), length and offset of the value of the element at `at`."""
    order = "<" if little else ">"
    group, element, length = struct.unpack_from(order + "HHL", data, at)
    tag = group << 16 | element
    vr = data[at + 4 : at + 6] if explicit and group != 0xFFFE else b""
    if vr in LONG_VRS:
        if at + 12 > len(data):
            raise DamagedFile(tr("is cut short within its header"))
        return tag, vr, struct.unpack_from(order + "L", data, at + 8)[0], at + 12
    if vr in SHORT_VRS or (vr.isalpha() and vr.isupper()):
        return tag, vr, struct.unpack_from(order + "H", data, at + 6)[0], at + 8
    return tag, b"", length, at + 8


def _delimiter(parts: list[_Part], tag: int, length: int, value: int) -> int:
    """Open or close an item; returns where to go on."""
    if tag == _ITEM:
        outer = parts[-1]
        if length != _UNDEFINED and value + length > outer.limit:
            raise DamagedFile(tr("is damaged: a sequence item reaches past the end"))
        by_length = length != _UNDEFINED
        limit = value + length if by_length else outer.limit
        parts.append(_Part(limit, by_length, outer.explicit, outer.look_inside))
    elif tag in (_ITEM_END, _SEQUENCE_END) and len(parts) > 1:
        parts.pop()
    else:
        raise DamagedFile(tr("is damaged: a sequence delimiter stands outside any sequence"))
    return value


def _is_sequence(data: bytes, value: int, vr: bytes, little: bool) -> bool:
    item = b"\xfe\xff\x00\xe0" if little else b"\xff\xfe\xe0\x00"
    return vr == b"SQ" or (vr in (b"", b"UN") and data[value : value + 4] == item)
