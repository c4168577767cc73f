"""The tiff/ folder's damaged files: headers, directories, tags that lie, strips that are not there, bombs."""

import struct

import scene
import tiff_pages as tp
import tiff_writer as tw
from collection import Collection

WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    headers(corpus)
    directories(corpus)
    lying_tags(corpus)
    blocks(corpus)
    page_chains(corpus)
    bombs(corpus)


def rgb(**options) -> tw.Page:
    return tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, **options)


def headers(corpus: Collection) -> None:
    little, big, bigtiff = tw.tiff(rgb()), tw.tiff(rgb(), order=">"), tw.tiff(rgb(), big=True)
    files = {
        "magic-swapped-ii": b"II\0\x2a" + little[4:],
        "magic-swapped-mm": b"MM\x2a\0" + big[4:],
        "magic-43-on-classic": b"II\x2b\0" + little[4:],
        "magic-42-on-bigtiff": b"II\x2a\0" + bigtiff[4:],
        "magic-44": b"II\x2c\0" + little[4:],
        "byte-order-wrong": b"MM\0\x2a" + little[4:],
        "byte-order-im": b"IM\x2a\0" + little[4:],
        "bigtiff-offset-size-4": bigtiff[:4] + b"\4\0" + bigtiff[6:],
        "bigtiff-reserved-not-0": bigtiff[:6] + b"\1\0" + bigtiff[8:],
        "bigtiff-offset-beyond-the-end": bigtiff[:8] + b"\xff" * 8 + bigtiff[16:],
        "first-offset-0": little[:4] + bytes(4) + little[8:],
        "first-offset-4": little[:4] + b"\4\0\0\0" + little[8:],
        "first-offset-past-the-end": little[:4] + struct.pack("<I", len(little) + 9) + little[8:],
        "first-offset-2-to-32-less-1": little[:4] + b"\xff" * 4 + little[8:],
        "header-only": little[:8],
        "trailing-garbage": little + b"garbage" * 30,
        "leading-junk": b"junk" + little,
        "next-offset-missing": little[:-4],
        "no-entries": b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0",
        "no-entries-then-a-page": b"II\x2a\0\x08\0\0\0\0\0\x0e\0\0\0" + bytes(40),
        "65535-entries": little[:4] + struct.pack("<I", len(little)) + little[8:] + b"\xff\xff" + b"\0" * 12,
    }
    for name, data in files.items():
        corpus.corrupt(f"tiff/{name}.tif", data)


