"""The jpeg/ folder's damaged files: framing, frame and scan headers, tables, entropy-coded data."""

import struct

import jpeg_encoder
import jpeg_markers as jm
from collection import Collection
from jpeg_files import factors, pillow_jpeg

WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    framing(corpus)
    frame_headers(corpus)
    tables(corpus)
    scan_headers(corpus)
    progressions(corpus)
    entropy(corpus)
    restarts(corpus)


def plain() -> bytes:
    return pillow_jpeg("RGB", WIDTH, HEIGHT)


def framing(corpus: Collection) -> None:
    whole, parts = plain(), jm.split(plain())
    filled = jm.START + b"".join(b"\xff" * 5 + data for _, data in parts) + b"\xff" * 5 + jm.END
    zeros = jm.START + b"".join(b"\0" * 4 + data for _, data in parts) + jm.END
    files = {
        "fill-bytes-before-markers": filled,
        "zeros-before-markers": zeros,
        "garbage-between-segments": jm.START + b"".join(b"junk" + data for _, data in parts) + jm.END,
        "garbage-before-eoi": whole[:-2] + b"garbage" * 20 + jm.END,
        "zeros-before-eoi": whole[:-2] + b"\0" * 40 + jm.END,
        "garbage-after-eoi": whole + b"garbage" * 20,
        "another-jpeg-after-eoi": whole + pillow_jpeg("L", 33, 59),
        "missing-eoi": whole[:-2],
        "half-an-eoi": whole[:-1],
        "eoi-twice": whole + jm.END,
        "soi-twice": jm.START + whole,
        "leading-junk": b"junk" + whole,
        "leading-newline": b"\n" + whole,
        "leading-zero": b"\0" + whole,
        "no-soi": whole[2:],
        "soi-only": jm.START,
        "soi-and-eoi": jm.START + jm.END,
        "soi-and-ff": jm.START + b"\xff",
        "eoi-before-the-frame": jm.START + jm.END + whole[2:],
        "restart-marker-in-the-headers": jm.insert(whole, b"\xff\xd0"),
        "tem-marker-in-the-headers": jm.insert(whole, b"\xff\x01"),
        "reserved-marker-in-the-headers": jm.insert(whole, jm.segment(0x02, b"reserved")),
        "jpg-marker-in-the-headers": jm.insert(whole, jm.segment(0xC8, b"reserved")),
        "jpg0-marker-in-the-headers": jm.insert(whole, jm.segment(0xF0, b"reserved")),
        "segment-length-0": jm.insert(whole, b"\xff\xe5\0\0"),
        "segment-length-1": jm.insert(whole, b"\xff\xe5\0\1"),
        "segment-length-past-the-end": jm.insert(whole, b"\xff\xe5\xff\xff"),
        "comment-length-past-the-end": jm.insert(whole, b"\xff\xfe\xff\xff"),
        "without-jfif-and-comment-first": jm.insert(jm.without(whole, jm.APP0), jm.segment(jm.COM, b"first")),
    }
    for name, data in files.items():
        corpus.corrupt(f"jpeg/{name}.jpg", data)


