"""PNG files written byte by byte, so that every bit depth and colour type can be had."""

import struct
import zlib


def png(
    width: int, height: int, *, depth: int, colour: int, rows: bytes, palette: bytes = b""
) -> bytes:
    """A PNG; `rows` are the packed rows, each without its filter byte."""
    stride = len(rows) // height
    raw = b"".join(b"\0" + rows[n * stride : (n + 1) * stride] for n in range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [_chunk(b"IHDR", header)]
    if palette:
        parts.append(_chunk(b"PLTE", palette))
    parts += [_chunk(b"IDAT", zlib.compress(raw)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
