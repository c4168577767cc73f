"""The jp2/ folder's pictures: JPEG 2000 codestreams from Pillow's OpenJPEG, boxed and joined by hand."""

import io
import struct

import numpy as np
from PIL import Image, features

import exif_block
import scene
from collection import Collection

GRAY, SRGB, SYCC, CMYK = 17, 16, 18, 12
SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
SIZ, COD, QCD, SOT, SOD, EOC = b"\xff\x51", b"\xff\x52", b"\xff\x5c", b"\xff\x90", b"\xff\x93", b"\xff\xd9"


def write(corpus: Collection) -> None:
    if not features.check("jpg_2000"):
        corpus.leave_out("jp2/*", "this Pillow has no JPEG 2000 codec")
        return
    encodings(corpus)
    containers(corpus)
    subsampled(corpus)


def pillow_jp2(mode: str, width: int, height: int, **options) -> bytes:
    if mode == "I;16":
        deep = scene.samples(width, height, 1, 16)[..., 0].astype(np.uint16)
        image = Image.fromarray(deep)
    else:
        image = scene.image(mode, width, height)
    out = io.BytesIO()
    image.save(out, "JPEG2000", **options)
    return out.getvalue()


def codestream(mode: str, width: int, height: int, **options) -> bytes:
    return pillow_jp2(mode, width, height, no_jp2=True, **options)


def encodings(corpus: Collection) -> None:
    variants = {
        "rgb-lossless": ("RGB", {}),
        "rgb-lossless-no-mct": ("RGB", {"mct": 0}),
        "rgb-lossy": ("RGB", {"irreversible": True, "quality_mode": "rates", "quality_layers": [8]}),
        "rgb-lossy-40-db": ("RGB", {"irreversible": True, "quality_mode": "dB", "quality_layers": [40]}),
        "rgb-lossy-no-mct": (
            "RGB",
            {"irreversible": True, "mct": 0, "quality_mode": "rates", "quality_layers": [6]},
        ),
        "rgb-layers": ("RGB", {"quality_mode": "rates", "quality_layers": [40, 20, 5, 1]}),
        "gray": ("L", {}),
        "gray-lossy": ("L", {"irreversible": True, "quality_mode": "rates", "quality_layers": [5]}),
        "gray-alpha": ("LA", {}),
        "gray-16bit": ("I;16", {}),
        "rgba": ("RGBA", {}),
        "rgba-lossy": ("RGBA", {"irreversible": True, "quality_mode": "rates", "quality_layers": [5]}),
        "ycbcr": ("YCbCr", {}),
        "cmyk": ("CMYK", {}),
        "tiles": ("RGB", {"tile_size": (16, 16)}),
        "tiles-uneven": ("RGB", {"tile_size": (40, 24)}),
        "tiles-offset": ("RGB", {"tile_size": (32, 32), "tile_offset": (0, 0), "offset": (8, 8)}),
        "one-resolution": ("RGB", {"num_resolutions": 1}),
        "two-resolutions": ("RGB", {"num_resolutions": 2}),
        "six-resolutions": ("RGB", {"num_resolutions": 6}),
        "small-codeblocks": ("RGB", {"codeblock_size": (4, 4)}),
        "precincts": ("RGB", {"precinct_size": (32, 32), "codeblock_size": (16, 16)}),
        "plt-markers": ("RGB", {"plt": True}),
        "comment": ("RGB", {"comment": "a comment"}),
        "signed": ("L", {"signed": True}),
        **{
            f"progression-{order.lower()}": ("RGB", {"progression": order, "tile_size": (32, 32)})
            for order in ("LRCP", "RLCP", "RPCL", "PCRL", "CPRL")
        },
    }
    for name, (mode, options) in variants.items():
        for extension in ("jp2", "j2k"):
            path = f"jp2/{name}.{extension}"
            size = scene.size_for(path)
            try:
                data = pillow_jp2(mode, *size, no_jp2=extension == "j2k", **options)
            except (OSError, ValueError) as error:
                corpus.leave_out(path, f"this Pillow does not write it: {error}")
                continue
            corpus.good(path, data)
    for width, height in ((1, 1), (1, 61), (97, 1), (2, 2)):
        corpus.good(f"jp2/rgb-{width}x{height}.jp2", pillow_jp2("RGB", width, height, num_resolutions=1))
        corpus.good(f"jp2/gray-{width}x{height}.j2k", codestream("L", width, height, num_resolutions=1))


