"""A DICOM file's header, found and bounded before anything parses it.

Files come from outside: a length may point past the end, sequences may nest without end, a
megabyte may inflate to a gigabyte. So the element boundaries are walked first, without recursion
and with every length checked, and pydicom is given only a header that has passed.
The encoding is taken from the bytes themselves where they contradict the transfer syntax.
"""

import logging
import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID

from ichviewer.dicom.tags import PARSE_ERRORS
from ichviewer.dicom.walk import LONG_VRS, SHORT_VRS, DamagedFile, NeedMoreError, Walker
from ichviewer.errors import IchViewerError
from ichviewer.language import tr

#: Header bytes before the pixel data; enhanced files of thousands of frames need a few MiB.
HEADER_LIMIT = 64 << 20

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED_LITTLE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
#: JPIP referenced deflate; deflated like the above, its pixels lie elsewhere.
_DEFLATED = (DEFLATED_LITTLE, "1.2.840.10008.1.2.4.95")

UNCOMPRESSED = frozenset((IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, *_DEFLATED))
_DICOMDIR = b"1.2.840.10008.1.3.10"
_FIRST_READ = 64 << 10

# pydicom logs what it warns about, and what files say must not reach a log.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)


class NotPart10(IchViewerError):
    """A file that is not DICOM."""


class Directory(NotPart10):
    """A DICOMDIR: a list of other files, however long, that nobody needs to parse."""


@dataclass(frozen=True)
class PixelElement:
    """Where the pixel data of a file are.

    Parameters
    ----------
    keyword
        PixelData, FloatPixelData or DoubleFloatPixelData.
    offset
        Of the value's first byte, in the file (in the inflated stream where deflated).
    length
        Of the value in bytes; None where encapsulated (undefined length).
    available
        Bytes between `offset` and the end of the file; None where deflated.
    """

    keyword: str
    offset: int
    length: int | None
    available: int | None


@dataclass(frozen=True, eq=False)
class FileHeader:
    """The elements before the pixel data, and where those are.

    Parameters
    ----------
    dataset
        Elements below (7FE0,0008).
    transfer_syntax
        TransferSyntaxUID; where it is missing, what the bytes show.
    little_endian
        Byte order of the dataset and of native pixel data.
    deflated_from
        File offset from which on the file is deflated; None where it is not.
    pixels
        None where the file has none.
    notes
        Sentences on contradictions between label and content.
    """

    dataset: Dataset
    transfer_syntax: str
    little_endian: bool
    deflated_from: int | None
    pixels: PixelElement | None
    notes: tuple[str, ...] = ()


def dataset_start(head: bytes) -> int | None:
    """Offset of a file's first element, None where its first bytes are not DICOM.

    Accepted are ``DICM`` after the preamble or at the start, and a bare dataset that begins
    with group 0002 or 0008 in any of the encodings.
    """
    if head[128:132] == b"DICM":
        return 132
    if head[:4] == b"DICM":
        return 4
    if len(head) < 8:
        return None
    for order in "<>":
        group, element, length = struct.unpack(order + "HHL", head[:8])
        if group in (0x0002, 0x0008) and element <= 0x0018:
            explicit = head[4:6] in SHORT_VRS or head[4:6] in LONG_VRS
            if explicit or (order == "<" and length <= 256):
                return 0
    return None


def syntax_name(uid: str) -> str:
    """The transfer syntax's name in the standard, its UID where it has none."""
    return UID(uid).name or tr("an unnamed transfer syntax")


def read_header(file: BinaryIO, size: int) -> FileHeader:
    """The header of an open file.

    Parameters
    ----------
    file
        At its start; read no further than the pixel data.
    size
        Of the file in bytes.

    Raises
    ------
    NotPart10
        The file is not DICOM.
    Directory
        The file is a DICOMDIR.
    DamagedFile
        The structure is broken, out of bounds, or cut short.
    """
    head = file.read(_FIRST_READ)
    start = dataset_start(head)
    if start is None:
        raise NotPart10(tr("is not DICOM"))
    syntax, offset = _read_meta(head, start)
    if offset + 8 > len(head):
        raise DamagedFile(tr("is cut short: it holds no dataset"))
    if syntax in _DEFLATED and not _plain(head, offset):
        return _read_deflated(file, head, size, syntax, offset)
    explicit, little, notes = _encoding(head, offset, syntax)
    while True:
        try:
            walk = Walker(head, offset, size, explicit, little).walk()
            break
        except NeedMoreError as more:
            head = _grow(file, head, int(more.args[0]))
    dataset = _parse(head[offset : walk.end], explicit, little)
    pixels = None
    if walk.pixels is not None:
        keyword, at, length = walk.pixels
        pixels = PixelElement(keyword, at, length, size - at)
    if not syntax:
        syntax = IMPLICIT_LITTLE if not explicit else EXPLICIT_LITTLE if little else EXPLICIT_BIG
    return FileHeader(dataset, syntax, little, None, pixels, notes)