def frame_headers(corpus: Collection) -> None:
    whole, parts = plain(), jm.split(plain())
    at = next(i for i, part in enumerate(parts) if part[0] == jm.SOF0)
    frame = parts[at][1]
    size = lambda width, height: struct.pack(">HH", height, width)
    patches = {
        "precision-12": (4, b"\x0c"),
        "precision-16": (4, b"\x10"),
        "precision-0": (4, b"\0"),
        "width-0": (5, size(0, HEIGHT)),
        "height-0": (5, size(WIDTH, 0)),
        "wider-than-its-data": (5, size(WIDTH + 40, HEIGHT)),
        "narrower-than-its-data": (5, size(WIDTH - 20, HEIGHT)),
        "taller-than-its-data": (5, size(WIDTH, 2 * HEIGHT)),
        "shorter-than-its-data": (5, size(WIDTH, HEIGHT - 20)),
        "10000x10000-claimed": (5, size(10000, 10000)),
        "65500x65500-claimed": (5, size(65500, 65500)),
        "65535x65535-claimed": (5, size(65535, 65535)),
        "sampling-0": (11, b"\0"),
        "sampling-5x5": (11, b"\x55"),
        "sampling-15x15": (11, b"\xff"),
        "sampling-1x1-said-of-420": (11, b"\x11"),
        "components-0": (9, b"\0"),
        "components-1-length-of-3": (9, b"\1"),
        "components-4-length-of-3": (9, b"\4"),
        "identifiers-alike": (13, frame[10:11]),
        "quantization-table-3": (12, b"\3"),
        "quantization-table-9": (12, b"\x09"),
        "length-too-short": (2, b"\0\x0b"),
        "length-too-long": (2, b"\0\x20"),
    }
    for name, (offset, new) in patches.items():
        corpus.corrupt(f"jpeg/frame-{name}.jpg", jm.patch(whole, jm.SOF0, offset, new))
    lines = jm.segment(jm.DNL, struct.pack(">H", HEIGHT))
    no_height = jm.patch(whole, jm.SOF0, 5, size(WIDTH, 0))
    corpus.corrupt("jpeg/frame-height-0-then-dnl.jpg", no_height[:-2] + lines + jm.END)
    corpus.corrupt("jpeg/dnl-as-well.jpg", whole[:-2] + lines + jm.END)
    corpus.corrupt("jpeg/dnl-of-0.jpg", whole[:-2] + jm.segment(jm.DNL, b"\0\0") + jm.END)
    for kind in (*range(0xC1, 0xD0), 0xDE, 0xF7):
        if kind not in (jm.DHT, 0xCC):
            corpus.corrupt(
                f"jpeg/frame-marker-{kind:x}-on-baseline-data.jpg", jm.patch(whole, jm.SOF0, 1, bytes([kind]))
            )
    progressive = pillow_jpeg("RGB", WIDTH, HEIGHT, progressive=True)
    corpus.corrupt("jpeg/frame-marker-c0-on-progressive-data.jpg", jm.patch(progressive, jm.SOF2, 1, b"\xc0"))
    corpus.corrupt("jpeg/frame-missing.jpg", jm.without(whole, jm.SOF0))
    corpus.corrupt("jpeg/frame-twice.jpg", jm.join([*parts[: at + 1], *parts[at:]]))
    corpus.corrupt("jpeg/frame-after-scan.jpg", jm.join([*parts[:at], *parts[at + 1 :], parts[at]]))
    smaller = (jm.SOF0, jm.split(pillow_jpeg("RGB", 33, 25))[at][1])
    corpus.corrupt("jpeg/frame-twice-unlike.jpg", jm.join([*parts[: at + 1], smaller, *parts[at + 1 :]]))


def tables(corpus: Collection) -> None:
    whole = plain()
    parts = jm.split(whole)
    dht = [i for i, part in enumerate(parts) if part[0] == jm.DHT]
    dqt = [i for i, part in enumerate(parts) if part[0] == jm.DQT]
    kept = lambda drop: jm.join([part for i, part in enumerate(parts) if i not in drop])
    swapped = list(parts)
    swapped[dht[0]], swapped[dht[1]] = parts[dht[1]], parts[dht[0]]
    sof = next(i for i, part in enumerate(parts) if part[0] == jm.SOF0)
    counts = lambda values: bytes(values).ljust(16, b"\0")
    files = {
        "dht-missing-as-in-motion-jpeg": kept(dht),
        "dht-chroma-missing": kept(dht[2:]),
        "dht-luma-ac-missing": kept(dht[1:2]),
        "dht-order-changed": jm.join(swapped),
        "dqt-missing": kept(dqt),
        "dqt-chroma-missing": kept(dqt[1:]),
        "dqt-after-frame": jm.join(
            [
                *(p for i, p in enumerate(parts[:sof]) if i not in dqt),
                parts[sof],
                *(parts[i] for i in dqt),
                *parts[sof + 1 :],
            ]
        ),
        "dqt-after-scan": jm.join(
            [*(part for i, part in enumerate(parts) if i not in dqt), *(parts[i] for i in dqt)]
        ),
        "dqt-and-dht-missing": kept(dqt + dht),
        "dht-over-full": jm.insert(whole, jm.segment(jm.DHT, b"\3" + counts([3]) + b"\1\2\3")),
        "dht-over-full-in-use": jm.patch(whole, jm.DHT, 5, b"\3"),
        "dht-256-codes-and-more": jm.insert(whole, jm.segment(jm.DHT, b"\3" + b"\xff" * 16 + bytes(200))),
        "dht-empty-table": jm.insert(whole, jm.segment(jm.DHT, b"\3" + counts([]))),
        "dht-no-table": jm.insert(whole, jm.segment(jm.DHT, b"")),
        "dht-number-4": jm.insert(whole, jm.segment(jm.DHT, b"\4" + counts([0, 1]) + b"\0")),
        "dht-class-2": jm.insert(whole, jm.segment(jm.DHT, b"\x20" + counts([0, 1]) + b"\0")),
        "dht-cut": jm.insert(whole, jm.segment(jm.DHT, b"\3" + counts([0, 2]) + b"\0")),
        "dht-dc-symbol-16": jm.patch(whole, jm.DHT, 21, b"\x10"),
        "dht-dc-symbol-255": jm.patch(whole, jm.DHT, 21, b"\xff"),
        "dqt-number-4": jm.insert(whole, jm.segment(jm.DQT, b"\4" + bytes(range(1, 65)))),
        "dqt-precision-2": jm.insert(whole, jm.segment(jm.DQT, b"\x23" + bytes(range(1, 65)))),
        "dqt-cut": jm.insert(whole, jm.segment(jm.DQT, b"\3" + bytes(range(1, 40)))),
        "dqt-zero": jm.patch(whole, jm.DQT, 5, bytes(64)),
        "dqt-one-zero": jm.patch(whole, jm.DQT, 5, b"\0"),
        "dqt-empty": jm.insert(whole, jm.segment(jm.DQT, b"")),
        "dac-in-huffman-file": jm.insert(whole, jm.segment(0xCC, b"\0\x10")),
        "dac-bad-value": jm.insert(whole, jm.segment(0xCC, b"\0\x01")),
    }
    for name, data in files.items():
        corpus.corrupt(f"jpeg/{name}.jpg", data)


