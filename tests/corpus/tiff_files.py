"""The tiff/ folder's pictures: every sample layout, byte order, and strip and tile shape."""

import numpy as np

import scene
import tiff_pages as tp
import tiff_writer as tw
from collection import Collection

ORDERS = {"": "<", "-big-endian": ">"}


def write(corpus: Collection) -> None:
    gray(corpus)
    indexed(corpus)
    colour(corpus)
    floating_point(corpus)
    layouts(corpus)


def gray(corpus: Collection) -> None:
    for bits in (1, 2, 4, 8, 12, 16, 32):
        for name, photometric in (("", tp.BLACK_IS_ZERO), ("-white-is-zero", tp.WHITE_IS_ZERO)):
            for end, order in ORDERS.items():
                path = f"tiff/gray-{bits}bit{name}{end}.tif"
                pixels = scene.samples(*scene.size_for(path), 1, bits)
                page = tp.page(pixels, photometric, bits=bits, order=order)
                # Pillow's table lacks white-is-zero at 12 and 32 bits, and more in big-endian order.
                unread = bits in (12, 32) and (photometric == tp.WHITE_IS_ZERO or order == ">")
                unread = unread or (bits == 16 and photometric == tp.WHITE_IS_ZERO and order == ">")
                (corpus.unread if unread else corpus.good)(path, tw.tiff(page, order=order))
    for bits in (8, 16, 32):
        for end, order in ORDERS.items():
            path = f"tiff/gray-signed-{bits}bit{end}.tif"
            pixels = scene.samples(*scene.size_for(path), 1, bits) - 2 ** (bits - 1)
            page = tp.page(pixels, tp.BLACK_IS_ZERO, bits=bits, order=order, sample_format=tp.SIGNED)
            corpus.good(path, tw.tiff(page, order=order))
    small = scene.samples(53, 35, 1, 8)
    for bits in (16, 32):
        page = tp.page(small, tp.BLACK_IS_ZERO, bits=bits)
        corpus.good(f"tiff/gray-{bits}bit-values-below-256.tif", tw.tiff(page))
    for bits in (6, 10, 14, 24):
        page = tp.page(scene.samples(53, 35, 1, bits), tp.BLACK_IS_ZERO, bits=bits)
        corpus.unread(f"tiff/gray-{bits}bit.tif", tw.tiff(page))
    for bits in (1, 2, 4, 8, 16):
        pixels = scene.samples(61, 47, 1, bits)
        page = tp.page(pixels, tp.BLACK_IS_ZERO, bits=bits, fill_order=2)
        corpus.good(f"tiff/gray-{bits}bit-fill-order-2.tif", tw.tiff(page))
    page = tp.page(scene.samples(61, 47, 1, 1), tp.WHITE_IS_ZERO, bits=1, fill_order=2)
    corpus.good("tiff/gray-1bit-white-is-zero-fill-order-2.tif", tw.tiff(page))
    mask = tp.page(scene.samples(61, 47, 1, 1), tp.MASK, bits=1)
    corpus.unread("tiff/transparency-mask.tif", tw.tiff(mask))


def indexed(corpus: Collection) -> None:
    for bits in (1, 2, 4, 8):
        for end, order in ORDERS.items():
            pixels = scene.indices(61, 47, 2**bits)[..., None]
            tags = {tw.COLOUR_MAP: tw.colour_map(scene.palette(2**bits))}
            page = tp.page(pixels, tp.PALETTE, bits=bits, order=order, tags=tags)
            corpus.good(f"tiff/palette-{bits}bit{end}.tif", tw.tiff(page, order=order))
    pixels, colours = scene.indices(53, 35, 256)[..., None], scene.palette(256)
    eight = {tw.COLOUR_MAP: (tw.SHORT, [int(v) for v in colours.T.reshape(-1)])}
    corpus.good("tiff/palette-8bit-map-of-8-bits.tif", tw.tiff(tp.page(pixels, tp.PALETTE, tags=eight)))
    deep = {tw.COLOUR_MAP: (tw.SHORT, [int(v) * 256 + 200 for v in colours.T.reshape(-1)])}
    corpus.good("tiff/palette-8bit-map-of-16-bits.tif", tw.tiff(tp.page(pixels, tp.PALETTE, tags=deep)))
    tags = {tw.COLOUR_MAP: tw.colour_map(colours)}
    corpus.good(
        "tiff/palette-8bit-fill-order-2.tif", tw.tiff(tp.page(pixels, tp.PALETTE, fill_order=2, tags=tags))
    )
    two = np.concatenate([pixels, scene.samples(53, 35, 2)[..., 1:]], -1)
    for extra in (0, 2):
        page = tp.page(two, tp.PALETTE, extra=(extra,), tags=tags)
        corpus.good(f"tiff/palette-8bit-extra-sample-{extra}.tif", tw.tiff(page))
    wide = {tw.COLOUR_MAP: (tw.SHORT, [v for v in range(65536)] * 3)}
    page = tp.page(scene.samples(53, 35, 1, 16), tp.PALETTE, bits=16, tags=wide)
    corpus.unread("tiff/palette-16bit.tif", tw.tiff(page))


