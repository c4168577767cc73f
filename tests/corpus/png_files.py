"""The png/ folder's pictures: every colour type and depth, transparency, filters, IDAT splits, APNG."""

import struct
import zlib

import numpy as np

import png_writer as png
import scene
from collection import Collection

KINDS = {
    "gray": (png.GRAY, (1, 2, 4, 8, 16)),
    "rgb": (png.RGB, (8, 16)),
    "palette": (png.INDEXED, (1, 2, 4, 8)),
    "gray-alpha": (png.GRAY_ALPHA, (8, 16)),
    "rgba": (png.RGBA, (8, 16)),
}


def write(corpus: Collection) -> None:
    colour_types(corpus)
    sizes(corpus)
    transparency(corpus)
    filters(corpus)
    data_chunks(corpus)
    animations(corpus)


def pixels_for(colour: int, depth: int, width: int, height: int, seed: str = "") -> np.ndarray:
    if colour == png.INDEXED:
        return scene.indices(width, height, 2**depth, seed)[..., None]
    return scene.samples(width, height, png.CHANNELS[colour], depth, seed)


def palette_chunk(colours: int) -> bytes:
    return png.chunk(b"PLTE", scene.palette(colours).tobytes())


def colour_types(corpus: Collection) -> None:
    for name, (colour, depths) in KINDS.items():
        for depth in depths:
            before = palette_chunk(2**depth) if colour == png.INDEXED else b""
            for interlaced in (False, True):
                path = f"png/{name}-{depth}bit{'-interlaced' if interlaced else ''}.png"
                pixels = pixels_for(colour, depth, *scene.size_for(path))
                corpus.good(path, png.png(pixels, depth, colour, interlaced=interlaced, before=before))


def sizes(corpus: Collection) -> None:
    for width, height in ((1, 1), (1, 61), (97, 1), (2, 2), (3, 5), (5, 1), (1, 5), (8, 8), (9, 9)):
        for interlaced in (False, True):
            end = "-interlaced" if interlaced else ""
            rgb = scene.samples(width, height, 3)
            corpus.good(f"png/rgb-{width}x{height}{end}.png", png.png(rgb, 8, png.RGB, interlaced=interlaced))
            bilevel = scene.samples(width, height, 1, 1)
            corpus.good(
                f"png/gray-1bit-{width}x{height}{end}.png",
                png.png(bilevel, 1, png.GRAY, interlaced=interlaced),
            )


