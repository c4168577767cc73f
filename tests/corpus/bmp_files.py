"""The bmp/ folder: every depth, header version, palette and bit mask of BMP, whole and damaged."""

import struct

import numpy as np

import packing
import scene
from collection import Collection

CORE, INFO, V2, V3, OS2_V2, V4, V5 = 12, 40, 52, 56, 64, 108, 124
RAW, RLE8, RLE4, BITFIELDS, JPEG, PNG, ALPHA_BITFIELDS = range(7)


def write(corpus: Collection) -> None:
    depths(corpus)
    headers(corpus)
    bitfields(corpus)
    palettes(corpus)
    damage(corpus)


def rows_of(data: np.ndarray) -> bytes:
    """Rows of bytes, bottom row first, each padded to four."""
    return np.pad(data, ((0, 0), (0, -data.shape[1] % 4)))[::-1].astype(np.uint8).tobytes()


def palette(colours: int, entry: int = 4) -> bytes:
    """Blue, green, red and, but in the oldest files, a zero."""
    table = np.zeros((colours, 4), np.uint8)
    table[:, :3] = scene.palette(colours)[:, ::-1]
    return table[:, :entry].tobytes()


def bmp(
    width: int,
    height: int,
    bits: int,
    body: bytes,
    *,
    colours: bytes = b"",
    header: int = INFO,
    compression: int = RAW,
    masks: tuple[int, ...] = (),
    used: int = 0,
    offset: int | None = None,
    planes: int = 1,
) -> bytes:
    """A file; in a header shorter than 52 bytes the masks follow it."""
    if header == CORE:
        info = struct.pack("<IHHHH", CORE, width, height, planes, bits)
    else:
        info = struct.pack(
            "<IiiHHIIiiII", header, width, height, planes, bits, compression, len(body), 2835, 2835, used, 0
        )
        info += b"".join(struct.pack("<I", mask) for mask in masks)
        if header > INFO:
            info = info.ljust(header, b"\0")
    start = 14 + len(info) + len(colours) if offset is None else offset
    return (
        b"BM"
        + struct.pack("<IHHI", 14 + len(info) + len(colours) + len(body), 0, 0, start)
        + info
        + colours
        + body
    )


def indexed(bits: int, width: int, height: int, *, colours: int | None = None, **options) -> bytes:
    pixels = scene.indices(width, height, 2**bits)
    if options.pop("top_down", False):
        pixels, height = pixels[::-1], -height
    entry = 3 if options.get("header") == CORE else 4
    body = rows_of(packing.pack_bits(pixels, bits))
    return bmp(
        width,
        height,
        bits,
        body,
        colours=palette(2**bits if colours is None else colours, entry),
        **options,
    )


