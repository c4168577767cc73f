"""The pictures the corpus is made of: gradients, a hard-edged disc and noise, the same on every run."""

import zlib

import numpy as np
from PIL import Image

SIZES = ((48, 32), (61, 47), (97, 61), (53, 35), (64, 48), (33, 59))


def size_for(name: str) -> tuple[int, int]:
    """A width and height for the file `name`: always the same for one name, spread over SIZES."""
    return SIZES[zlib.crc32(name.encode()) % len(SIZES)]


def unit(width: int, height: int, channels: int = 3, seed: str = "") -> np.ndarray:
    """A height x width x channels picture in 0..1; the last of 2 or 4 channels makes a fair alpha."""
    # RandomState's streams are frozen by NumPy's compatibility policy, default_rng's are not.
    noise = np.random.RandomState(zlib.crc32(f"{seed} {width} {height}".encode()))
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    disc = ((u - 0.6) ** 2 + (v - 0.45) ** 2 < 0.05).astype(float)
    planes = [u, v, 0.5 + 0.5 * np.sin(7 * u + 5 * v), 1 - 0.5 * (u + v)]
    picture = np.stack(
        [planes[c % 4] * 0.8 + 0.1 - 0.3 * disc * (planes[c % 4] - 0.3) for c in range(channels)], -1
    )
    picture = np.clip(picture + noise.uniform(-0.05, 0.05, picture.shape), 0, 1)
    if channels in (2, 4):
        # Plateaus of fully clear and fully opaque pixels with a ramp between them.
        picture[..., -1] = np.clip(1.6 * (u + v) / 2 - 0.3, 0, 1)
    return picture


def samples(width: int, height: int, channels: int = 3, bits: int = 8, seed: str = "") -> np.ndarray:
    """The same picture as integers of `bits` bits."""
    return np.rint(unit(width, height, channels, seed) * (2**bits - 1)).astype(np.int64)


def indices(width: int, height: int, colours: int, seed: str = "") -> np.ndarray:
    """A height x width picture of palette indices below `colours`, all of them in use where there is room."""
    gray = unit(width, height, 1, seed)[..., 0]
    ranks = np.argsort(np.argsort(gray, axis=None, kind="stable"), kind="stable").reshape(gray.shape)
    return ranks * colours // gray.size


def palette(colours: int) -> np.ndarray:
    """`colours` x 3 bytes, no two neighbours alike."""
    i = np.arange(colours)
    return np.stack([(i * 67 + 20) % 256, (255 - i * 29) % 256, (i * i * 13 + 90) % 256], -1).astype(np.uint8)


def image(mode: str, width: int, height: int, seed: str = "") -> Image.Image:
    """The picture as a Pillow image of an 8-bit mode, or of mode 1."""
    channels = {"1": 3, "L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 3, "CMYK": 4, "YCbCr": 3}[mode]
    eight = samples(width, height, channels, seed=seed).astype(np.uint8)
    if mode in ("1", "P"):
        return Image.fromarray(eight).convert(mode)
    if mode in ("CMYK", "YCbCr"):
        bands = [Image.fromarray(np.ascontiguousarray(eight[..., c])) for c in range(channels)]
        return Image.merge(mode, bands)
    return Image.fromarray(eight[..., 0] if channels == 1 else eight)
