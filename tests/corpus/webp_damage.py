"""The webp/ folder's contradictory and damaged files: canvas, flags, alpha, framing, VP8 and VP8L data."""

import struct

import exif_block
import scene
from collection import Collection
from webp_files import ALPHA, EXIF, chunk, chunks_of, extended, image_chunks, pillow_webp, riff, three


def write(corpus: Collection) -> None:
    canvases_and_flags(corpus)
    alpha_chunks(corpus)
    framing(corpus)
    streams(corpus)


def canvases_and_flags(corpus: Collection) -> None:
    image, alpha = image_chunks("RGB", 48, 32), image_chunks("RGBA", 48, 32)
    lossless = image_chunks("RGBA", 48, 32, lossless=True)
    corpus.good("webp/vp8x-alone.webp", riff(extended(48, 32, 0), image))
    corpus.good("webp/vp8x-alpha.webp", riff(extended(48, 32, ALPHA), alpha))
    corpus.good("webp/vp8x-lossless-alpha.webp", riff(extended(48, 32, ALPHA), lossless))
    odd = {
        "vp8x-canvas-larger": riff(extended(60, 40, 0), image),
        "vp8x-canvas-smaller": riff(extended(20, 16, 0), image),
        "vp8x-canvas-2-to-24": riff(extended(2**24, 2**24, 0), image),
        "vp8x-alpha-flag-absent": riff(extended(48, 32, 0), alpha),
        "vp8x-alpha-flag-absent-lossless": riff(extended(48, 32, 0), lossless),
        "vp8x-alpha-flag-without-alpha": riff(extended(48, 32, ALPHA), image),
        "vp8x-all-flags": riff(extended(48, 32, 0xFF), image),
        "vp8x-reserved-bits": riff(extended(48, 32, 0xC1), image),
        "vp8x-short": riff(chunk(b"VP8X", b"\0\0\0\0\x2f\0"), image),
        "vp8x-long": riff(chunk(b"VP8X", b"\0\0\0\0" + three(47) + three(31) + b"more"), image),
        "vp8x-twice": riff(extended(48, 32, 0), extended(48, 32, 0), image),
        "vp8x-after-the-image": riff(image, extended(48, 32, 0)),
        "vp8x-only": riff(extended(48, 32, 0)),
        "two-images": riff(extended(48, 32, 0), image, image_chunks("RGB", 48, 32, "second")),
    }
    for name, data in odd.items():
        corpus.corrupt(f"webp/{name}.webp", data)