def scan_headers(corpus: Collection) -> None:
    whole, parts = plain(), jm.split(plain())
    scan = next(data for marker, data in parts if marker == jm.SOS)
    patches = {
        "component-not-in-the-frame": (5, b"\x63"),
        "component-twice": (7, scan[5:6]),
        "tables-3-undefined": (6, b"\x33"),
        "tables-9": (6, b"\x99"),
        "components-0": (4, b"\0"),
        "components-5": (4, b"\5"),
        "components-2-length-of-3": (4, b"\2"),
        "spectral-5-to-3": (11, b"\5\3"),
        "spectral-0-to-0": (11, b"\0\0"),
        "spectral-0-to-255": (11, b"\0\xff"),
        "approximation-13": (13, b"\x13"),
        "approximation-ff": (13, b"\xff"),
        "length-too-short": (2, b"\0\x0b"),
        "length-too-long": (2, b"\0\x20"),
    }
    for name, (offset, new) in patches.items():
        corpus.corrupt(f"jpeg/scan-{name}.jpg", jm.patch(whole, jm.SOS, offset, new))
    corpus.corrupt("jpeg/scan-missing.jpg", jm.without(whole, jm.SOS))
    corpus.corrupt("jpeg/scan-twice.jpg", jm.join([*parts, (jm.SOS, scan)]))
    corpus.corrupt("jpeg/scan-without-data.jpg", jm.join([*parts[:-1], (jm.SOS, scan[:14])]))
    each = jpeg_encoder.encode(
        jpeg_encoder.components(WIDTH, HEIGHT, factors("2x2 1x1 1x1")), WIDTH, HEIGHT, interleaved=False
    )
    pieces = jm.split(each)
    corpus.corrupt("jpeg/scan-of-third-component-missing.jpg", jm.join(pieces[:-1]))
    corpus.corrupt("jpeg/scan-of-first-component-missing.jpg", jm.join([*pieces[:-3], *pieces[-2:]]))
    corpus.corrupt("jpeg/scans-in-another-order.jpg", jm.join([*pieces[:-3], *pieces[-3:][::-1]]))


def progressions(corpus: Collection) -> None:
    whole = pillow_jpeg("RGB", WIDTH, HEIGHT, progressive=True)
    parts = jm.split(whole)
    scans = [i for i, part in enumerate(parts) if part[0] == jm.SOS]
    last = parts[scans[-1]]
    # Every scan but the first comes after a table of its own, so whole stretches go or stay.
    head, tail = parts[: scans[0] + 1], parts[scans[0] + 1 :]
    files = {
        "dc-scan-only": jm.join(head),
        "first-three-scans-only": jm.join(parts[: scans[2] + 1]),
        "last-scan-missing": jm.join(parts[: scans[-1]]),
        "dc-scan-missing": jm.join([*parts[: scans[0]], *tail]),
        "dc-scan-last": jm.join([*parts[: scans[0]], *tail, parts[scans[0]]]),
        "a-refinement-missing": jm.join([*parts[: scans[5]], *parts[scans[5] + 1 :]]),
        "600-scans": jm.join([*parts, *[last] * 590]),
        "scans-repeated-backwards": jm.join([*parts, *(parts[i] for i in reversed(scans))]),
        "approximation-too-fine": jm.patch(whole, jm.SOS, 13, b"\x0e"),
        "dc-and-ac-in-one-scan": jm.patch(whole, jm.SOS, 11, b"\0\x3f"),
        "cut-after-dc-with-no-eoi": jm.join(head, end=b""),
    }
    for name, data in files.items():
        corpus.corrupt(f"jpeg/progressive-{name}.jpg", data)


