#!/usr/bin/env python3
"""What it costs to take images from a tar: images/s of `extract` over the same images as files, as a plain tar, as a
tar.gz, as a plain tar that goes to a stream, and as a tar on stdin.

  tars.py [--program build/release/bin/vit-embed] --model TINY_MODEL [--count 2000] IMAGES_FOLDER

The cases in turn, --rounds times, after one that does not count; medians, and the ratios of the medians to that of the
files. The images of the folder are taken over and over to make up the count. All of it lies in the page cache.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def copy_images(folder, count, into):
    """Copies, for a link to few files would leave the reading of files nothing to do."""
    sources = sorted(os.path.join(d, f) for d, _, fs in os.walk(folder) for f in fs)
    for i in range(count):
        source = sources[i % len(sources)]
        with open(source, "rb") as image, open(f"{into}/{i:08d}{os.path.splitext(source)[1]}", "wb") as copy:
            copy.write(image.read())


def make_tars(work):
    for path, mode in (("x.tar", "w"), ("x.tar.gz", "w:gz")):
        with tarfile.open(f"{work}/{path}", mode) as tar:
            for name in sorted(os.listdir(f"{work}/files")):
                tar.add(f"{work}/files/{name}", name)


def run(command, stdin):
    """Seconds, the rate that it tells, and peak memory in MiB."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log, open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        said = log.read()
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{command} failed:\n{said}")
    return seconds, float(re.search(r"([0-9.]+) images/s", said).group(1)), usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--model", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("images")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f"{work}/files")
        copy_images(args.images, args.count, f"{work}/files")
        make_tars(work)
        extract = [args.program, "extract", "-m", args.model, "--restart", "-o", f"{work}/x.npy"]
        stream = [args.program, "extract", "-m", args.model, "-o", "-"]
        stdin = ["-", "--stdin-name", "x.tar"]
        cases = {
            "files": ([*extract, f"{work}/files"], None),
            "tar": ([*extract, f"{work}/x.tar"], None),
            "tar.gz": ([*extract, f"{work}/x.tar.gz"], None),
            "tar on stdin": ([*extract, *stdin], f"{work}/x.tar"),
            "files, to a stream": ([*stream, f"{work}/files"], None),
            "tar, to a stream": ([*stream, f"{work}/x.tar"], None),
        }
        results = {name: [] for name in cases}
        for round_ in range(args.rounds + 1):
            for name, (command, source) in cases.items():
                result = run(command, source)
                if round_ > 0:
                    results[name].append(result)
        size = os.path.getsize(f"{work}/x.tar") / args.count / 1024
    print(f"{args.count} images of {size:.0f} KiB, medians of {args.rounds} rounds\n")
    print("| images | s in all | files / this | images/s once it runs | peak memory, MiB |\n|---|---|---|---|---|")
    medians = {name: [statistics.median(r[i] for r in found) for i in range(3)] for name, found in results.items()}
    for name, (seconds, rate, memory) in medians.items():
        base = medians["files, to a stream" if "stream" in name else "files"][0]
        print(f"| {name} | {seconds:.2f} | {base / seconds:.2f} | {rate:.0f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