def transparency(corpus: Collection) -> None:
    for depth in (1, 2, 4, 8, 16):
        for interlaced in (False, True) if depth in (1, 16) else (False,):
            path = f"png/gray-{depth}bit-trns{'-interlaced' if interlaced else ''}.png"
            pixels = pixels_for(png.GRAY, depth, *scene.size_for(path))
            clear = int(pixels[len(pixels) // 2, 3, 0])
            trns = png.chunk(b"tRNS", struct.pack(">H", clear))
            corpus.good(path, png.png(pixels, depth, png.GRAY, interlaced=interlaced, before=trns))
    for depth in (8, 16):
        pixels = pixels_for(png.RGB, depth, 61, 47)
        pixels[10:20, 5:40] = pixels[4, 4]
        trns = png.chunk(b"tRNS", struct.pack(">3H", *pixels[4, 4]))
        corpus.good(f"png/rgb-{depth}bit-trns.png", png.png(pixels, depth, png.RGB, before=trns))
    for depth in (1, 2, 4, 8):
        pixels = pixels_for(png.INDEXED, depth, 61, 47)
        plte = palette_chunk(2**depth)
        kinds = {
            "trns": bytes((i * 37 + 11) % 256 for i in range(2**depth)),
            "trns-one-clear": b"\xff" * (2**depth - 1) + b"\0",
            "trns-short": b"\0",
        }
        for name, alpha in kinds.items():
            trns = png.chunk(b"tRNS", alpha)
            corpus.good(
                f"png/palette-{depth}bit-{name}.png", png.png(pixels, depth, png.INDEXED, before=plte + trns)
            )
    # 8-bit gray whose tRNS names a value above 255: only its low byte could ever match.
    gray = pixels_for(png.GRAY, 8, 53, 35)
    corpus.corrupt(
        "png/gray-8bit-trns-above-255.png", png.png(gray, 8, png.GRAY, before=png.chunk(b"tRNS", b"\x01\x40"))
    )


def filters(corpus: Collection) -> None:
    names = ("none", "sub", "up", "average", "paeth")
    for kind, name in enumerate(names):
        corpus.good(
            f"png/rgb-filter-{name}.png", png.png(scene.samples(53, 35, 3), 8, png.RGB, filters=(kind,))
        )
        wide = scene.samples(61, 47, 4, 16)
        corpus.good(f"png/rgba-16bit-filter-{name}.png", png.png(wide, 16, png.RGBA, filters=(kind,)))
        narrow = scene.samples(61, 47, 1, 2)
        corpus.good(
            f"png/gray-2bit-filter-{name}-interlaced.png",
            png.png(narrow, 2, png.GRAY, filters=(kind,), interlaced=True),
        )


def data_chunks(corpus: Collection) -> None:
    picture = scene.samples(61, 47, 3)
    start = png.chunk(b"IHDR", png.header(61, 47, 8, png.RGB))
    raw = png.scanlines(picture, 8)
    body = zlib.compress(raw)
    idat = lambda data: png.chunk(b"IDAT", data)
    empty = idat(b"")
    bytewise = b"".join(idat(body[i : i + 1]) for i in range(len(body)))
    corpus.good("png/idat-of-one-byte-each.png", png.file(start, bytewise, png.END))
    corpus.good(
        "png/idat-of-seven-bytes-each.png",
        png.file(start, *(idat(body[i : i + 7]) for i in range(0, len(body), 7)), png.END),
    )
    corpus.good("png/idat-empty-first.png", png.file(start, empty, empty, idat(body), png.END))
    corpus.good("png/idat-empty-last.png", png.file(start, idat(body), empty, empty, png.END))
    corpus.good(
        "png/idat-empty-between.png", png.file(start, idat(body[:100]), empty * 5, idat(body[100:]), png.END)
    )
    corpus.good("png/zlib-stored.png", png.file(start, idat(zlib.compress(raw, 0)), png.END))
    fixed = zlib.compressobj(9, zlib.DEFLATED, 9, 9, zlib.Z_FIXED)
    corpus.good(
        "png/zlib-small-window-fixed-codes.png",
        png.file(start, idat(fixed.compress(raw) + fixed.flush()), png.END),
    )


def animations(corpus: Collection) -> None:
    width, height = 48, 32
    start = png.chunk(b"IHDR", png.header(width, height, 8, png.RGBA))
    frames = [zlib.compress(png.scanlines(scene.samples(width, height, 4, seed=str(i)), 8)) for i in range(3)]
    small = zlib.compress(png.scanlines(scene.samples(20, 10, 4, seed="small"), 8))
    actl = lambda count: png.chunk(b"acTL", struct.pack(">II", count, 0))
    idat = png.chunk(b"IDAT", frames[0])

    def control(number: int, box=(width, height, 0, 0), dispose: int = 0, blend: int = 0) -> bytes:
        return png.chunk(b"fcTL", struct.pack(">5IHHBB", number, *box, 1, 10, dispose, blend))

    def later(number: int, data: bytes) -> bytes:
        return png.chunk(b"fdAT", struct.pack(">I", number) + data)

    second = control(1) + later(2, frames[1])
    third = control(3, (20, 10, 7, 5), 1, 1) + later(4, small)
    corpus.good("png/apng.png", png.file(start, actl(3), control(0), idat, second, third, png.END))
    corpus.good(
        "png/apng-background-disposal.png",
        png.file(start, actl(2), control(0, dispose=1), idat, second, png.END),
    )
    corpus.good(
        "png/apng-previous-disposal-over.png",
        png.file(start, actl(2), control(0, dispose=2, blend=1), idat, second, png.END),
    )
    corpus.good(
        "png/apng-default-image-not-animated.png",
        png.file(
            start, actl(2), idat, control(0) + later(1, frames[1]), control(2) + later(3, frames[2]), png.END
        ),
    )
    corpus.good("png/apng-one-frame.png", png.file(start, actl(1), control(0), idat, png.END))
    corpus.corrupt("png/apng-no-idat.png", png.file(start, actl(1), control(0), later(1, frames[0]), png.END))
    corpus.corrupt("png/apng-zero-frames.png", png.file(start, actl(0), idat, png.END))
    corpus.corrupt(
        "png/apng-more-frames-than-there-are.png", png.file(start, actl(9), control(0), idat, second, png.END)
    )
    corpus.corrupt(
        "png/apng-first-frame-smaller.png",
        png.file(start, actl(2), control(0, (20, 10, 3, 4)), png.chunk(b"IDAT", small), second, png.END),
    )
    corpus.corrupt(
        "png/apng-frame-outside.png",
        png.file(start, actl(2), control(0), idat, control(1, (20, 10, 40, 30)), later(2, small), png.END),
    )
    corpus.corrupt(
        "png/apng-out-of-sequence.png",
        png.file(start, actl(2), control(0), idat, control(5), later(2, frames[1]), png.END),
    )
    corpus.corrupt(
        "png/apng-sequence-number-cut.png",
        png.file(start, actl(2), control(0), idat, control(1), png.chunk(b"fdAT", b"\0\0"), png.END),
    )
    corpus.corrupt("png/apng-actl-after-idat.png", png.file(start, idat, actl(1), control(0), png.END))
