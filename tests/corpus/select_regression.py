"""Chooses from a corpus what tests/data/corpus keeps, and writes it with what Pillow gives for it.

    decode_corpus CORPUS | python3 select_regression.py CORPUS OUT

Kept are small files: all that have pixels here or in Pillow, and one for each reason for which we refuse. Left out is what
depends on the version of a codec's library. OUT/expected.txt has a line a file: its name, SHA-256 of Pillow's RGB bytes
or `error`, and ours: `same`, `error`, or SHA-256 of pixels that are known to differ.
"""
import hashlib
import os
import sys

from compare_with_pillow import pillow_pixels, records

FOLDERS = ("bmp", "gif", "jp2", "jpeg", "png", "pnm", "tiff", "webp")
LARGEST = 10_000  # bytes
MOST_PIXELS = 300_000
BY_LIBRARY_VERSION = (
    "lossless", "damage-", "progressive-dc", "progressive-first", "progressive-last", "progressive-scans",  # JPEG
    "group", "lzma", "zstd", "webp-", "bits-8-8.tif", "strip-offsets-more-than-strips", "width-of-type-13",  # TIFF
    "rgb-reserved-bit-set")  # PNG


def digest(pixels):
    return "error" if pixels is None else hashlib.sha256(pixels.tobytes()).hexdigest()


def refusal(name, ours, theirs, reason):
    """Of which one file is enough; None where there are pixels here and in Pillow."""
    if ours is not None and theirs is not None:
        return None
    return name.split("/", 1)[0], theirs is None, reason[:24]


def is_small_and_stable(name, encoded, ours):
    folder, base = name.split("/", 1)
    if folder not in FOLDERS or len(encoded) > LARGEST or base.startswith(BY_LIBRARY_VERSION):
        return False
    return ours is None or ours.size <= 3 * MOST_PIXELS


def main():
    corpus, out = sys.argv[1:]
    lines, refusals = [], set()
    for path, encoded, ours, reason in records(sys.stdin.buffer):
        name = os.path.relpath(os.fsdecode(path), corpus)
        if "/" not in name or not is_small_and_stable(name, encoded, ours):
            continue
        theirs, _ = pillow_pixels(encoded)
        refused = refusal(name, ours, theirs, reason)
        if refused is not None and refused in refusals:
            continue
        refusals.add(refused)
        expected, got = digest(theirs), digest(ours)
        os.makedirs(f"{out}/{os.path.dirname(name)}", exist_ok=True)
        with open(f"{out}/{name}", "wb") as file:
            file.write(encoded)
        lines.append(f"{name} {expected} {'same' if got == expected else got}\n")
    with open(f"{out}/expected.txt", "w") as file:
        file.writelines(sorted(lines))


main()
