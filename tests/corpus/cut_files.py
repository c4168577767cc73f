"""The cut/ folder: files of every format and codec, each cut short at some two dozen places."""

from collection import Collection, Intent

WHOLE = (
    "png/rgb-8bit.png",
    "png/rgba-16bit-interlaced.png",
    "png/palette-4bit-interlaced.png",
    "png/exif-after-the-idat.png",
    "jpeg/ycc-420-pillow.jpg",
    "jpeg/ycc-420-progressive.jpg",
    "jpeg/ycc-420-restart-block.jpg",
    "jpeg/gray.jpg",
    "jpeg/cmyk.jpg",
    "jpeg/arithmetic.jpg",
    "jpeg/lossless-gray-8bit.jpg",
    "jpeg/exif-orientation-6-big-endian.jpg",
    "jpeg/mpo-three-pictures.jpg",
    "tiff/rgb-8bit.tif",
    "tiff/lzw-rgb-8bit.tif",
    "tiff/deflate-rgb-16bit.tif",
    "tiff/tiles-16x16-lzw.tif",
    "tiff/jpeg-ycbcr-420.tif",
    "tiff/group4.tif",
    "tiff/packbits-gray-8bit.tif",
    "webp/lossy.webp",
    "webp/lossless.webp",
    "webp/lossy-alpha.webp",
    "webp/animated-two-frames.webp",
    "webp/exif-orientation-6.webp",
    "gif/89a.gif",
    "gif/interlaced.gif",
    "gif/animated-three-frames.gif",
    "bmp/rgb-24bit.bmp",
    "bmp/palette-4bit.bmp",
    "bmp/rle8.bmp",
    "bmp/header-124-24bit.bmp",
    "pnm/p3-61x47.ppm",
    "pnm/p4-61x47.pbm",
    "pnm/p6-maximum-65535.ppm",
    "jp2/rgb-lossless.jp2",
    "jp2/rgb-lossy.j2k",
    "jp2/tiles.jp2",
)


def write(corpus: Collection) -> None:
    for name in WHOLE:
        if corpus.intents.get(name) is not Intent.GOOD:
            corpus.leave_out(f"cut/{name.split('/')[1]}@*", f"{name} was not made")
            continue
        whole, short = corpus.read(name), name.split("/")[1]
        for size in places(len(whole)):
            corpus.corrupt(f"cut/{short}@{size}.{short.rsplit('.', 1)[1]}", whole[:size])


def places(size: int) -> list[int]:
    """Lengths to cut to: the first bytes, headers' lengths, tenths, and all but the last bytes."""
    first = {1, 2, 3, 4, 8, 12, 20, 26, 33, 60, 100}
    tenths = {size * tenth // 10 for tenth in range(1, 10)}
    return sorted(n for n in first | tenths | {size - left for left in (1, 2, 4, 12)} if 0 < n < size)
