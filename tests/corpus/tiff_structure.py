"""The tiff/ folder's orientations, pages, directories, BigTIFF, and tags written in other ways."""

import exif_block
import scene
import tiff_pages as tp
import tiff_writer as tw
from collection import Collection
from tiff_files import ORDERS


def write(corpus: Collection) -> None:
    orientations(corpus)
    structures(corpus)


def orientations(corpus: Collection) -> None:
    rgb = scene.samples(48, 32, 3)
    for value in range(1, 9):
        tag = {tw.ORIENTATION: (tw.SHORT, [value])}
        for end, order in ORDERS.items():
            page = tp.page(rgb, tp.RGB, order=order, tags=tag)
            corpus.good(f"tiff/orientation-{value}{end}.tif", tw.tiff(page, order=order))
        corpus.good(
            f"tiff/orientation-{value}-lzw.tif", tw.tiff(tp.page(rgb, tp.RGB, compression=tp.LZW, tags=tag))
        )
        page = tp.page(rgb, tp.RGB, compression=tp.DEFLATE, tile=(16, 16), tags=tag)
        corpus.good(f"tiff/orientation-{value}-tiles.tif", tw.tiff(page))
        corpus.good(
            f"tiff/orientation-{value}-bigtiff.tif", tw.tiff(tp.page(rgb, tp.RGB, tags=tag), big=True)
        )
        bilevel = tp.page(
            scene.samples(61, 47, 1, 1),
            tp.WHITE_IS_ZERO,
            bits=1,
            compression=tp.GROUP4,
            rows_per_strip=47,
            tags=tag,
        )
        corpus.good(f"tiff/orientation-{value}-group4.tif", tw.tiff(bilevel))
        packet = {tw.XMP: (tw.BYTE, list(exif_block.xmp(value)))}
        corpus.good(f"tiff/xmp-orientation-{value}.tif", tw.tiff(tp.page(rgb, tp.RGB, tags=packet)))
    both = {tw.ORIENTATION: (tw.SHORT, [6]), tw.XMP: (tw.BYTE, list(exif_block.xmp(3)))}
    corpus.good("tiff/orientation-6-and-xmp-3.tif", tw.tiff(tp.page(rgb, tp.RGB, tags=both)))
    odd = {
        "0": (tw.SHORT, [0]),
        "9": (tw.SHORT, [9]),
        "65535": (tw.SHORT, [65535]),
        "as-long": (tw.LONG, [6]),
        "as-byte": (tw.BYTE, [6]),
        "as-two": (tw.SHORT, [6, 3]),
        "as-none": tw.Raw(tw.SHORT, 0, b"\6\0"),
        "as-ascii": (tw.ASCII, list(b"6\0")),
        "as-rational": (tw.RATIONAL, [(6, 1)]),
        "as-double": (tw.DOUBLE, [6.0]),
        "as-signed": (tw.SSHORT, [-6]),
        "of-unknown-type": tw.Raw(77, 1, b"\6\0\0\0"),
    }
    for name, value in odd.items():
        corpus.corrupt(
            f"tiff/orientation-{name}.tif", tw.tiff(tp.page(rgb, tp.RGB, tags={tw.ORIENTATION: value}))
        )


def structures(corpus: Collection) -> None:
    first = tp.page(scene.samples(61, 47, 3), tp.RGB)
    second = tp.page(scene.samples(33, 25, 1), tp.BLACK_IS_ZERO)
    third = tp.page(
        scene.samples(48, 32, 1, 1), tp.WHITE_IS_ZERO, bits=1, compression=tp.GROUP4, rows_per_strip=32
    )
    for end, order in ORDERS.items():
        swapped = tp.page(scene.samples(61, 47, 3, 16), tp.RGB, bits=16, order=order)
        tiles = tp.page(scene.samples(61, 47, 3), tp.RGB, order=order, tile=(16, 16), compression=tp.LZW)
        # Pillow looks for a BigTIFF's 43 where only little-endian files have it.
        keep = corpus.good if order == "<" else corpus.unread
        keep(f"tiff/bigtiff-rgb-16bit{end}.tif", tw.tiff(swapped, order=order, big=True))
        keep(f"tiff/bigtiff-tiles{end}.tif", tw.tiff(tiles, order=order, big=True))
    corpus.good("tiff/bigtiff-two-pages.tif", tw.tiff(first, second, big=True))
    corpus.good("tiff/pages-rgb-gray-bilevel.tif", tw.tiff(first, second, third))
    corpus.good("tiff/pages-bilevel-rgb.tif", tw.tiff(third, first))
    corpus.good("tiff/pages-thumbnail-first.tif", tw.tiff(second.having(subfile_type=(tw.LONG, [1])), first))
    parent = tw.Page(first.tags, first.blocks, children=[second, third])
    corpus.good("tiff/sub-ifds.tif", tw.tiff(parent))
    corpus.good("tiff/icc.tif", tw.tiff(first.having(icc=(tw.UNDEFINED, list(exif_block.icc_profile())))))
    corpus.good("tiff/icc-garbage.tif", tw.tiff(first.having(icc=(tw.UNDEFINED, list(b"garbage!")))))
    corpus.good(
        "tiff/private-tags.tif",
        tw.tiff(
            tw.Page(
                first.tags | {65000: (tw.ASCII, list(b"private\0")), 65001: (tw.DOUBLE, [1.5, 2.5])},
                first.blocks,
            )
        ),
    )
    named = first.tags | {
        305: (tw.ASCII, list(b"a program\0")),
        282: (tw.RATIONAL, [(300, 1)]),
        283: (tw.RATIONAL, [(0, 0)]),
        296: (tw.SHORT, [2]),
        306: (tw.ASCII, list(b"2026:01:01 00:00:00\0")),
    }
    corpus.good("tiff/resolution-and-text.tif", tw.tiff(tw.Page(named, first.blocks)))
    corpus.good(
        "tiff/types-short-for-long.tif",
        tw.tiff(
            first.having(width=(tw.SHORT, [61]), height=(tw.SHORT, [47]), rows_per_strip=(tw.SHORT, [16]))
        ),
    )
    four = tp.page(scene.samples(61, 47, 4), tp.RGB, extra=(2,))
    corpus.good("tiff/rgb-bits-as-one-value.tif", tw.tiff(first.having(bits=(tw.SHORT, [8]))))
    corpus.good("tiff/rgba-bits-as-one-value.tif", tw.tiff(four.having(bits=(tw.SHORT, [8]))))
    corpus.good("tiff/rgb-bits-missing-of-a-bilevel.tif", tw.tiff(third.having(bits=None, samples=None)))
    corpus.good(
        "tiff/rgb-sample-format-as-one-value.tif", tw.tiff(first.having(sample_format=(tw.SHORT, [1])))
    )
    corpus.unread(
        "tiff/rgb-sample-format-void.tif", tw.tiff(first.having(sample_format=(tw.SHORT, [4, 4, 4])))
    )
