"""The tiff/ folder's JPEG-compressed pages, new style and old, and YCbCr without JPEG."""

import io

import numpy as np
from PIL import Image

import jpeg_markers as jm
import scene
import tiff_pages as tp
import tiff_writer as tw
from collection import Collection
from jpeg_files import pillow_jpeg

WIDTH, HEIGHT = 61, 47


def write(corpus: Collection) -> None:
    jpeg(corpus)
    old_jpeg(corpus)
    ycbcr(corpus)


def jpeg_stream(mode: str, pixels: np.ndarray, **options) -> bytes:
    """A block as a whole JPEG file, its channels stored as they are, for any mode of Pillow's."""
    size = pixels.shape[1], pixels.shape[0]
    image = Image.frombytes(mode, size, pixels.astype(np.uint8).tobytes())
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, **options)
    return jm.without(out.getvalue(), jm.APP0, jm.APP14)


def abbreviated(streams: list[bytes]) -> tuple[bytes, list[bytes]]:
    """The tables all of these streams share, and the streams without them."""
    tables = [part for part in jm.split(streams[0]) if part[0] in (jm.DQT, jm.DHT)]
    return jm.join(tables), [jm.without(stream, jm.DQT, jm.DHT) for stream in streams]


def jpeg_page(
    mode: str, photometric: int, *, tables: bool = True, tile=None, rows_per_strip: int = 16, **options
) -> tw.Page:
    channels = {"L": 1, "CMYK": 4}.get(mode, 3)
    pixels = scene.samples(WIDTH, HEIGHT, channels)
    page = tp.page(pixels, photometric, tile=tile, rows_per_strip=rows_per_strip)
    streams = [jpeg_stream(mode, block, **options) for block in tp.cut(pixels, rows_per_strip, tile)]
    tags = page.tags | {tw.COMPRESSION: (tw.SHORT, [tp.JPEG])}
    if photometric == tp.YCBCR:
        factors = {"4:4:4": [1, 1], "4:2:2": [2, 1], "4:2:0": [2, 2]}[options["subsampling"]]
        tags |= {
            tw.YCBCR_SUBSAMPLING: (tw.SHORT, factors),
            tw.REFERENCE_BLACK_WHITE: (tw.RATIONAL, [(v, 1) for v in (0, 255, 128, 255, 128, 255)]),
        }
    if tables:
        shared, streams = abbreviated(streams)
        tags[tw.JPEG_TABLES] = (tw.UNDEFINED, list(shared))
    return tw.Page(tags, streams, tile is not None)


