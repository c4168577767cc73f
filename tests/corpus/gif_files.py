"""The gif/ folder's pictures: versions, palettes, interlacing, transparency, animation, extensions."""

import struct

import numpy as np

import packing
import scene
from collection import Collection

TRAILER = b"\x3b"
WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    stills(corpus)
    palettes(corpus)
    frames(corpus)
    extensions(corpus)


def palette(colours: int) -> bytes:
    return scene.palette(colours).tobytes()


def screen(
    width: int, height: int, table: bytes = b"", *, background: int = 0, version: bytes = b"89a"
) -> bytes:
    """The header and logical screen, with a global palette where one is given."""
    flags = 0x70 | (0x80 | table_bits(table) if table else 0)
    return b"GIF" + version + struct.pack("<HHBBB", width, height, flags, background, 0) + table


def table_bits(table: bytes) -> int:
    """The size field for a table of 2, 4 .. 256 colours."""
    return (len(table) // 3 - 1).bit_length() - 1


def control(*, delay: int = 0, disposal: int = 0, clear: int | None = None) -> bytes:
    flags = disposal << 2 | (clear is not None)
    return b"\x21\xf9\x04" + struct.pack("<BHB", flags, delay, clear or 0) + b"\0"


def blocks(data: bytes, size: int = 255) -> bytes:
    """Data as sub-blocks with their terminator."""
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def frame(
    pixels: np.ndarray,
    *,
    left: int = 0,
    top: int = 0,
    table: bytes = b"",
    interlaced: bool = False,
    code_size: int = 8,
    data: bytes | None = None,
) -> bytes:
    """An image descriptor and its data; `data` stands in for the LZW codes."""
    height, width = pixels.shape
    flags = (0x80 | table_bits(table) if table else 0) | (0x40 if interlaced else 0)
    if interlaced:
        pixels = np.concatenate([pixels[0::8], pixels[4::8], pixels[2::4], pixels[1::2]])
    if data is None:
        data = packing.lzw(pixels.astype(np.uint8).tobytes(), code_size, lsb_first=True, early_change=False)
    descriptor = b"\x2c" + struct.pack("<HHHHB", left, top, width, height, flags)
    return descriptor + table + bytes([code_size]) + blocks(data)


def stills(corpus: Collection) -> None:
    whole = scene.indices(WIDTH, HEIGHT, 256)
    table = palette(256)
    corpus.good("gif/87a.gif", screen(WIDTH, HEIGHT, table, version=b"87a") + frame(whole) + TRAILER)
    corpus.good("gif/89a.gif", screen(WIDTH, HEIGHT, table) + frame(whole) + TRAILER)
    corpus.good("gif/interlaced.gif", screen(WIDTH, HEIGHT, table) + frame(whole, interlaced=True) + TRAILER)
    corpus.good(
        "gif/transparent.gif", screen(WIDTH, HEIGHT, table) + control(clear=60) + frame(whole) + TRAILER
    )
    corpus.good(
        "gif/transparent-interlaced.gif",
        screen(WIDTH, HEIGHT, table) + control(clear=60) + frame(whole, interlaced=True) + TRAILER,
    )
    corpus.good(
        "gif/transparent-index-not-used.gif",
        screen(WIDTH, HEIGHT, table)
        + control(clear=200)
        + frame(scene.indices(WIDTH, HEIGHT, 100))
        + TRAILER,
    )
    for width, height in ((1, 1), (1, 61), (97, 1), (3, 3), (5, 9)):
        for interlaced in (False, True):
            end = "-interlaced" if interlaced else ""
            made = (
                screen(width, height, table)
                + frame(scene.indices(width, height, 256), interlaced=interlaced)
                + TRAILER
            )
            corpus.good(f"gif/{width}x{height}{end}.gif", made)


def palettes(corpus: Collection) -> None:
    for bits in range(1, 9):
        pixels = scene.indices(WIDTH, HEIGHT, 2**bits)
        made = screen(WIDTH, HEIGHT, palette(2**bits)) + frame(pixels, code_size=max(bits, 2)) + TRAILER
        corpus.good(f"gif/palette-of-{2**bits}.gif", made)
        made = (
            screen(WIDTH, HEIGHT) + frame(pixels, code_size=max(bits, 2), table=palette(2**bits)) + TRAILER
        )
        corpus.good(f"gif/local-palette-of-{2**bits}.gif", made)
    whole = scene.indices(WIDTH, HEIGHT, 256)
    reversed_table = scene.palette(256)[::-1].tobytes()
    corpus.good(
        "gif/local-palette-over-global.gif",
        screen(WIDTH, HEIGHT, palette(256)) + frame(whole, table=reversed_table) + TRAILER,
    )
    gray = np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes()
    corpus.good("gif/palette-gray.gif", screen(WIDTH, HEIGHT, gray) + frame(whole) + TRAILER)
    corpus.good("gif/palette-none.gif", screen(WIDTH, HEIGHT) + frame(whole) + TRAILER)
    corpus.good(
        "gif/palette-none-transparent.gif", screen(WIDTH, HEIGHT) + control(clear=9) + frame(whole) + TRAILER
    )
    corpus.corrupt(
        "gif/palette-of-16-fewer-than-used.gif", screen(WIDTH, HEIGHT, palette(16)) + frame(whole) + TRAILER
    )
    corpus.corrupt(
        "gif/palette-of-2-fewer-than-used.gif", screen(WIDTH, HEIGHT, palette(2)) + frame(whole) + TRAILER
    )
    corpus.corrupt(
        "gif/palette-of-16-transparent-above.gif",
        screen(WIDTH, HEIGHT, palette(16))
        + control(clear=200)
        + frame(scene.indices(WIDTH, HEIGHT, 16))
        + TRAILER,
    )
    corpus.corrupt("gif/palette-cut.gif", screen(WIDTH, HEIGHT, palette(256))[:-100])
    corpus.corrupt(
        "gif/background-above-palette.gif",
        screen(WIDTH, HEIGHT, palette(16), background=200) + frame(scene.indices(30, 20, 16)) + TRAILER,
    )


def frames(corpus: Collection) -> None:
    table = palette(256)
    whole, other = scene.indices(WIDTH, HEIGHT, 256), scene.indices(WIDTH, HEIGHT, 256, "other")
    small = scene.indices(30, 20, 256)
    begin = screen(WIDTH, HEIGHT, table)
    good = {
        "animated-three-frames": begin
        + control(delay=10)
        + frame(whole)
        + control(delay=10)
        + frame(other)
        + control(delay=10)
        + frame(small, left=7, top=9)
        + TRAILER,
        "animated-looping": begin
        + b"\x21\xff\x0bNETSCAPE2.0\x03\1\0\0\0"
        + control(delay=5)
        + frame(whole)
        + control()
        + frame(other)
        + TRAILER,
        "animated-87a": screen(WIDTH, HEIGHT, table, version=b"87a") + frame(whole) + frame(other) + TRAILER,
        "first-frame-smaller": begin + frame(small) + TRAILER,
        "first-frame-smaller-with-offset": begin + frame(small, left=11, top=13) + TRAILER,
        "first-frame-smaller-background-77": screen(WIDTH, HEIGHT, table, background=77)
        + frame(small, left=11, top=13)
        + TRAILER,
        "first-frame-smaller-transparent": screen(WIDTH, HEIGHT, table, background=77)
        + control(clear=5)
        + frame(small, left=11, top=13)
        + TRAILER,
        "first-frame-smaller-local-palette": screen(WIDTH, HEIGHT, table, background=77)
        + frame(small, left=11, top=13, table=table[::-1])
        + TRAILER,
        "first-frame-smaller-no-global-palette": screen(WIDTH, HEIGHT, background=77)
        + frame(small, left=11, top=13, table=table)
        + TRAILER,
        "first-frame-smaller-interlaced": begin + frame(small, left=11, top=13, interlaced=True) + TRAILER,
    }
    for name, data in good.items():
        corpus.good(f"gif/{name}.gif", data)
    for disposal in range(8):
        data = (
            begin
            + control(disposal=disposal, delay=10)
            + frame(whole)
            + control()
            + frame(small, left=5, top=5)
            + TRAILER
        )
        (corpus.good if disposal < 4 else corpus.corrupt)(f"gif/animated-disposal-{disposal}.gif", data)
    odd = {
        "frame-outside-the-screen": begin + frame(small, left=50, top=40) + TRAILER,
        "frame-far-outside-the-screen": begin + frame(small, left=5000, top=4000) + TRAILER,
        "frame-larger-than-the-screen": screen(30, 20, table) + frame(whole) + TRAILER,
        "frame-of-65535x65535": begin + frame(small)[:5] + b"\xff" * 4 + frame(small)[9:] + TRAILER,
        "frame-of-size-0": begin + frame(small)[:5] + bytes(4) + frame(small)[9:] + TRAILER,
        "frame-of-size-0-then-a-frame": begin
        + frame(small)[:5]
        + bytes(4)
        + frame(small)[9:]
        + frame(whole)
        + TRAILER,
        "screen-of-size-0": screen(0, 0, table) + frame(whole) + TRAILER,
        "screen-of-65535x65535": screen(65535, 65535, table) + frame(whole) + TRAILER,
        "no-frames": begin + TRAILER,
        "second-frame-damaged": begin + frame(whole) + frame(other)[:400],
    }
    for name, data in odd.items():
        corpus.corrupt(f"gif/{name}.gif", data)


def extensions(corpus: Collection) -> None:
    begin, whole = screen(WIDTH, HEIGHT, palette(256)), frame(scene.indices(WIDTH, HEIGHT, 256))
    comment = b"\x21\xfe" + blocks(b"a comment " * 60)
    good = {
        "comment": begin + comment + whole + TRAILER,
        "comment-after-the-frame": begin + whole + comment + TRAILER,
        "plain-text": begin + b"\x21\x01\x0c" + bytes(12) + blocks(b"some text") + whole + TRAILER,
        "application-unknown": begin + b"\x21\xff\x0bSOMETHING10" + blocks(b"data") + whole + TRAILER,
        "xmp": begin
        + b"\x21\xff\x0bXMP DataXMP"
        + b"<x:xmpmeta/>"
        + b"\1"
        + bytes(range(255, -1, -1))
        + b"\0"
        + whole
        + TRAILER,
        "comment-empty": begin + b"\x21\xfe\0" + whole + TRAILER,
        "extension-unknown": begin + b"\x21\x77" + blocks(b"anything") + whole + TRAILER,
    }
    odd = {
        "junk-between-blocks": begin + b"\0\0junk" + whole + TRAILER,
        "control-twice": begin + control(clear=3) + control(clear=9) + whole + TRAILER,
        "control-of-2-bytes": begin + b"\x21\xf9\2\1\0\0" + whole + TRAILER,
        "control-without-frame": begin + control(clear=3) + TRAILER,
        "comment-without-end": begin + comment[:-1],
        "missing-trailer": begin + whole,
        "trailing-garbage": begin + whole + TRAILER + b"garbage" * 20,
        "another-gif-after": (begin + whole + TRAILER) * 2,
    }
    for name, data in good.items():
        corpus.good(f"gif/{name}.gif", data)
    for name, data in odd.items():
        corpus.corrupt(f"gif/{name}.gif", data)
