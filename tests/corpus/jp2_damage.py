"""The jp2/ folder's damaged files: boxes, codestream headers, packets."""

import struct

from PIL import features

from collection import Collection
from jp2_files import CMYK, COD, EOC, GRAY, QCD, SIGNATURE, SIZ, SOD, SOT, SRGB
from jp2_files import box, channels, codestream, colour, image_header, jp2, palette


def write(corpus: Collection) -> None:
    if not features.check("jpg_2000"):
        return  # jp2_files says so
    box_damage(corpus)
    codestream_damage(corpus)


def box_damage(corpus: Collection) -> None:
    rgb = codestream("RGB", 48, 32)
    three = image_header(48, 32, 3)
    whole = jp2(rgb, three, colour(SRGB))
    files = {
        "signature-wrong": whole[:11] + b"X" + whole[12:],
        "ftyp-missing": SIGNATURE + box(b"jp2h", three + colour(SRGB)) + box(b"jp2c", rgb),
        "ftyp-brand-jpx": whole.replace(b"ftypjp2 ", b"ftypjpx "),
        "ftyp-brand-avif": whole.replace(b"ftypjp2 ", b"ftypavif"),
        "jp2h-missing": SIGNATURE + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2c", rgb),
        "ihdr-missing": jp2(rgb, colour(SRGB)),
        "colr-missing": jp2(rgb, three),
        "colr-first": jp2(rgb, colour(SRGB), three),
        "colr-method-9": jp2(rgb, three, box(b"colr", b"\x09\0\0\0\0\0\x10")),
        "colr-space-9999": jp2(rgb, three, colour(9999)),
        "colr-space-gray-of-three": jp2(rgb, three, colour(GRAY)),
        "colr-space-cmyk": jp2(rgb, three, colour(CMYK)),
        "jp2c-missing": whole[: -len(rgb) - 8],
        "jp2c-empty": jp2(b"", three, colour(SRGB)),
        "jp2c-before-jp2h": SIGNATURE
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2c", rgb)
        + box(b"jp2h", three + colour(SRGB)),
        "ihdr-size-unlike": jp2(rgb, image_header(60, 50, 3), colour(SRGB)),
        "ihdr-size-0": jp2(rgb, image_header(0, 0, 3), colour(SRGB)),
        "ihdr-size-huge": jp2(rgb, image_header(2**32 - 1, 2**32 - 1, 3), colour(SRGB)),
        "ihdr-components-1-of-3": jp2(rgb, image_header(48, 32, 1), colour(SRGB)),
        "ihdr-components-5-of-3": jp2(rgb, image_header(48, 32, 5), colour(SRGB)),
        "ihdr-depth-16-of-8": jp2(rgb, image_header(48, 32, 3, 16), colour(SRGB)),
        "palette-without-mapping": jp2(
            codestream("L", 48, 32), image_header(48, 32, 1), colour(SRGB), palette(256)
        ),
        "palette-fewer-than-used": jp2(
            codestream("L", 48, 32),
            image_header(48, 32, 1),
            colour(SRGB),
            palette(50),
            box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, c) for c in range(3))),
        ),
        "cdef-beyond": jp2(rgb, three, colour(SRGB), channels((9, 0, 1), (8, 0, 2))),
        "box-length-past-the-end": whole[:32] + b"\x7f\xff\xff\xff" + whole[36:],
        "box-length-4": whole[:32] + b"\0\0\0\4" + whole[36:],
        "trailing-garbage": whole + b"garbage" * 10,
        "leading-junk": b"junk" + whole,
    }
    for name, data in files.items():
        corpus.corrupt(f"jp2/box-damage-{name}.jp2", data)


def codestream_damage(corpus: Collection) -> None:
    for kind, options in (
        ("lossless", {}),
        ("lossy", {"irreversible": True, "quality_mode": "rates", "quality_layers": [8]}),
        ("tiled", {"tile_size": (32, 32)}),
    ):
        whole = codestream("RGB", 61, 47, **options)
        start = whole.index(SOD) + 2
        at = start + (len(whole) - start) // 2
        files = {
            "byte-flipped-early": whole[: start + 9] + bytes([whole[start + 9] ^ 0x5A]) + whole[start + 10 :],
            "byte-flipped": whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :],
            "20-bytes-missing": whole[:at] + whole[at + 20 :],
            "20-zeros": whole[:at] + bytes(20) + whole[at + 20 :],
            "20-ones": whole[:at] + b"\xff" * 20 + whole[at + 20 :],
            "cut-in-half": whole[:at],
            "no-eoc": whole[:-2],
            "trailing-garbage": whole + b"garbage" * 10,
            "no-packets": whole[:start] + EOC,
        }
        for name, data in files.items():
            corpus.corrupt(f"jp2/damage-{kind}-{name}.j2k", data)
    whole = codestream("RGB", 61, 47)
    siz, cod, qcd, sot = (whole.index(marker) for marker in (SIZ, COD, QCD, SOT))
    long = lambda value: struct.pack(">I", value)
    patches = {
        "width-0": (siz + 6, long(0)),
        "width-2-to-31": (siz + 6, long(2**31)),
        "60000x60000": (siz + 6, long(60000) + long(60000)),
        "wider": (siz + 6, long(90)),
        "taller": (siz + 10, long(90)),
        "tile-size-0": (siz + 22, long(0)),
        "tile-size-1x1": (siz + 22, long(1) + long(1)),
        "offset-beyond-the-size": (siz + 14, long(100)),
        "components-0": (siz + 38, b"\0\0"),
        "components-4-of-3": (siz + 38, b"\0\4"),
        "components-16384": (siz + 38, b"\x40\0"),
        "component-depth-38": (siz + 40, b"\x25"),
        "component-depth-16": (siz + 40, b"\x0f\1\1\x0f\1\1\x0f"),
        "component-depth-4": (siz + 40, b"\3\1\1\3\1\1\3"),
        "component-signed": (siz + 40, b"\x87\1\1\x87\1\1\x87"),
        "component-subsampling-0": (siz + 41, b"\0"),
        "profile-255": (siz + 4, b"\xff\xff"),
        "progression-9": (cod + 5, b"\x09"),
        "layers-0": (cod + 6, b"\0\0"),
        "transform-2": (cod + 8, b"\2"),
        "levels-33": (cod + 9, b"\x21"),
        "codeblock-width-15": (cod + 10, b"\x0f"),
        "wavelet-irreversible-of-reversible": (cod + 13, b"\0"),
        "quantization-style-7": (qcd + 4, b"\x07"),
        "tile-number-9": (sot + 4, b"\0\x09"),
        "tile-length-0": (sot + 6, long(0)),
        "tile-length-5": (sot + 6, long(5)),
        "tile-length-huge": (sot + 6, long(2**31)),
    }
    for name, (where, new) in patches.items():
        corpus.corrupt(f"jp2/header-{name}.j2k", whole[:where] + new + whole[where + len(new) :])
    for name, marker in (("siz", SIZ), ("cod", COD), ("qcd", QCD)):
        at = whole.index(marker)
        size = int.from_bytes(whole[at + 2 : at + 4], "big") + 2
        corpus.corrupt(f"jp2/header-without-{name}.j2k", whole[:at] + whole[at + size :])
