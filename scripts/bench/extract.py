#!/usr/bin/env python3
"""What the program costs as a whole: start times, seconds an image, and peak memory by number of images.

  extract.py [--program build/release/bin/vit-embed] --model MODEL IMAGES_FOLDER     seconds an image, batch 1 and 8
  extract.py [--program ...] --model TINY_MODEL --memory 100,10000 IMAGES_FOLDER     peak memory for so many images

Medians over --rounds, the cases in turn. The images of the folder are linked over and over to make up a count.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(command):
    """Seconds, peak memory in MiB, and what it said."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        said = log.read()
    if status != 0:
        sys.exit(f"{command} failed:\n{said}")
    return seconds, usage.ru_maxrss / 1024, said


def in_turn(cases, rounds):
    """The results of every case, by its name."""
    results = {name: [] for name in cases}
    for _ in range(rounds):
        for name, command in cases.items():
            results[name].append(run(command))
    return results


def link_images(folder, count, into):
    sources = sorted(os.path.abspath(os.path.join(d, f)) for d, _, fs in os.walk(folder) for f in fs)
    for i in range(count):
        source = sources[i % len(sources)]
        os.symlink(source, os.path.join(into, f"{i:08d}{os.path.splitext(source)[1]}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--model", required=True)
    parser.add_argument("--memory", help="counts of images, with commas")
    parser.add_argument("--batches", default="1,8", help="batch sizes, with commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("images")
    args = parser.parse_args()

    starts = {name: [args.program, *name.split()] for name in ("--version", "extract --help")}
    starts["info MODEL"] = [args.program, "info", args.model]
    for name, results in in_turn(starts, 3 * args.rounds).items():
        print(f"start, {name}: {1e3 * statistics.median(r[0] for r in results):.1f} ms")

    with tempfile.TemporaryDirectory() as work:
        extract = [args.program, "extract", "-m", args.model, "--restart", "-o", f"{work}/x.npy"]
        if args.memory:
            for count in map(int, args.memory.split(",")):
                folder = f"{work}/{count}"
                os.mkdir(folder)
                link_images(args.images, count, folder)
                seconds, memory, _ = run([*extract, folder])
                print(f"{count} images: peak memory {memory:.0f} MiB, {count / seconds:.1f} images/s")
            return
        cases = {f"batch {n}": [*extract, "--batch-size", n, args.images] for n in args.batches.split(",")}
        for name, results in in_turn(cases, args.rounds).items():
            rates = [float(re.search(r"([0-9.]+) images/s", said).group(1)) for _, _, said in results]
            memory = statistics.median(r[1] for r in results)
            print(f"{name}: {1 / statistics.median(rates):.3f} s an image (best {1 / max(rates):.3f}, "
                  f"worst {1 / min(rates):.3f}), peak memory {memory:.0f} MiB")


if __name__ == "__main__":
    main()