def directories(corpus: Collection) -> None:
    page = rgb()
    for name in (
        "width",
        "height",
        "bits",
        "compression",
        "photometric",
        "strip_offsets",
        "samples",
        "strip_counts",
        "planar",
    ):
        corpus.corrupt(f"tiff/missing-{name.replace('_', '-')}.tif", tw.tiff(page.having(**{name: None})))
    packed = rgb(compression=tp.LZW)
    for name in ("strip_offsets", "strip_counts", "rows_per_strip"):
        corpus.corrupt(
            f"tiff/missing-{name.replace('_', '-')}-lzw.tif", tw.tiff(packed.having(**{name: None}))
        )
    one = rgb(rows_per_strip=HEIGHT)
    corpus.corrupt("tiff/missing-strip-counts-one-strip.tif", tw.tiff(one.having(strip_counts=None)))
    corpus.corrupt(
        "tiff/missing-strip-counts-and-rows-per-strip.tif",
        tw.tiff(one.having(strip_counts=None, rows_per_strip=None)),
    )
    tiles = rgb(tile=(16, 16))
    for name in ("tile_width", "tile_height", "tile_offsets", "tile_counts"):
        corpus.corrupt(f"tiff/missing-{name.replace('_', '-')}.tif", tw.tiff(tiles.having(**{name: None})))
    indexed = tp.page(scene.indices(WIDTH, HEIGHT, 256)[..., None], tp.PALETTE)
    corpus.corrupt("tiff/missing-colour-map.tif", tw.tiff(indexed))
    short = tw.colour_map(scene.palette(100))
    corpus.corrupt("tiff/colour-map-of-100-for-8-bits.tif", tw.tiff(indexed.having(colour_map=short)))
    corpus.corrupt(
        "tiff/colour-map-of-bytes.tif",
        tw.tiff(indexed.having(colour_map=(tw.BYTE, scene.palette(256).T.reshape(-1).tolist()))),
    )
    odd_map = (tw.SHORT, [v * 99 for v in range(100)])
    corpus.corrupt("tiff/colour-map-of-100-numbers.tif", tw.tiff(indexed.having(colour_map=odd_map)))
    counts = {"0": 0, "2": 2, "1000": 1000, "2-to-31": 2**31, "2-to-32-less-1": 2**32 - 1}
    for tag, number in (
        ("bits", tw.BITS),
        ("strip_offsets", tw.STRIP_OFFSETS),
        ("width", tw.WIDTH),
        ("icc", tw.ICC),
        ("private", 65000),
    ):
        for name, count in counts.items():
            entry = tw.Raw(tw.SHORT, count, b"\x08\0\0\0")
            damaged = tw.Page(page.tags | {number: entry}, page.blocks)
            corpus.corrupt(f"tiff/count-of-{tag.replace('_', '-')}-{name}.tif", tw.tiff(damaged))
    corpus.corrupt("tiff/entries-out-of-order.tif", reversed_entries(tw.tiff(page)))
    twice = doubled_entry(tw.tiff(page), tw.WIDTH, 33)
    corpus.corrupt("tiff/width-given-twice.tif", twice)
    for kind in (0, 13, 16, 99):
        corpus.corrupt(
            f"tiff/width-of-type-{kind}.tif", tw.tiff(page.having(width=tw.Raw(kind, 1, b"\x3d\0\0\0")))
        )
    corpus.corrupt("tiff/width-as-float.tif", tw.tiff(page.having(width=(tw.FLOAT, [61.0]))))
    corpus.corrupt("tiff/width-as-rational.tif", tw.tiff(page.having(width=(tw.RATIONAL, [(61, 1)]))))
    corpus.corrupt("tiff/photometric-as-text.tif", tw.tiff(page.having(photometric=(tw.ASCII, list(b"2\0")))))


def entries(data: bytes) -> tuple[int, list[bytes]]:
    """Where a little-endian classic file's first directory is, and its entries."""
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    return at, [data[at + 2 + 12 * i : at + 14 + 12 * i] for i in range(count)]


def reversed_entries(data: bytes) -> bytes:
    at, found = entries(data)
    return data[: at + 2] + b"".join(reversed(found)) + data[at + 2 + 12 * len(found) :]


def doubled_entry(data: bytes, tag: int, value: int) -> bytes:
    """The last directory with one more entry for a tag after the one it has."""
    at, found = entries(data)
    where = next(i for i, entry in enumerate(found) if int.from_bytes(entry[:2], "little") == tag)
    found.insert(where + 1, struct.pack("<HHII", tag, tw.LONG, 1, value))
    return data[:at] + struct.pack("<H", len(found)) + b"".join(found) + bytes(4)


