"""EXIF blocks (a TIFF header and a directory), XMP packets and ICC profiles for the formats with them."""

import struct

from PIL import ImageCms

ORIENTATION = 0x0112
BYTE, ASCII, SHORT, LONG = 1, 2, 3, 4


def exif(
    entries: list[tuple[int, int, int, bytes]], order: str = "<", *, first: int = 8, following: int = 0
) -> bytes:
    """A TIFF header and one directory of (tag, type, count, four bytes of value); its offset is `first`."""
    directory = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        directory += struct.pack(order + "HHI", tag, kind, count) + value
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", first)
    return header + directory + struct.pack(order + "I", following)


def orientation(value: int, order: str = "<", kind: int = SHORT) -> bytes:
    """An EXIF block that holds an orientation only."""
    packed = struct.pack(order + {BYTE: "B", SHORT: "H", LONG: "I"}[kind], value)
    return exif([(ORIENTATION, kind, 1, packed.ljust(4, b"\0"))], order)


def oddities() -> dict[str, bytes]:
    """EXIF blocks that break the rules or bend them, by what they are."""
    six = orientation(6)
    return {
        "orientation-0": orientation(0),
        "orientation-9": orientation(9),
        "orientation-65535": orientation(65535),
        "orientation-as-long": orientation(6, kind=LONG),
        "orientation-as-long-big-endian": orientation(6, ">", LONG),
        "orientation-as-byte": orientation(6, kind=BYTE),
        "orientation-as-byte-big-endian": orientation(6, ">", BYTE),
        "orientation-as-signed-short": exif([(ORIENTATION, 8, 1, b"\6\0\0\0")]),
        "orientation-as-ascii": exif([(ORIENTATION, ASCII, 2, b"6\0\0\0")]),
        "orientation-count-0": exif([(ORIENTATION, SHORT, 0, b"\6\0\0\0")]),
        "orientation-count-2": exif([(ORIENTATION, SHORT, 2, b"\6\0\3\0")]),
        "orientation-count-huge": exif([(ORIENTATION, SHORT, 0x7FFFFFFF, b"\6\0\0\0")]),
        "orientation-unknown-type": exif([(ORIENTATION, 99, 1, b"\6\0\0\0")]),
        "orientation-twice": exif(
            [(ORIENTATION, SHORT, 1, b"\6\0\0\0"), (ORIENTATION, SHORT, 1, b"\3\0\0\0")]
        ),
        "tags-out-of-order": exif([(0x8298, ASCII, 2, b"x\0\0\0"), (ORIENTATION, SHORT, 1, b"\6\0\0\0")]),
        "empty": b"",
        "header-only": six[:8],
        "header-cut": six[:6],
        "cut-in-the-entry": six[:15],
        "cut-before-the-next-offset": six[:-4],
        "offset-past-the-end": six[:4] + struct.pack("<I", 5000) + six[8:],
        "offset-0": six[:4] + struct.pack("<I", 0) + six[8:],
        "offset-4-gigabytes": six[:4] + b"\xff\xff\xff\xff" + six[8:],
        "cyclic": exif([(ORIENTATION, SHORT, 1, b"\6\0\0\0")], following=8),
        "cyclic-exif-ifd": exif(
            [(ORIENTATION, SHORT, 1, b"\6\0\0\0"), (0x8769, LONG, 1, struct.pack("<I", 8))]
        ),
        "entry-count-65535": six[:8] + b"\xff\xff" + six[10:],
        "entry-count-0": exif([]),
        "bad-byte-order": b"XX" + six[2:],
        "bad-magic": six[:2] + b"\x2b\x00" + six[4:],
        "mixed-byte-order": b"MM\0*" + six[4:],
        "text": b"this is not a TIFF header at all",
    }


def xmp(value: int, *, attribute: bool = True) -> bytes:
    """An XMP packet that gives an orientation, which Pillow heeds where no EXIF does."""
    about = (
        f'tiff:Orientation="{value}"/>'
        if attribute
        else f"><tiff:Orientation>{value}</tiff:Orientation></rdf:Description>"
    )
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" ' + about + '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def icc_profile(space: str = "sRGB") -> bytes:
    """A valid profile, its creation date blanked so that every run writes the same bytes."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    return made[:24] + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + made[36:]
