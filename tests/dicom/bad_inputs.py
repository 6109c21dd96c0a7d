"""Hostile and broken input, made on demand: what is written, and what the reader must say.

Numbers follow the list in docs/dicom.md. Every case is a function that fills a folder. `opens` is
the number of stacks that open in spite of it, `says` what must be read somewhere: in a message,
a warning, a note or a refusal; empty where the input is harmless to us.

This file is one long table, which is why it is longer than others.
"""

import os
import socket
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests.dicom.make import COLUMNS, ROOT, ROWS, ct_slice, enhanced, hu_of, save, series

Write = Callable[[Path], None]


@dataclass(frozen=True)
class BadInput:
    """One case.

    Parameters
    ----------
    number, name
        As in the list.
    write
        Fills an empty folder.
    opens
        Stacks that open; None where that is left open.
    says
        Regular expression that must be found in what the reader says.
    between
        Done between scan and load.
    skip
        Why the case cannot be made on this system; empty where it can.
    slow
        Takes seconds to make.
    """

    number: int
    name: str
    write: Write
    opens: int | None
    says: str
    between: Write | None = None
    skip: str = ""
    slow: bool = False


CASES: list[BadInput] = []


def case(
    number: int, name: str, says: str = "", opens: int | None = 0, **more: object
) -> Callable[[Write], Write]:
    def add(write: Write) -> Write:
        CASES.append(BadInput(number, name, write, opens, says, **more))  # type: ignore[arg-type]
        return write

    return add


def content_of(dataset: Dataset) -> bytes:
    file = BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


GOOD = content_of(ct_slice())
DATASET_AT = GOOD.index(b"\x08\x00\x05\x00CS")
PIXELS_AT = GOOD.index(b"\xe0\x7f\x10\x00")
PATIENT_AT = GOOD.index(b"\x10\x00\x10\x00PN")


def bad(folder: Path, content: bytes, name: str = "bad.dcm") -> None:
    (folder / name).write_bytes(content)


def inserted(raw: bytes, at: int = PATIENT_AT) -> bytes:
    return GOOD[:at] + raw + GOOD[at:]


def changed(folder: Path, **values: object) -> None:
    """One slice with other values; None removes the element."""
    dataset = ct_slice()
    for keyword, value in values.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    save(dataset, folder / "bad.dcm")


def raw(folder: Path, **values: bytes) -> None:
    save(ct_slice(), folder / "bad.dcm", raw=values)


def with_fragments(syntax: str, value: bytes, **values: object) -> Dataset:
    dataset = ct_slice()
    for keyword, one in values.items():
        setattr(dataset, keyword, one)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = value
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def compressed(
    folder: Path, syntax: str, stream: bytes, name: str = "bad.dcm", **values: object
) -> None:
    save(with_fragments(syntax, encapsulate([stream]), **values), folder / name)


def simple(
    number: int, name: str, content: bytes, says: str, opens: int | None = 0, **more: object
) -> None:
    case(number, name, says, opens, **more)(lambda folder: bad(folder, content))


# ---------------------------------------------------------------- files

simple(1, "empty file", b"", "empty file")
simple(2, "one byte", b"x", "not DICOM")
simple(3, "100 bytes", bytes(100), "not DICOM")
simple(4, "131 bytes", bytes(128) + b"DIC", "not DICOM")
simple(5, "132 bytes and DICM", bytes(128) + b"DICM", r"bad\.dcm is cut short")
for cut in (140, 200):
    simple(
        6, f"cut in the meta information at {cut}", GOOD[:cut], r"bad\.dcm is (cut short|damaged)"
    )
for cut in (400, 700, 1000):
    simple(7, f"cut in the header at {cut}", GOOD[:cut], r"bad\.dcm is (cut short|damaged)")
simple(
    8, "cut in the pixel data", GOOD[: PIXELS_AT + 12 + 384], r"bad\.dcm is cut short: 384 of 768"
)
simple(9, "one byte short", GOOD[:-1], r"bad\.dcm is cut short: 767 of 768")
simple(10, "DICM at offset 0", GOOD[128:], "", 1)
simple(11, "neither preamble nor meta information", GOOD[DATASET_AT:], "", 1)


@case(12, "dataset only, implicit VR", "", 1)
def _(folder: Path) -> None:
    file = BytesIO()
    dcmwrite(file, ct_slice(), implicit_vr=True, little_endian=True, force_encoding=True)
    bad(folder, file.getvalue()[file.getvalue().index(b"\x08\x00\x05\x00") :])


