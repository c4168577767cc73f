"""JPEG marker segments: made by hand, and taken out of a finished file and put back."""

import struct

SOF0, SOF1, SOF2, SOF3, DHT, RST0, SOI, EOI = 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xD0, 0xD8, 0xD9
SOS, DQT, DNL, DRI, APP0, APP1, APP2, APP13, APP14, COM = (
    0xDA,
    0xDB,
    0xDC,
    0xDD,
    0xE0,
    0xE1,
    0xE2,
    0xED,
    0xEE,
    0xFE,
)
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}

START, END = b"\xff\xd8", b"\xff\xd9"


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jfif() -> bytes:
    return segment(APP0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform: int) -> bytes:
    return segment(APP14, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def exif(block: bytes) -> bytes:
    return segment(APP1, b"Exif\0\0" + block)


def xmp(packet: bytes) -> bytes:
    return segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


def icc(part: bytes, number: int = 1, count: int = 1) -> bytes:
    return segment(APP2, b"ICC_PROFILE\0" + bytes([number, count]) + part)


def split(data: bytes) -> list[tuple[int, bytes]]:
    """A well-formed file as (marker, bytes) pairs without SOI and EOI; an SOS has its data along."""
    parts, at = [], 2
    while data[at + 1] != EOI:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        while marker == SOS and not (
            data[end] == 0xFF and data[end + 1] != 0 and not 0xD0 <= data[end + 1] <= 0xD7
        ):
            end += 1
        parts.append((marker, data[at:end]))
        at = end
    return parts


def join(parts: list[tuple[int, bytes]], *, end: bytes = END) -> bytes:
    return START + b"".join(data for _, data in parts) + end


def insert(data: bytes, *segments: bytes) -> bytes:
    """The file with segments put right after its SOI."""
    return data[:2] + b"".join(segments) + data[2:]


def without(data: bytes, *markers: int) -> bytes:
    """The file without the segments of these markers."""
    return join([part for part in split(data) if part[0] not in markers])


def patch(data: bytes, marker: int, offset: int, new: bytes) -> bytes:
    """The file with bytes of its first such segment (counted from the marker's 0xFF) overwritten."""
    parts = split(data)
    at = next(i for i, part in enumerate(parts) if part[0] in ({marker} if marker != SOF0 else FRAMES))
    old = parts[at][1]
    parts[at] = (parts[at][0], old[:offset] + new + old[offset + len(new) :])
    return join(parts)
