"""Compares what decode_corpus writes to stdin with what Pillow gives for the same bytes: a line a file, then totals.

Pillow's pixels are ImageOps.exif_transpose(Image.open(file)).convert("RGB"). scripts/corpus-check runs both.
"""
import argparse
import collections
import io
import os
import struct
import sys
import warnings

import numpy as np
import PIL
from PIL import Image, ImageFile, ImageOps

AGREE, DIFFER, SIZES, WE_REFUSE, PILLOW_REFUSES, BOTH_REFUSE = (
    "agree", "differ", "sizes differ", "we refuse", "Pillow refuses", "both refuse")


def exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("decode_corpus ended within a record")
    return data


def records(stream):
    """Yields path, encoded bytes, pixels or None, reason."""
    while head := stream.read(4):
        path = exactly(stream, struct.unpack("<I", head)[0])
        encoded = exactly(stream, struct.unpack("<Q", exactly(stream, 8))[0])
        width, height = struct.unpack("<II", exactly(stream, 8))
        if width and height:
            pixels = np.frombuffer(exactly(stream, width * height * 3), np.uint8).reshape(height, width, 3)
            yield path, encoded, pixels, ""
        else:
            reason = exactly(stream, struct.unpack("<I", exactly(stream, 4))[0])
            yield path, encoded, None, reason.decode("utf-8", "backslashreplace")


def pillow_pixels(encoded):
    """Pixels or None, and Pillow's mode or its reason."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            mode = f"{image.format} {image.mode}"
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB")), mode
    except Exception as error:  # whatever it is, the file has no pixels for a user of Pillow
        return None, f"{type(error).__name__}: {error}"


def compare(encoded, ours, reason):
    theirs, said = pillow_pixels(encoded)
    if ours is None and theirs is None:
        return BOTH_REFUSE, f"ours: {reason}; Pillow's: {said}"
    if ours is None:
        return WE_REFUSE, f"{reason}; Pillow: {said}"
    if theirs is None:
        return PILLOW_REFUSES, said
    if ours.shape != theirs.shape:
        return SIZES, f"{ours.shape[1]}x{ours.shape[0]}, Pillow {theirs.shape[1]}x{theirs.shape[0]} {said}"
    difference = np.abs(ours.astype(np.int16) - theirs)
    if not difference.any():
        return AGREE, said
    share = np.count_nonzero(difference.any(axis=2)) / (ours.shape[0] * ours.shape[1])
    return DIFFER, f"by up to {difference.max()} levels, {100 * share:.1f} % of the pixels; {said}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="print only these outcomes, such as 'we refuse'")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow's, of files that are odd on purpose
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    totals = collections.defaultdict(collections.Counter)
    for path, encoded, ours, reason in records(sys.stdin.buffer):
        outcome, detail = compare(encoded, ours, reason)
        totals[os.path.dirname(path)][outcome] += 1
        if not args.only or outcome in args.only:
            name = path.decode("utf-8", "backslashreplace").replace("\n", "\\n")
            print(f"{outcome:14}  {name}  {' '.join(detail.split())}")

    columns = [AGREE, DIFFER, SIZES, WE_REFUSE, PILLOW_REFUSES, BOTH_REFUSE]
    print(f"\nPillow {PIL.__version__}")
    print(f"{'folder':24}", *(f"{column:>14}" for column in columns))
    rows = [(folder.decode("utf-8", "backslashreplace"), totals[folder]) for folder in sorted(totals)]
    for name, counts in [*rows, ("all", sum(totals.values(), collections.Counter()))]:
        print(f"{name[-24:]:24}", *(f"{counts[column]:14}" for column in columns))


if __name__ == "__main__":
    main()