def box(kind: bytes, data: bytes, *, length: int | None = None) -> bytes:
    return struct.pack(">I", len(data) + 8 if length is None else length) + kind + data


def jp2(stream: bytes, *header_boxes: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A JP2 file; `before` and `after` are boxes around the codestream's."""
    start = SIGNATURE + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    return start + box(b"jp2h", b"".join(header_boxes)) + before + box(b"jp2c", stream) + after


def image_header(width: int, height: int, channels: int, depth: int = 8) -> bytes:
    return box(b"ihdr", struct.pack(">IIHBBBB", height, width, channels, depth - 1, 7, 0, 0))


def colour(space: int) -> bytes:
    return box(b"colr", b"\1\0\0" + struct.pack(">I", space))


def channels(*definitions: tuple[int, int, int]) -> bytes:
    return box(
        b"cdef", struct.pack(">H", len(definitions)) + b"".join(struct.pack(">3H", *d) for d in definitions)
    )


def palette(colours: int) -> bytes:
    return box(b"pclr", struct.pack(">HB", colours, 3) + b"\7\7\7" + scene.palette(colours).tobytes())


def containers(corpus: Collection) -> None:
    rgb, gray, rgba = (codestream(mode, 48, 32) for mode in ("RGB", "L", "RGBA"))
    three, one, four = (image_header(48, 32, n) for n in (3, 1, 4))
    index = Image.fromarray(scene.indices(48, 32, 256).astype(np.uint8))
    out = io.BytesIO()
    index.save(out, "JPEG2000", no_jp2=True)
    mapping = box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, column) for column in range(3)))
    good = {
        "srgb": jp2(rgb, three, colour(SRGB)),
        "sycc": jp2(codestream("YCbCr", 48, 32, mct=0), three, colour(SYCC)),
        "gray": jp2(gray, one, colour(GRAY)),
        "palette": jp2(out.getvalue(), one, colour(SRGB), palette(256), mapping),
        "alpha-defined": jp2(rgba, four, colour(SRGB), channels((0, 0, 1), (1, 0, 2), (2, 0, 3), (3, 1, 0))),
        "alpha-not-defined": jp2(rgba, four, colour(SRGB)),
        "channels-swapped": jp2(
            codestream("RGB", 48, 32, mct=0), three, colour(SRGB), channels((0, 0, 3), (1, 0, 2), (2, 0, 1))
        ),
        "icc": jp2(rgb, three, box(b"colr", b"\2\0\0" + exif_block.icc_profile())),
        "two-colr-boxes": jp2(rgb, three, colour(SRGB), colour(SYCC)),
        "resolution": jp2(
            rgb, three, colour(SRGB), box(b"res ", box(b"resc", struct.pack(">4H2B", 300, 1, 300, 1, 2, 2)))
        ),
        "xml-and-uuid": jp2(
            rgb, three, colour(SRGB), before=box(b"xml ", b"<a/>"), after=box(b"uuid", bytes(40))
        ),
        "last-box-length-0": jp2(rgb, three, colour(SRGB))[: -len(rgb) - 8] + box(b"jp2c", rgb, length=0),
        "box-of-long-length": jp2(rgb, three, colour(SRGB))[: -len(rgb) - 8]
        + struct.pack(">I4sQ", 1, b"jp2c", len(rgb) + 16)
        + rgb,
    }
    for name, data in good.items():
        corpus.good(f"jp2/boxed-{name}.jp2", data)
    corpus.good("jp2/boxed-named-j2k.j2k", good["srgb"])
    corpus.good("jp2/codestream-named-jp2.jp2", rgb)
    corpus.good("jp2/codestream-named-jpg.jpg", rgb)
    corpus.good("jp2/boxed-named-png.png", good["srgb"])
    prefix = jp2(gray, one, colour(GRAY))
    six = b"JpgTiffExif->JP2" + exif_block.orientation(6)
    corpus.good("jp2/boxed-exif-uuid.jp2", prefix + box(b"uuid", six))


