"""The jpeg/ folder's pictures: component counts, colour transforms, sampling factors, processes, sizes."""

import io
import shutil
import subprocess

import jpeg_encoder
import jpeg_markers as jm
import scene
from collection import Collection

YCC_FACTORS = {
    "444": "1x1 1x1 1x1",
    "422": "2x1 1x1 1x1",
    "420": "2x2 1x1 1x1",
    "440": "1x2 1x1 1x1",
    "441": "1x4 1x1 1x1",
    "411": "4x1 1x1 1x1",
    "410": "4x2 1x1 1x1",
    "luma-3x1": "3x1 1x1 1x1",
    "luma-3x3": "3x3 1x1 1x1",
    "luma-4x4": "4x4 1x1 1x1",
    "luma-4x4-chroma-2x2": "4x4 2x2 2x2",
    "444-as-2x2": "2x2 2x2 2x2",
    "422-as-2x2-1x2": "2x2 1x2 1x2",
    "440-as-2x2-2x1": "2x2 2x1 2x1",
    "chroma-2x2-over-luma-1x1": "1x1 2x2 2x2",
    "cb-1x2-cr-2x1": "2x2 1x2 2x1",
    "cb-full-cr-quarter": "2x2 2x2 1x1",
}


def write(corpus: Collection) -> None:
    pillow_made(corpus)
    sampling(corpus)
    colour_guesses(corpus)
    four_components(corpus)
    depths_and_processes(corpus)
    sizes(corpus)
    tool_made(corpus)


def factors(text: str) -> list[tuple[int, int]]:
    return [(int(part[0]), int(part[2])) for part in text.split()]


def pillow_jpeg(mode: str, width: int, height: int, **options) -> bytes:
    out = io.BytesIO()
    scene.image(mode, width, height).save(out, "JPEG", **options)
    return out.getvalue()


def pillow_made(corpus: Collection) -> None:
    variants = {
        "gray": ("L", {}),
        "gray-progressive": ("L", {"progressive": True}),
        "gray-restart": ("L", {"restart_marker_rows": 1}),
        "rgb-adobe-0": ("RGB", {"keep_rgb": True}),
        "rgb-adobe-0-progressive": ("RGB", {"keep_rgb": True, "progressive": True}),
        "quality-1": ("RGB", {"quality": 1}),
        "quality-100": ("RGB", {"quality": 100}),
        "optimized": ("RGB", {"optimize": True}),
        "cmyk": ("CMYK", {}),
        "cmyk-progressive": ("CMYK", {"progressive": True}),
        "cmyk-restart": ("CMYK", {"restart_marker_blocks": 3}),
        "from-ycbcr": ("YCbCr", {"subsampling": "4:2:0"}),
        "dpi-300": ("RGB", {"dpi": (300, 300)}),
        "16bit-quantum": ("RGB", {"qtables": [[300 + i for i in range(64)]] * 2}),
    }
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        name = subsampling.replace(":", "")
        variants |= {
            f"ycc-{name}-pillow": ("RGB", {"subsampling": subsampling}),
            f"ycc-{name}-progressive": ("RGB", {"subsampling": subsampling, "progressive": True}),
            f"ycc-{name}-restart-row": ("RGB", {"subsampling": subsampling, "restart_marker_rows": 1}),
            f"ycc-{name}-restart-block": ("RGB", {"subsampling": subsampling, "restart_marker_blocks": 1}),
            f"ycc-{name}-progressive-restart": (
                "RGB",
                {"subsampling": subsampling, "progressive": True, "restart_marker_blocks": 2},
            ),
        }
    for name, (mode, options) in variants.items():
        path = f"jpeg/{name}.jpg"
        corpus.good(path, pillow_jpeg(mode, *scene.size_for(path), **options))


