"""The tiff/ folder's compressions and predictors, whole and damaged: bytewise, fax, what libtiff writes."""

import io

import numpy as np
from PIL import features

import packing
import scene
import tiff_pages as tp
import tiff_writer as tw
from collection import Collection
from tiff_files import ORDERS

WIDTH, HEIGHT = 61, 47
BYTEWISE = {
    "lzw": tp.LZW,
    "deflate": tp.DEFLATE,
    "deflate-32946": tp.OLD_DEFLATE,
    "packbits": tp.PACKBITS,
    "lzma": tp.LZMA,
}


def write(corpus: Collection) -> None:
    bytewise(corpus)
    predictors(corpus)
    fax(corpus)
    pillow_made(corpus)
    unread(corpus)
    damaged_blocks(corpus)


def bytewise(corpus: Collection) -> None:
    for name, compression in BYTEWISE.items():
        for end, order in ORDERS.items():
            shared = {"compression": compression, "order": order}
            pages = {
                "gray-1bit": tp.page(scene.samples(WIDTH, HEIGHT, 1, 1), tp.BLACK_IS_ZERO, bits=1, **shared),
                "gray-4bit": tp.page(scene.samples(WIDTH, HEIGHT, 1, 4), tp.BLACK_IS_ZERO, bits=4, **shared),
                "gray-8bit": tp.page(scene.samples(WIDTH, HEIGHT, 1), tp.WHITE_IS_ZERO, **shared),
                "gray-16bit": tp.page(
                    scene.samples(WIDTH, HEIGHT, 1, 16), tp.BLACK_IS_ZERO, bits=16, **shared
                ),
                "rgb-8bit": tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, **shared),
                "rgb-16bit": tp.page(scene.samples(WIDTH, HEIGHT, 3, 16), tp.RGB, bits=16, **shared),
                "rgba-associated": tp.page(scene.samples(WIDTH, HEIGHT, 4), tp.RGB, extra=(1,), **shared),
                "cmyk": tp.page(scene.samples(WIDTH, HEIGHT, 4), tp.CMYK, **shared),
                "cielab": tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.CIELAB, **shared),
                "float32": tp.page(
                    (scene.unit(WIDTH, HEIGHT, 1) * 255).astype(np.float32),
                    tp.BLACK_IS_ZERO,
                    bits=32,
                    sample_format=tp.FLOAT,
                    **shared,
                ),
                "signed-16bit": tp.page(
                    scene.samples(WIDTH, HEIGHT, 1, 16) - 32768,
                    tp.BLACK_IS_ZERO,
                    bits=16,
                    sample_format=tp.SIGNED,
                    **shared,
                ),
                "palette": tp.page(
                    scene.indices(WIDTH, HEIGHT, 256)[..., None],
                    tp.PALETTE,
                    tags={tw.COLOUR_MAP: tw.colour_map(scene.palette(256))},
                    **shared,
                ),
            }
            for kind, page in pages.items():
                corpus.good(f"tiff/{name}-{kind}{end}.tif", tw.tiff(page, order=order))
        reversed_bits = tp.page(
            scene.samples(WIDTH, HEIGHT, 3), tp.RGB, compression=compression, fill_order=2
        )
        corpus.good(f"tiff/{name}-fill-order-2.tif", tw.tiff(reversed_bits))
    # The LZW of before TIFF 5, least significant bit first, which libtiff still reads.
    rgb = scene.samples(WIDTH, HEIGHT, 3)
    page = tp.page(rgb, tp.RGB)
    page.blocks = [packing.lzw(block, 8, lsb_first=True, early_change=False) for block in page.blocks]
    corpus.good("tiff/lzw-old-style.tif", tw.tiff(page.having(compression=(tw.SHORT, [tp.LZW]))))


