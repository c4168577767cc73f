"""The pnm/ folder: PBM, PGM and PPM, plain and raw, with PAM and PFM beside them."""

import numpy as np

import packing
import scene
from collection import Collection

EXTENSIONS = {1: "pbm", 2: "pgm", 3: "ppm", 4: "pbm", 5: "pgm", 6: "ppm"}
CHANNELS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}
WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    formats(corpus)
    headers(corpus)
    comments(corpus)
    data(corpus)
    relatives(corpus)


def picture(kind: int, width: int, height: int, maximum: int = 255) -> np.ndarray:
    unit = scene.unit(width, height, CHANNELS[kind])
    return np.rint(unit * (1 if kind in (1, 4) else maximum)).astype(np.int64)


def body(kind: int, values: np.ndarray, maximum: int = 255) -> bytes:
    """The samples: text for kinds 1 to 3, else bits, bytes or big-endian pairs of bytes."""
    if kind <= 3:
        return b"".join(b" ".join(b"%d" % v for v in row.reshape(-1)) + b"\n" for row in values)
    if kind == 4:
        return packing.pack_bits(values, 1).tobytes()
    return values.astype(">u2" if maximum > 255 else "u1").tobytes()


def header(kind: int, width: int, height: int, maximum: int = 255) -> bytes:
    return b"P%d\n%d %d\n" % (kind, width, height) + (b"" if kind in (1, 4) else b"%d\n" % maximum)


def pnm(kind: int, width: int, height: int, maximum: int = 255) -> bytes:
    return header(kind, width, height, maximum) + body(kind, picture(kind, width, height, maximum), maximum)


def formats(corpus: Collection) -> None:
    for kind, extension in EXTENSIONS.items():
        for width, height in ((61, 47), (1, 1), (1, 59), (97, 1), (8, 3)):
            corpus.good(f"pnm/p{kind}-{width}x{height}.{extension}", pnm(kind, width, height))
        if kind in (1, 4):
            continue
        for maximum in (1, 2, 7, 15, 100, 254, 256, 1000, 4095, 65534, 65535):
            corpus.good(f"pnm/p{kind}-maximum-{maximum}.{extension}", pnm(kind, 53, 35, maximum))
    packed = b"".join(b"".join(b"%d" % v for v in row.reshape(-1)) for row in picture(1, WIDTH, HEIGHT))
    corpus.good("pnm/p1-digits-run-together.pbm", header(1, WIDTH, HEIGHT) + packed)
    lines = b"".join(
        b"".join(b"%d" % v for v in row.reshape(-1)) + b"\n" for row in picture(1, WIDTH, HEIGHT)
    )
    corpus.good("pnm/p1-digits-run-together-by-line.pbm", header(1, WIDTH, HEIGHT) + lines)
    long = b" ".join(b"%d" % v for v in picture(3, 97, 61).reshape(-1))
    corpus.good("pnm/p3-on-one-line.ppm", header(3, 97, 61) + long)
    padded = b" ".join(b"%03d" % v for v in picture(2, WIDTH, HEIGHT).reshape(-1))
    corpus.good("pnm/p2-leading-zeros.pgm", header(2, WIDTH, HEIGHT) + padded)


