"""The others/ folder: formats beside the main ones, and files that are no picture at all."""

import io
import struct

import numpy as np
from PIL import features

import packing
import scene
from collection import Collection

SIGNATURES = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "gif": b"GIF89a",
    "bmp": b"BM",
    "tif": b"II\x2a\0",
    "tiff": b"MM\0\x2a",
    "webp": b"RIFF\0\0\0\0WEBP",
    "jp2": b"\0\0\0\x0cjP  \r\n\x87\n",
    "j2k": b"\xff\x4f\xff\x51",
    "ppm": b"P6",
    "pfm": b"Pf",
    "ico": b"\0\0\1\0",
    "psd": b"8BPS",
    "icns": b"icns",
    "dds": b"DDS ",
    "qoi": b"qoif",
    "sgi": b"\x01\xda",
    "pcx": b"\x0a\5\1\x08",
    "avif": b"\0\0\0\x20ftypavif",
    "pdf": b"%PDF-1.4",
    "fits": b"SIMPLE",
    "eps": b"%!PS-Adobe",
    "wmf": b"\xd7\xcd\xc6\x9a",
    "emf": b"\1\0\0\0",
    "xpm": b"/* XPM */",
    "flc": b"\0\0\0\0\x12\xaf",
    "hdf5": b"\x89HDF\r\n\x1a\n",
    "jxl": b"\xff\x0a",
    "zip": b"PK\3\4",
    "gz": b"\x1f\x8b\x08",
    "elf": b"\x7fELF",
}


def write(corpus: Collection) -> None:
    pillow_formats(corpus)
    hand_made(corpus)
    high_efficiency(corpus)
    not_pictures(corpus)


def pillow_formats(corpus: Collection) -> None:
    formats = {
        "ico": ("ICO", "RGBA", {}),
        "ico-bmp": ("ICO", "RGBA", {"bitmap_format": "bmp"}),
        "icns": ("ICNS", "RGBA", {}),
        "pcx": ("PCX", "RGB", {}),
        "pcx-palette": ("PCX", "P", {}),
        "pcx-1bit": ("PCX", "1", {}),
        "tga": ("TGA", "RGB", {}),
        "tga-rle": ("TGA", "RGBA", {"compression": "tga_rle"}),
        "tga-palette": ("TGA", "P", {}),
        "dds": ("DDS", "RGBA", {}),
        "dds-dxt1": ("DDS", "RGBA", {"pixel_format": "DXT1"}),
        "sgi": ("SGI", "RGB", {}),
        "xbm": ("XBM", "1", {}),
        "qoi": ("QOI", "RGB", {}),
        "im": ("IM", "RGB", {}),
        "msp": ("MSP", "1", {}),
        "blp": ("BLP", "P", {}),
        "dib": ("DIB", "RGB", {}),
        "spider": ("SPIDER", "F", {}),
    }
    for name, (kind, mode, options) in formats.items():
        image = scene.image("L", 48, 32).convert("F") if mode == "F" else scene.image(mode, 48, 32)
        out = io.BytesIO()
        image.save(out, kind, **options)
        corpus.good(f"others/{name}.{name.split('-')[0]}", out.getvalue())
    for name, kind in (("eps", "EPS"), ("pdf", "PDF")):
        out = io.BytesIO()
        # The PDF writer puts in the time unless it is given one.
        dated = {"creationDate": None, "modDate": None} if kind == "PDF" else {}
        scene.image("RGB", 48, 32).save(out, kind, **dated)
        # Pillow reads EPS only where Ghostscript is installed, and PDF not at all.
        corpus.unread(f"others/{name}.{name}", out.getvalue())