def segments(stream: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """The main header's segments by marker, and the one tile's packets."""
    found, at = {}, 2
    while stream[at : at + 2] != SOT:
        size = int.from_bytes(stream[at + 2 : at + 4], "big")
        found[stream[at : at + 2]] = stream[at : at + 2 + size]
        at += 2 + size
    return found, stream[stream.index(SOD, at) + 2 : -2]


def joined(planes: list[np.ndarray], factors: list[tuple[int, int]], width: int, height: int) -> bytes:
    """A codestream of components at sizes of their own: one-component codestreams, one after the other.

    In component order of progression (CPRL) a tile's packets are all the first component's, then the next's.
    """
    bodies, headers = [], {}
    for plane in planes:
        out = io.BytesIO()
        Image.fromarray(plane.astype(np.uint8)).save(
            out, "JPEG2000", no_jp2=True, num_resolutions=3, progression="CPRL"
        )
        headers, body = segments(out.getvalue())
        bodies.append(body)
    size = struct.pack(">H8IH", 0, width, height, 0, 0, width, height, 0, 0, len(planes))
    size += b"".join(struct.pack("BBB", 7, across, down) for across, down in factors)
    siz = SIZ + struct.pack(">H", len(size) + 2) + size
    body = b"".join(bodies)
    tile = SOT + struct.pack(">HHIBB", 10, 0, len(body) + 14, 0, 1) + SOD + body
    return b"\xff\x4f" + siz + headers[COD] + headers[QCD] + tile + EOC


def subsampled(corpus: Collection) -> None:
    kinds = {"444": (1, 1), "422": (2, 1), "420": (2, 2), "440": (1, 2), "411": (4, 1)}
    # Odd sizes too: components rounded up are where decoders differ.
    for width, height in ((64, 48), (61, 47)):
        size = f"{width}x{height}"
        header = image_header(width, height, 3)
        for name, (across, down) in kinds.items():
            factors = [(1, 1), (across, down), (across, down)]
            planes = [plane(width, height, number, *factor) for number, factor in enumerate(factors)]
            stream = joined(planes, factors, width, height)
            corpus.good(f"jp2/subsampled-{name}-sycc-{size}.jp2", jp2(stream, header, colour(SYCC)))
            corpus.good(f"jp2/subsampled-{name}-srgb-{size}.jp2", jp2(stream, header, colour(SRGB)))
            corpus.good(f"jp2/subsampled-{name}-{size}.j2k", stream)
        halved = [plane(width, height, number, 2, 2) for number in range(3)]
        corpus.good(f"jp2/subsampled-all-components-{size}.j2k", joined(halved, [(2, 2)] * 3, width, height))
    planes = [plane(61, 47, number) for number in range(4)]
    for count in (2, 4):
        corpus.good(f"jp2/{count}-components.j2k", joined(planes[:count], [(1, 1)] * count, 61, 47))
    corpus.unread("jp2/5-components.j2k", joined([*planes, planes[0]], [(1, 1)] * 5, 61, 47))


def plane(width: int, height: int, number: int, across: int = 1, down: int = 1) -> np.ndarray:
    """One channel of the scene, at its subsampled size."""
    return scene.samples(-(-width // across), -(-height // down), 4)[..., number]
