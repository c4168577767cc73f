"""The png/ folder's metadata: ancillary chunks, EXIF and XMP orientation, and broken ones of each."""

import struct
import zlib

import exif_block
import png_writer as png
import scene
from collection import Collection
from png_files import palette_chunk


def write(corpus: Collection) -> None:
    ancillary(corpus)
    orientations(corpus)


def ancillary(corpus: Collection) -> None:
    profile, gray_profile_stub = exif_block.icc_profile(), b"\0" * 40
    iccp = lambda data: png.chunk(b"iCCP", b"name\0\0" + data)
    chromaticities = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    chunks = {
        "gama-45455": png.chunk(b"gAMA", struct.pack(">I", 45455)),
        "gama-100000": png.chunk(b"gAMA", struct.pack(">I", 100000)),
        "gama-0": png.chunk(b"gAMA", struct.pack(">I", 0)),
        "srgb": png.chunk(b"sRGB", b"\0"),
        "chrm": png.chunk(b"cHRM", chromaticities),
        "iccp": iccp(zlib.compress(profile)),
        "iccp-stub": iccp(zlib.compress(gray_profile_stub)),
        "phys": png.chunk(b"pHYs", struct.pack(">IIB", 2835, 5670, 1)),
        "sbit": png.chunk(b"sBIT", b"\5\6\5"),
        "bkgd": png.chunk(b"bKGD", struct.pack(">3H", 255, 0, 128)),
        "time": png.chunk(b"tIME", struct.pack(">H5B", 2026, 1, 1, 0, 0, 0)),
        "cicp-pq": png.chunk(b"cICP", b"\x09\x10\x00\x01"),
        "text": png.chunk(b"tEXt", b"Title\0caf\xe9"),
        "ztxt": png.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hello " * 100)),
        "itxt": png.chunk(b"iTXt", b"Title\0\0\0en\0Titel\0" + "жук".encode()),
        "itxt-compressed": png.chunk(b"iTXt", b"Title\0\1\0en\0Titel\0" + zlib.compress(b"x" * 500)),
        "suggested-palette": palette_chunk(16),
        "unknown-ancillary": png.chunk(b"teSt", b"anything"),
    }
    picture = scene.samples(53, 35, 3)
    for name, data in chunks.items():
        corpus.good(f"png/rgb-{name}.png", png.png(picture, 8, png.RGB, before=data))
    wide = scene.samples(53, 35, 1, 16)
    corpus.good("png/gray-16bit-gama-100000.png", png.png(wide, 16, png.GRAY, before=chunks["gama-100000"]))
    broken = {
        "iccp-broken-zlib": iccp(b"not zlib at all"),
        "iccp-compression-9": png.chunk(b"iCCP", b"name\0\x09" + zlib.compress(profile)),
        "iccp-no-name": png.chunk(b"iCCP", b"\0\0" + zlib.compress(profile)),
        "iccp-empty": png.chunk(b"iCCP"),
        "iccp-bomb": iccp(zlib.compress(b"\0" * 100_000_000, 9)),
        "gama-short": png.chunk(b"gAMA", b"\0\1"),
        "chrm-short": png.chunk(b"cHRM", chromaticities[:10]),
        "srgb-empty": png.chunk(b"sRGB"),
        "phys-short": png.chunk(b"pHYs", b"\0"),
        "ztxt-broken": png.chunk(b"zTXt", b"Comment\0\0garbage"),
        "itxt-no-fields": png.chunk(b"iTXt", b"Title"),
        "text-no-separator": png.chunk(b"tEXt", b"Title"),
        "two-srgb": chunks["srgb"] * 2,
        "reserved-bit-set": png.chunk(b"tesT", b"anything"),
    }
    for name, data in broken.items():
        corpus.corrupt(f"png/rgb-{name}.png", png.png(picture, 8, png.RGB, before=data))


def orientations(corpus: Collection) -> None:
    picture = scene.samples(48, 32, 3)
    for value in range(1, 9):
        chunk = png.chunk(b"eXIf", exif_block.orientation(value, "<"))
        corpus.good(f"png/exif-orientation-{value}.png", png.png(picture, 8, png.RGB, before=chunk))
        chunk = png.chunk(b"eXIf", exif_block.orientation(value, ">"))
        corpus.good(
            f"png/exif-orientation-{value}-big-endian.png", png.png(picture, 8, png.RGB, before=chunk)
        )
        chunk = png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + exif_block.xmp(value))
        corpus.good(f"png/xmp-orientation-{value}.png", png.png(picture, 8, png.RGB, before=chunk))
    six = exif_block.orientation(6)
    late = png.chunk(b"eXIf", six)
    corpus.good("png/exif-after-the-idat.png", png.png(picture, 8, png.RGB, after=late))
    corpus.good(
        "png/xmp-after-the-idat.png",
        png.png(
            picture, 8, png.RGB, after=png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + exif_block.xmp(6))
        ),
    )
    corpus.good(
        "png/xmp-orientation-6-element.png",
        png.png(
            picture,
            8,
            png.RGB,
            before=png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + exif_block.xmp(6, attribute=False)),
        ),
    )
    corpus.good(
        "png/xmp-orientation-6-compressed.png",
        png.png(
            picture,
            8,
            png.RGB,
            before=png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(exif_block.xmp(6))),
        ),
    )
    corpus.good(
        "png/exif-6-and-xmp-3.png",
        png.png(
            picture,
            8,
            png.RGB,
            before=late + png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + exif_block.xmp(3)),
        ),
    )
    corpus.good("png/exif-in-text.png", png.png(picture, 8, png.RGB, before=raw_profile(b"tEXt", six)))
    corpus.good("png/exif-in-ztxt.png", png.png(picture, 8, png.RGB, before=raw_profile(b"zTXt", six)))
    gray = scene.samples(61, 47, 1, 16)
    corpus.good(
        "png/exif-orientation-5-gray-16bit.png",
        png.png(gray, 16, png.GRAY, before=png.chunk(b"eXIf", exif_block.orientation(5))),
    )
    corpus.corrupt(
        "png/exif-prefixed.png", png.png(picture, 8, png.RGB, before=png.chunk(b"eXIf", b"Exif\0\0" + six))
    )
    corpus.corrupt(
        "png/exif-twice.png",
        png.png(picture, 8, png.RGB, before=late + png.chunk(b"eXIf", exif_block.orientation(3))),
    )
    for name, block in exif_block.oddities().items():
        corpus.corrupt(f"png/exif-{name}.png", png.png(picture, 8, png.RGB, before=png.chunk(b"eXIf", block)))


def raw_profile(kind: bytes, block: bytes) -> bytes:
    """An EXIF block as ImageMagick used to write it: hexadecimal in a text chunk."""
    data = b"Exif\0\0" + block
    text = f"\nexif\n{len(data):8}\n{data.hex()}\n".encode()
    return png.chunk(
        kind, b"Raw profile type exif\0" + (text if kind == b"tEXt" else b"\0" + zlib.compress(text))
    )