def direct(bits: int, width: int, height: int, **options) -> bytes:
    """16 bits as 5-5-5, 24 or 32 bits."""
    if bits == 16:
        red, green, blue = np.moveaxis(scene.samples(width, height, 3, 5), -1, 0)
        pixels = (red << 10 | green << 5 | blue).astype("<u2").view(np.uint8).reshape(height, -1)
    else:
        rgba = scene.samples(width, height, 4)
        pixels = rgba[..., [2, 1, 0, 3][: bits // 8]].reshape(height, -1)
    if options.pop("top_down", False):
        pixels, height = pixels[::-1], -height
    return bmp(width, height, bits, rows_of(pixels), **options)


def depths(corpus: Collection) -> None:
    for top_down in (False, True):
        end = "-top-down" if top_down else ""
        for bits in (1, 4, 8):
            path = f"bmp/palette-{bits}bit{end}.bmp"
            corpus.good(path, indexed(bits, *scene.size_for(path), top_down=top_down))
        for bits in (16, 24, 32):
            path = f"bmp/rgb-{bits}bit{end}.bmp"
            corpus.good(path, direct(bits, *scene.size_for(path), top_down=top_down))
    corpus.unread("bmp/palette-2bit.bmp", indexed(2, 61, 47))
    for width, height in ((1, 1), (1, 61), (97, 1), (2, 3), (3, 2), (5, 5)):
        for bits in (1, 4):
            corpus.good(f"bmp/palette-{bits}bit-{width}x{height}.bmp", indexed(bits, width, height))
        corpus.good(f"bmp/rgb-24bit-{width}x{height}.bmp", direct(24, width, height))


def headers(corpus: Collection) -> None:
    for bits in (1, 4, 8):
        corpus.good(f"bmp/os2-core-{bits}bit.bmp", indexed(bits, 53, 35, header=CORE))
    corpus.good("bmp/os2-core-24bit.bmp", direct(24, 53, 35, header=CORE))
    for size in (V2, V3, OS2_V2, V4, V5):
        corpus.good(f"bmp/header-{size}-24bit.bmp", direct(24, 53, 35, header=size))
        corpus.good(f"bmp/header-{size}-8bit.bmp", indexed(8, 53, 35, header=size))
    whole = direct(24, 53, 35)
    for size in (0, 12, 16, 20, 36, 41, 52, 64, 108, 128, 0xFFFFFFFF):
        corpus.corrupt(
            f"bmp/header-said-to-be-of-{size}.bmp", whole[:14] + struct.pack("<I", size) + whole[18:]
        )


def masked(width: int, height: int, masks: tuple[int, ...], bits: int, **options) -> bytes:
    """Pixels laid out by their masks: red, green, blue, alpha."""
    value = np.zeros((height, width), np.int64)
    channels = scene.unit(width, height, 4)
    for channel, mask in enumerate(masks):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            value |= np.rint(channels[..., channel] * (mask >> shift)).astype(np.int64) << shift
    rows = value.astype(f"<u{bits // 8}").view(np.uint8).reshape(height, -1)
    return bmp(width, height, bits, rows_of(rows), compression=BITFIELDS, masks=masks, **options)


def bitfields(corpus: Collection) -> None:
    known = {
        "16bit-565": (16, (0xF800, 0x07E0, 0x001F)),
        "16bit-555": (16, (0x7C00, 0x03E0, 0x001F)),
        "32bit-bgrx": (32, (0xFF0000, 0xFF00, 0xFF)),
        "32bit-xbgr": (32, (0xFF000000, 0xFF0000, 0xFF00)),
        "32bit-bgxr": (32, (0xFF000000, 0xFF00, 0xFF)),
    }
    for name, (bits, masks) in known.items():
        corpus.good(f"bmp/bitfields-{name}.bmp", masked(53, 35, masks, bits))
        for size in (V2, V3, V4, V5):
            corpus.good(f"bmp/bitfields-{name}-header-{size}.bmp", masked(53, 35, masks, bits, header=size))
    with_alpha = {
        "32bit-bgra": (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        "32bit-rgba": (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        "32bit-abgr": (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    }
    for name, masks in with_alpha.items():
        for size in (V3, V4, V5):
            corpus.good(f"bmp/bitfields-{name}-header-{size}.bmp", masked(53, 35, masks, 32, header=size))
    odd = {
        "32bit-rgbx": (32, (0xFF, 0xFF00, 0xFF0000)),
        "16bit-444": (16, (0x0F00, 0x00F0, 0x000F)),
        "16bit-655": (16, (0xFC00, 0x03E0, 0x001F)),
        "16bit-565-bgr": (16, (0x001F, 0x07E0, 0xF800)),
        "16bit-332": (16, (0xE0, 0x1C, 0x03)),
        "32bit-10-10-10": (32, (0x3FF00000, 0x000FFC00, 0x000003FF)),
        "32bit-11-11-10": (32, (0xFFE00000, 0x001FFC00, 0x000003FF)),
        "32bit-green-only": (32, (0, 0xFF00, 0)),
    }
    for name, (bits, masks) in odd.items():
        corpus.unread(f"bmp/bitfields-{name}.bmp", masked(53, 35, masks, bits))
    corpus.good(
        "bmp/bitfields-16bit-1555-header-108.bmp",
        masked(53, 35, (0x7C00, 0x03E0, 0x001F, 0x8000), 16, header=V4),
    )
    corpus.corrupt(
        "bmp/bitfields-24bit.bmp", direct(24, 53, 35, compression=BITFIELDS, masks=(0xFF0000, 0xFF00, 0xFF))
    )
    broken = {
        "all-zero": (0, 0, 0),
        "overlapping": (0xFF00, 0xFFF0, 0xFF),
        "with-gaps": (0xAA0000, 0xFF00, 0x55),
    }
    for name, masks in broken.items():
        body = rows_of(scene.samples(53, 35, 4)[..., [2, 1, 0, 3]].reshape(35, -1))
        corpus.corrupt(
            f"bmp/bitfields-32bit-{name}.bmp", bmp(53, 35, 32, body, compression=BITFIELDS, masks=masks)
        )
    body = rows_of(scene.samples(53, 35, 4)[..., [2, 1, 0, 3]].reshape(35, -1))
    four = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    corpus.unread(
        "bmp/alpha-bitfields-32bit.bmp", bmp(53, 35, 32, body, compression=ALPHA_BITFIELDS, masks=four)
    )
    clear = scene.samples(53, 35, 4)[..., [2, 1, 0, 3]]
    clear[..., 3] = 0
    corpus.good("bmp/rgb-32bit-alpha-all-0.bmp", bmp(53, 35, 32, rows_of(clear.reshape(35, -1))))
    corpus.good(
        "bmp/bitfields-32bit-bgra-alpha-all-0.bmp",
        bmp(53, 35, 32, rows_of(clear.reshape(35, -1)), compression=BITFIELDS, masks=four, header=V4),
    )
    for size in (V4, V5):
        corpus.good(
            f"bmp/rgb-32bit-header-{size}-with-alpha-mask.bmp", bmp(53, 35, 32, body, masks=four, header=size)
        )


def palettes(corpus: Collection) -> None:
    for bits, count in ((8, 100), (8, 1), (4, 5), (1, 1)):
        corpus.corrupt(
            f"bmp/palette-{bits}bit-of-{count}-fewer-than-used.bmp",
            indexed(bits, 61, 47, colours=count, used=count),
        )
    pixels = scene.indices(61, 47, 100)
    body = rows_of(pixels)
    corpus.good("bmp/palette-8bit-of-100.bmp", bmp(61, 47, 8, body, colours=palette(100), used=100))
    corpus.good("bmp/palette-24bit-with-palette.bmp", direct(24, 61, 47, colours=palette(16), used=16))
    gray = np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(256, 4)
    gray[:, 3] = 0
    corpus.good(
        "bmp/palette-8bit-gray.bmp",
        bmp(61, 47, 8, rows_of(scene.indices(61, 47, 256)), colours=gray.tobytes()),
    )
    for name, table in (
        ("black-white", b"\0\0\0\0\xff\xff\xff\0"),
        ("white-black", b"\xff\xff\xff\0\0\0\0\0"),
    ):
        bits = rows_of(packing.pack_bits(scene.indices(61, 47, 2), 1))
        corpus.good(f"bmp/palette-1bit-{name}.bmp", bmp(61, 47, 1, bits, colours=table))
    corpus.corrupt("bmp/palette-8bit-missing.bmp", indexed(8, 61, 47, colours=0))
    corpus.corrupt("bmp/palette-8bit-used-257.bmp", indexed(8, 61, 47, used=257))
    corpus.corrupt("bmp/palette-8bit-used-2-to-31.bmp", indexed(8, 61, 47, used=2**31))
    corpus.corrupt("bmp/palette-4bit-used-200.bmp", indexed(4, 61, 47, used=200))


def damage(corpus: Collection) -> None:
    whole = direct(24, 61, 47)
    body = whole[54:]
    files = {
        "offset-0": direct(24, 61, 47, offset=0),
        "offset-past-the-end": direct(24, 61, 47, offset=10**6),
        "offset-2-to-32-less-1": direct(24, 61, 47, offset=2**32 - 1),
        "offset-in-the-header": direct(24, 61, 47, offset=20),
        "offset-after-a-gap": direct(24, 61, 47, colours=bytes(37)),
        "width-0": bmp(0, 47, 24, body),
        "height-0": bmp(61, 0, 24, body),
        "width-negative": bmp(-61, 47, 24, body),
        "width-2-to-31-less-1": bmp(2**31 - 1, 47, 24, body),
        "height-minus-2-to-31": bmp(61, -(2**31), 24, body),
        "60000x60000-claimed": bmp(60000, 60000, 24, body),
        "taller-than-its-data": bmp(61, 60, 24, body),
        "shorter-than-its-data": bmp(61, 30, 24, body),
        "planes-0": direct(24, 61, 47, planes=0),
        "planes-3": direct(24, 61, 47, planes=3),
        "compression-jpeg": bmp(61, 47, 0, b"\xff\xd8\xff\xe0" + bytes(500), compression=JPEG),
        "compression-png": bmp(61, 47, 0, b"\x89PNG\r\n\x1a\n" + bytes(500), compression=PNG),
        "compression-jpeg-of-24bit": bmp(61, 47, 24, body, compression=JPEG),
        "compression-11-cmyk": bmp(61, 47, 32, body * 2, compression=11),
        "compression-99": bmp(61, 47, 24, body, compression=99),
        "trailing-garbage": whole + b"garbage" * 20,
        "last-row-without-padding": whole[:-1],
        "file-size-0": whole[:2] + bytes(4) + whole[6:],
        "leading-junk": b"junk" + whole,
        "signature-ba": b"BA" + whole[2:],
        "signature-ic": b"IC" + whole[2:],
        "header-only": whole[:54],
        "dib-without-file-header": whole[14:],
    }
    for bits in (0, 3, 5, 15, 48, 64, 65535):
        files[f"depth-{bits}"] = bmp(61, 47, bits, body)
    for name, data in files.items():
        corpus.corrupt(f"bmp/{name}.bmp", data)
