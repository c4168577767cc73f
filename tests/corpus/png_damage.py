"""The png/ folder's damaged files: checksums, headers, palettes, compressed data, order of chunks, bombs."""

import struct
import zlib

import numpy as np

import png_writer as png
import scene
from collection import Collection

WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    headers(corpus)
    checksums_and_framing(corpus)
    chunk_order(corpus)
    palettes(corpus)
    compressed_data(corpus)
    bombs(corpus)


def parts() -> tuple[bytes, bytes, bytes]:
    """An IHDR chunk, the raw scanlines and their zlib stream, of one RGB picture."""
    raw = png.scanlines(scene.samples(WIDTH, HEIGHT, 3), 8)
    return png.chunk(b"IHDR", png.header(WIDTH, HEIGHT, 8, png.RGB)), raw, zlib.compress(raw)


def headers(corpus: Collection) -> None:
    _, _, body = parts()
    rest = png.chunk(b"IDAT", body) + png.END
    fields = {
        "width-0": (0, HEIGHT, 8, png.RGB),
        "height-0": (WIDTH, 0, 8, png.RGB),
        "width-2-to-31": (2**31, HEIGHT, 8, png.RGB),
        "width-2-to-31-less-1": (2**31 - 1, 1, 8, png.RGB),
        "width-2-to-32-less-1": (2**32 - 1, 1, 8, png.RGB),
        "height-2-to-31": (WIDTH, 2**31, 8, png.RGB),
        "depth-0": (WIDTH, HEIGHT, 0, png.RGB),
        "depth-3": (WIDTH, HEIGHT, 3, png.GRAY),
        "depth-32": (WIDTH, HEIGHT, 32, png.GRAY),
        "rgb-depth-4": (WIDTH, HEIGHT, 4, png.RGB),
        "rgba-depth-1": (WIDTH, HEIGHT, 1, png.RGBA),
        "palette-depth-16": (WIDTH, HEIGHT, 16, png.INDEXED),
        "colour-type-1": (WIDTH, HEIGHT, 8, 1),
        "colour-type-5": (WIDTH, HEIGHT, 8, 5),
        "colour-type-7": (WIDTH, HEIGHT, 8, 7),
        "compression-1": (WIDTH, HEIGHT, 8, png.RGB, 1, 0, 0),
        "filter-method-1": (WIDTH, HEIGHT, 8, png.RGB, 0, 1, 0),
        "filter-method-64": (WIDTH, HEIGHT, 8, png.RGB, 0, 64, 0),
        "interlace-2": (WIDTH, HEIGHT, 8, png.RGB, 0, 0, 2),
        "wider-than-its-data": (WIDTH + 9, HEIGHT, 8, png.RGB),
        "taller-than-its-data": (WIDTH, HEIGHT + 9, 8, png.RGB),
        "narrower-than-its-data": (WIDTH - 9, HEIGHT, 8, png.RGB),
        "shorter-than-its-data": (WIDTH, HEIGHT - 9, 8, png.RGB),
        "rgba-said-of-rgb-data": (WIDTH, HEIGHT, 8, png.RGBA),
        "interlaced-said-of-plain-data": (WIDTH, HEIGHT, 8, png.RGB, 0, 0, 1),
    }
    for name, values in fields.items():
        corpus.corrupt(f"png/header-{name}.png", png.file(png.chunk(b"IHDR", png.header(*values)), rest))
    contents = png.header(WIDTH, HEIGHT, 8, png.RGB)
    corpus.corrupt("png/header-12-bytes.png", png.file(png.chunk(b"IHDR", contents[:-1]), rest))
    corpus.corrupt("png/header-14-bytes.png", png.file(png.chunk(b"IHDR", contents + b"\0"), rest))