def inflate(deflated: bytes, limit: int) -> bytes:
    """The first `limit` bytes of a raw deflate stream (PS3.5 A.5)."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(deflated, limit)
    except zlib.error as error:
        raise DamagedFile(tr("is damaged: its deflated part cannot be inflated")) from error


def _grow(file: BinaryIO, head: bytes, needed: int) -> bytes:
    if needed > HEADER_LIMIT:
        raise DamagedFile(
            tr("has a header of more than {mebibytes} MiB", mebibytes=HEADER_LIMIT >> 20)
        )
    more = file.read(max(needed, 2 * len(head)) - len(head))
    if not more:
        raise DamagedFile(tr("is cut short within its header"))
    return head + more


def _read_meta(head: bytes, offset: int) -> tuple[str, int]:
    """Transfer syntax ("" where missing) and the offset behind group 0002 (PS3.10 7.1)."""
    syntax = ""
    while offset + 8 <= len(head):
        group, element = struct.unpack_from("<HH", head, offset)
        if group != 0x0002:
            break
        vr = head[offset + 4 : offset + 6]
        if vr in LONG_VRS:
            at, length = offset + 12, int.from_bytes(head[offset + 8 : offset + 12], "little")
        elif vr in SHORT_VRS:
            at, length = offset + 8, int.from_bytes(head[offset + 6 : offset + 8], "little")
        else:
            at, length = offset + 8, int.from_bytes(head[offset + 4 : offset + 8], "little")
        if at + length > len(head):
            raise DamagedFile(tr("is cut short within its file meta information"))
        if element == 0x0002 and head[at : at + length].strip(b"\0 ") == _DICOMDIR:
            raise Directory(tr("is a DICOMDIR"))
        if element == 0x0010:
            syntax = head[at : at + length].decode("ascii", "replace").strip("\0 ")
        offset = at + length
    return syntax, offset


def _plain(head: bytes, offset: int) -> bool:
    """Whether a dataset labelled as deflated begins with an ordinary first element."""
    group, element = struct.unpack_from("<HH", head, offset)
    return bool(group == 0x0008 and element <= 0x0018)


def _encoding(head: bytes, offset: int, syntax: str) -> tuple[bool, bool, tuple[str, ...]]:
    """Explicit VR, little endian, notes: what the bytes show, not what the label says."""
    first_group = struct.unpack_from("<H", head, offset)[0]
    vr = head[offset + 4 : offset + 6]
    explicit = vr in SHORT_VRS or vr in LONG_VRS
    little = not (first_group & 0xFF == 0 and first_group >> 8 != 0 and explicit)
    labelled = (syntax != IMPLICIT_LITTLE, syntax != EXPLICIT_BIG)
    if syntax and (explicit, little) != labelled:
        return (
            explicit,
            little,
            (tr("The file's encoding is not the one that it is labelled with."),),
        )
    return explicit, little, ()


def _read_deflated(file: BinaryIO, head: bytes, size: int, syntax: str, offset: int) -> FileHeader:
    deflated = (head + file.read(min(size, HEADER_LIMIT) - len(head)))[offset:]
    limit = 4 * _FIRST_READ
    while True:
        plain = inflate(deflated, limit)
        if len(plain) < 8:
            raise DamagedFile(tr("is cut short: it holds no dataset"))
        explicit, little, notes = _encoding(plain, 0, EXPLICIT_LITTLE)
        end = len(plain) if len(plain) < limit else 1 << 62
        try:
            walk = Walker(plain, 0, end, explicit, little).walk()
            break
        except NeedMoreError as more:
            limit = max(2 * limit, int(more.args[0]))
            if limit > HEADER_LIMIT:
                raise DamagedFile(
                    tr(
                        "inflates to a header of more than {mebibytes} MiB",
                        mebibytes=HEADER_LIMIT >> 20,
                    )
                ) from None
    dataset = _parse(plain[: walk.end], explicit, little)
    pixels = PixelElement(*walk.pixels, available=None) if walk.pixels else None
    return FileHeader(dataset, syntax, little, offset, pixels, notes)


def _parse(header: bytes, explicit: bool, little: bool) -> Dataset:
    try:
        # Its warnings repeat what files say, patients' names included; ours name the cause.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read_dataset(BytesIO(header), not explicit, little)
    except PARSE_ERRORS as error:
        raise DamagedFile(tr("has a header that cannot be parsed")) from error