def lying_tags(corpus: Collection) -> None:
    page = rgb()
    long, short = lambda *v: (tw.LONG, list(v)), lambda *v: (tw.SHORT, list(v))
    changes = {
        "width-0": {"width": long(0)},
        "height-0": {"height": long(0)},
        "width-negative": {"width": (tw.SLONG, [-61])},
        "width-2-to-31": {"width": long(2**31)},
        "wider-than-its-data": {"width": long(90)},
        "narrower-than-its-data": {"width": long(40)},
        "taller-than-its-data": {"height": long(90)},
        "shorter-than-its-data": {"height": long(20)},
        "samples-0": {"samples": short(0)},
        "samples-1-bits-of-three": {"samples": short(1)},
        "samples-4-bits-of-three": {"samples": short(4)},
        "samples-5-bits-of-three": {"samples": short(5)},
        "samples-65535": {"samples": short(65535)},
        "bits-8-8": {"bits": short(8, 8)},
        "bits-8-8-8-8": {"bits": short(8, 8, 8, 8)},
        "bits-5-6-5": {"bits": short(5, 6, 5)},
        "bits-0": {"bits": short(0, 0, 0)},
        "bits-16-16-16-of-8": {"bits": short(16, 16, 16)},
        "bits-65535": {"bits": short(65535)},
        "extra-samples-of-none": {"extra_samples": short(0)},
        "extra-samples-count-0": {"extra_samples": tw.Raw(tw.SHORT, 0, b"")},
        "photometric-7": {"photometric": short(7)},
        "photometric-32844-logl": {"photometric": short(32844)},
        "photometric-32803-cfa": {"photometric": short(32803)},
        "photometric-65535": {"photometric": short(65535)},
        "photometric-gray-of-rgb": {"photometric": short(1)},
        "photometric-palette-of-rgb": {"photometric": short(3)},
        "photometric-cmyk-of-rgb": {"photometric": short(5)},
        "photometric-cielab-of-rgb": {"photometric": short(8)},
        "photometric-ycbcr-of-rgb": {"photometric": short(6)},
        "planar-0": {"planar": short(0)},
        "planar-3": {"planar": short(3)},
        "planar-2-of-chunky": {"planar": short(2)},
        "fill-order-0": {"fill_order": short(0)},
        "fill-order-3": {"fill_order": short(3)},
        "sample-format-0": {"sample_format": short(0, 0, 0)},
        "sample-format-5": {"sample_format": short(5, 5, 5)},
        "sample-format-float-of-8-bits": {"sample_format": short(3, 3, 3)},
        "sample-format-mixed": {"sample_format": short(1, 2, 3)},
        "rows-per-strip-0": {"rows_per_strip": long(0)},
        "rows-per-strip-fewer-than-are": {"rows_per_strip": long(5)},
        "rows-per-strip-more-than-are": {"rows_per_strip": long(30)},
    }
    for name, tags in changes.items():
        corpus.corrupt(f"tiff/{name}.tif", tw.tiff(page.having(**tags)))
    for name in (
        "wider-than-its-data",
        "taller-than-its-data",
        "narrower-than-its-data",
        "shorter-than-its-data",
        "rows-per-strip-0",
        "rows-per-strip-fewer-than-are",
        "rows-per-strip-more-than-are",
        "planar-2-of-chunky",
    ):
        packed = rgb(compression=tp.DEFLATE).having(**changes[name])
        corpus.corrupt(f"tiff/{name}-deflate.tif", tw.tiff(packed))
    tiles = rgb(tile=(16, 16))
    for name, tags in {
        "tile-width-0": {"tile_width": long(0)},
        "tile-height-0": {"tile_height": long(0)},
        "tile-width-17": {"tile_width": long(17)},
        "tile-width-2-to-31": {"tile_width": long(2**31)},
        "tile-width-32-of-16": {"tile_width": long(32)},
    }.items():
        corpus.corrupt(f"tiff/{name}.tif", tw.tiff(tiles.having(**tags)))
        packed = rgb(tile=(16, 16), compression=tp.LZW).having(**tags)
        corpus.corrupt(f"tiff/{name}-lzw.tif", tw.tiff(packed))
    both = tw.Page(
        tiles.tags | {tw.STRIP_OFFSETS: long(8), tw.STRIP_COUNTS: long(99)}, tiles.blocks, tiled=True
    )
    corpus.corrupt("tiff/tiles-and-strips-both.tif", tw.tiff(both))


