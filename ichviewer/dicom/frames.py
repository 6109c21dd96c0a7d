"""The bytes of single frames, as they are encoded in a file."""

import hashlib
import struct
from typing import BinaryIO

from pydicom.encaps import generate_frames

from ichviewer.dicom.image import Image, PixelLayout
from ichviewer.dicom.part10 import NotPart10, PixelElement, inflate, read_header
from ichviewer.dicom.source import Source, Sources
from ichviewer.dicom.walk import DamagedFile
from ichviewer.language import tr

#: Bytes that a deflated file may inflate to.
INFLATE_LIMIT = 512 << 20


class FrameReader:
    """Frames of one open file, in any order.

    Parameters
    ----------
    file, size
        The open file and its length in bytes.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.header = read_header(file, size)
        self._file, self._size = file, size
        self._encoded: list[bytes] | None = None
        self._inflated = b""

    def frame(self, layout: PixelLayout, frame: int | None) -> tuple[bytes, bool]:
        """The bytes of one frame, and whether they are compressed.

        Raises
        ------
        DamagedFile
            The pixel data are cut short or cannot be taken apart.
        """
        pixels = self.header.pixels
        if pixels is None:
            raise DamagedFile(tr("has no pixel data"))
        if pixels.length is None:
            return self._fragments(pixels, layout)[frame or 0], True
        start = pixels.offset + (frame or 0) * layout.frame_bytes
        return self._span(start, layout.frame_bytes), False

    def _span(self, start: int, length: int) -> bytes:
        if self.header.deflated_from is not None:
            return self._deflated_span(start, length)
        self._file.seek(start)
        return _whole(self._file.read(length), length)

    def _deflated_span(self, start: int, length: int) -> bytes:
        if start + length > INFLATE_LIMIT:
            raise DamagedFile(
                tr("inflates to more than {mebibytes} MiB", mebibytes=INFLATE_LIMIT >> 20)
            )
        if len(self._inflated) < start + length:
            self._file.seek(self.header.deflated_from or 0)
            self._inflated = inflate(self._file.read(), start + length)
        return _whole(self._inflated[start : start + length], length)

    def _fragments(self, pixels: PixelElement, layout: PixelLayout) -> list[bytes]:
        """All compressed frames (PS3.5 A.4)."""
        if self._encoded is None:
            self._file.seek(pixels.offset)
            value = self._file.read(self._size - pixels.offset)
            try:
                frames = generate_frames(value, number_of_frames=layout.frames)
                self._encoded = [bytes(frame) for frame in frames]
            except (ValueError, IndexError, EOFError, struct.error, StopIteration) as error:
                raise DamagedFile(tr("has compressed frames that cannot be taken apart")) from error
        if len(self._encoded) < layout.frames:
            raise DamagedFile(
                tr("holds {held} of {frames} frames", held=len(self._encoded), frames=layout.frames)
            )
        return self._encoded


def fingerprint(image: Image, sources: Sources) -> bytes:
    """Digest of an image's stored pixels, as encoded in its file."""
    instance = image.instance
    try:
        with sources.open(Source(instance.path, instance.member), whole=True) as (file, size):
            data, _ = FrameReader(file, size).frame(image.layout, instance.frame)
    except (DamagedFile, NotPart10, OSError):
        return str(instance).encode()
    return hashlib.blake2b(data, digest_size=16).digest()


def _whole(span: bytes, length: int) -> bytes:
    """The bytes, if they are all there."""
    if len(span) < length:
        raise DamagedFile(
            tr(
                "is cut short: {held:,} of {needed:,} bytes of pixels are there",
                held=len(span),
                needed=length,
            )
        )
    return span