def sampling(corpus: Collection) -> None:
    for name, text in YCC_FACTORS.items():
        # Interleaving more than ten blocks is against the rules.
        keep = corpus.good if sum(h * v for h, v in factors(text)) <= 10 else corpus.corrupt
        for width, height in ((61, 47), (33, 59)):
            parts = jpeg_encoder.components(width, height, factors(text))
            data = jpeg_encoder.encode(parts, width, height, before=jm.jfif())
            keep(f"jpeg/ycc-{name}-{width}x{height}.jpg", data)
        data = jpeg_encoder.encode(parts, width, height, before=jm.jfif(), interleaved=False)
        corpus.good(f"jpeg/ycc-{name}-a-scan-each.jpg", data)
    for text in ("1x1", "2x2", "1x2", "4x1", "3x3"):
        parts = jpeg_encoder.components(53, 35, factors(text))
        corpus.good(f"jpeg/gray-sampled-{text}.jpg", jpeg_encoder.encode(parts, 53, 35, before=jm.jfif()))
    # Factors that do not divide the largest: legal, but libjpeg has no upsampler for them.
    for name, text in {"3x1-over-2x1": "3x1 2x1 1x1", "2x2-over-3x3": "3x3 2x2 1x1"}.items():
        parts = jpeg_encoder.components(61, 47, factors(text))
        corpus.unread(f"jpeg/ycc-fractional-{name}.jpg", jpeg_encoder.encode(parts, 61, 47, before=jm.jfif()))
    restart = jpeg_encoder.encode(jpeg_encoder.components(97, 61, factors("2x2 1x1 1x1")), 97, 61, restart=5)
    corpus.good("jpeg/ycc-420-restart-5-no-jfif.jpg", restart)


def colour_guesses(corpus: Collection) -> None:
    """Three components under every pair of identifiers and markers, from which decoders guess the colours."""
    identifiers = {
        "1-2-3": (1, 2, 3),
        "0-1-2": (0, 1, 2),
        "r-g-b": b"RGB",
        "big-r-g-b": b"rgb",
        "34-35-36": (34, 35, 36),
        "1-34-35": (1, 34, 35),
        "3-2-1": (3, 2, 1),
    }
    markers = {
        "bare": b"",
        "jfif": jm.jfif(),
        "adobe-0": jm.adobe(0),
        "adobe-1": jm.adobe(1),
        "adobe-2": jm.adobe(2),
        "adobe-9": jm.adobe(9),
        "jfif-adobe-0": jm.jfif() + jm.adobe(0),
        "adobe-0-jfif": jm.adobe(0) + jm.jfif(),
    }
    for name, ids in identifiers.items():
        parts = jpeg_encoder.components(48, 32, [(1, 1)] * 3, ids)
        for marker, data in markers.items():
            made = jpeg_encoder.encode(parts, 48, 32, before=data)
            # Adobe's transform 2 is for four components, and there is no 9.
            keep = corpus.corrupt if marker in ("adobe-2", "adobe-9") else corpus.good
            keep(f"jpeg/three-components-ids-{name}-{marker}.jpg", made)
    subsampled = jpeg_encoder.components(61, 47, factors("2x2 1x1 1x1"))
    corpus.good("jpeg/adobe-0-subsampled.jpg", jpeg_encoder.encode(subsampled, 61, 47, before=jm.adobe(0)))
    gray = jpeg_encoder.components(48, 32, [(1, 1)])
    for marker, data in markers.items():
        corpus.good(f"jpeg/one-component-{marker}.jpg", jpeg_encoder.encode(gray, 48, 32, before=data))
    short = jm.segment(jm.APP14, b"Adobe\0\x64\0\0\0")
    corpus.corrupt(
        "jpeg/adobe-marker-short.jpg",
        jpeg_encoder.encode(jpeg_encoder.components(48, 32, [(1, 1)] * 3), 48, 32, before=short),
    )


def four_components(corpus: Collection) -> None:
    markers = {"bare": b"", "jfif": jm.jfif(), "adobe-0": jm.adobe(0), "adobe-2": jm.adobe(2)}
    for sampled, text in {"": "1x1 1x1 1x1 1x1", "-420": "2x2 1x1 1x1 2x2"}.items():
        parts = jpeg_encoder.components(53, 35, factors(text))
        for marker, data in markers.items():
            made = jpeg_encoder.encode(parts, 53, 35, before=data)
            corpus.good(f"jpeg/four-components{sampled}-{marker}.jpg", made)
        for transform in (1, 9):
            made = jpeg_encoder.encode(parts, 53, 35, before=jm.adobe(transform))
            corpus.corrupt(f"jpeg/four-components{sampled}-adobe-{transform}.jpg", made)
    named = jpeg_encoder.components(53, 35, [(1, 1)] * 4, b"CMYK")
    corpus.good("jpeg/four-components-ids-c-m-y-k.jpg", jpeg_encoder.encode(named, 53, 35))
    corpus.good("jpeg/cmyk-adobe-stripped.jpg", jm.without(corpus.read("jpeg/cmyk.jpg"), jm.APP14))
    for count in (2, 5):
        text = " ".join(["1x1"] * min(count, 4))
        parts = jpeg_encoder.components(53, 35, factors(text))
        if count == 5:
            parts.append(jpeg_encoder.Component(5, 1, 1, parts[0].samples))
        # A scan holds four components at most.
        made = jpeg_encoder.encode(parts, 53, 35, interleaved=count < 5)
        corpus.unread(f"jpeg/{count}-components.jpg", made)