def jpeg(corpus: Collection) -> None:
    for tables, end in ((True, ""), (False, "-without-tables")):
        pages = {
            "gray": jpeg_page("L", tp.BLACK_IS_ZERO, tables=tables),
            "rgb": jpeg_page("RGB", tp.RGB, tables=tables, keep_rgb=True),
            "cmyk": jpeg_page("CMYK", tp.CMYK, tables=tables),
        }
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            name = "ycbcr-" + subsampling.replace(":", "")
            pages[name] = jpeg_page("YCbCr", tp.YCBCR, tables=tables, subsampling=subsampling)
            pages[name + "-tiles"] = jpeg_page(
                "YCbCr", tp.YCBCR, tables=tables, tile=(32, 32), subsampling=subsampling
            )
            pages[name + "-one-strip"] = jpeg_page(
                "YCbCr", tp.YCBCR, tables=tables, rows_per_strip=47, subsampling=subsampling
            )
        for name, page in pages.items():
            corpus.good(f"tiff/jpeg-{name}{end}.tif", tw.tiff(page))
    big = jpeg_page("YCbCr", tp.YCBCR, subsampling="4:2:0")
    corpus.good("tiff/jpeg-ycbcr-420-big-endian.tif", tw.tiff(big, order=">"))
    corpus.good("tiff/jpeg-ycbcr-420-orientation-6.tif", tw.tiff(big.having(orientation=(tw.SHORT, [6]))))
    corpus.good("tiff/jpeg-ycbcr-420-no-reference-black.tif", tw.tiff(big.having(reference_black_white=None)))
    rgb = scene.samples(WIDTH, HEIGHT, 3)
    planes = [strip for c in range(3) for strip in tp.cut(rgb[..., c : c + 1], 16, None)]
    shared, streams = abbreviated([jpeg_stream("L", plane) for plane in planes])
    tags = tp.page(rgb, tp.RGB, planar=True).tags
    tags |= {tw.COMPRESSION: (tw.SHORT, [tp.JPEG]), tw.JPEG_TABLES: (tw.UNDEFINED, list(shared))}
    corpus.good("tiff/jpeg-rgb-planar.tif", tw.tiff(tw.Page(tags, streams)))
    ycc = {tw.REFERENCE_BLACK_WHITE: (tw.RATIONAL, [(v, 1) for v in (15, 235, 128, 240, 128, 240)])}
    corpus.good("tiff/jpeg-ycbcr-420-studio-range.tif", tw.tiff(tw.Page(big.tags | ycc, big.blocks)))
    odd = {
        "subsampling-missing": big.having(ycbcr_subsampling=None),
        "subsampling-wrong": big.having(ycbcr_subsampling=(tw.SHORT, [1, 1])),
        "tables-missing": big.having(jpeg_tables=None),
        "tables-garbage": big.having(jpeg_tables=(tw.UNDEFINED, list(b"garbage garbage"))),
        "said-to-be-rgb": big.having(photometric=(tw.SHORT, [tp.RGB])),
        "said-to-be-gray": big.having(
            photometric=(tw.SHORT, [1]), samples=(tw.SHORT, [1]), bits=(tw.SHORT, [8])
        ),
        "height-more-than-the-strips": big.having(height=(tw.LONG, [55])),
        "width-more-than-the-strips": big.having(width=(tw.LONG, [80])),
        "width-less-than-the-strips": big.having(width=(tw.LONG, [40])),
        "strips-cut": tw.Page(big.tags, [block[: len(block) // 2] for block in big.blocks]),
        "a-strip-empty": tw.Page(big.tags, [big.blocks[0], b"", big.blocks[2]]),
    }
    for name, page in odd.items():
        corpus.corrupt(f"tiff/jpeg-ycbcr-420-{name}.tif", tw.tiff(page))


def old_jpeg(corpus: Collection) -> None:
    """Compression 6, as TIFF 6.0 had it before the technical note that replaced it."""
    stream = pillow_jpeg("RGB", WIDTH, HEIGHT, subsampling="4:2:0")
    page = tp.page(scene.samples(WIDTH, HEIGHT, 3), tp.YCBCR, rows_per_strip=HEIGHT)
    tags = page.tags | {
        tw.COMPRESSION: (tw.SHORT, [tp.OLD_JPEG]),
        tw.YCBCR_SUBSAMPLING: (tw.SHORT, [2, 2]),
        512: (tw.SHORT, [1]),
        tw.JPEG_OFFSET: tw.Pointer(stream),
        tw.JPEG_LENGTH: (tw.LONG, [len(stream)]),
    }
    # The strip is the scan's data, or as many writers had it the whole stream over again.
    data = stream[stream.index(b"\xff\xda") :]
    corpus.good("tiff/old-jpeg-strip-of-the-stream.tif", tw.tiff(tw.Page(tags, [stream])))
    corpus.corrupt("tiff/old-jpeg-strip-of-the-scan.tif", tw.tiff(tw.Page(tags, [data])))
    corpus.corrupt(
        "tiff/old-jpeg-without-its-offset.tif", tw.tiff(tw.Page(tags, [stream]).having(jpeg_offset=None))
    )


def ycbcr(corpus: Collection) -> None:
    """YCbCr in the data units TIFF has for it: the luma samples of a block, then its Cb and Cr."""
    for across, down in ((1, 1), (2, 1), (1, 2), (2, 2), (4, 2)):
        for name, compression in (("raw", tp.NONE), ("lzw", tp.LZW), ("deflate", tp.DEFLATE)):
            tags = {tw.YCBCR_SUBSAMPLING: (tw.SHORT, [across, down])}
            page = tp.page(scene.samples(WIDTH, 48, 3), tp.YCBCR, rows_per_strip=16, tags=tags)
            strips = tp.cut(scene.samples(WIDTH, 48, 3), 16, None)
            units = [data_units(strip, across, down) for strip in strips]
            blocks = [tp.compress(unit, compression, len(unit), WIDTH) for unit in units]
            made = tw.Page(page.tags | {tw.COMPRESSION: (tw.SHORT, [compression])}, blocks)
            # Pillow unpacks uncompressed pages itself, and knows no data units.
            keep = corpus.unread if compression == tp.NONE else corpus.good
            keep(f"tiff/ycbcr-{across}x{down}-{name}.tif", tw.tiff(made))


def data_units(strip: np.ndarray, across: int, down: int) -> bytes:
    full = np.pad(strip, ((0, -len(strip) % down), (0, -strip.shape[1] % across), (0, 0)), mode="edge")
    rows, columns = len(full) // down, full.shape[1] // across
    blocks = full.reshape(rows, down, columns, across, 3).swapaxes(1, 2)
    luma = blocks[..., 0].reshape(rows, columns, across * down)
    chroma = blocks[:, :, 0, 0, 1:]
    return np.concatenate([luma, chroma], -1).astype(np.uint8).tobytes()