def checksums_and_framing(corpus: Collection) -> None:
    start, _, body = parts()
    idat, text = png.chunk(b"IDAT", body), b"Title\0something"
    whole = png.file(start, idat, png.END)
    bad_header = png.chunk(b"IHDR", png.header(WIDTH, HEIGHT, 8, png.RGB), crc=1)
    files = {
        "crc-ihdr": png.file(bad_header, idat, png.END),
        "crc-idat": png.file(start, png.chunk(b"IDAT", body, crc=1), png.END),
        "crc-second-idat": png.file(
            start, png.chunk(b"IDAT", body[:500]), png.chunk(b"IDAT", body[500:], crc=1), png.END
        ),
        "crc-ancillary": png.file(start, png.chunk(b"tEXt", text, crc=1), idat, png.END),
        "crc-ancillary-after-idat": png.file(start, idat, png.chunk(b"tEXt", text, crc=1), png.END),
        "crc-iend": png.file(start, idat, png.chunk(b"IEND", crc=1)),
        "trailing-garbage": whole + b"garbage " * 50,
        "trailing-png": whole + whole,
        "missing-iend": png.file(start, idat),
        "iend-with-data": png.file(start, idat, png.chunk(b"IEND", b"data")),
        "iend-before-idat": png.file(start, png.END, idat),
        "no-idat": png.file(start, png.END),
        "header-only": png.file(start),
        "chunk-longer-than-the-file": png.file(
            start, png.chunk(b"tEXt", text, length=100_000), idat, png.END
        ),
        "chunk-length-2-to-32-less-1": png.file(
            start, png.chunk(b"tEXt", text, length=2**32 - 1), idat, png.END
        ),
        "idat-longer-than-the-file": png.file(
            start, png.chunk(b"IDAT", body, length=len(body) + 500), png.END
        ),
        "idat-length-short-by-9": png.file(start, png.chunk(b"IDAT", body, length=len(body) - 9), png.END),
        "chunk-name-not-letters": png.file(start, png.chunk(b"\x01\xff 9", b"x"), idat, png.END),
        "chunk-name-not-letters-after-idat": png.file(start, idat, png.chunk(b"\x01\xff 9", b"x"), png.END),
        "zeros-between-chunks": png.file(start, b"\0" * 16, idat, png.END),
        "leading-junk": b"junk" + whole,
        "leading-newline": b"\n" + whole,
        "signature-through-crlf-conversion": whole.replace(b"\r\n", b"\n", 1),
        "signature-high-bit-cleared": b"\x09" + whole[1:],
        "signature-of-mng": b"\x8aMNG\r\n\x1a\n" + whole[8:],
        "signature-of-jng": b"\x8bJNG\r\n\x1a\n" + whole[8:],
    }
    for name, data in files.items():
        corpus.corrupt(f"png/{name}.png", data)


def chunk_order(corpus: Collection) -> None:
    start, _, body = parts()
    idat, text = png.chunk(b"IDAT", body), png.chunk(b"tEXt", b"Title\0something")
    halves = png.chunk(b"IDAT", body[:900]), png.chunk(b"IDAT", body[900:])
    other = png.chunk(b"IHDR", png.header(33, 59, 8, png.GRAY))
    files = {
        "two-ihdr-alike": png.file(start, start, idat, png.END),
        "two-ihdr-unlike": png.file(start, other, idat, png.END),
        "ihdr-not-first": png.file(text, start, idat, png.END),
        "ihdr-missing": png.file(idat, png.END),
        "ihdr-after-idat": png.file(idat, start, png.END),
        "text-between-idats": png.file(start, halves[0], text, halves[1], png.END),
        "idats-in-wrong-order": png.file(start, halves[1], halves[0], png.END),
        "unknown-critical": png.file(start, png.chunk(b"TEST", b"anything"), idat, png.END),
        "unknown-critical-after-idat": png.file(start, idat, png.chunk(b"TEST", b"anything"), png.END),
        "apple-cgbi": png.file(
            png.chunk(b"CgBI", b"\x50\0\x20\x02"), start, png.chunk(b"IDAT", body[2:-4]), png.END
        ),
        "two-images": png.file(start, idat, start, idat, png.END),
    }
    for name, data in files.items():
        corpus.corrupt(f"png/{name}.png", data)


def palettes(corpus: Collection) -> None:
    colours = scene.palette(256).tobytes()
    plte = lambda data: png.chunk(b"PLTE", data)

    def indexed(before: bytes, depth: int = 8, after: bytes = b"") -> bytes:
        pixels = scene.indices(WIDTH, HEIGHT, 2**depth)[..., None]
        return png.png(pixels, depth, png.INDEXED, before=before, after=after)

    trns = png.chunk(b"tRNS", bytes(range(0, 250, 10)))
    files = {
        "palette-fewer-entries-than-used": indexed(plte(colours[: 3 * 100])),
        "palette-fewer-entries-than-used-trns": indexed(plte(colours[: 3 * 100]) + trns),
        "palette-fewer-entries-than-used-4bit": indexed(plte(colours[: 3 * 5]), 4),
        "palette-fewer-entries-than-used-2bit": indexed(plte(colours[: 3 * 2]), 2),
        "palette-one-entry-1bit": indexed(plte(colours[:3]), 1),
        "palette-missing": indexed(b""),
        "palette-empty": indexed(plte(b"")),
        "palette-after-idat": indexed(b"", after=plte(colours)),
        "palette-257-entries": indexed(plte(colours + b"\1\2\3")),
        "palette-17-entries-for-4bit": indexed(plte(colours[:51]), 4),
        "palette-length-not-of-threes": indexed(plte(colours[:-1])),
        "palette-twice": indexed(plte(colours) + plte(colours[::-1])),
        "palette-trns-first": indexed(trns + plte(colours)),
        "palette-trns-longer-than-palette": indexed(
            plte(colours[: 3 * 16]) + png.chunk(b"tRNS", bytes(range(40))), 4
        ),
        "palette-trns-empty": indexed(plte(colours) + png.chunk(b"tRNS")),
        "palette-in-gray": png.png(scene.samples(WIDTH, HEIGHT, 1), 8, png.GRAY, before=plte(colours)),
        "trns-in-rgba": png.png(
            scene.samples(WIDTH, HEIGHT, 4), 8, png.RGBA, before=png.chunk(b"tRNS", b"\0\1" * 3)
        ),
        "trns-short-in-rgb": png.png(
            scene.samples(WIDTH, HEIGHT, 3), 8, png.RGB, before=png.chunk(b"tRNS", b"\0\1\0")
        ),
        "trns-empty-in-gray": png.png(
            scene.samples(WIDTH, HEIGHT, 1), 8, png.GRAY, before=png.chunk(b"tRNS")
        ),
    }
    for name, data in files.items():
        corpus.corrupt(f"png/{name}.png", data)