def depths_and_processes(corpus: Collection) -> None:
    for name, text in {"gray": "1x1", "ycc": "1x1 1x1 1x1"}.items():
        for bits, keep in ((8, corpus.good), (12, corpus.unread)):
            parts = jpeg_encoder.components(61, 47, factors(text), bits=bits)
            if bits != 8:
                keep(f"jpeg/{name}-{bits}bit.jpg", jpeg_encoder.encode(parts, 61, 47, bits=bits))
            keep(
                f"jpeg/lossless-{name}-{bits}bit.jpg", jpeg_encoder.encode_lossless(parts, 61, 47, bits=bits)
            )
    parts = jpeg_encoder.components(61, 47, factors("1x1 1x1 1x1"))
    corpus.good(
        "jpeg/lossless-rgb-adobe-0.jpg", jpeg_encoder.encode_lossless(parts, 61, 47, before=jm.adobe(0))
    )
    # libjpeg-turbo converts no colours in a lossless file, and a JFIF marker asks for that.
    corpus.unread("jpeg/lossless-ycc-jfif.jpg", jpeg_encoder.encode_lossless(parts, 61, 47, before=jm.jfif()))
    extended = jpeg_encoder.encode(parts, 61, 47).replace(b"\xff\xc0", b"\xff\xc1", 1)
    corpus.good("jpeg/extended-sequential-8bit.jpg", extended)


def sizes(corpus: Collection) -> None:
    for width, height in ((1, 1), (1, 61), (97, 1), (2, 2), (7, 9), (8, 8), (16, 16), (15, 17)):
        for name, options in (
            ("420", {}),
            ("444", {"subsampling": "4:4:4"}),
            ("422-progressive", {"subsampling": "4:2:2", "progressive": True}),
        ):
            corpus.good(f"jpeg/ycc-{name}-{width}x{height}.jpg", pillow_jpeg("RGB", width, height, **options))
    for width, height in ((65500, 1), (1, 65500)):
        corpus.good(f"jpeg/gray-{width}x{height}.jpg", pillow_jpeg("L", width, height))
        corpus.good(f"jpeg/rgb-{width}x{height}.jpg", pillow_jpeg("RGB", width, height))
    # libjpeg's own limit is 65500, the format's 65535.
    longest = jm.patch(pillow_jpeg("L", 65500, 1), jm.SOF0, 7, b"\xff\xff")
    corpus.corrupt("jpeg/gray-65535x1.jpg", longest)


def tool_made(corpus: Collection) -> None:
    """Arithmetic coding and odd scan scripts, with libjpeg-turbo's programs where they are installed."""
    runs = {
        "arithmetic": ["cjpeg", "-arithmetic"],
        "arithmetic-gray": ["cjpeg", "-arithmetic", "-grayscale"],
        "arithmetic-444": ["cjpeg", "-arithmetic", "-sample", "1x1"],
        "arithmetic-progressive": ["cjpeg", "-arithmetic", "-progressive"],
        "arithmetic-restart": ["cjpeg", "-arithmetic", "-restart", "1"],
        "arithmetic-rgb": ["cjpeg", "-arithmetic", "-rgb"],
        "cjpeg-sample-1x2": ["cjpeg", "-sample", "1x2"],
        "cjpeg-sample-4x1-progressive": ["cjpeg", "-sample", "4x1", "-progressive"],
        "cjpeg-sample-3x2": ["cjpeg", "-sample", "3x2"],
        "cjpeg-sample-2x2-2x1-1x2-progressive": ["cjpeg", "-sample", "2x2,2x1,1x2", "-progressive"],
        "cjpeg-smooth": ["cjpeg", "-smooth", "50"],
        "jpegtran-arithmetic-cmyk": ["jpegtran", "-arithmetic"],
    }
    ppm = io.BytesIO()
    scene.image("RGB", 61, 47).save(ppm, "PPM")
    for name, (program, *options) in runs.items():
        path = f"jpeg/{name}.jpg"
        if not shutil.which(program):
            corpus.leave_out(path, f"{program} is not installed")
            continue
        source = ppm.getvalue() if program == "cjpeg" else corpus.read("jpeg/cmyk.jpg")
        done = subprocess.run([program, *options], input=source, capture_output=True, check=True)
        corpus.good(path, done.stdout)