simple(13, "DICM within the data, no preamble", GOOD[132:] + b"DICM", "", 1)
simple(14, "preamble of a Windows program", b"MZ" + bytes(126) + GOOD[128:], "", 1)
simple(15, "preamble of a TIFF", b"II*\0" + bytes(124) + GOOD[128:], "", 1)
simple(16, "preamble of an ELF program", b"\x7fELF" + bytes(124) + GOOD[128:], "", 1)
simple(17, "random bytes", np.random.default_rng(1).bytes(5000), "not DICOM")


@case(18, "other formats under .dcm", "4 not DICOM")
def _(folder: Path) -> None:
    for name, magic in (("a", b"\xff\xd8\xff"), ("b", b"%PDF-1.7"), ("c", b"MZ"), ("d", b"PK\3\4")):
        bad(folder, magic + bytes(3000), f"{name}.dcm")


@case(19, "text file of 2 GB", "not DICOM")
def _(folder: Path) -> None:
    with (folder / "bad.dcm").open("wb") as file:
        file.write(b"text ")
        file.truncate(2 << 30)


@case(20, "folder called x.dcm", "")
def _(folder: Path) -> None:
    (folder / "x.dcm").mkdir()


@case(21, "named pipe and socket", "not a file", skip="" if hasattr(os, "mkfifo") else "no pipes")
def _(folder: Path) -> None:
    os.mkfifo(folder / "pipe.dcm")
    here = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("s.dcm")
    finally:
        os.chdir(here)


@case(22, "link to itself", "link")
def _(folder: Path) -> None:
    (folder / "bad.dcm").symlink_to(folder / "bad.dcm")