def alpha_chunks(corpus: Collection) -> None:
    found = chunks_of(pillow_webp("RGBA", 48, 32))
    vp8, alph = found[b"VP8 "], found[b"ALPH"]
    x = extended(48, 32, ALPHA)
    plane = scene.samples(48, 32, 2)[..., 1].astype("u1")
    raw = plane.tobytes()
    corpus.good("webp/alph-uncompressed.webp", riff(x, chunk(b"ALPH", b"\0" + raw), vp8))
    left = plane.copy()
    left[:, 1:] -= plane[:, :-1]
    left[1:, 0] -= plane[:-1, 0]
    corpus.good("webp/alph-horizontal-filter.webp", riff(x, chunk(b"ALPH", b"\4" + left.tobytes()), vp8))
    up = plane.copy()
    up[1:] -= plane[:-1]
    up[0, 1:] -= plane[0, :-1]
    corpus.good("webp/alph-vertical-filter.webp", riff(x, chunk(b"ALPH", b"\x08" + up.tobytes()), vp8))
    data = alph[8:]
    odd = {
        "truncated": chunk(b"ALPH", data[: len(data) // 2]),
        "uncompressed-truncated": chunk(b"ALPH", b"\0" + raw[:700]),
        "uncompressed-too-long": chunk(b"ALPH", b"\0" + raw * 2),
        "one-byte": chunk(b"ALPH", b"\1"),
        "empty": chunk(b"ALPH", b""),
        "garbage": chunk(b"ALPH", b"\1" + b"garbage" * 9),
        "compression-3": chunk(b"ALPH", b"\3" + raw),
        "reserved-bits": chunk(b"ALPH", b"\xc0" + raw),
        "twice": alph * 2,
    }
    for name, made in odd.items():
        corpus.corrupt(f"webp/alph-{name}.webp", riff(x, made, vp8))
    corpus.corrupt("webp/alph-after-the-image.webp", riff(x, vp8, alph))
    corpus.corrupt("webp/alph-without-vp8x.webp", riff(alph, vp8))
    corpus.corrupt("webp/alph-beside-vp8l.webp", riff(x, alph, image_chunks("RGBA", 48, 32, lossless=True)))
    corpus.corrupt("webp/alph-alone.webp", riff(x, alph))


def framing(corpus: Collection) -> None:
    for name, mode, options in (
        ("lossy", "RGB", {}),
        ("lossless", "RGB", {"lossless": True}),
        ("lossy-alpha", "RGBA", {}),
    ):
        whole = pillow_webp(mode, 61, 47, **options)
        size = len(whole) - 8
        resized = lambda new: whole[:4] + struct.pack("<I", new) + whole[8:]
        files = {
            "riff-size-too-long": resized(size + 1000),
            "riff-size-too-long-by-1": resized(size + 1),
            "riff-size-too-short-by-2": resized(size - 2),
            "riff-size-half": resized(size // 2),
            "riff-size-0": resized(0),
            "riff-size-2-to-32-less-1": resized(2**32 - 1),
            "trailing-data": whole + b"trailing data",
            "trailing-zeros": whole + bytes(64),
            "trailing-webp": whole + whole,
            "rifx": b"RIFX" + whole[4:],
            "leading-junk": b"junk" + whole,
        }
        for kind, data in files.items():
            corpus.corrupt(f"webp/{name}-{kind}.webp", data)
    odd_size = image_chunks("RGB", 48, 32)
    bare = odd_size[: 8 + int.from_bytes(odd_size[4:8], "little")]
    odd = chunk(b"VP8 ", bare[8:] + b"\0" * (1 - len(bare) % 2), pad=b"")
    corpus.corrupt("webp/odd-chunk-without-padding.webp", riff(odd))
    corpus.corrupt(
        "webp/odd-chunk-without-padding-then-exif.webp",
        riff(extended(48, 32, EXIF), odd, chunk(b"EXIF", exif_block.orientation(6))),
    )
    corpus.corrupt("webp/wave-file.webp", riff().replace(b"WEBP", b"WAVE") + chunk(b"fmt ", bytes(16)))


def streams(corpus: Collection) -> None:
    for name, options in (("vp8", {}), ("vp8l", {"lossless": True})):
        whole = image_chunks("RGB", 48, 32, **options)
        kind, data = whole[:4], whole[8:]
        third = len(data) // 3
        flip = lambda at: data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :]
        files = {
            "first-byte-flipped": flip(0),
            "fourth-byte-flipped": flip(3),
            "byte-flipped-early": flip(30),
            "byte-flipped": flip(third),
            "20-bytes-missing": data[:third] + data[third + 20 :],
            "20-zeros": data[:third] + bytes(20) + data[third + 20 :],
            "zeros-after-a-third": data[:third] + bytes(len(data) - third),
            "cut-at-a-third": data[:third],
            "cut-to-12": data[:12],
            "empty": b"",
        }
        for what, stream in files.items():
            corpus.corrupt(f"webp/{name}-{what}.webp", riff(chunk(kind, stream)))
        past = struct.pack("<4sI", kind, len(data) + 5000) + data
        corpus.corrupt(f"webp/{name}-chunk-length-past-the-end.webp", riff(past))
    lossy = image_chunks("RGB", 48, 32)[8:]
    sized = lambda width, height: lossy[:6] + struct.pack("<HH", width, height) + lossy[10:]
    for name, width, height in (
        ("width-0", 0, 32),
        ("height-0", 48, 0),
        ("wider", 60, 32),
        ("16383x16383", 16383, 16383),
        ("upscaling-bits", 48 | 0x4000, 32 | 0x8000),
    ):
        corpus.corrupt(f"webp/vp8-{name}.webp", riff(chunk(b"VP8 ", sized(width, height))))
    corpus.corrupt("webp/vp8-interframe.webp", riff(chunk(b"VP8 ", bytes([lossy[0] | 1]) + lossy[1:])))
    corpus.corrupt("webp/vp8-not-shown.webp", riff(chunk(b"VP8 ", bytes([lossy[0] & ~0x10]) + lossy[1:])))
    corpus.corrupt("webp/vp8-in-a-vp8l-chunk.webp", riff(chunk(b"VP8L", lossy)))
    lossless = image_chunks("RGB", 48, 32, lossless=True)[8:]
    corpus.corrupt(
        "webp/vp8l-version-1.webp",
        riff(chunk(b"VP8L", lossless[:4] + bytes([lossless[4] | 0x20]) + lossless[5:])),
    )
    corpus.corrupt(
        "webp/vp8l-16384x16384.webp", riff(chunk(b"VP8L", lossless[:1] + b"\xff\xff\xff\x0f" + lossless[5:]))
    )
    alpha = image_chunks("RGBA", 48, 32, lossless=True)[8:]
    hidden = alpha[:4] + bytes([alpha[4] & ~0x10]) + alpha[5:]
    corpus.corrupt("webp/vp8l-alpha-bit-cleared.webp", riff(chunk(b"VP8L", hidden)))
