"""A PNG writer for what Pillow does not write: any depth, interlacing, filters, and order of chunks."""

import struct
import zlib

import numpy as np

import packing

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, INDEXED, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, INDEXED: 1, GRAY_ALPHA: 2, RGBA: 4}
# First column and row, then column and row step, of each Adam7 pass.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
EVERY_FILTER = (0, 1, 2, 3, 4)


def chunk(kind: bytes, data: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    """A chunk, with a wrong checksum or length where one is given."""
    checksum = zlib.crc32(kind + data) if crc is None else crc
    return (
        struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", checksum)
    )


def header(
    width: int, height: int, depth: int, colour: int, compression=0, filtering=0, interlace=0
) -> bytes:
    """The contents of an IHDR chunk."""
    return struct.pack(">IIBBBBB", width, height, depth, colour, compression, filtering, interlace)


def scanlines(pixels: np.ndarray, depth: int, *, interlaced: bool = False, filters=EVERY_FILTER) -> bytes:
    """The filtered scanlines of height x width x channels integers, under the filters in turn."""
    out = bytearray()
    for x, y, step_x, step_y in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = pixels[y::step_y, x::step_x]
        if part.size == 0:
            continue
        stride = max(depth * pixels.shape[2] // 8, 1)
        rows = packing.pack_bits(part.reshape(len(part), -1), depth)
        above = np.zeros_like(rows[0])
        for number, row in enumerate(rows):
            kind = filters[number % len(filters)]
            out.append(kind)
            out += filter_row(row, above, stride, kind)
            above = row
    return bytes(out)


def filter_row(row: np.ndarray, above: np.ndarray, stride: int, kind: int) -> bytes:
    """One row under a PNG filter; an unknown filter leaves it as it is."""
    pad = np.zeros(stride, np.int64)
    a = np.concatenate([pad, row.astype(np.int64)])[: len(row)]
    b = above.astype(np.int64)
    c = np.concatenate([pad, b])[: len(row)]
    p = a + b - c
    nearest_upper = np.where(abs(p - b) <= abs(p - c), b, c)
    paeth = np.where((abs(p - a) <= abs(p - b)) & (abs(p - a) <= abs(p - c)), a, nearest_upper)
    guess = {1: a, 2: b, 3: (a + b) // 2, 4: paeth}.get(kind, 0)
    return (row.astype(np.int64) - guess).astype(np.uint8).tobytes()


def file(*chunks: bytes) -> bytes:
    """A PNG file of these chunks, its IEND among them."""
    return SIGNATURE + b"".join(chunks)


END = chunk(b"IEND")


def png(
    pixels: np.ndarray,
    depth: int,
    colour: int,
    *,
    interlaced: bool = False,
    filters=EVERY_FILTER,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """A whole PNG; `before` and `after` are chunks to put on either side of its one IDAT."""
    size = pixels.shape[1], pixels.shape[0]
    body = zlib.compress(scanlines(pixels, depth, interlaced=interlaced, filters=filters))
    start = chunk(b"IHDR", header(*size, depth, colour, interlace=int(interlaced)))
    return file(start, before, chunk(b"IDAT", body), after, END)