def blocks(corpus: Collection) -> None:
    for name, compression in (("", tp.NONE), ("-lzw", tp.LZW)):
        page = rgb(compression=compression)
        sizes = [len(block) for block in page.blocks]
        long = lambda *v: (tw.LONG, list(v))
        changes = {
            "strip-offsets-past-the-end": {"strip_offsets": long(*[10**6] * 3)},
            "strip-offsets-2-to-32-less-1": {"strip_offsets": long(*[2**32 - 1] * 3)},
            "strip-offsets-0": {"strip_offsets": long(0, 0, 0)},
            "last-strip-offset-past-the-end": {"strip_offsets": long(8, 8 + sizes[0], 10**6)},
            "strip-offsets-fewer-than-strips": {"strip_offsets": long(8, 8 + sizes[0])},
            "strip-offsets-more-than-strips": {"strip_offsets": long(8, 8, 8, 8, 8)},
            "strip-offsets-all-alike": {"strip_offsets": long(8, 8, 8)},
            "strip-counts-0": {"strip_counts": long(0, 0, 0)},
            "strip-counts-1": {"strip_counts": long(1, 1, 1)},
            "strip-counts-half": {"strip_counts": long(*(size // 2 for size in sizes))},
            "strip-counts-double": {"strip_counts": long(*(size * 2 for size in sizes))},
            "strip-counts-past-the-end": {"strip_counts": long(*[10**6] * 3)},
            "strip-counts-2-to-32-less-1": {"strip_counts": long(*[2**32 - 1] * 3)},
            "strip-counts-fewer-than-strips": {"strip_counts": long(*sizes[:1])},
            "strip-counts-as-shorts": {"strip_counts": (tw.SHORT, sizes)},
        }
        for kind, tags in changes.items():
            corpus.corrupt(f"tiff/{kind}{name}.tif", tw.tiff(page.having(**tags)))
        no_blocks = tw.Page(page.tags)
        corpus.corrupt(f"tiff/no-strips-at-all{name}.tif", tw.tiff(no_blocks))
        tiles = rgb(compression=compression, tile=(32, 32))
        fewer = tw.Page(tiles.tags, tiles.blocks[:2], tiled=True)
        corpus.corrupt(f"tiff/tiles-fewer-than-needed{name}.tif", tw.tiff(fewer))
        corpus.corrupt(
            f"tiff/tile-offsets-past-the-end{name}.tif",
            tw.tiff(tiles.having(tile_offsets=long(*[10**6] * 4))),
        )
        corpus.corrupt(f"tiff/tile-counts-0{name}.tif", tw.tiff(tiles.having(tile_counts=long(0, 0, 0, 0))))
        planar = rgb(compression=compression, planar=True)
        missing = tw.Page(planar.tags, planar.blocks[:-3])
        corpus.corrupt(f"tiff/planar-third-plane-missing{name}.tif", tw.tiff(missing))


def page_chains(corpus: Collection) -> None:
    first, second = rgb(), tp.page(scene.samples(33, 25, 1), tp.BLACK_IS_ZERO)
    corpus.corrupt("tiff/loop-of-one-page.tif", tw.Writer().file(first, loop=True))
    corpus.corrupt("tiff/loop-of-two-pages.tif", tw.Writer().file(first, second, loop=True))
    lost = tw.Writer()
    lost.file(first)
    lost.patch(lost.link, 10**7)
    corpus.corrupt("tiff/second-page-past-the-end.tif", bytes(lost.out))
    corpus.corrupt("tiff/second-page-width-0.tif", tw.tiff(first, second.having(width=(tw.LONG, [0]))))
    corpus.corrupt("tiff/first-page-width-0.tif", tw.tiff(second.having(width=(tw.LONG, [0])), first))
    corpus.corrupt("tiff/sub-ifd-past-the-end.tif", tw.tiff(first.having(sub_ifds=(tw.LONG, [10**7]))))
    corpus.corrupt("tiff/sub-ifd-cyclic.tif", tw.tiff(first.having(sub_ifds=(tw.LONG, [8]))))
    corpus.corrupt(
        "tiff/exif-ifd-past-the-end.tif",
        tw.tiff(tw.Page(first.tags | {34665: (tw.LONG, [10**7])}, first.blocks)),
    )


def bombs(corpus: Collection) -> None:
    long = lambda v: (tw.LONG, [v])
    for name, compression in (("raw", tp.NONE), ("lzw", tp.LZW), ("deflate", tp.DEFLATE)):
        page = rgb(compression=compression)
        for width, height in ((60000, 60000), (2**31 - 1, 2**31 - 1), (12000, 12000)):
            claim = page.having(width=long(width), height=long(height), rows_per_strip=long(height))
            corpus.corrupt(f"tiff/bomb-{width}x{height}-{name}.tif", tw.tiff(claim))
    white = tp.page(
        scene.samples(97, 61, 1, 1) * 0, tp.WHITE_IS_ZERO, bits=1, compression=tp.GROUP4, rows_per_strip=61
    )
    claim = white.having(width=long(30000), height=long(30000), rows_per_strip=long(30000))
    corpus.corrupt(
        "tiff/bomb-30000x30000-group4.tif", tw.tiff(tw.Page(claim.tags, [b"\xff" * 3750 + b"\0\x10\x01"]))
    )
