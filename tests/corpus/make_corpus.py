"""Writes a corpus of a few thousand small odd image files, and says what Pillow makes of them.

python3 make_corpus.py OUT_DIR [--listing FILE] [FOLDER...]
"""

import argparse
from pathlib import Path

import bmp_files
import bmp_run_lengths
import cut_files
import gif_damage
import gif_files
import jp2_damage
import jp2_files
import jpeg_damage
import jpeg_files
import jpeg_metadata
import name_files
import other_files
import png_damage
import png_files
import png_metadata
import pnm_files
import tiff_codecs
import tiff_damage
import tiff_files
import tiff_jpeg
import tiff_structure
import webp_damage
import webp_files
from collection import Collection
from pillow_report import report

# cut/ comes last, as it cuts files of the others.
WRITERS = {
    "png": (png_files, png_metadata, png_damage),
    "jpeg": (jpeg_files, jpeg_metadata, jpeg_damage),
    "tiff": (tiff_files, tiff_structure, tiff_codecs, tiff_jpeg, tiff_damage),
    "webp": (webp_files, webp_damage),
    "gif": (gif_files, gif_damage),
    "bmp": (bmp_files, bmp_run_lengths),
    "pnm": (pnm_files,),
    "jp2": (jp2_files, jp2_damage),
    "names": (name_files,),
    "others": (other_files,),
    "cut": (cut_files,),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="a folder that does not exist yet, or is empty")
    parser.add_argument(
        "folders", nargs="*", help=f"the folders to write, all by default: {' '.join(WRITERS)}"
    )
    parser.add_argument(
        "--listing", type=Path, help="a file for one tab-separated line per file with what Pillow gives"
    )
    arguments = parser.parse_args()
    if arguments.out.exists() and any(arguments.out.iterdir()):
        parser.error(f"{arguments.out} is not empty")
    corpus = Collection(arguments.out)
    for folder in arguments.folders or WRITERS:
        for module in WRITERS[folder]:
            module.write(corpus)
    for line in corpus.left_out:
        print(f"left out: {line}")
    report(corpus.root, corpus.intents, arguments.listing)


if __name__ == "__main__":
    main()
