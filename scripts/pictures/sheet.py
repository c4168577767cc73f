#!/usr/bin/python3
"""Takes a picture of the page that `vit-embed query --html` writes: sheet.py PAGE.html LIGHT.webp DARK.webp

As a reader with a light system sees it and as one with a dark one does, 1200 pixels wide and as long as the page is.
Needs the Debian packages chromium, fonts-dejavu-core, python3-numpy and python3-pil.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, LONGEST = 1200, 4000
SCALE = 1.5  # for sharp text where a pixel of the page is more than one of the screen
SCHEMES = {"dark": 0, "light": 1}  # Blink's


def screenshot(page, scheme, png):
    flags = [
        "--headless", "--no-sandbox",  # the sandbox does not work for root; the page is our own and runs nothing
        "--hide-scrollbars", f"--window-size={WIDTH},{LONGEST}", f"--force-device-scale-factor={SCALE}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
    ]
    subprocess.run(["chromium", *flags, f"--screenshot={png}", page.resolve().as_uri()], check=True,
                   stderr=subprocess.DEVNULL)


def without_empty_end(image):
    """Cut below the last thing on the page, with the margin that it has on the left."""
    pixels = np.asarray(image)
    filled = (pixels != pixels[-1, 0]).any(axis=2)
    margin = int(filled.any(axis=0).argmax())
    return image.crop((0, 0, image.width, int(filled.any(axis=1).nonzero()[0].max()) + margin))


def main():
    page, light, dark = map(Path, sys.argv[1:])
    for scheme, out in (("light", light), ("dark", dark)):
        with tempfile.TemporaryDirectory() as folder:
            png = Path(folder, "page.png")
            screenshot(page, scheme, png)
            without_empty_end(Image.open(png).convert("RGB")).save(out, quality=84, method=6)


if __name__ == "__main__":
    main()