def predictors(corpus: Collection) -> None:
    for name, compression in {"lzw": tp.LZW, "deflate": tp.DEFLATE}.items():
        for end, order in ORDERS.items():
            shared = {"compression": compression, "order": order, "predictor": 2}
            pages = {
                "gray-8bit": tp.page(scene.samples(WIDTH, HEIGHT, 1), tp.BLACK_IS_ZERO, **shared),
                "gray-16bit": tp.page(
                    scene.samples(WIDTH, HEIGHT, 1, 16), tp.BLACK_IS_ZERO, bits=16, **shared
                ),
                "gray-signed-32bit": tp.page(
                    scene.samples(WIDTH, HEIGHT, 1, 32) - 2**31,
                    tp.BLACK_IS_ZERO,
                    bits=32,
                    sample_format=tp.SIGNED,
                    **shared,
                ),
                "rgb-8bit": tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, **shared),
                "rgb-16bit": tp.page(scene.samples(WIDTH, HEIGHT, 3, 16), tp.RGB, bits=16, **shared),
                "rgba-8bit": tp.page(scene.samples(WIDTH, HEIGHT, 4), tp.RGB, extra=(2,), **shared),
                "rgb-8bit-planar": tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, planar=True, **shared),
                "rgb-8bit-tiles": tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, tile=(16, 16), **shared),
                "rgb-16bit-tiles-planar": tp.page(
                    scene.samples(WIDTH, HEIGHT, 3, 16), tp.RGB, bits=16, planar=True, tile=(32, 16), **shared
                ),
            }
            values = (scene.unit(WIDTH, HEIGHT, 1) * 300 - 20).astype(np.float32)
            shared = shared | {"predictor": 3, "bits": 32, "sample_format": tp.FLOAT}
            pages |= {
                "float32": tp.page(values, tp.BLACK_IS_ZERO, **shared),
                "float32-tiles": tp.page(values, tp.BLACK_IS_ZERO, tile=(16, 16), **shared),
            }
            for kind, page in pages.items():
                number = 3 if kind.startswith("float") else 2
                corpus.good(f"tiff/predictor-{number}-{name}-{kind}{end}.tif", tw.tiff(page, order=order))
    rgb = scene.samples(WIDTH, HEIGHT, 3)
    plain = tp.page(rgb, tp.RGB, compression=tp.LZW)
    corpus.good("tiff/predictor-1-said.tif", tw.tiff(plain.having(predictor=(tw.SHORT, [1]))))
    raw = tp.page(rgb, tp.RGB).having(predictor=(tw.SHORT, [2]))
    corpus.corrupt("tiff/predictor-2-said-of-uncompressed.tif", tw.tiff(raw))
    for number in (0, 3, 7):
        corpus.corrupt(
            f"tiff/predictor-{number}-said-of-8-bits.tif",
            tw.tiff(plain.having(predictor=(tw.SHORT, [number]))),
        )
    bilevel = tp.page(scene.samples(WIDTH, HEIGHT, 1, 1), tp.BLACK_IS_ZERO, bits=1, compression=tp.LZW)
    corpus.corrupt("tiff/predictor-2-said-of-1-bit.tif", tw.tiff(bilevel.having(predictor=(tw.SHORT, [2]))))


def fax(corpus: Collection) -> None:
    kinds = {
        "rle": (tp.RLE, None),
        "group3-1d": (tp.GROUP3, 0),
        "group3-2d": (tp.GROUP3, 1),
        "group3-fill-bits": (tp.GROUP3, 4),
        "group3-2d-fill-bits": (tp.GROUP3, 5),
        "group4": (tp.GROUP4, None),
    }
    pixels = scene.samples(97, 61, 1, 1)
    for name, (compression, options) in kinds.items():
        shared = {"bits": 1, "compression": compression, "t4_options": options}
        for photometric in (tp.WHITE_IS_ZERO, tp.BLACK_IS_ZERO):
            for fill in (1, 2):
                page = tp.page(pixels, photometric, rows_per_strip=61, fill_order=fill, **shared)
                end = ("" if photometric == tp.WHITE_IS_ZERO else "-black-is-zero") + (
                    "" if fill == 1 else "-fill-order-2"
                )
                corpus.good(f"tiff/{name}{end}.tif", tw.tiff(page))
        corpus.good(
            f"tiff/{name}-strips-of-7.tif",
            tw.tiff(tp.page(pixels, tp.WHITE_IS_ZERO, rows_per_strip=7, **shared)),
        )
        page = tp.page(pixels, tp.WHITE_IS_ZERO, order=">", rows_per_strip=61, **shared)
        corpus.good(f"tiff/{name}-big-endian.tif", tw.tiff(page, order=">"))
    for name in ("group3-1d", "group4"):
        page = tp.page(
            pixels,
            tp.WHITE_IS_ZERO,
            bits=1,
            compression=kinds[name][0],
            t4_options=kinds[name][1],
            tile=(32, 32),
        )
        corpus.good(f"tiff/{name}-tiles.tif", tw.tiff(page))
    page = tp.page(pixels, tp.WHITE_IS_ZERO, bits=1, compression=tp.GROUP3, t4_options=0, rows_per_strip=61)
    corpus.good("tiff/group3-options-missing.tif", tw.tiff(page.having(t4_options=None)))
    wrong = page.having(t4_options=(tw.LONG, [1]))
    corpus.corrupt("tiff/group3-1d-said-to-be-2d.tif", tw.tiff(wrong))
    page = tp.page(pixels, tp.WHITE_IS_ZERO, bits=1, compression=tp.GROUP4, rows_per_strip=61)
    block = page.blocks[0]
    at = len(block) // 2
    damaged = {
        "byte-flipped": block[:at] + bytes([block[at] ^ 0xFF]) + block[at + 1 :],
        "cut": block[:at],
        "zeros": bytes(50),
        "ones": b"\xff" * 50,
        "no-end-of-block": block[:-3],
    }
    for name, data in damaged.items():
        corpus.corrupt(f"tiff/group4-{name}.tif", tw.tiff(tw.Page(page.tags, [data])))
    for name, tag in {
        "width-off-by-8": {"width": (tw.LONG, [105])},
        "narrow": {"width": (tw.LONG, [50])},
        "said-to-be-group3": {"compression": (tw.SHORT, [tp.GROUP3])},
        "said-to-be-gray": {"bits": (tw.SHORT, [8])},
    }.items():
        corpus.corrupt(f"tiff/group4-{name}.tif", tw.tiff(page.having(**tag)))