def headers(corpus: Collection) -> None:
    raw, plain = body(6, picture(6, WIDTH, HEIGHT)), body(3, picture(3, WIDTH, HEIGHT))
    good = {
        "spaces": b"P6 61 47 255 ",
        "tabs": b"P6\t61\t47\t255\t",
        "crlf-inside": b"P6\r\n61 47\r\n255\n",
        "vertical-tab-and-form-feed": b"P6\x0b61\x0c47\r255\n",
        "much-whitespace": b"P6 \n\t  61  \n\n 47 \r\n  255\n",
        "a-line-each": b"P6\n61\n47\n255\n",
        "leading-zeros": b"P6\n0061 0047\n0255\n",
    }
    for name, start in good.items():
        corpus.good(f"pnm/p6-header-{name}.ppm", start + raw)
        corpus.good(f"pnm/p3-header-{name}.ppm", b"P3" + start[2:] + plain)
    odd = {
        "crlf-before-the-data": b"P6\r\n61 47\r\n255\r\n",
        "no-whitespace-before-the-data": b"P6\n61 47\n255",
        "two-newlines-before-the-data": b"P6\n61 47\n255\n\n",
        "width-0": b"P6\n0 47\n255\n",
        "height-0": b"P6\n61 0\n255\n",
        "width-negative": b"P6\n-61 47\n255\n",
        "width-plus-61": b"P6\n+61 47\n255\n",
        "width-with-underscore": b"P6\n6_1 47\n255\n",
        "width-in-hexadecimal": b"P6\n0x3d 47\n255\n",
        "width-with-point": b"P6\n61.0 47\n255\n",
        "width-of-20-digits": b"P6\n61000000000000000000 47\n255\n",
        "width-2-to-31": b"P6\n2147483648 47\n255\n",
        "60000x60000": b"P6\n60000 60000\n255\n",
        "width-of-words": b"P6\nwide 47\n255\n",
        "height-missing": b"P6\n61\n",
        "no-numbers": b"P6\n",
        "no-space-after-magic": b"P661 47 255\n",
        "maximum-0": b"P6\n61 47\n0\n",
        "maximum-negative": b"P6\n61 47\n-1\n",
        "maximum-65536": b"P6\n61 47\n65536\n",
        "maximum-missing": b"P6\n61 47\n",
        "leading-newline": b"\nP6\n61 47\n255\n",
        "lower-case": b"p6\n61 47\n255\n",
        "p0": b"P0\n61 47\n255\n",
        "p8": b"P8\n61 47\n255\n",
    }
    for name, start in odd.items():
        corpus.corrupt(f"pnm/p6-header-{name}.ppm", start + raw)
    for name in ("width-0", "maximum-0", "maximum-65536", "crlf-before-the-data"):
        corpus.corrupt(f"pnm/p3-header-{name}.ppm", b"P3" + odd[name][2:] + plain)