@case(23, "loop of linked folders", "link")
def _(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b").symlink_to(folder)


@case(24, "link to a file that may not be read", "link")
def _(folder: Path) -> None:
    (folder / "bad.dcm").symlink_to("/etc/shadow")


@case(25, "file and folder without permission", "may not be read|no permission",
      skip="the superuser may read everything" if os.geteuid() == 0 else "")  # fmt: skip
def _(folder: Path) -> None:
    bad(folder, GOOD)
    (folder / "bad.dcm").chmod(0)
    (folder / "closed").mkdir(mode=0)


@case(26, "file deleted between scan and read", "Left out: 0003.dcm cannot be read", 1,
      between=lambda folder: (folder / "0003.dcm").unlink())  # fmt: skip
def _(folder: Path) -> None:
    series(folder)


@case(27, "file that is still being copied", r"0007\.dcm is (cut short|damaged)", 1,
      between=lambda folder: bad(folder, GOOD, "0007.dcm"))  # fmt: skip
def _(folder: Path) -> None:
    series(folder)
    bad(folder, (folder / "0007.dcm").read_bytes()[:600], "0007.dcm")


case(28, "file locked by another program", skip="Windows only")(lambda folder: None)


@case(29, "path of 300 characters and reserved names", "", 1)
def _(folder: Path) -> None:
    deep = folder / ("d" * 100) / ("e" * 100) / ("f" * 100)
    series(deep, 4)
    for k, name in enumerate(("CON", "NUL.dcm", "dot.", "space "), start=4):
        save(ct_slice(k), deep / name)


@case(30, "names in emoji, right to left, with newline, invalid UTF-8", "", 1)
def _(folder: Path) -> None:
    names = ["🧠.dcm", "\u202egpj.dcm", "new\nline.dcm", "é.dcm", "e\u0301.dcm"]
    for k, name in enumerate(names):
        save(ct_slice(k), folder / name)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.dcm")).write_bytes(content_of(ct_slice(5)))


@case(31, "10,000 files in 111 folders", "", 10, slow=True)
def _(folder: Path) -> None:
    for one in range(10):
        contents = [content_of(ct_slice(k, series=str(one + 1), gap_mm=1.0)) for k in range(1000)]
        for k, content in enumerate(contents):
            place = folder / str(one) / str(k // 100)
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{k}.dcm").write_bytes(content)


@case(32, "200,000 tiny files that are no DICOM", "200000 not DICOM|200,000 not DICOM", slow=True)
def _(folder: Path) -> None:
    for one in range(200):
        place = folder / str(one)
        place.mkdir()
        for k in range(1000):
            (place / str(k)).write_bytes(b"tiny")


case(33, "network drive that stalls", skip="the worker's time limit, tested there")(
    lambda folder: None
)
case(34, "read errors of a CD", skip="tested in test_bad_inputs")(lambda folder: None)

# ---------------------------------------------------------------- encoding


def relabelled(content: bytes, syntax: bytes) -> bytes:
    """A file with another TransferSyntaxUID in its meta information, and nothing else changed."""
    at = content.index(b"\x02\x00\x10\x00UI")
    length = int.from_bytes(content[at + 6 : at + 8], "little")
    syntax += b"\0" * (len(syntax) % 2)
    return content[: at + 6] + struct.pack("<H", len(syntax)) + syntax + content[at + 8 + length :]


def deflated(dataset_bytes: Sequence[bytes]) -> bytes:
    """A deflated file (PS3.5 A.5) of a stream that never exists as a whole."""
    squeeze = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    parts = [squeeze.compress(part) for part in dataset_bytes]
    meta = relabelled(GOOD[:DATASET_AT], b"1.2.840.10008.1.2.1.99")
    return meta + b"".join(parts) + squeeze.flush()


@case(35, "1 MB that inflates to 1 GiB in the header", "header of more than", slow=True)
def _(folder: Path) -> None:
    head = GOOD[DATASET_AT:PATIENT_AT] + struct.pack("<HH2s2xL", 9, 0x1010, b"OB", 1 << 30)
    chunks = [bytes(1 << 20)] * 1024
    bad(folder, deflated([head, *chunks, GOOD[PATIENT_AT:]]))


@case(35, "1 MB that inflates to 1 GiB of pixels", "", 1, slow=True)
def _(folder: Path) -> None:
    head = GOOD[DATASET_AT : PIXELS_AT + 8] + struct.pack("<L", 1 << 30)
    bad(folder, deflated([head, GOOD[PIXELS_AT + 12 :], *[bytes(1 << 20)] * 1024]))


def nested(depth: int, tag: tuple[int, int] = (9, 0x1010)) -> bytes:
    start = struct.pack("<HH2s2xL", *tag, b"SQ", 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    return start * depth + end * depth


for depth, number in ((100, 36), (300, 37), (5_000, 38), (100_000, 39)):
    simple(number, f"{depth:,} nested sequences", inserted(nested(depth)), "nests its sequences")


def nested_lengths(depth: int) -> bytes:
    value = b""
    for _ in range(depth):
        item = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(value)) + value
        value = struct.pack("<HH2s2xL", 0x28, 0x3010, b"SQ", len(item)) + item
    return value


simple(37, "300 nested sequences of given length, in one that is read",
       inserted(nested_lengths(300), PIXELS_AT), "nests its sequences")  # fmt: skip
simple(40, "element of 4 GB", inserted(struct.pack("<HH2s2xL", 9, 0x1010, b"UN", 0xFFFFFFF0)),
       r"\(0009,1010\) claims 4,294,967,280 bytes")  # fmt: skip
simple(40, "element of 4 GB and unknown VR",
       inserted(struct.pack("<HH2s2xL", 9, 0x1010, b"??", 0xFFFFFFF0)), r"bad\.dcm")  # fmt: skip
simple(41, "undefined length without delimiter",
       inserted(struct.pack("<HH2s2xL", 9, 0x1010, b"SQ", 0xFFFFFFFF)), r"bad\.dcm is")  # fmt: skip


@case(42, "1,000,000 private elements", "more than 100,000 elements")
def _(folder: Path) -> None:
    groups = np.repeat(np.arange(16, dtype="<u2") * 2 + 0x1101, 62_500)
    numbers = np.tile(np.arange(62_500, dtype="<u2"), 16)
    elements = np.zeros((len(groups), 4), "<u2")
    elements[:, 0], elements[:, 1] = groups, numbers
    elements[:, 2] = int.from_bytes(b"SH", "little")
    bad(folder, inserted(elements.tobytes(), GOOD.index(b"\x18\x00\x50\x00DS")))


simple(43, "tags twice and out of order",
       inserted(GOOD[GOOD.index(b"\x28\x00\x10\x00US") : GOOD.index(b"\x28\x00\x30\x00DS")]),
       "", 1)  # fmt: skip
for vr in (b"??", b"da"):
    simple(44, f"VR {vr.decode()}", GOOD.replace(b"\x08\x00\x20\x00DA", b"\x08\x00\x20\x00" + vr),
           "", None)  # fmt: skip


@case(44, "every VR UN", "", 1)
def _(folder: Path) -> None:
    plain = ct_slice()
    content = GOOD[:DATASET_AT]
    for element in plain:
        value = GOOD[GOOD.index(struct.pack("<HH", element.tag.group, element.tag.element)) :]
        long = value[4:6] in (b"OB", b"OW", b"SQ", b"UN", b"UT")
        length = int.from_bytes(value[8:12] if long else value[6:8], "little")
        start = 12 if long else 8
        head = struct.pack("<HH2s2xL", element.tag.group, element.tag.element, b"UN", length)
        content += head + value[start : start + length]
    bad(folder, content)


def encoded(syntax: str, implicit: bool, little: bool) -> bytes:
    """A file whose label says `syntax`, whatever its encoding is."""
    file, dataset = BytesIO(), ct_slice()
    if not little:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    dcmwrite(file, dataset, implicit_vr=implicit, little_endian=little, force_encoding=True)
    return file.getvalue()


EXPLICIT = "1.2.840.10008.1.2.1"
simple(45, "implicit VR labelled explicit", encoded(EXPLICIT, True, True), "labelled", 1)
simple(45, "explicit VR labelled implicit", encoded(ImplicitVRLittleEndian, False, True),
       "labelled", 1)  # fmt: skip
simple(46, "big endian labelled little", encoded(EXPLICIT, False, False), "labelled", 1)
simple(46, "uncompressed labelled JPEG 2000", relabelled(GOOD, b"1.2.840.10008.1.2.4.90"),
       "labelled", 1)  # fmt: skip
simple(47, "unknown transfer syntax", relabelled(GOOD, b"1.2.3.4.5"), r"1\.2\.3\.4\.5", 1)


@case(48, "no transfer syntax", "", 1)
def _(folder: Path) -> None:
    at = GOOD.index(b"\x02\x00\x10\x00UI")
    bad(folder, GOOD[:at] + GOOD[at + 8 + 20 :])


@case(49, "big endian with a sequence of undefined length", "", 1)
def _(folder: Path) -> None:
    dataset, item = ct_slice(), Dataset()
    item.StudyDescription = "inside"
    dataset.ReferencedStudySequence = [item]
    dataset["ReferencedStudySequence"].is_undefined_length = True
    dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    file = BytesIO()
    dcmwrite(file, dataset, implicit_vr=False, little_endian=False, enforce_file_format=True)
    bad(folder, file.getvalue())


@case(50, "wrong group lengths", "", 1)
def _(folder: Path) -> None:
    at = GOOD.index(b"\x02\x00\x00\x00UL")
    content = GOOD[: at + 8] + struct.pack("<L", 7) + GOOD[at + 12 :]
    wrong = struct.pack("<HH2sHL", 8, 0, b"UL", 4, 3)
    bad(folder, content[:DATASET_AT] + wrong + content[DATASET_AT:])


def sequence_with_long_item(tag: tuple[int, int]) -> bytes:
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", 5000)
    return struct.pack("<HH2s2xL", *tag, b"SQ", len(item)) + item


simple(51, "item past the end, in a private sequence",
       inserted(sequence_with_long_item((9, 0x1010))), "", 1)  # fmt: skip
simple(51, "item past the end, in one that is read",
       inserted(sequence_with_long_item((0x28, 0x3010)), PIXELS_AT), "past the end")  # fmt: skip
case(52, "values of odd length", "", 1)(
    lambda folder: raw(folder, StudyDate=b"2026010", KVP=b"120")
)
case(53, "control characters in text", "", 1)(
    lambda folder: raw(folder, Modality=b"CT\0\0", SeriesDescription=b"a\0b\x07\x1b[31m\r\nc")
)
simple(54, "3 GB of bulk data that are not there",
       inserted(struct.pack("<HH2s2xL", 9, 0x1010, b"OB", 3 << 30)),
       "claims 3,221,225,472")  # fmt: skip
case(55, "unknown character set", "", 1)(
    lambda folder: raw(folder, SpecificCharacterSet=b"ISO_IR 999")
)
case(56, "malformed character set", "", 1)(
    lambda folder: raw(folder, SpecificCharacterSet=b"ISO-IR 100", PatientName=b"J\xe9r\xf4me")
)
for name, text in (("GB18030", "王^小东".encode("gb18030")), ("GBK", "王^小东".encode("gbk")),
                   ("\\ISO 2022 IR 87", b"A=\x1b$B;3ED\x1b(B"),
                   ("\\ISO 2022 IR 149", b"A=\x1b$)C\xfb\xf3"),
                   ("\\ISO 2022 IR 58", b"A=\x1b$)A\xd0\xc2")):  # fmt: skip
    case(57, f"name in {name}", "", 1)(
        lambda folder, name=name, text=text: raw(  # type: ignore[misc]
            folder, SpecificCharacterSet=name.encode(), PatientName=text
        )
    )
case(58, "escape sequence cut at the end", "", 1)(
    lambda folder: raw(folder, SpecificCharacterSet=b"\\ISO 2022 IR 87 ", PatientName=b"A=\x1b$")
)
case(59, "8-bit text without character set", "", 1)(
    lambda folder: raw(folder, SpecificCharacterSet=b"", PatientName=b"J\xe9r\xf4me")
)

# ---------------------------------------------------------------- pixels

case(60, "no rows", r"bad\.dcm claims 0 x 24")(lambda folder: changed(folder, Rows=0))
case(61, "65,535 x 65,535 pixels in 768 bytes", r"bad\.dcm claims 65535 x 65535")(
    lambda folder: changed(folder, Rows=65535, Columns=65535)
)
case(62, "2,147,483,647 frames", "2,147,483,647 frames")(
    lambda folder: changed(folder, NumberOfFrames=2**31 - 1)
)
case(63, "-1 frames", "-1 frames")(lambda folder: changed(folder, NumberOfFrames=-1))
case(64, "two frames, pixels of one", r"bad\.dcm is cut short")(
    lambda folder: changed(folder, NumberOfFrames=2)
)
for bits in (1, 12, 24, 64):
    case(65, f"{bits} bits allocated", f"{bits} bits per pixel")(
        lambda folder, bits=bits: changed(folder, BitsAllocated=bits)  # type: ignore[misc]
    )
case(65, "32 bits allocated, pixels of 16", "cut short")(
    lambda folder: changed(folder, BitsAllocated=32)
)
for bits in (0, 17):
    case(66, f"{bits} bits stored", f"stores {bits} of 16")(
        lambda folder, bits=bits: changed(folder, BitsStored=bits)  # type: ignore[misc]
    )
case(67, "high bit 0", "12 bits below bit 0")(lambda folder: changed(folder, HighBit=0))
case(67, "high bit 15", "", 1)(lambda folder: changed(folder, HighBit=15))
case(68, "colour without planar configuration", "colour picture", 1)(
    lambda folder: changed(folder, SamplesPerPixel=3, PhotometricInterpretation="RGB",
                           BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=bytes(1152))
)  # fmt: skip
case(69, "no pixel representation", "PixelRepresentation is missing", 1)(
    lambda folder: changed(folder, PixelRepresentation=None)
)
case(70, "pixel data too short", r"bad\.dcm is cut short: 100 of 768")(
    lambda folder: changed(folder, PixelData=bytes(100))
)
case(71, "pixel data too long", "", 1)(lambda folder: changed(folder, PixelData=bytes(5000)))
case(72, "no pixel data", r"bad\.dcm has no pixel data")(
    lambda folder: changed(folder, PixelData=None)
)


@case(73, "float pixel data", "FloatPixelData, which is not supported")
def _(folder: Path) -> None:
    changed(folder, PixelData=None, BitsAllocated=32, FloatPixelData=bytes(4 * ROWS * COLUMNS))


GARBAGE = np.random.default_rng(2).bytes(500)
for syntax, codec in (("4.50", "JPEG"), ("4.51", "JPEG"), ("4.57", "JPEG"), ("4.70", "JPEG"),
                      ("4.80", "JPEG-LS"), ("4.90", "JPEG 2000"), ("4.91", "JPEG 2000"),
                      ("4.201", "HTJ2K"), ("5", "RLE")):  # fmt: skip
    case(74, f"garbage as {codec} ({syntax})", rf"bad\.dcm holds .*{codec}.*damaged", 1)(
        lambda folder, syntax=syntax: compressed(  # type: ignore[misc]
            folder, f"1.2.840.10008.1.2.{syntax}", GARBAGE
        )
    )
RLE = "1.2.840.10008.1.2.5"
case(75, "RLE with offsets past the end", "RLE.*damaged", 1)(
    lambda folder: compressed(
        folder, RLE, struct.pack("<16L", 2, 64, 1 << 30, *[0] * 13) + bytes(99)
    )
)
case(75, "RLE too short", "RLE", 1)(
    lambda folder: compressed(folder, RLE, struct.pack("<16L", 2, 64, 66, *[0] * 13) + b"\0\1\0\1")
)
case(75, "RLE of 4 MB that expands", "RLE", 1)(
    lambda folder: compressed(
        folder, RLE, struct.pack("<16L", 2, 64, 2 << 20, *[0] * 13) + b"\x81\0" * (2 << 20)
    )
)
STORED = (hu_of(0).astype(np.int32) + 1024).astype(np.uint16)
J2K = "1.2.840.10008.1.2.4.90"
J2K_STREAM = bytes(imagecodecs.jpeg2k_encode(STORED, codecformat="j2k", level=0))
case(76, "JPEG 2000 that claims 60,000 x 60,000", "60000 x 60000", 1)(
    lambda folder: compressed(
        folder, J2K, J2K_STREAM[:8] + struct.pack(">LL", 60000, 60000) + J2K_STREAM[16:]
    )
)
case(77, "codestream of another size", r"24 x 16 x 1, the header says 12 x 16 x 1", 1)(
    lambda folder: compressed(folder, J2K, J2K_STREAM, Columns=12)
)
case(78, "8-bit JPEG under a 16-bit header", "", 1)(
    lambda folder: compressed(
        folder, "1.2.840.10008.1.2.4.50", bytes(imagecodecs.jpeg8_encode(STORED.astype(np.uint8)))
    )
)
ITEM = b"\xfe\xff\x00\xe0"


def fragments(*parts: bytes, table: bytes = b"") -> bytes:
    items = [ITEM + struct.pack("<L", len(table)) + table]
    items += [ITEM + struct.pack("<L", len(part)) + part for part in parts]
    return b"".join(items)


EVEN_STREAM = J2K_STREAM + b"\0" * (len(J2K_STREAM) % 2)
case(79, "empty offset table", "", 1)(
    lambda folder: save(with_fragments(J2K, fragments(EVEN_STREAM)), folder / "bad.dcm") and None
)
case(79, "wrong offset table", "", 1)(
    lambda folder: (
        save(
            with_fragments(J2K, fragments(EVEN_STREAM, table=struct.pack("<L", 1 << 20))),
            folder / "bad.dcm",
        )
        and None
    )
)
case(79, "no fragments", r"bad\.dcm (has|holds) ", 1)(
    lambda folder: save(with_fragments(J2K, fragments()), folder / "bad.dcm") and None
)
case(79, "one fragment a byte", "", 1)(
    lambda folder: (
        save(
            with_fragments(
                J2K, fragments(*[EVEN_STREAM[at : at + 1] for at in range(len(EVEN_STREAM))])
            ),
            folder / "bad.dcm",
        )
        and None
    )
)
case(80, "JP2 boxes around the codestream", "", 1)(
    lambda folder: compressed(
        folder, J2K, bytes(imagecodecs.jpeg2k_encode(STORED, codecformat="jp2", level=0))
    )
)
case(81, "12-bit JPEG", "", 1)(
    lambda folder: compressed(
        folder, "1.2.840.10008.1.2.4.51", bytes(imagecodecs.jpeg8_encode(STORED, bitspersample=12))
    )
)
for syntax, words in (("1.2.840.10008.1.2.4.102", "MPEG-4"), ("1.2.840.10008.1.2.4.94", "JPIP")):
    case(82, f"syntax that cannot be decoded: {words}", f"uses .*{words}.*cannot be decoded", 1)(
        lambda folder, syntax=syntax: compressed(folder, syntax, GARBAGE)  # type: ignore[misc]
    )


@case(83, "overlay out of bounds", "", 1)
def _(folder: Path) -> None:
    dataset = ct_slice()
    dataset.add_new(0x60000010, "US", 9999)
    dataset.add_new(0x60000011, "US", 9999)
    dataset.add_new(0x60000050, "SS", [-500, 700])
    dataset.add_new(0x60003000, "OW", bytes(10))
    save(dataset, folder / "bad.dcm")


case(84, "palette colour", "PALETTE COLOR image, which is not supported")(
    lambda folder: changed(folder, PhotometricInterpretation="PALETTE COLOR")
)


@case(85, "colour page in a CT series", "colour picture", 2)
def _(folder: Path) -> None:
    series(folder)
    changed(folder, SamplesPerPixel=3, PlanarConfiguration=0, PhotometricInterpretation="RGB",
            BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=bytes(1152))  # fmt: skip


# ---------------------------------------------------------------- values

for slope in (b"nan ", b"inf ", b"1e400 ", b"0 ", b"1,5 ", b""):
    case(86, f"slope {slope.decode()!r}", "RescaleSlope .*values are not HU", 1)(
        lambda folder, slope=slope: raw(folder, RescaleSlope=slope)  # type: ignore[misc]
    )


@case(87, "intercept of its own in every slice", "", 1)
def _(folder: Path) -> None:
    series(folder, change=lambda one, k: setattr(one, "RescaleIntercept", str(-1024 - k)))


case(88, "slope 0.5", "", 1)(lambda folder: changed(folder, RescaleSlope="0.5"))
case(89, "no rescale", "values are not HU", 1)(
    lambda folder: changed(folder, RescaleSlope=None, RescaleIntercept=None)
)
case(90, "MONOCHROME1", "", 1)(
    lambda folder: changed(folder, PhotometricInterpretation="MONOCHROME1")
)


@case(91, "padding 63536, range limit reversed", "", 1)
def _(folder: Path) -> None:
    dataset = ct_slice()
    dataset.add_new("PixelPaddingValue", "US", 63536)
    dataset.add_new("PixelPaddingRangeLimit", "US", 63000)
    save(dataset, folder / "bad.dcm")


for centers, widths in ((b"40", b"0 "), (b"40", b"-1"), (b"40", b"1e9 "), (b"1\\2\\3 ", b"4\\5 "),
                        (b"40\\40\\40", b"80"), (b"x ", b"80")):  # fmt: skip
    case(92, f"window {centers.decode()} / {widths.decode()}", "", 1)(
        lambda folder, centers=centers, widths=widths: raw(  # type: ignore[misc]
            folder, WindowCenter=centers, WindowWidth=widths
        )
    )
for spacing in (b"0\\0 ", b"-1\\-1 ", b"0.5 ", b"1e30\\1 ", b"abc ", b""):
    case(93, f"pixel spacing {spacing.decode()!r}", "PixelSpacing is", 1)(
        lambda folder, spacing=spacing: raw(folder, PixelSpacing=spacing)  # type: ignore[misc]
    )
for cosines in (b"0\\0\\0\\0\\0\\0 ",
                b"nan\\0\\0\\0\\1\\0", b"1\\0\\0\\0\\1 ", b"2\\0\\0\\0\\1\\0 ",
                b"1\\0\\0\\1\\0\\0 ", b"1,0\\0\\0\\0\\1\\0"):  # fmt: skip
    case(94, f"orientation {cosines.decode()!r}", "ImageOrientationPatient is", 1)(
        lambda folder, cosines=cosines: raw(  # type: ignore[misc]
            folder, ImageOrientationPatient=cosines
        )
    )
for position in (b"", b"nan\\0\\0 ", b"1e308\\0\\0 "):
    case(95, f"position {position.decode()!r}", "ImagePositionPatient is", 1)(
        lambda folder, position=position: raw(  # type: ignore[misc]
            folder, ImagePositionPatient=position
        )
    )


@case(95, "one slice without position", "ImagePositionPatient is missing", 2)
def _(folder: Path) -> None:
    series(folder)
    save(ct_slice(3), folder / "0003.dcm", raw={"ImagePositionPatient": b""})


@case(96, "thickness 0, spacing between slices that contradicts the positions", "", 1)
def _(folder: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        dataset.SliceThickness, dataset.SpacingBetweenSlices = "0", "77"

    series(folder, change=change)


case(97, "dates and ages that cannot be", "", 1)(
    lambda folder: raw(folder, StudyDate=b"00000000", PatientAge=b"999Y", StudyTime=b"99")
)
for text in (b"A" * 60_000, b"<img src=file:///etc/passwd><script>x</script>",
             b"=cmd|' /C calc'!A0",
             b"../../x ", "a\u202egpj".encode()):  # fmt: skip
    case(98, f"name {text[:20]!r}", "", 1)(
        lambda folder, text=text: raw(  # type: ignore[misc]
            folder, PatientName=text[: 2 * (len(text) // 2)], SpecificCharacterSet=b"ISO_IR 192"
        )
    )
for uid in (b"../../../evil ", b"/etc/passwd ", b"1" * 200, b"", b"1.02.3"):
    case(99, f"series UID {uid[:20]!r}", "", 1)(
        lambda folder, uid=uid: raw(folder, SeriesInstanceUID=uid)  # type: ignore[misc]
    )

# ---------------------------------------------------------------- series


@case(100, "copy of a file", "1 of 9 images is a copy", 1)
def _(folder: Path) -> None:
    bad(folder, series(folder)[3].read_bytes(), "copy.dcm")


@case(100, "one UID, other pixels at the same position", "same position and one SOPInstanceUID", 1)
def _(folder: Path) -> None:
    series(folder)
    other = ct_slice(3)
    other.PixelData = bytes(len(other.PixelData))
    save(other, folder / "other.dcm")


@case(101, "gap", "3 slices seem to be missing", 1)
def _(folder: Path) -> None:
    series(folder, 12, only=[0, 1, 2, 3, 7, 8, 9, 10, 11])


@case(102, "uneven and tilted", "Gantry tilt 18.5.*", 1)
def _(folder: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        step = 4.0 * k if k < 4 else 16.0 + 7 * (k - 4)
        dataset.ImagePositionPatient = [0, 0, step / np.cos(np.radians(18.5))]
        dataset.SliceThickness = "4" if k < 4 else "7"

    series(folder, change=change, tilt_deg=18.5)


@case(103, "localizer inside the series", "This is a localizer", 2)
def _(folder: Path) -> None:
    series(folder)
    changed(folder, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
            ImageOrientationPatient=[1, 0, 0, 0, 0, -1])  # fmt: skip


@case(104, "two reconstructions under one UID", "holds 2 stacks", 2)
def _(folder: Path) -> None:
    series(folder / "a")
    series(folder / "b", 30, lambda one, k: setattr(one, "ConvolutionKernel", "BONE"), gap_mm=1.0)


for numbers, name in (
    ([1] * 8, "all 1"),
    ([None] * 8, "missing"),
    ([5, 2, 8, 1, 7, 3, 6, 4], "mixed"),
):
    case(105, f"instance numbers {name}", "", 1)(
        lambda folder, numbers=numbers: (
            series(  # type: ignore[misc]
                folder, change=lambda one, k: setattr(one, "InstanceNumber", numbers[k])
            )
            and None
        )
    )
case(106, "no series UID", "", 1)(
    lambda folder: (
        series(folder, change=lambda one, k: setattr(one, "SeriesInstanceUID", "")) and None
    )
)
case(107, "one SOP instance UID for all", "", 1)(
    lambda folder: (
        series(folder, change=lambda one, k: setattr(one, "SOPInstanceUID", ROOT)) and None
    )
)
case(108, "two patients in one series", "name several patients", 2)(
    lambda folder: (
        series(folder, change=lambda one, k: setattr(one, "PatientID", f"SIM-{k // 4}")) and None
    )
)


@case(109, "head first and feet first mixed", "holds 2 stacks", 2)
def _(folder: Path) -> None:
    def change(dataset: Dataset, k: int) -> None:
        if k >= 4:
            dataset.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]

    series(folder, change=change)


@case(110, "one slice of another size", "seems to be missing", 2)
def _(folder: Path) -> None:
    series(folder)
    odd = ct_slice(3)
    odd.Rows = 8
    save(odd, folder / "0003.dcm")


@case(110, "one slice in another encoding", "", 1)
def _(folder: Path) -> None:
    series(folder)
    dataset = ct_slice(3)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dcmwrite(folder / "0003.dcm", dataset, implicit_vr=True, little_endian=True)


case(111, "2,000 slices", "", 1, slow=True)(
    lambda folder: series(folder, 2000, gap_mm=0.1) and None
)
case(111, "three slices", "only 3 slices", 1)(lambda folder: series(folder, 3) and None)
case(111, "one slice", "only one slice", 1)(lambda folder: series(folder, 1) and None)
case(112, "enhanced CT, frames in random order", "", 1)(
    lambda folder: (
        save(enhanced([ct_slice(k) for k in (3, 0, 7, 1, 6, 2, 5, 4)]), folder / "e.dcm") and None
    )
)
case(112, "enhanced CT, two stacks", "holds 2 stacks", 2)(
    lambda folder: (
        save(
            enhanced([ct_slice(k % 4) for k in range(8)], stacks=["1"] * 4 + ["2"] * 4),
            folder / "e.dcm",
        )
        and None
    )
)


@case(113, "DICOMDIR that points outside, to nothing, and to 100,000 files", "DICOMDIR", 1)
def _(folder: Path) -> None:
    series(folder)
    directory = Dataset()
    directory.file_meta = ct_slice().file_meta
    directory.SOPClassUID = "1.2.840.10008.1.3.10"
    records = []
    for file in ("../../../../etc/passwd", "/etc/passwd", "NOWHERE", "0000.DCM", *["A"] * 100_000):
        record = Dataset()
        record.add_new("ReferencedFileID", "LO", file)
        records.append(record)
    directory.DirectoryRecordSequence = records
    directory["DirectoryRecordSequence"].is_undefined_length = True
    directory.file_meta.MediaStorageSOPClassUID = directory.SOPClassUID
    save(directory, folder / "DICOMDIR")


for modality in ("MR", "PT"):
    case(114, f"modality {modality}", f"The modality is {modality}, not CT", 1)(
        lambda folder, modality=modality: changed(
            folder, Modality=modality, SOPClassUID="1.2.840.10008.5.1.4.1.1.4"
        )  # type: ignore[misc]
    )
case(114, "scout only", "This is a localizer", 1)(
    lambda folder: changed(folder, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
)