def compressed_data(corpus: Collection) -> None:
    start, raw, body = parts()
    row = 1 + 3 * WIDTH
    flipped = bytearray(body)
    flipped[len(body) // 2] ^= 0x55
    dictionary = zlib.compressobj(zdict=b"preset")
    bad_filter = bytearray(raw)
    bad_filter[20 * row] = 5
    worse_filter = bytearray(raw)
    worse_filter[0] = 255
    tall = np.concatenate([scene.samples(WIDTH, HEIGHT, 3)] * 2)
    streams = {
        "short-by-ten-rows": zlib.compress(raw[: -10 * row]),
        "short-by-one-byte": zlib.compress(raw[:-1]),
        "long-by-one-byte": zlib.compress(raw + b"\0"),
        "long-by-a-picture": zlib.compress(png.scanlines(tall, 8)),
        "wrong-adler": body[:-4] + b"\1\2\3\4",
        "no-adler": body[:-4],
        "cut-by-ten": body[:-10],
        "cut-in-half": body[: len(body) // 2],
        "trailing-bytes": body + b"trailing",
        "bad-first-byte": b"\x79" + body[1:],
        "bad-check-bits": body[:1] + b"\x9d" + body[2:],
        "window-too-large": b"\x88\x1c" + body[2:],
        "no-zlib-header": body[2:-4],
        "gzip": b"\x1f\x8b" + body,
        "preset-dictionary": dictionary.compress(raw) + dictionary.flush(),
        "byte-flipped": bytes(flipped),
        "bad-block-type": body[:2] + b"\x07" + body[3:],
        "all-zero": b"\0" * 200,
        "all-ones": b"\xff" * 200,
        "filter-5": zlib.compress(bytes(bad_filter)),
        "filter-255": zlib.compress(bytes(worse_filter)),
        "empty": b"",
        "one-byte": body[:1],
    }
    for name, stream in streams.items():
        corpus.corrupt(f"png/zlib-{name}.png", png.file(start, png.chunk(b"IDAT", stream), png.END))
    interlaced = png.chunk(b"IHDR", png.header(WIDTH, HEIGHT, 8, png.RGB, interlace=1))
    passes = png.scanlines(scene.samples(WIDTH, HEIGHT, 3), 8, interlaced=True)
    for name, kept in (
        ("one-pass", 8 * (1 + 24)),
        ("half", len(passes) // 2),
        ("all-but-one-byte", len(passes) - 1),
    ):
        stream = png.chunk(b"IDAT", zlib.compress(passes[:kept]))
        corpus.corrupt(f"png/zlib-interlaced-{name}.png", png.file(interlaced, stream, png.END))


def bombs(corpus: Collection) -> None:
    start, _, body = parts()
    idat = png.chunk(b"IDAT", body)
    text = zlib.compress(b"A" * 100_000_000, 9)
    corpus.corrupt(
        "png/bomb-ztxt-100-megabytes.png",
        png.file(start, png.chunk(b"zTXt", b"Comment\0\0" + text), idat, png.END),
    )
    corpus.corrupt(
        "png/bomb-itxt-100-megabytes.png",
        png.file(start, png.chunk(b"iTXt", b"Comment\0\1\0\0\0" + text), idat, png.END),
    )
    corpus.corrupt(
        "png/bomb-ztxt-after-idat.png",
        png.file(start, idat, png.chunk(b"zTXt", b"Comment\0\0" + text), png.END),
    )
    for width, height in ((30000, 30000), (14000, 14000), (10000, 10000), (1, 179_000_001)):
        packed = zlib.compressobj(9)
        rows = b"\0" * (1 + (width + 7) // 8)
        stream = b"".join(packed.compress(rows * 1000) for _ in range(height // 1000))
        stream += packed.compress(rows * (height % 1000)) + packed.flush()
        begin = png.chunk(b"IHDR", png.header(width, height, 1, png.GRAY))
        corpus.corrupt(f"png/bomb-{width}x{height}.png", png.file(begin, png.chunk(b"IDAT", stream), png.END))
    claim = png.chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 16, png.RGBA, 0, 0, 0))
    corpus.corrupt("png/bomb-60000x60000-claimed.png", png.file(claim, idat, png.END))
