#!/usr/bin/env python3
"""Memory over one long run: resident MiB by tenths of it, and what became of the images.

  soak.py [--program build/release/bin/vit-embed] --model MODEL [--images 100000] IMAGES_FOLDER [FLAGS_OF_EXTRACT...]

The images of the folder, damaged ones among them or not, are linked over and over to make up the count.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from extract import TREE, link_images


def resident_mib(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--model", required=True)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("folder")
    parser.add_argument("flags", nargs=argparse.REMAINDER)
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f"{work}/images")
        link_images(args.folder, args.images, f"{work}/images")
        command = [args.program, "extract", f"{work}/images", "-m", args.model, "-o", f"{work}/x.npy", *args.flags]
        with open(f"{work}/log", "w") as log:
            process = subprocess.Popen(command, stderr=log)
            samples = []
            while process.poll() is None:
                samples.append(resident_mib(process.pid))
                time.sleep(0.2)
        with open(f"{work}/log") as log:
            said = log.read().splitlines()
        if process.returncode not in (0, 3):  # 3: written, but images failed
            sys.exit(f"{command} ended with {process.returncode}: {said[-1:]}")

    print("tenth of the run  resident MiB: median  largest")
    for tenth in range(10):
        part = samples[len(samples) * tenth // 10:len(samples) * (tenth + 1) // 10] or samples[-1:]
        print(f"{tenth + 1:16}  {statistics.median(part):20.1f}  {max(part):7.1f}")
    print(said[-1])


main()