def entropy(corpus: Collection) -> None:
    kinds = {
        "baseline": plain(),
        "progressive": pillow_jpeg("RGB", WIDTH, HEIGHT, progressive=True),
        "restart": pillow_jpeg("RGB", WIDTH, HEIGHT, restart_marker_blocks=2),
        "gray": pillow_jpeg("L", WIDTH, HEIGHT),
        "cmyk": pillow_jpeg("CMYK", WIDTH, HEIGHT),
        "lossless": jpeg_encoder.encode_lossless(
            jpeg_encoder.components(48, 32, factors("1x1 1x1 1x1")), 48, 32
        ),
    }
    if "jpeg/arithmetic.jpg" in corpus.intents:
        kinds["arithmetic"] = corpus.read("jpeg/arithmetic.jpg")
    for kind, whole in kinds.items():
        start = whole.index(b"\xff\xda") + 14
        length = len(whole) - 2 - start
        for tenth in (0, 3, 6, 9):
            at = start + length * tenth // 10
            corpus.corrupt(
                f"jpeg/damage-{kind}-byte-flipped-at-{tenth}-tenths.jpg",
                whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :],
            )
        at = start + length // 3
        changes = {
            "20-bytes-missing": whole[:at] + whole[at + 20 :],
            "20-zeros-more": whole[:at] + b"\0" * 20 + whole[at:],
            "20-ones": whole[:at] + b"\xff" * 20 + whole[at + 20 :],
            "restart-marker": whole[:at] + b"\xff\xd3" + whole[at:],
            "eoi": whole[:at] + jm.END + whole[at:],
            "soi": whole[:at] + jm.START + whole[at:],
            "comment": whole[:at] + jm.segment(jm.COM, b"in the middle") + whole[at:],
            "reserved-marker": whole[:at] + b"\xff\x05" + whole[at:],
            "all-zero": whole[:start] + bytes(length) + jm.END,
            "no-data": whole[:start] + jm.END,
            "data-long-by-a-third": whole[:-2] + whole[at : at + length // 3] + jm.END,
        }
        for name, data in changes.items():
            corpus.corrupt(f"jpeg/damage-{kind}-{name}.jpg", data)


def restarts(corpus: Collection) -> None:
    whole = pillow_jpeg("RGB", WIDTH, HEIGHT, restart_marker_blocks=1)
    markers = [i for i in range(len(whole) - 1) if whole[i] == 0xFF and 0xD0 <= whole[i + 1] <= 0xD7]
    third = markers[2]
    files = {
        "marker-missing": whole[:third] + whole[third + 2 :],
        "marker-out-of-order": whole[: third + 1] + b"\xd7" + whole[third + 2 :],
        "marker-twice": whole[:third] + whole[third : third + 2] + whole[third:],
        "interval-missing": whole[: markers[3]] + whole[markers[4] :],
        "two-intervals-swapped": whole[: markers[3]]
        + whole[markers[4] : markers[5]]
        + whole[markers[3] : markers[4]]
        + whole[markers[5] :],
        "dri-missing": jm.without(whole, jm.DRI),
        "dri-0": jm.patch(whole, jm.DRI, 4, b"\0\0"),
        "dri-2": jm.patch(whole, jm.DRI, 4, b"\0\2"),
        "dri-65535": jm.patch(whole, jm.DRI, 4, b"\xff\xff"),
        "dri-of-3-bytes": jm.insert(whole, jm.segment(jm.DRI, b"\0\0\1")),
        "dri-without-markers": jm.insert(plain(), jm.segment(jm.DRI, b"\0\1")),
        "all-markers-missing": b"".join(
            whole[a:b] for a, b in zip([0] + [m + 2 for m in markers], markers + [len(whole)])
        ),
    }
    for name, data in files.items():
        corpus.corrupt(f"jpeg/restart-{name}.jpg", data)
