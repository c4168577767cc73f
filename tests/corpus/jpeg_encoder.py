"""A small JPEG encoder for what libjpeg's will not write: any components, sampling factors, and depths.

Every Huffman code is eight bits long: larger files, but one table that suits every picture.
"""

import struct
from dataclasses import dataclass

import numpy as np

import jpeg_markers as jm
import packing
import scene

ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))
DC_SYMBOLS = list(range(16))
AC_SYMBOLS = [0x00, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 15)]
QUANTUM = np.add.outer(np.arange(8), np.arange(8)) * 2 + 3
_k = np.arange(8)
DCT = np.cos(np.outer(_k, 2 * _k + 1) * np.pi / 16) * np.where(_k == 0, np.sqrt(1 / 8), 0.5)[:, None]

Bits = list[tuple[int, int]]


@dataclass
class Component:
    """A component: its identifier, sampling factors, and samples at its own size."""

    identifier: int
    horizontal: int
    vertical: int
    samples: np.ndarray


def components(
    width: int, height: int, factors: list[tuple[int, int]], ids=None, bits: int = 8
) -> list[Component]:
    """Components of the scene with these sampling factors."""
    most_h, most_v = max(h for h, _ in factors), max(v for _, v in factors)
    made = []
    for number, (h, v) in enumerate(factors):
        size = -(-width * h // most_h), -(-height * v // most_v)
        plane = scene.samples(*size, 3 if number < 3 else 4, bits)[..., number]
        made.append(Component(ids[number] if ids else number + 1, h, v, plane))
    return made


def frame_header(marker: int, width: int, height: int, parts: list[Component], bits: int) -> bytes:
    specs = b"".join(bytes([c.identifier, c.horizontal << 4 | c.vertical, 0]) for c in parts)
    return jm.segment(marker, struct.pack(">BHHB", bits, height, width, len(parts)) + specs)


def scan_header(parts: list[Component], spectral: tuple[int, int, int]) -> bytes:
    return jm.segment(
        jm.SOS, bytes([len(parts)]) + b"".join(bytes([c.identifier, 0]) for c in parts) + bytes(spectral)
    )


def huffman_table(kind: int, symbols: list[int]) -> bytes:
    return jm.segment(
        jm.DHT, bytes([kind << 4]) + bytes(7) + bytes([len(symbols)]) + bytes(8) + bytes(symbols)
    )


def entropy_bytes(bits: Bits) -> bytes:
    """Codes as stuffed bytes, padded with ones."""
    pad = -sum(n for _, n in bits) % 8
    return packing.pack_codes(bits + [((1 << pad) - 1, pad)], lsb_first=False).replace(b"\xff", b"\xff\0")


def magnitude(value: int) -> tuple[int, Bits]:
    """A difference's or coefficient's size category, and its additional bits."""
    size = abs(value).bit_length()
    return size, [(value if value > 0 else value + (1 << size) - 1, size)] if size else []


def quantized(component: Component, columns: int, rows: int, bits: int) -> np.ndarray:
    """The rows x columns x 64 coefficients of a component, in zigzag order, the padding repeating edges."""
    height, width = component.samples.shape
    full = np.pad(component.samples, ((0, rows * 8 - height), (0, columns * 8 - width)), mode="edge")
    blocks = full.reshape(rows, 8, columns, 8).swapaxes(1, 2) - (1 << (bits - 1))
    spectrum = np.rint(DCT @ blocks @ DCT.T / QUANTUM).astype(int)
    return spectrum.reshape(rows, columns, 64)[..., ZIGZAG]


def block_bits(block: np.ndarray, previous_dc: int) -> Bits:
    size, extra = magnitude(int(block[0]) - previous_dc)
    out: Bits = [(DC_SYMBOLS.index(size), 8)] + extra
    run = 0
    for value in block[1:]:
        if value == 0:
            run += 1
            continue
        while run > 15:
            out.append((AC_SYMBOLS.index(0xF0), 8))
            run -= 16
        size, extra = magnitude(int(value))
        out += [(AC_SYMBOLS.index(run << 4 | size), 8)] + extra
        run = 0
    if run:
        out.append((AC_SYMBOLS.index(0), 8))
    return out


def scan_data(
    parts: list[Component], width: int, height: int, most: tuple[int, int], bits: int, restart: int
) -> bytes:
    """The entropy-coded data of one scan of these components."""
    single = len(parts) == 1
    if single:
        columns, rows = -(-parts[0].samples.shape[1] // 8), -(-parts[0].samples.shape[0] // 8)
    else:
        columns, rows = -(-width // (8 * most[0])), -(-height // (8 * most[1]))
    factors = [(1, 1) if single else (c.horizontal, c.vertical) for c in parts]
    coefficients = [quantized(c, columns * h, rows * v, bits) for c, (h, v) in zip(parts, factors)]
    out, pending, dc = b"", [], [0] * len(parts)
    for mcu in range(columns * rows):
        if restart and mcu and mcu % restart == 0:
            out += entropy_bytes(pending) + bytes([0xFF, jm.RST0 + (mcu // restart - 1) % 8])
            pending, dc = [], [0] * len(parts)
        row, column = divmod(mcu, columns)
        for number, (h, v) in enumerate(factors):
            for y in range(v):
                for x in range(h):
                    block = coefficients[number][row * v + y, column * h + x]
                    pending += block_bits(block, dc[number])
                    dc[number] = int(block[0])
    return out + entropy_bytes(pending)


def encode(
    parts: list[Component],
    width: int,
    height: int,
    *,
    bits: int = 8,
    restart: int = 0,
    interleaved: bool = True,
    before: bytes = b"",
) -> bytes:
    """A sequential JPEG; `before` goes between the SOI and the tables."""
    most = max(c.horizontal for c in parts), max(c.vertical for c in parts)
    out = jm.START + before
    out += jm.segment(jm.DQT, b"\0" + bytes(QUANTUM.reshape(64)[ZIGZAG].astype(np.uint8)))
    out += frame_header(jm.SOF0 if bits == 8 else jm.SOF1, width, height, parts, bits)
    out += huffman_table(0, DC_SYMBOLS) + huffman_table(1, AC_SYMBOLS)
    if restart:
        out += jm.segment(jm.DRI, struct.pack(">H", restart))
    for group in [parts] if interleaved else [[c] for c in parts]:
        out += scan_header(group, (0, 63, 0)) + scan_data(group, width, height, most, bits, restart)
    return out + jm.END


def encode_lossless(
    parts: list[Component], width: int, height: int, *, bits: int = 8, before: bytes = b""
) -> bytes:
    """A lossless (SOF3) JPEG of components of full size, with predictor 1."""
    pixels = np.stack([c.samples for c in parts], -1)
    guess = np.empty_like(pixels)
    guess[:, 1:] = pixels[:, :-1]
    guess[1:, 0] = pixels[:-1, 0]
    guess[0, 0] = 1 << (bits - 1)
    pending: Bits = []
    for difference in (pixels - guess).reshape(-1):
        size, extra = magnitude(int(difference))
        pending += [(size, 8)] + extra
    return (
        jm.START
        + before
        + frame_header(jm.SOF3, width, height, parts, bits)
        + huffman_table(0, DC_SYMBOLS)
        + scan_header(parts, (1, 0, 0))
        + entropy_bytes(pending)
        + jm.END
    )
