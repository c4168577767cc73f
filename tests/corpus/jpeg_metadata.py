"""The jpeg/ folder's metadata: EXIF, XMP, ICC, thumbnails, comments, multi-picture files."""

import io
import struct

import exif_block
import jpeg_markers as jm
import scene
from collection import Collection
from jpeg_files import pillow_jpeg


def write(corpus: Collection) -> None:
    orientations(corpus)
    exif_placing(corpus)
    profiles(corpus)
    other_segments(corpus)
    multi_picture(corpus)


def orientations(corpus: Collection) -> None:
    for value in range(1, 9):
        plain = pillow_jpeg("RGB", 48, 32)
        for name, order in (("", "<"), ("-big-endian", ">")):
            block = jm.exif(exif_block.orientation(value, order))
            corpus.good(f"jpeg/exif-orientation-{value}{name}.jpg", jm.insert(plain, block))
        corpus.good(f"jpeg/xmp-orientation-{value}.jpg", jm.insert(plain, jm.xmp(exif_block.xmp(value))))
        odd = pillow_jpeg("RGB", 61, 47, subsampling="4:4:4", progressive=True)
        corpus.good(f"jpeg/exif-orientation-{value}-progressive-61x47.jpg", jm.insert(odd, block))
    six = jm.exif(exif_block.orientation(6))
    for mode in ("L", "CMYK"):
        corpus.good(f"jpeg/exif-orientation-6-{mode.lower()}.jpg", jm.insert(pillow_jpeg(mode, 53, 35), six))
    for name, block in exif_block.oddities().items():
        corpus.corrupt(f"jpeg/exif-{name}.jpg", jm.insert(pillow_jpeg("RGB", 48, 32), jm.exif(block)))


def exif_placing(corpus: Collection) -> None:
    plain = pillow_jpeg("RGB", 48, 32)
    parts = jm.split(plain)
    six, three = (jm.exif(exif_block.orientation(value)) for value in (6, 3))
    block, packet = exif_block.orientation(6), exif_block.xmp(3)
    thumbnail = pillow_jpeg("RGB", 16, 12)
    sos = next(i for i, part in enumerate(parts) if part[0] == jm.SOS)
    good = {
        "exif-before-jfif": jm.insert(plain, six),
        "exif-after-jfif": jm.join([parts[0], (jm.APP1, six), *parts[1:]]),
        "exif-just-before-sos": jm.join([*parts[:sos], (jm.APP1, six), *parts[sos:]]),
        "exif-without-jfif": jm.insert(jm.without(plain, jm.APP0), six),
        "exif-6-then-xmp-3": jm.insert(plain, six, jm.xmp(packet)),
        "xmp-3-then-exif-6": jm.insert(plain, jm.xmp(packet), six),
        "xmp-orientation-6-element": jm.insert(plain, jm.xmp(exif_block.xmp(6, attribute=False))),
        "exif-with-no-orientation": jm.insert(plain, jm.exif(exif_block.exif([(0x011A, 3, 1, b"\1\0\0\0")]))),
        "exif-with-no-orientation-xmp-6": jm.insert(
            plain, jm.exif(exif_block.exif([(0x011A, 3, 1, b"\1\0\0\0")])), jm.xmp(exif_block.xmp(6))
        ),
        "exif-with-thumbnail": jm.insert(plain, jm.exif(with_thumbnail(6, thumbnail))),
        "exif-thumbnail-says-3-picture-says-nothing": jm.insert(
            plain, jm.exif(with_thumbnail(None, thumbnail))
        ),
        "exif-of-65000-bytes": jm.insert(plain, jm.exif(block + b"\0" * 65000)),
        "exif-directory-at-the-end": jm.insert(plain, jm.exif(far_directory(60000))),
    }
    odd = {
        "exif-twice": jm.insert(plain, six, three),
        "exif-in-two-segments": jm.insert(plain, jm.exif(block[:12]), jm.exif(block[12:])),
        "xmp-twice": jm.insert(plain, jm.xmp(exif_block.xmp(6)), jm.xmp(packet)),
        "xmp-orientation-0": jm.insert(plain, jm.xmp(exif_block.xmp(0))),
        "xmp-orientation-9": jm.insert(plain, jm.xmp(exif_block.xmp(9))),
        "xmp-orientation-16": jm.insert(plain, jm.xmp(exif_block.xmp(16))),
        "exif-after-sos": plain[:-2] + six + jm.END,
        "exif-in-capitals": jm.insert(plain, jm.segment(jm.APP1, b"EXIF\0\0" + block)),
        "exif-one-zero": jm.insert(plain, jm.segment(jm.APP1, b"Exif\0" + block)),
        "exif-zero-and-ff": jm.insert(plain, jm.segment(jm.APP1, b"Exif\0\xff" + block)),
        "exif-in-app2": jm.insert(plain, jm.segment(jm.APP2, b"Exif\0\0" + block)),
        "exif-prefix-twice": jm.insert(plain, jm.exif(b"Exif\0\0" + block)),
        "app1-of-no-kind": jm.insert(plain, jm.segment(jm.APP1, b"something else")),
        "app1-empty": jm.insert(plain, jm.segment(jm.APP1, b"")),
        "exif-length-too-long": jm.insert(plain, six[:2] + struct.pack(">H", 60000) + six[4:]),
        "exif-length-too-short": jm.insert(plain, six[:2] + struct.pack(">H", 20) + six[4:]),
    }
    for name, data in good.items():
        corpus.good(f"jpeg/{name}.jpg", data)
    for name, data in odd.items():
        corpus.corrupt(f"jpeg/{name}.jpg", data)