def colour(corpus: Collection) -> None:
    kinds = {
        # name: photometric, channels, extra samples, depths Pillow reads, depths it does not
        "rgb": (tp.RGB, 3, (), (8, 16), (2, 4, 12, 32)),
        "rgba-unassociated": (tp.RGB, 4, (2,), (8, 16), (32,)),
        "rgba-associated": (tp.RGB, 4, (1,), (8, 16), ()),
        "rgbx": (tp.RGB, 4, (0,), (8, 16), ()),
        "rgb-and-one-undeclared": (tp.RGB, 4, (), (8, 16), ()),
        "rgba-extra-sample-999": (tp.RGB, 4, (999,), (8,), (16,)),
        "rgbxx": (tp.RGB, 5, (0, 0), (8,), (16,)),
        "rgbax": (tp.RGB, 5, (2, 0), (8,), ()),
        "rgbax-associated": (tp.RGB, 5, (1, 0), (8,), ()),
        "rgbxxx": (tp.RGB, 6, (0, 0, 0), (8,), ()),
        "rgb-and-two-undeclared": (tp.RGB, 5, (), (), (8,)),
        "rgb-five-extra": (tp.RGB, 8, (0, 0, 0, 0, 0), (), (8,)),
        "gray-alpha": (tp.BLACK_IS_ZERO, 2, (2,), (8,), (16,)),
        "gray-alpha-associated": (tp.BLACK_IS_ZERO, 2, (1,), (), (8,)),
        "gray-extra-sample-0": (tp.BLACK_IS_ZERO, 2, (0,), (), (8,)),
        "gray-and-one-undeclared": (tp.BLACK_IS_ZERO, 2, (), (), (8,)),
        "cmyk": (tp.CMYK, 4, (), (8, 16), ()),
        "cmyk-and-extra": (tp.CMYK, 5, (0,), (8,), ()),
        "cmyk-alpha": (tp.CMYK, 5, (2,), (), (8,)),
        "cielab": (tp.CIELAB, 3, (), (8,), (16,)),
        "icclab": (tp.ICCLAB, 3, (), (), (8,)),
    }
    for name, (photometric, channels, extra, read, unread) in kinds.items():
        for bits in read + unread:
            for end, order in ORDERS.items():
                path = f"tiff/{name}-{bits}bit{end}.tif"
                pixels = many_channels(*scene.size_for(path), channels, bits)
                page = tp.page(pixels, photometric, bits=bits, order=order, extra=extra)
                (corpus.good if bits in read else corpus.unread)(path, tw.tiff(page, order=order))
    # Associated alpha whose colours exceed it, as a careless writer leaves them.
    bright = scene.samples(61, 47, 4)
    bright[..., :3] = np.maximum(bright[..., :3], 200)
    corpus.good("tiff/rgba-associated-brighter-than-alpha.tif", tw.tiff(tp.page(bright, tp.RGB, extra=(1,))))
    for inks in (1, 2):
        page = tp.page(scene.samples(53, 35, 4), tp.CMYK, tags={332: (tw.SHORT, [inks])})
        corpus.good(f"tiff/cmyk-ink-set-{inks}.tif", tw.tiff(page))
    for fill in (1, 2):
        page = tp.page(scene.samples(53, 35, 3), tp.RGB, fill_order=fill)
        corpus.good(f"tiff/rgb-8bit-fill-order-{fill}.tif", tw.tiff(page))


def many_channels(width: int, height: int, channels: int, bits: int) -> np.ndarray:
    """The scene in any number of channels; those after the fourth repeat the picture, mirrored."""
    if channels <= 4:
        return scene.samples(width, height, channels, bits)
    more = scene.samples(width, height, channels - 4, bits)[:, ::-1]
    return np.concatenate([scene.samples(width, height, 4, bits), more], -1)