def comments(corpus: Collection) -> None:
    raw, plain = body(6, picture(6, WIDTH, HEIGHT)), body(3, picture(3, WIDTH, HEIGHT))
    good = {
        "after-magic": b"P6\n# a comment\n61 47\n255\n",
        "after-width": b"P6\n61 # wide\n47\n255\n",
        "after-height": b"P6\n61 47 # high\n255\n",
        "many": b"P6\n#\n# one\n#two\n61 47\n# three 99 99\n255\n",
        "ends-in-cr": b"P6\n# a comment\r61 47\n255\n",
    }
    odd = {
        "against-magic": b"P6# a comment\n61 47\n255\n",
        "inside-a-number": b"P6\n6#comment\n1 47\n255\n",
        "after-maximum": b"P6\n61 47\n255 # a comment\n",
        "against-maximum": b"P6\n61 47\n255# a comment\n",
        "without-end": b"P6\n61 47 # no end of line 255 ",
        "of-10000-bytes": b"P6\n#" + b"x" * 10000 + b"\n61 47\n255\n",
    }
    for name, start in good.items():
        corpus.good(f"pnm/p6-comment-{name}.ppm", start + raw)
        corpus.good(f"pnm/p3-comment-{name}.ppm", b"P3" + start[2:] + plain)
    for name, start in odd.items():
        corpus.corrupt(f"pnm/p6-comment-{name}.ppm", start + raw)
        corpus.corrupt(f"pnm/p3-comment-{name}.ppm", b"P3" + start[2:] + plain)
    rows = plain.splitlines(keepends=True)
    commented = b"".join(row + b"# between rows 7 7 7\n" for row in rows)
    corpus.good("pnm/p3-comments-between-rows.ppm", header(3, WIDTH, HEIGHT) + commented)
    bits = body(1, picture(1, WIDTH, HEIGHT)).splitlines(keepends=True)
    corpus.good(
        "pnm/p1-comments-between-rows.pbm",
        header(1, WIDTH, HEIGHT) + b"".join(row + b"# 1 1 1\n" for row in bits),
    )
    corpus.corrupt(
        "pnm/p3-comment-in-the-data-without-end.ppm",
        header(3, WIDTH, HEIGHT) + plain[: len(plain) // 2] + b"# 1 2 3",
    )


def data(corpus: Collection) -> None:
    for kind, extension in EXTENSIONS.items():
        start, samples = header(kind, WIDTH, HEIGHT), body(kind, picture(kind, WIDTH, HEIGHT))
        files = {
            "half-missing": samples[: len(samples) // 2],
            "last-byte-missing": samples[:-1] if kind > 3 else samples.rsplit(b" ", 1)[0],
            "missing": b"",
            "trailing-garbage": samples + b"\ngarbage",
            "another-picture-after": samples + pnm(kind, 33, 25),
        }
        if kind <= 3:
            files |= {
                "letter": samples[:500] + b" x " + samples[500:],
                "number-negative": samples[:500].rsplit(b" ", 1)[0] + b" -1 " + samples[500:],
                "number-above-maximum": samples[:500].rsplit(b" ", 1)[0] + b" 256 " + samples[500:],
                "number-of-20-digits": samples[:500] + b" 12345678901234567890 " + samples[500:],
                "number-of-11-zeros": samples[:500] + b" 00000000007 " + samples[500:],
                "nul-bytes": samples[:500] + b"\0\0" + samples[500:],
                "vertical-tabs": samples.replace(b" ", b"\x0b"),
            }
        for name, made in files.items():
            corpus.corrupt(f"pnm/p{kind}-data-{name}.{extension}", start + made)
    for kind, maximum in ((2, 100), (3, 100), (5, 100), (6, 100), (5, 1000), (6, 1000)):
        values = picture(kind, WIDTH, HEIGHT, maximum * 5 // 2)
        made = header(kind, WIDTH, HEIGHT, maximum) + body(kind, values, maximum)
        corpus.corrupt(f"pnm/p{kind}-values-above-maximum-{maximum}.{EXTENSIONS[kind]}", made)


def relatives(corpus: Collection) -> None:
    pam = {"RGB": 3, "RGB_ALPHA": 4, "GRAYSCALE": 1, "GRAYSCALE_ALPHA": 2, "BLACKANDWHITE": 1}
    for name, depth in pam.items():
        maximum = 1 if name == "BLACKANDWHITE" else 255
        start = b"P7\nWIDTH 61\nHEIGHT 47\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n" % (
            depth,
            maximum,
            name.encode(),
        )
        values = np.rint(scene.unit(WIDTH, HEIGHT, depth) * maximum).astype("u1")
        corpus.unread(f"pnm/p7-{name.lower().replace('_', '-')}.pam", start + values.tobytes())
    for name, channels in (("f", 1), ("F", 3)):
        for end, scale, code in (
            ("little-endian", b"-1.0", "<f4"),
            ("big-endian", b"1.0", ">f4"),
            ("scale-255", b"-255.0", "<f4"),
        ):
            for factor in (1, 255):
                values = (scene.unit(WIDTH, HEIGHT, channels)[::-1] * factor).astype(code)
                keep = corpus.good if channels == 1 else corpus.unread
                keep(
                    f"pnm/pfm-{channels}-channel-{end}-to-{factor}.pfm",
                    b"P%s\n61 47\n%s\n" % (name.encode(), scale) + values.tobytes(),
                )
    values = scene.unit(WIDTH, HEIGHT, 1).astype("<f4").tobytes()
    for scale in (b"0", b"nan", b"-inf", b"x", b"-1e40"):
        corpus.corrupt(f"pnm/pfm-scale-{scale.decode()}.pfm", b"Pf\n61 47\n%s\n" % scale + values)
    corpus.corrupt("pnm/pfm-half-missing.pfm", b"Pf\n61 47\n-1.0\n" + values[: len(values) // 2])
    # Pillow's own extensions of the family.
    four = scene.samples(WIDTH, HEIGHT, 4).astype("u1").tobytes()
    corpus.good("pnm/pillow-p0cmyk.ppm", b"P0CMYK\n61 47\n255\n" + four)
    corpus.good("pnm/pillow-pyrgba.ppm", b"PyRGBA\n61 47\n255\n" + four)
    corpus.good("pnm/pillow-pycmyk.ppm", b"PyCMYK\n61 47\n255\n" + four)
    corpus.good("pnm/pillow-pyp.ppm", b"PyP\n61 47\n255\n" + four[: WIDTH * HEIGHT])