def with_thumbnail(value: int | None, thumbnail: bytes) -> bytes:
    """EXIF of two directories; the second describes the thumbnail, as upside down."""
    entry = lambda tag, kind, number: struct.pack("<HHII", tag, kind, 1, number)
    first = [entry(0x0112, 3, value)] if value else [entry(0x0128, 3, 2)]
    second = [entry(0x0103, 3, 6), entry(0x0112, 3, 3)]
    at = 8 + 2 + 12 * len(first) + 4
    data_at = at + 2 + 12 * 4 + 4
    second += [entry(0x0201, 4, data_at), entry(0x0202, 4, len(thumbnail))]
    out = b"II*\0" + struct.pack("<I", 8)
    for entries, following in ((first, at), (second, 0)):
        out += struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)
    return out + thumbnail


def far_directory(offset: int) -> bytes:
    near = exif_block.orientation(6)
    return near[:4] + struct.pack("<I", offset) + b"\0" * (offset - 8) + near[8:]


def profiles(corpus: Collection) -> None:
    plain, profile = pillow_jpeg("RGB", 53, 35), exif_block.icc_profile()
    half = len(profile) // 2
    good = {
        "icc": jm.insert(plain, jm.icc(profile)),
        "icc-in-two": jm.insert(plain, jm.icc(profile[:half], 1, 2), jm.icc(profile[half:], 2, 2)),
        "icc-in-two-reversed": jm.insert(plain, jm.icc(profile[half:], 2, 2), jm.icc(profile[:half], 1, 2)),
        "icc-of-lab": jm.insert(plain, jm.icc(exif_block.icc_profile("LAB"))),
        "icc-rgb-in-cmyk": jm.insert(pillow_jpeg("CMYK", 53, 35), jm.icc(profile)),
    }
    odd = {
        "icc-garbage": jm.insert(plain, jm.icc(b"garbage")),
        "icc-empty": jm.insert(plain, jm.icc(b"")),
        "icc-part-missing": jm.insert(plain, jm.icc(profile[:half], 1, 2)),
        "icc-number-0": jm.insert(plain, jm.icc(profile, 0, 0)),
        "icc-marker-cut": jm.insert(plain, jm.segment(jm.APP2, b"ICC_PROFILE\0")),
    }
    for name, data in good.items():
        corpus.good(f"jpeg/{name}.jpg", data)
    for name, data in odd.items():
        corpus.corrupt(f"jpeg/{name}.jpg", data)


