"""The gif/ folder's LZW codes of every width, and files damaged in their codes or blocks."""

import numpy as np

import packing
import scene
from collection import Collection
from gif_files import HEIGHT, TRAILER, WIDTH, frame, palette, screen


def write(corpus: Collection) -> None:
    codes(corpus)
    damage(corpus)


def codes(corpus: Collection) -> None:
    begin = screen(WIDTH, HEIGHT, palette(256))
    for size in range(13):
        pixels = scene.indices(WIDTH, HEIGHT, min(2**size, 256))
        data = (
            packing.lzw(pixels.astype(np.uint8).tobytes(), size, lsb_first=True, early_change=False)
            if 1 <= size <= 11
            else b"\0" * 300
        )
        made = begin + frame(pixels, code_size=size, data=data) + TRAILER
        # Two is the least, even for two colours, and eight the most.
        (corpus.good if 2 <= size <= 8 else corpus.corrupt)(f"gif/code-size-{size}.gif", made)
    whole = scene.indices(WIDTH, HEIGHT, 256)
    data = packing.lzw(whole.astype(np.uint8).tobytes(), 8, lsb_first=True, early_change=False)
    plain = [(256, 9)] + [
        code
        for i, v in enumerate(whole.reshape(-1).tolist())
        for code in ([(256, 9)] if i % 200 == 199 else []) + [(v, 9)]
    ]
    corpus.good(
        "gif/codes-uncompressed.gif",
        begin + frame(whole, data=packing.pack_codes(plain + [(257, 9)], lsb_first=True)) + TRAILER,
    )
    corpus.good(
        "gif/codes-of-a-large-noise.gif",
        screen(256, 256, palette(256)) + frame(scene.samples(256, 256, 1)[..., 0] % 256) + TRAILER,
    )
    flat = np.zeros((HEIGHT, WIDTH), np.int64)
    corpus.good("gif/codes-of-one-colour.gif", begin + frame(flat) + TRAILER)
    half = len(data) // 2
    odd = {
        "no-clear-code-first": packing.pack_codes(plain[1:200], lsb_first=True),
        "no-end-code": data[:-2],
        "end-code-early": packing.pack_codes(plain[:1500] + [(257, 9)], lsb_first=True),
        "code-beyond-the-table": packing.pack_codes(plain[:100] + [(500, 9)] + plain[101:], lsb_first=True),
        "first-code-beyond-the-table": packing.pack_codes([(256, 9), (300, 9), *plain[2:]], lsb_first=True),
        "two-clear-codes": packing.pack_codes([(256, 9), *plain, (257, 9)], lsb_first=True),
        "byte-flipped": data[:half] + bytes([data[half] ^ 0x5A]) + data[half + 1 :],
        "20-bytes-missing": data[:half] + data[half + 20 :],
        "cut-in-half": data[:half],
        "all-zero": bytes(1000),
        "all-ones": b"\xff" * 1000,
        "too-long": packing.lzw(
            np.concatenate([whole, whole]).astype(np.uint8).tobytes(), 8, lsb_first=True, early_change=False
        ),
        "bytes-after-the-end-code": data + b"more" * 20,
        "empty": b"",
    }
    for name, stream in odd.items():
        corpus.corrupt(f"gif/codes-{name}.gif", begin + frame(whole, data=stream) + TRAILER)
    table_full = [(256, 9)]
    for i, v in enumerate(scene.samples(97, 61, 1).reshape(-1).tolist()):
        # The table is left full, with no clear code: codes stay 12 bits wide and no more are added.
        entries = min(257 + i, 4095)
        table_full.append((v, min(max(entries.bit_length(), 9), 12)))
    table_full.append((257, 12))
    corpus.good(
        "gif/codes-deferred-clear.gif",
        screen(97, 61, palette(256))
        + frame(scene.samples(97, 61, 1)[..., 0], data=packing.pack_codes(table_full, lsb_first=True))
        + TRAILER,
    )


def damage(corpus: Collection) -> None:
    whole = screen(WIDTH, HEIGHT, palette(256)) + frame(scene.indices(WIDTH, HEIGHT, 256)) + TRAILER
    at = whole.index(b"\x2c\0\0\0\0") + 11
    files = {
        "version-88a": b"GIF88a" + whole[6:],
        "version-lower-case": b"gif89a" + whole[6:],
        "leading-junk": b"junk" + whole,
        "data-block-longer-than-the-rest": whole[: at + 1800],
        "block-length-wrong": whole[:at] + b"\x10" + whole[at + 1 :],
        "zero-block-in-the-middle": whole[: at + 256] + b"\0" + whole[at + 256 :],
    }
    for name, data in files.items():
        corpus.corrupt(f"gif/{name}.gif", data)