def hand_made(corpus: Collection) -> None:
    rgb = scene.samples(48, 32, 3).astype(np.uint8)
    planes = np.moveaxis(rgb, -1, 0)
    head = (
        lambda mode, bits, channels: b"8BPS"
        + struct.pack(">H6xHIIHH", 1, channels, 32, 48, bits, mode)
        + bytes(12)
    )
    corpus.good("others/psd-rgb.psd", head(3, 8, 3) + b"\0\0" + planes.tobytes())
    packed = [packing.packbits(row.tobytes()) for plane in planes for row in plane]
    lengths = b"".join(struct.pack(">H", len(row)) for row in packed)
    corpus.good("others/psd-rgb-packbits.psd", head(3, 8, 3) + b"\0\1" + lengths + b"".join(packed))
    corpus.good("others/psd-gray.psd", head(1, 8, 1) + b"\0\0" + planes[0].tobytes())
    corpus.unread("others/psd-16bit.psd", head(3, 16, 3) + b"\0\0" + planes.repeat(2).tobytes())
    sun = struct.pack(">8I", 0x59A66A95, 48, 32, 24, rgb.size, 1, 0, 0)
    corpus.good("others/sun.ras", sun + rgb[..., ::-1].tobytes())
    gray = np.rint(scene.unit(48, 32, 1)[..., 0] * 255)
    cards = [
        "SIMPLE  =                    T",
        "BITPIX  =                    8",
        "NAXIS   =                    2",
        "NAXIS1  =                   48",
        "NAXIS2  =                   32",
        "END",
    ]
    fits = "".join(card.ljust(80) for card in cards).ljust(2880).encode() + gray.astype(np.uint8).tobytes()
    corpus.good("others/fits.fits", fits + bytes(-len(fits) % 2880))
    pixels = "".join('"' + "".join("ab"[int(v > 128)] for v in row) + '",\n' for row in gray)
    corpus.good(
        "others/xpm.xpm",
        (
            '/* XPM */\nstatic char *x[] = {\n"48 32 2 1",\n"a c #102030",\n"b c #e0d0c0",\n'
            + pixels
            + "};\n"
        ).encode(),
    )
    cursor = io.BytesIO()
    scene.image("RGBA", 48, 32).save(cursor, "ICO", bitmap_format="bmp", sizes=[(32, 32)])
    corpus.good("others/cursor.cur", b"\0\0\2\0" + cursor.getvalue()[4:])
    corpus.unread(
        "others/svg.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32"><rect width="9" height="9"/></svg>',
    )
    radiance = (
        b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X 48\n"
        + np.dstack([rgb, gray * 0 + 128]).astype(np.uint8).tobytes()
    )
    corpus.unread("others/radiance.hdr", radiance)
    corpus.corrupt("others/openexr-header-only.exr", b"\x76\x2f\x31\x01\x02\0\0\0" + bytes(300))
    corpus.unread(
        "others/farbfeld.ff",
        b"farbfeld" + struct.pack(">II", 48, 32) + scene.samples(48, 32, 4, 16).astype(">u2").tobytes(),
    )


def high_efficiency(corpus: Collection) -> None:
    if features.check("avif"):
        variants = {
            "rgb": ("RGB", {}),
            "rgba": ("RGBA", {}),
            "420": ("RGB", {"subsampling": "4:2:0"}),
            "lossless": ("RGB", {"quality": 100, "subsampling": "4:4:4"}),
        }
        for name, (mode, options) in variants.items():
            out = io.BytesIO()
            scene.image(mode, 61, 47).save(out, "AVIF", max_threads=1, **options)
            corpus.good(f"others/avif-{name}.avif", out.getvalue())
    else:
        corpus.leave_out("others/avif-*", "this Pillow has no AVIF codec")
    box = lambda kind, data: struct.pack(">I", len(data) + 8) + kind + data
    for brand in (b"heic", b"mif1", b"heix"):
        data = (
            box(b"ftyp", brand + bytes(4) + b"mif1heic") + box(b"meta", bytes(60)) + box(b"mdat", bytes(500))
        )
        corpus.corrupt(f"others/heif-{brand.decode()}-no-picture.heic", data)
    corpus.corrupt("others/avif-header-only.avif", box(b"ftyp", b"avif" + bytes(4) + b"avifmif1"))
    corpus.corrupt(
        "others/jpeg-xl-container-only.jxl",
        b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl " + bytes(4) + b"jxl "),
    )


def not_pictures(corpus: Collection) -> None:
    corpus.corrupt("others/empty.png", b"")
    corpus.corrupt("others/empty.jpg", b"")
    for byte in (0x00, 0x0A, 0x20, 0x42, 0x50, 0x89, 0xFF):
        corpus.corrupt(f"others/one-byte-{byte:02x}.jpg", bytes([byte]))
    for name, magic in SIGNATURES.items():
        corpus.corrupt(f"others/signature-only.{name}", magic)
        corpus.corrupt(f"others/signature-then-zeros.{name}", magic + bytes(4096))
        noise = np.random.RandomState(len(magic) + len(name)).bytes(4096)
        corpus.corrupt(f"others/signature-then-noise.{name}", magic + noise)
    corpus.corrupt("others/text.jpg", b"This is a text file.\n" * 30)
    corpus.corrupt("others/text-utf-8-mark.png", b"\xef\xbb\xbfThis is a text file.\n" * 30)
    corpus.corrupt(
        "others/html.jpg",
        b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>404</body></html>\n",
    )
    corpus.corrupt(
        "others/html-error.png", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>\n'
    )
    corpus.corrupt("others/json.jpg", b'{"error": "not found"}\n')
    corpus.corrupt(
        "others/git-lfs-pointer.png",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n" % 7,
    )
    corpus.corrupt(
        "others/base64-of-a-png.png",
        b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    )
    corpus.corrupt("others/zeros-4096.jpg", bytes(4096))
    corpus.corrupt("others/ones-4096.jpg", b"\xff" * 4096)
    for number in range(8):
        corpus.corrupt(f"others/noise-4096-{number}.jpg", np.random.RandomState(number).bytes(4096))