def floating_point(corpus: Collection) -> None:
    picture = scene.unit(61, 47, 1)
    odd = picture.copy() * 255
    odd[5:9], odd[12:15], odd[20:22], odd[30] = np.nan, np.inf, -np.inf, -0.0
    ranges = {
        "0-to-1": picture,
        "0-to-255": picture * 255,
        "0-to-65535": picture * 65535,
        "with-nan-and-infinities": odd,
        "negative": picture * -300,
        "around-0": picture * 600 - 200,
        "huge": picture * 3e38,
        "tiny": picture * 1e-40,
    }
    for name, values in ranges.items():
        for end, order in ORDERS.items():
            page = tp.page(
                values.astype(np.float32), tp.BLACK_IS_ZERO, bits=32, order=order, sample_format=tp.FLOAT
            )
            corpus.good(f"tiff/float32-{name}{end}.tif", tw.tiff(page, order=order))
    values = ranges["0-to-255"].astype(np.float32)
    page = tp.page(values, tp.WHITE_IS_ZERO, bits=32, sample_format=tp.FLOAT)
    corpus.good("tiff/float32-white-is-zero.tif", tw.tiff(page))
    for bits in (16, 64):
        page = tp.page(values.astype(f"f{bits // 8}"), tp.BLACK_IS_ZERO, bits=bits, sample_format=tp.FLOAT)
        corpus.unread(f"tiff/float{bits}.tif", tw.tiff(page))
    rgb = scene.unit(61, 47, 3).astype(np.float32)
    corpus.unread("tiff/float32-rgb.tif", tw.tiff(tp.page(rgb, tp.RGB, bits=32, sample_format=tp.FLOAT)))


def layouts(corpus: Collection) -> None:
    width, height = 97, 61
    rgb, deep = scene.samples(width, height, 3), scene.samples(width, height, 3, 16)
    for rows in (1, 7, height, 1000):
        for compression, name in ((tp.NONE, "raw"), (tp.LZW, "lzw")):
            page = tp.page(rgb, tp.RGB, rows_per_strip=rows, compression=compression)
            corpus.good(f"tiff/strips-of-{rows}-{name}.tif", tw.tiff(page))
    whole = tp.page(rgb, tp.RGB, rows_per_strip=height)
    corpus.good("tiff/strips-rows-per-strip-missing.tif", tw.tiff(whole.having(rows_per_strip=None)))
    corpus.good(
        "tiff/strips-rows-per-strip-2-to-32-less-1.tif",
        tw.tiff(whole.having(rows_per_strip=(tw.LONG, [2**32 - 1]))),
    )
    lzw = tp.page(rgb, tp.RGB, rows_per_strip=height, compression=tp.LZW)
    corpus.good("tiff/strips-rows-per-strip-missing-lzw.tif", tw.tiff(lzw.having(rows_per_strip=None)))
    for size in ((16, 16), (32, 64), (64, 32), (112, 64), (256, 256)):
        for compression, name in ((tp.NONE, "raw"), (tp.LZW, "lzw"), (tp.DEFLATE, "deflate")):
            page = tp.page(rgb, tp.RGB, tile=size, compression=compression)
            corpus.good(f"tiff/tiles-{size[0]}x{size[1]}-{name}.tif", tw.tiff(page))
    for bits in (1, 8, 16):
        page = tp.page(scene.samples(width, height, 1, bits), tp.BLACK_IS_ZERO, bits=bits, tile=(16, 16))
        corpus.good(f"tiff/tiles-16x16-gray-{bits}bit.tif", tw.tiff(page))
    four = scene.samples(width, height, 4)
    for compression, name in ((tp.NONE, "raw"), (tp.LZW, "lzw"), (tp.PACKBITS, "packbits")):
        shared = {"planar": True, "compression": compression}
        for end, order in ORDERS.items():
            pages = {
                "rgb-8bit": tp.page(rgb, tp.RGB, order=order, **shared),
                "rgb-16bit": tp.page(deep, tp.RGB, bits=16, order=order, **shared),
                "rgba-8bit": tp.page(four, tp.RGB, extra=(2,), order=order, **shared),
                "cmyk-8bit": tp.page(four, tp.CMYK, order=order, **shared),
                "rgb-8bit-tiles": tp.page(rgb, tp.RGB, tile=(32, 32), order=order, **shared),
            }
            for kind, page in pages.items():
                corpus.good(f"tiff/planar-{kind}-{name}{end}.tif", tw.tiff(page, order=order))
    page = tp.page(rgb, tp.RGB, planar=True, rows_per_strip=height)
    corpus.good("tiff/planar-rgb-8bit-one-strip-each.tif", tw.tiff(page))
    for size in ((1, 1), (1, 61), (97, 1), (2, 3)):
        name = f"{size[0]}x{size[1]}"
        corpus.good(f"tiff/rgb-{name}.tif", tw.tiff(tp.page(scene.samples(*size, 3), tp.RGB)))
        corpus.good(
            f"tiff/gray-1bit-{name}.tif",
            tw.tiff(tp.page(scene.samples(*size, 1, 1), tp.BLACK_IS_ZERO, bits=1)),
        )
        corpus.good(
            f"tiff/tiled-{name}-lzw.tif",
            tw.tiff(tp.page(scene.samples(*size, 3), tp.RGB, tile=(16, 16), compression=tp.LZW)),
        )