def other_segments(corpus: Collection) -> None:
    plain = pillow_jpeg("RGB", 53, 35)
    bare = jm.without(plain, jm.APP0)
    thumbnail = scene.samples(16, 12, 3).astype("u1").tobytes()
    jfxx = jm.segment(jm.APP0, b"JFXX\0\x10" + pillow_jpeg("RGB", 16, 12))
    resolution = (
        b"Photoshop 3.0\0"
        + b"8BIM"
        + struct.pack(">HHI", 0x03ED, 0, 16)
        + struct.pack(">IHHIHH", 72 << 16, 1, 1, 72 << 16, 1, 1)
    )
    good = {
        "jfif-absent": bare,
        "jfif-thumbnail": jm.insert(bare, jm.segment(jm.APP0, b"JFIF\0\1\2\0\0\1\0\1\x10\x0c" + thumbnail)),
        "jfif-version-2": jm.insert(bare, jm.segment(jm.APP0, b"JFIF\0\2\1\0\0\1\0\1\0\0")),
        "jfif-density-0": jm.insert(bare, jm.segment(jm.APP0, b"JFIF\0\1\1\1\0\0\0\0\0\0")),
        "jfxx-thumbnail": jm.join([jm.split(plain)[0], (jm.APP0, jfxx), *jm.split(plain)[1:]]),
        "photoshop-resolution": jm.insert(plain, jm.segment(jm.APP13, resolution)),
        "every-app-marker": jm.insert(plain, *(jm.segment(0xE0 + i, b"anything %d" % i) for i in range(16))),
        "comment": jm.insert(plain, jm.segment(jm.COM, b"a comment")),
        "comment-empty": jm.insert(plain, jm.segment(jm.COM, b"")),
        "comment-of-65533-bytes": jm.insert(plain, jm.segment(jm.COM, b"x" * 65533)),
        "comments-of-1-megabyte": jm.insert(plain, *[jm.segment(jm.COM, b"x" * 65533)] * 16),
        "comment-holding-a-jpeg": jm.insert(plain, jm.segment(jm.COM, pillow_jpeg("L", 33, 59))),
    }
    odd = {
        "jfif-cut": jm.insert(bare, jm.segment(jm.APP0, b"JFIF\0\1")),
        "jfif-thumbnail-missing": jm.insert(bare, jm.segment(jm.APP0, b"JFIF\0\1\2\0\0\1\0\1\xff\xff")),
        "photoshop-cut": jm.insert(plain, jm.segment(jm.APP13, resolution[:-9])),
        "photoshop-length-huge": jm.insert(
            plain, jm.segment(jm.APP13, b"Photoshop 3.0\x008BIM\3\xed\0\0\xff\xff\xff\xff")
        ),
    }
    for name, data in good.items():
        corpus.good(f"jpeg/{name}.jpg", data)
    for name, data in odd.items():
        corpus.corrupt(f"jpeg/{name}.jpg", data)


def multi_picture(corpus: Collection) -> None:
    out = io.BytesIO()
    pictures = [scene.image("RGB", 48, 32, str(i)) for i in range(3)]
    pictures[0].save(out, "MPO", save_all=True, append_images=pictures[1:])
    whole = out.getvalue()
    corpus.good("jpeg/mpo-three-pictures.jpg", whole)
    corpus.good(
        "jpeg/mpo-three-pictures-orientation-6.jpg",
        whole[:2] + jm.exif(exif_block.orientation(6)) + whole[2:],
    )
    corpus.corrupt("jpeg/mpo-cut-in-the-second-picture.jpg", whole[: len(whole) // 2])
    at = whole.index(b"MPF\0")
    corpus.corrupt(
        "jpeg/mpo-index-says-0-pictures.jpg",
        whole.replace(struct.pack("<HHII", 0xB001, 4, 1, 3), struct.pack("<HHII", 0xB001, 4, 1, 0)),
    )
    corpus.corrupt(
        "jpeg/mpo-index-says-9-pictures.jpg",
        whole.replace(struct.pack("<HHII", 0xB001, 4, 1, 3), struct.pack("<HHII", 0xB001, 4, 1, 9)),
    )
    corpus.corrupt("jpeg/mpo-index-garbled.jpg", whole[: at + 4] + b"XX" + whole[at + 6 :])
    corpus.corrupt(
        "jpeg/mpo-index-offset-past-the-end.jpg", whole[: at + 8] + b"\xff\xff\xff\x0f" + whole[at + 12 :]
    )
