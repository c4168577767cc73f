#!/usr/bin/env python3
"""Decode and resize against Pillow's, one thread each, in turn: a table of medians and ratios.

  pixels.py [--image-bench build/release/tests/bench/image_bench] [--pillow "python3"] [--rounds 5] FILE...

--pillow is the Python that has Pillow; "chroot /srv/trixie python3" takes it from another root, in which FILE... and
this tree must be found under the same names.
"""
import argparse
import collections
import os
import shlex
import statistics
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COLUMNS = ("decode_ms", "bilinear_ms", "bicubic_ms")


def run(command):
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image-bench", default=f"{TREE}/build/release/tests/bench/image_bench")
    parser.add_argument("--pillow", default="python3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()

    last = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {last})
    files = [os.path.abspath(f) for f in args.files]
    ours = [args.image_bench, str(args.repeats), *files]
    pillows = [*shlex.split(args.pillow), f"{TREE}/tests/bench/pillow_bench.py", str(args.repeats), *files]
    times = {"ours": collections.defaultdict(list), "pillow": collections.defaultdict(list)}
    for _ in range(args.rounds):
        for who, command in (("ours", ours), ("pillow", pillows)):
            for row in run(command):
                for column in COLUMNS:
                    times[who][row["size"], column].append(float(row[column]))

    print(f"{'size':>12} {'step':>9} {'ours ms':>9} {'Pillow ms':>9} {'Pillow/ours':>11}")
    for size, column in times["ours"]:
        a, b = (statistics.median(times[who][size, column]) for who in ("ours", "pillow"))
        print(f"{size:>12} {column[:-3]:>9} {a:9.3f} {b:9.3f} {b / a:11.2f}")


main()
