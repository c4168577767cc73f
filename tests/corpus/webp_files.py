"""The webp/ folder's pictures: VP8 and VP8L streams from Pillow, put into RIFF files by hand."""

import io
import struct

import exif_block
import scene
from collection import Collection

ICC, ALPHA, EXIF, XMP, ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02


def write(corpus: Collection) -> None:
    still(corpus)
    metadata(corpus)
    animations(corpus)


def chunk(kind: bytes, data: bytes, *, length: int | None = None, pad: bytes = b"\0") -> bytes:
    return kind + struct.pack("<I", len(data) if length is None else length) + data + pad[: len(data) % 2]


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def three(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def extended(width: int, height: int, flags: int) -> bytes:
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + three(width - 1) + three(height - 1))


def pillow_webp(mode: str, width: int, height: int, seed: str = "", **options) -> bytes:
    out = io.BytesIO()
    scene.image(mode, width, height, seed).save(out, "WEBP", **options)
    return out.getvalue()


def chunks_of(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a still picture, whole, by name."""
    found, at = {}, 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found[data[at : at + 4]] = data[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2
    return found


def image_chunks(mode: str, width: int, height: int, seed: str = "", **options) -> bytes:
    """What holds the picture itself: a VP8 or VP8L chunk, after an ALPH where there is one."""
    found = chunks_of(pillow_webp(mode, width, height, seed, **options))
    return b"".join(found.get(kind, b"") for kind in (b"ALPH", b"VP8 ", b"VP8L"))


def still(corpus: Collection) -> None:
    variants = {
        "lossy": ("RGB", {}),
        "lossy-quality-0": ("RGB", {"quality": 0}),
        "lossy-quality-100": ("RGB", {"quality": 100}),
        "lossy-method-0": ("RGB", {"method": 0}),
        "lossy-alpha": ("RGBA", {}),
        "lossy-alpha-quality-10": ("RGBA", {"alpha_quality": 10}),
        "lossy-alpha-exact": ("RGBA", {"exact": True}),
        "lossless": ("RGB", {"lossless": True}),
        "lossless-alpha": ("RGBA", {"lossless": True}),
        "lossless-alpha-exact": ("RGBA", {"lossless": True, "exact": True}),
        "lossless-quality-0": ("RGB", {"lossless": True, "quality": 0}),
        "lossless-gray": ("L", {"lossless": True}),
        "lossy-gray": ("L", {}),
    }
    for name, (mode, options) in variants.items():
        path = f"webp/{name}.webp"
        corpus.good(path, pillow_webp(mode, *scene.size_for(path), **options))
    for width, height in ((1, 1), (1, 61), (97, 1), (15, 17), (16, 16)):
        for name, mode, options in (
            ("lossy", "RGB", {}),
            ("lossless-alpha", "RGBA", {"lossless": True}),
            ("lossy-alpha", "RGBA", {}),
        ):
            corpus.good(f"webp/{name}-{width}x{height}.webp", pillow_webp(mode, width, height, **options))
    corpus.good("webp/lossy-16383x1.webp", pillow_webp("L", 16383, 1))


def metadata(corpus: Collection) -> None:
    image = image_chunks("RGB", 48, 32, lossless=True)
    lossy = image_chunks("RGB", 48, 32)
    six = chunk(b"EXIF", exif_block.orientation(6))
    profile = chunk(b"ICCP", exif_block.icc_profile())
    x = lambda flags: extended(48, 32, flags)
    for value in range(1, 9):
        for end, order in (("", "<"), ("-big-endian", ">")):
            block = chunk(b"EXIF", exif_block.orientation(value, order))
            corpus.good(f"webp/exif-orientation-{value}{end}.webp", riff(x(EXIF), image, block))
        block = chunk(b"EXIF", b"Exif\0\0" + exif_block.orientation(value))
        corpus.good(f"webp/exif-orientation-{value}-prefixed.webp", riff(x(EXIF), lossy, block))
        packet = chunk(b"XMP ", exif_block.xmp(value))
        corpus.good(f"webp/xmp-orientation-{value}.webp", riff(x(XMP), image, packet))
    corpus.good(
        "webp/exif-6-and-xmp-3.webp", riff(x(EXIF | XMP), image, six, chunk(b"XMP ", exif_block.xmp(3)))
    )
    corpus.good("webp/icc.webp", riff(x(ICC), profile, image))
    corpus.good(
        "webp/icc-exif-xmp.webp",
        riff(x(ICC | EXIF | XMP), profile, lossy, six, chunk(b"XMP ", exif_block.xmp(3))),
    )
    corpus.good("webp/icc-garbage.webp", riff(x(ICC), chunk(b"ICCP", b"garbage"), image))
    corpus.good(
        "webp/unknown-chunk.webp", riff(x(0), chunk(b"ABCD", b"anything"), image, chunk(b"EFGH", b"odd"))
    )
    odd = {
        "exif-before-the-image": riff(x(EXIF), six, image),
        "exif-before-the-image-lossy": riff(x(EXIF), six, lossy),
        "exif-flag-absent": riff(x(0), image, six),
        "exif-flag-without-exif": riff(x(EXIF), image),
        "exif-without-vp8x": riff(image, six),
        "exif-twice": riff(x(EXIF), image, six, chunk(b"EXIF", exif_block.orientation(3))),
        "exif-pad-byte-not-0": riff(
            x(EXIF), image, chunk(b"EXIF", exif_block.orientation(6) + b"x", pad=b"\xff")
        ),
        "exif-pad-byte-missing": riff(
            x(EXIF), image, chunk(b"EXIF", exif_block.orientation(6) + b"x", pad=b"")
        ),
        "exif-length-past-the-end": riff(
            x(EXIF), image, chunk(b"EXIF", exif_block.orientation(6), length=9999)
        ),
        "exif-prefix-twice": riff(
            x(EXIF), image, chunk(b"EXIF", b"Exif\0\0Exif\0\0" + exif_block.orientation(6))
        ),
        "icc-after-the-image": riff(x(ICC), image, profile),
        "icc-flag-absent": riff(x(0), profile, image),
        "xmp-flag-absent": riff(x(0), image, chunk(b"XMP ", exif_block.xmp(6))),
    }
    for name, data in odd.items():
        corpus.corrupt(f"webp/{name}.webp", data)
    for name, block in exif_block.oddities().items():
        corpus.corrupt(f"webp/exif-{name}.webp", riff(x(EXIF), image, chunk(b"EXIF", block)))


def frame(image: bytes, left: int, top: int, width: int, height: int, flags: int = 0) -> bytes:
    box = three(left // 2) + three(top // 2) + three(width - 1) + three(height - 1)
    return chunk(b"ANMF", box + three(100) + bytes([flags]) + image)


def animations(corpus: Collection) -> None:
    background = lambda colour: chunk(b"ANIM", colour + struct.pack("<H", 0))
    clear, blue = background(b"\0\0\0\0"), background(b"\xff\x40\x20\xff")
    whole = frame(image_chunks("RGB", 48, 32, "0"), 0, 0, 48, 32)
    whole_alpha = frame(image_chunks("RGBA", 48, 32, "1", lossless=True), 0, 0, 48, 32)
    small = frame(image_chunks("RGB", 20, 12, "2", lossless=True), 10, 6, 20, 12)
    small_alpha = frame(image_chunks("RGBA", 20, 12, "3"), 10, 6, 20, 12)
    no_blend = frame(image_chunks("RGBA", 20, 12, "3"), 10, 6, 20, 12, 2)
    disposed = frame(image_chunks("RGB", 48, 32, "0"), 0, 0, 48, 32, 1)
    x = lambda flags=ANIMATION, width=48, height=32: extended(width, height, flags)
    alpha = ANIMATION | ALPHA
    good = {
        "two-frames": riff(x(), clear, whole, small),
        "one-frame": riff(x(), clear, whole),
        "alpha": riff(x(alpha), clear, whole_alpha, small_alpha),
        "first-frame-smaller": riff(x(), clear, small, whole),
        "first-frame-smaller-background-blue": riff(x(), blue, small, whole),
        "first-frame-smaller-with-alpha": riff(x(alpha), clear, small_alpha, whole),
        "first-frame-smaller-with-alpha-background-blue": riff(x(alpha), blue, small_alpha, whole),
        "first-frame-smaller-not-blended-background-blue": riff(x(alpha), blue, no_blend, whole),
        "first-frame-disposed": riff(x(), clear, disposed, small),
        "orientation-6": riff(
            x(ANIMATION | EXIF), clear, whole, small, chunk(b"EXIF", exif_block.orientation(6))
        ),
        "icc": riff(x(ANIMATION | ICC), chunk(b"ICCP", exif_block.icc_profile()), clear, whole, small),
    }
    odd = {
        "no-frames": riff(x(), clear),
        "no-anim-chunk": riff(x(), whole, small),
        "flag-absent": riff(x(0), clear, whole, small),
        "flag-on-a-still-picture": riff(x(), clear, image_chunks("RGB", 48, 32)),
        "frame-outside-the-canvas": riff(x(), clear, frame(image_chunks("RGB", 20, 12), 40, 30, 20, 12)),
        "frame-larger-than-the-canvas": riff(x(ANIMATION, 20, 12), clear, whole),
        "frame-size-unlike-its-image": riff(x(), clear, frame(image_chunks("RGB", 20, 12), 0, 0, 48, 32)),
        "second-frame-damaged": riff(
            x(), clear, whole, frame(image_chunks("RGB", 20, 12)[:60], 0, 0, 20, 12)
        ),
        "second-frame-cut": riff(x(), clear, whole, small)[:-50],
        "first-frame-damaged": riff(x(), clear, frame(image_chunks("RGB", 48, 32)[:60], 0, 0, 48, 32), small),
        "frame-empty": riff(x(), clear, chunk(b"ANMF", b""), whole),
        "anim-chunk-short": riff(x(), chunk(b"ANIM", b"\0\0"), whole),
    }
    for name, data in good.items():
        corpus.good(f"webp/animated-{name}.webp", data)
    for name, data in odd.items():
        corpus.corrupt(f"webp/animated-{name}.webp", data)
