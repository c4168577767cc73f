"""A TIFF writer: either byte order, classic or BigTIFF, strips or tiles, any tag left out or overridden."""

import struct
from dataclasses import dataclass, field

import numpy as np

BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE = range(1, 13)
LONG8 = 16
CODES = {
    BYTE: "B",
    ASCII: "c",
    SHORT: "H",
    LONG: "I",
    RATIONAL: "II",
    SBYTE: "b",
    UNDEFINED: "c",
    SSHORT: "h",
    SLONG: "i",
    SRATIONAL: "ii",
    FLOAT: "f",
    DOUBLE: "d",
    LONG8: "Q",
}

# The tags, by their names in the specification.
SUBFILE_TYPE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, PLANAR = 273, 274, 277, 278, 279, 284
T4_OPTIONS, PREDICTOR, COLOUR_MAP, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = (
    292,
    317,
    320,
    322,
    323,
    324,
    325,
)
SUB_IFDS, EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_TABLES, JPEG_OFFSET, JPEG_LENGTH = 330, 338, 339, 347, 513, 514
YCBCR_SUBSAMPLING, REFERENCE_BLACK_WHITE, XMP, ICC = 530, 532, 700, 34675


@dataclass
class Raw:
    """A directory entry given as it is to be written."""

    kind: int
    count: int
    value: bytes


@dataclass
class Pointer:
    """A LONG tag that holds the offset of these bytes."""

    data: bytes


Value = tuple[int, list] | Raw | Pointer


@dataclass
class Page:
    """A directory: its tags, and the strips or tiles it points to."""

    tags: dict[int, Value]
    blocks: list[bytes] = field(default_factory=list)
    tiled: bool = False
    children: list["Page"] = field(default_factory=list)

    def having(self, **changes: Value | None) -> "Page":
        """This page with tags (in lower case) replaced, or left out where the value is None."""
        tags = dict(self.tags)
        for name, value in changes.items():
            tags[globals()[name.upper()]] = value
        return Page(tags, self.blocks, self.tiled, self.children)


class Writer:
    """Lays pages out: for each its blocks, the values that do not fit an entry, then its directory."""

    def __init__(self, order: str = "<", big: bool = False) -> None:
        self.order, self.big = order, big
        self.offset_code, self.room = ("Q", 8) if big else ("I", 4)
        start = (b"II" if order == "<" else b"MM") + struct.pack(
            order + ("HHHQ" if big else "HI"), *((43, 8, 0, 0) if big else (42, 0))
        )
        self.out = bytearray(start)
        self.link = len(start) - self.room

    def file(self, *pages: Page, loop: bool = False) -> bytes:
        """A file of these pages; with `loop` the last one's successor is the first."""
        first = None
        for page in pages:
            at, link = self.directory(page)
            first = first or at
            self.patch(self.link, at)
            self.link = link
        if loop:
            self.patch(self.link, first)
        return bytes(self.out)

    def patch(self, where: int, offset: int) -> None:
        self.out[where : where + self.room] = struct.pack(self.order + self.offset_code, offset)

    def append(self, data: bytes) -> int:
        """Puts data at an even offset, which it returns."""
        self.out += b"\0" * (len(self.out) % 2)
        self.out += data
        return len(self.out) - len(data)

    def directory(self, page: Page) -> tuple[int, int]:
        """Writes a page; returns its directory's offset and where the offset of the following one goes."""
        offset_kind = LONG8 if self.big else LONG
        offsets = [self.append(block) for block in page.blocks]
        tags: dict[int, Value | None] = {}
        if page.blocks:
            tags[TILE_OFFSETS if page.tiled else STRIP_OFFSETS] = (offset_kind, offsets)
            tags[TILE_COUNTS if page.tiled else STRIP_COUNTS] = (
                offset_kind,
                [len(block) for block in page.blocks],
            )
        if page.children:
            tags[SUB_IFDS] = (offset_kind, [self.directory(child)[0] for child in page.children])
        tags |= page.tags
        entries = b"".join(self.entry(tag, value) for tag, value in sorted(tags.items()) if value is not None)
        count = sum(value is not None for value in tags.values())
        at = self.append(
            struct.pack(self.order + ("Q" if self.big else "H"), count) + entries + b"\0" * self.room
        )
        return at, len(self.out) - self.room

    def entry(self, tag: int, value: Value) -> bytes:
        if isinstance(value, Pointer):
            value = (LONG, [self.append(value.data)])
        if isinstance(value, Raw):
            kind, count, data = value.kind, value.count, value.value
        else:
            kind, values = value
            code = CODES[kind]
            data = (
                bytes(values)
                if code == "c"
                else struct.pack(f"{self.order}{code * len(values)}", *flatten(values))
            )
            count = len(values)
        if len(data) > self.room:
            data = struct.pack(self.order + self.offset_code, self.append(data))
        return struct.pack(self.order + "HH" + self.offset_code, tag, kind, count) + data.ljust(
            self.room, b"\0"
        )


def flatten(values: list) -> list:
    """Rationals are pairs of integers."""
    return [part for value in values for part in (value if isinstance(value, tuple) else (value,))]


def tiff(*pages: Page, order: str = "<", big: bool = False) -> bytes:
    return Writer(order, big).file(*pages)


def colour_map(palette: np.ndarray) -> Value:
    """A ColorMap of 8-bit colours: all reds, all greens, all blues, 16 bits each."""
    return SHORT, [int(v) * 257 for v in palette.T.reshape(-1)]
