"""The bmp/ folder's run-length coded files, RLE4 and RLE8, whole and damaged."""

import numpy as np

import packing
import scene
from bmp_files import RLE4, RLE8, bmp, palette
from collection import Collection


def write(corpus: Collection) -> None:
    run_lengths(corpus)


def run_length(pixels: np.ndarray, bits: int, *, even: bool = True) -> bytes:
    """RLE8 or RLE4: runs, absolute stretches (of even lengths only, if so asked) and ends of lines."""
    out = bytearray()
    for row in pixels[::-1].tolist():
        at = 0
        while at < len(row):
            run = 1
            while run < 255 and at + run < len(row) and row[at + run] == row[at]:
                run += 1
            stretch = row[at : at + 20]
            if even:
                stretch = stretch[: len(stretch) // 2 * 2]
            if run >= 3 or len(stretch) < 3:
                out += bytes([run, row[at] if bits == 8 else row[at] * 17])
                at += run
            else:
                packed = packing.pack_bits(np.array([stretch]), bits).tobytes()
                out += bytes([0, len(stretch)]) + packed + b"\0" * (len(packed) % 2)
                at += len(stretch)
        out += b"\0\0"
    return bytes(out[:-2]) + b"\0\1"


def run_lengths(corpus: Collection) -> None:
    for bits, compression in ((8, RLE8), (4, RLE4)):
        shared = {"colours": palette(2**bits), "compression": compression}
        make = lambda body, width=61, height=47: bmp(width, height, bits, body, **shared)
        steps = scene.indices(61, 47, 2**bits) // 3 * 3
        body = run_length(steps, bits)
        corpus.good(f"bmp/rle{bits}.bmp", make(body))
        corpus.good(
            f"bmp/rle{bits}-odd-size.bmp", make(run_length(scene.indices(33, 59, 2**bits), bits), 33, 59)
        )
        # Pillow loses the last pixel of an absolute stretch of RLE4 that has an odd number of them.
        keep = corpus.good if bits == 8 else corpus.unread
        keep(f"bmp/rle{bits}-odd-stretches.bmp", make(run_length(steps, bits, even=False)))
        # Stretches are padded to two bytes, counted from the data's start; Pillow counts from the file's.
        shifted = bmp(
            61,
            47,
            bits,
            run_length(steps, bits, even=False),
            colours=palette(2**bits) + b"\0",
            compression=compression,
        )
        corpus.corrupt(f"bmp/rle{bits}-data-at-an-odd-offset.bmp", shifted)
        one = 7 if bits == 8 else 0x37
        row = bytes([61, one])
        skipping = b"\0\2\5\2" + bytes([20, one]) + b"\0\2\3\4" + bytes([9, one]) + b"\0\0"
        corpus.good(f"bmp/rle{bits}-deltas.bmp", make(skipping + (row + b"\0\0") * 40 + b"\0\1"))
        corpus.good(
            f"bmp/rle{bits}-short-lines.bmp", make(bytes([30, one, 0, 0, 10, one, 0, 0]) * 23 + row + b"\0\1")
        )
        unfinished = {
            "ends-early": row + b"\0\0" + row + b"\0\1",
            "deltas-then-ends-early": skipping + b"\0\1",
            "last-line-short": (row + b"\0\0") * 46 + bytes([20, one]) + b"\0\1",
        }
        for name, data in unfinished.items():
            corpus.unread(f"bmp/rle{bits}-{name}.bmp", make(data))
        odd = {
            "no-end-of-bitmap": (row + b"\0\0") * 47,
            "no-ends-of-lines": row * 47 + b"\0\1",
            "run-past-the-line": bytes([200, one]) * 47 + b"\0\1",
            "run-past-the-line-with-ends": bytes([200, one, 0, 0]) * 47 + b"\0\1",
            "run-past-the-picture": (row + b"\0\0") * 80 + b"\0\1",
            "absolute-past-the-line": (b"\0\x64" + bytes(range(100 * bits // 8)) + b"\0\0") * 47 + b"\0\1",
            "absolute-past-the-end": row + b"\0\xff\1\2",
            "delta-past-the-picture": b"\0\2\xff\xff" + row + b"\0\1",
            "delta-past-the-line": (b"\0\2\x50\0" + row + b"\0\0") * 30,
            "delta-cut": row + b"\0\2\1",
            "cut-in-half": body[: len(body) // 2],
            "empty": b"",
            "ends-only": b"\0\1" * 9,
        }
        for name, data in odd.items():
            corpus.corrupt(f"bmp/rle{bits}-{name}.bmp", make(data))
        corpus.corrupt(f"bmp/rle{bits}-top-down.bmp", make(body, 61, -47))
    body = run_length(scene.indices(61, 47, 256), 8)
    corpus.corrupt("bmp/rle8-said-of-24bit.bmp", bmp(61, 47, 24, body, compression=RLE8))
    corpus.corrupt("bmp/rle4-said-of-8bit.bmp", bmp(61, 47, 8, body, colours=palette(256), compression=RLE4))
