"""Pictures as TIFF pages: sample layout, predictors, and cutting into compressed strips or tiles."""

import io
import lzma
import zlib

import numpy as np
from PIL import Image

import packing
import tiff_writer as tw

NONE, RLE, GROUP3, GROUP4, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    32773,
    32946,
)
LZMA = 34925
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, CMYK, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 4, 5, 6, 8, 9
UNSIGNED, SIGNED, FLOAT = 1, 2, 3

REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def sample_bytes(block: np.ndarray, bits: int, order: str) -> bytes:
    """A rows x columns x channels block as the file holds it before compression."""
    if block.dtype.kind == "f":
        return block.astype(f"{order}f{bits // 8}").tobytes()
    if bits in (16, 32, 64):
        return (block & (2**bits - 1)).astype(f"{order}u{bits // 8}").tobytes()
    return packing.pack_bits(block.reshape(len(block), -1), bits).tobytes()


def horizontal_differences(block: np.ndarray) -> np.ndarray:
    """Predictor 2, modulo the sample's range once it is packed."""
    return np.concatenate([block[:, :1], np.diff(block, axis=1)], axis=1)


def floating_point_differences(block: np.ndarray) -> bytes:
    """Predictor 3: each row's bytes in order of significance, then their differences."""
    rows, columns, channels = block.shape
    size = block.dtype.itemsize
    planes = block.astype(f">f{size}").view(np.uint8).reshape(rows, columns * channels, size).swapaxes(1, 2)
    flat = planes.reshape(rows, -1)
    return np.concatenate([flat[:, :channels], flat[:, channels:] - flat[:, :-channels]], axis=1).tobytes()


def fax(block: bytes, width: int, height: int, name: str, options: int | None) -> bytes:
    """A bilevel block through libtiff's fax coders: the one strip of a TIFF that Pillow writes."""
    out = io.BytesIO()
    extra = {} if options is None else {tw.T4_OPTIONS: options}
    # Pillow's mode 1 is black-is-zero and libtiff codes runs of zeros as white: the bits stay as they are.
    Image.frombytes("1", (width, height), block).save(out, "TIFF", compression=name, tiffinfo=extra)
    with Image.open(out) as made:
        (at,), (size,) = made.tag_v2[tw.STRIP_OFFSETS], made.tag_v2[tw.STRIP_COUNTS]
    return out.getvalue()[at : at + size]


def compress(
    data: bytes, compression: int, row_bytes: int, width: int, t4_options: int | None = None
) -> bytes:
    height = len(data) // row_bytes
    match compression:
        case 1:
            return data
        case 5:
            return packing.lzw(data, 8, lsb_first=False, early_change=True)
        case 8 | 32946:
            return zlib.compress(data)
        case 32773:
            return b"".join(packing.packbits(data[i : i + row_bytes]) for i in range(0, len(data), row_bytes))
        case 34925:
            return lzma.compress(data)
        case 2 | 3 | 4:
            return fax(
                data, width, height, {2: "tiff_ccitt", 3: "group3", 4: "group4"}[compression], t4_options
            )
    raise ValueError(f"no compressor for {compression}")


def cut(pixels: np.ndarray, rows_per_strip: int, tile: tuple[int, int] | None) -> list[np.ndarray]:
    """Strips, or tiles of (width, height) whose overhang repeats the edge."""
    if tile is None:
        return [pixels[y : y + rows_per_strip] for y in range(0, len(pixels), rows_per_strip)]
    width, height = tile
    down, across = -len(pixels) % height, -pixels.shape[1] % width
    full = np.pad(pixels, ((0, down), (0, across), (0, 0)), mode="edge")
    return [
        full[y : y + height, x : x + width]
        for y in range(0, len(full), height)
        for x in range(0, full.shape[1], width)
    ]


def page(
    pixels: np.ndarray,
    photometric: int,
    *,
    bits: int = 8,
    order: str = "<",
    compression: int = NONE,
    rows_per_strip: int = 16,
    tile: tuple[int, int] | None = None,
    planar: bool = False,
    predictor: int = 1,
    fill_order: int = 1,
    sample_format: int = UNSIGNED,
    extra: tuple[int, ...] = (),
    t4_options: int | None = None,
    tags: dict[int, tw.Value | None] | None = None,
) -> tw.Page:
    """A page of height x width x channels samples; `tags` override those it makes."""
    height, width, channels = pixels.shape
    blocks = []
    for part in [pixels[..., c : c + 1] for c in range(channels)] if planar else [pixels]:
        for block in cut(part, rows_per_strip, tile):
            if predictor == 3:
                data = floating_point_differences(block)
            else:
                data = sample_bytes(horizontal_differences(block) if predictor == 2 else block, bits, order)
            packed = compress(data, compression, len(data) // len(block), block.shape[1], t4_options)
            blocks.append(packed.translate(REVERSED) if fill_order == 2 else packed)
    made: dict[int, tw.Value | None] = {
        tw.WIDTH: (tw.LONG, [width]),
        tw.HEIGHT: (tw.LONG, [height]),
        tw.BITS: (tw.SHORT, [bits] * channels),
        tw.COMPRESSION: (tw.SHORT, [compression]),
        tw.PHOTOMETRIC: (tw.SHORT, [photometric]),
        tw.SAMPLES: (tw.SHORT, [channels]),
        tw.PLANAR: (tw.SHORT, [2 if planar else 1]),
    }
    if tile is None:
        made[tw.ROWS_PER_STRIP] = (tw.LONG, [rows_per_strip])
    else:
        made |= {tw.TILE_WIDTH: (tw.LONG, [tile[0]]), tw.TILE_HEIGHT: (tw.LONG, [tile[1]])}
    if predictor != 1:
        made[tw.PREDICTOR] = (tw.SHORT, [predictor])
    if fill_order != 1:
        made[tw.FILL_ORDER] = (tw.SHORT, [fill_order])
    if sample_format != UNSIGNED:
        made[tw.SAMPLE_FORMAT] = (tw.SHORT, [sample_format] * channels)
    if extra:
        made[tw.EXTRA_SAMPLES] = (tw.SHORT, list(extra))
    if t4_options is not None:
        made[tw.T4_OPTIONS] = (tw.LONG, [t4_options])
    return tw.Page(made | (tags or {}), blocks, tile is not None)