def pillow_made(corpus: Collection) -> None:
    """Codecs that only libtiff is at hand to write."""
    if not features.check("libtiff"):
        corpus.leave_out("tiff/zstd-* and tiff/webp-*", "this Pillow has no libtiff")
        return
    modes = {"zstd": ("1", "L", "RGB", "RGBA", "CMYK", "P", "LA", "I;16", "F"), "webp": ("RGB", "RGBA")}
    for name, all_modes in modes.items():
        for mode in all_modes:
            path = f"tiff/{name}-{mode.lower().replace(';', '-')}.tif"
            image = (
                scene.image("L", WIDTH, HEIGHT).convert(mode)
                if mode in ("I;16", "F")
                else scene.image(mode, WIDTH, HEIGHT)
            )
            out = io.BytesIO()
            try:
                image.save(out, "TIFF", compression=name)
            except OSError as error:
                corpus.leave_out(path, f"this libtiff does not write it: {error}")
                continue
            corpus.good(path, out.getvalue())


def unread(corpus: Collection) -> None:
    """Compressions that libtiff has no decoder for, or that do not exist."""
    page = tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB)
    numbers = {
        "next": 32766,
        "rle-word-aligned": 32771,
        "thunderscan": 32809,
        "pixarlog": 32909,
        "jbig": 34661,
        "sgilog": 34676,
        "jpeg-2000": 34712,
        "lerc": 34887,
        "jpeg-xl": 50002,
        "9": 9,
        "0": 0,
        "12345": 12345,
        "65535": 65535,
    }
    for name, number in numbers.items():
        corpus.corrupt(
            f"tiff/compression-said-to-be-{name}.tif", tw.tiff(page.having(compression=(tw.SHORT, [number])))
        )
    for name, number in BYTEWISE.items():
        corpus.corrupt(
            f"tiff/uncompressed-said-to-be-{name}.tif", tw.tiff(page.having(compression=(tw.SHORT, [number])))
        )
    packed = tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.RGB, compression=tp.LZW)
    corpus.corrupt(
        "tiff/lzw-said-to-be-uncompressed.tif", tw.tiff(packed.having(compression=(tw.SHORT, [1])))
    )
    corpus.corrupt("tiff/compression-missing.tif", tw.tiff(page.having(compression=None)))


def damaged_blocks(corpus: Collection) -> None:
    for name, compression in (
        ("lzw", tp.LZW),
        ("deflate", tp.DEFLATE),
        ("packbits", tp.PACKBITS),
        ("lzma", tp.LZMA),
    ):
        page = tp.page(
            scene.samples(WIDTH, HEIGHT, 3), tp.RGB, compression=compression, rows_per_strip=HEIGHT
        )
        block = page.blocks[0]
        half = len(block) // 2
        damaged = {
            "byte-flipped": block[:half] + bytes([block[half] ^ 0x5A]) + block[half + 1 :],
            "cut-in-half": block[:half],
            "cut-by-4": block[:-4],
            "all-zero": bytes(len(block)),
            "all-ones": b"\xff" * len(block),
            "20-bytes-missing": block[:half] + block[half + 20 :],
            "trailing": block + b"trailing bytes",
            "one-byte": block[:1],
        }
        for kind, data in damaged.items():
            corpus.corrupt(f"tiff/{name}-data-{kind}.tif", tw.tiff(tw.Page(page.tags, [data])))
        short = tp.compress(scene.samples(WIDTH, 40, 3).astype("u1").tobytes(), compression, WIDTH * 3, WIDTH)
        corpus.corrupt(f"tiff/{name}-data-of-40-rows.tif", tw.tiff(tw.Page(page.tags, [short])))
        long = tp.compress(scene.samples(WIDTH, 60, 3).astype("u1").tobytes(), compression, WIDTH * 3, WIDTH)
        corpus.corrupt(f"tiff/{name}-data-of-60-rows.tif", tw.tiff(tw.Page(page.tags, [long])))
