"""Bit packing and the small compressors that several file formats share."""

import numpy as np


def pack_bits(rows: np.ndarray, bits: int) -> np.ndarray:
    """Rows of integers as rows of bytes: `bits` bits each, most significant first, rows padded to a byte."""
    shifts = np.arange(bits - 1, -1, -1)
    planes = (rows.reshape(len(rows), -1)[..., None].astype(np.int64) >> shifts) & 1
    return np.packbits(planes.reshape(len(rows), -1).astype(np.uint8), axis=1)


def lzw(data: bytes, root_bits: int, *, lsb_first: bool, early_change: bool) -> bytes:
    """LZW as in GIF (least significant bit first) or in TIFF (most significant first, early change)."""
    clear, end = 1 << root_bits, (1 << root_bits) + 1
    codes: list[tuple[int, int]] = []

    def fresh() -> tuple[dict[bytes, int], int]:
        return {bytes([i]): i for i in range(min(clear, 256))}, root_bits + 1

    table, width = fresh()
    codes.append((clear, width))
    following, prefix = end + 1, b""
    for byte in data:
        longer = prefix + bytes([byte])
        if longer in table:
            prefix = longer
            continue
        codes.append((table[prefix], width))
        table[longer] = following
        following += 1
        prefix = bytes([byte])
        # The decoder's table is one entry behind; with early change it also widens one code too soon.
        if following + early_change > (1 << width) and width < 12:
            width += 1
        if following >= 4094:
            codes.append((clear, width))
            table, width = fresh()
            following = end + 1
    if prefix:
        codes.append((table[prefix], width))
        following += 1
        if following + early_change > (1 << width) and width < 12:
            width += 1
    codes.append((end, width))
    return pack_codes(codes, lsb_first=lsb_first)


def pack_codes(codes: list[tuple[int, int]], *, lsb_first: bool) -> bytes:
    """(value, number of bits) pairs as bytes, the last one padded with zeros."""
    total = sum(bits for _, bits in codes)
    size = (total + 7) // 8
    packed = 0
    if lsb_first:
        at = 0
        for value, bits in codes:
            packed |= value << at
            at += bits
        return packed.to_bytes(size, "little")
    for value, bits in codes:
        packed = packed << bits | value
    return (packed << (size * 8 - total)).to_bytes(size, "big")


def packbits(data: bytes) -> bytes:
    """The byte run-length coding of TIFF and PSD, one row at a time."""
    out, at = bytearray(), 0
    while at < len(data):
        run = 1
        while run < 128 and at + run < len(data) and data[at + run] == data[at]:
            run += 1
        if run >= 2:
            out += bytes([257 - run, data[at]])
        else:
            while run < 128 and at + run < len(data) and data[at + run] != data[at + run - 1]:
                run += 1
            out += bytes([run - 1]) + data[at : at + run]
        at += run
    return bytes(out)
