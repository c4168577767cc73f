#!/usr/bin/env python3
"""What a store costs to keep: `vit-embed sync` with nothing to do beside `find`, and with something to do.

  sync.py [--vit-embed build/release/bin/vit-embed] [--images 100000] [--numbers 384] [--rounds 5] [--directory DIR]

Makes so many distinct PPM images of 8x8 pixels, 1,000 in a group of three folders, and a store of them with a random
model of one layer. Then, in turn within each round: nothing to do, beside `find -printf` of path, size and mtime; 1,000
images changed; a group moved to another name; the root moved, which --root tells; and 1,000 images deleted, then pruned.
The page cache holds the folders, as it does not after a reboot. Peak memory is not told below Python's own, some 13 MiB.
Files are let settle for three seconds before they are looked at: what was changed only just now is read twice, by design.
"""
import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GROUP = 1000
FOLDERS = 3  # of a group
SETTLED = 3  # seconds
YEAR = 365 * 86_400


def run(command, environment=None):
    """Seconds, peak memory in MiB, and what it said."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        said = log.read()
    if status != 0:
        sys.exit(f"{command} failed:\n{said}")
    return seconds, usage.ru_maxrss / 1024, said


def make_model(vit_embed, directory, numbers):
    config = {"model_type": "vit", "hidden_size": numbers, "num_hidden_layers": 1, "num_attention_heads": 1,
              "intermediate_size": 16, "image_size": 32, "patch_size": 16}
    os.makedirs(f"{directory}/model")
    with open(f"{directory}/model/config.json", "w") as f:
        json.dump(config, f)
    run([vit_embed, "export", "--random-weights", "0", f"{directory}/model", "-o", f"{directory}/model.pt", "--quiet"])
    return f"{directory}/model.pt"


class Photos:
    """The root, whose groups each have GROUP images."""

    def __init__(self, path, images):
        self.path = path
        self.random = random.Random(0)
        self.groups = [f"{i:04d}" for i in range(-(-images // GROUP))]
        for i in range(images):
            os.makedirs(os.path.dirname(self.image(i)), exist_ok=True)
            self.write(self.image(i))

    def image(self, i):
        return f"{self.path}/{self.groups[i // GROUP]}/{i % FOLDERS}/IMG_{i:06d}.ppm"

    def write(self, path):
        with open(path, "wb") as f:
            f.write(b"P6 8 8 255\n" + self.random.randbytes(192))
        mtime = time.time() - YEAR + self.random.random() * YEAR / 2
        os.utime(path, (mtime, mtime))

    def change(self, group):
        for i in range(group * GROUP, (group + 1) * GROUP):
            self.write(self.image(i))

    def rename(self, group):
        name = self.groups[group] + "-moved"
        os.rename(f"{self.path}/{self.groups[group]}", f"{self.path}/{name}")
        self.groups[group] = name

    def remove(self, group):
        shutil.rmtree(f"{self.path}/{self.groups[group]}")

    def move(self):
        before, self.path = self.path, self.path + "-moved"
        os.rename(before, self.path)
        return before


class Bench:
    def __init__(self, vit_embed, store, photos):
        self.vit_embed = vit_embed
        self.store = store
        self.photos = photos
        self.samples = {}

    def sync(self, *arguments, expect=""):
        command = [self.vit_embed, "sync", self.photos.path, "--store", self.store, *arguments]
        seconds, memory, said = run(command)
        if expect not in said:
            sys.exit(f"{command}: expected '{expect}', got:\n{said}")
        return seconds, memory

    def record(self, name, seconds, memory):
        self.samples.setdefault(name, []).append((seconds, memory))

    def idle(self):
        self.record("find", *run(["find", self.photos.path, "-type", "f", "-printf", "%p %s %T@\n"])[:2])
        self.record("idle", *self.sync(expect=": 0 added, 0 changed, 0 renamed, 0 revived, 0 deleted, 0 failed"))

    def round(self, number):
        for _ in range(3):
            self.idle()
        group = number * 3  # and the two behind it: no group twice
        self.photos.change(group)
        time.sleep(SETTLED)
        self.record("changed", *self.sync(expect=f"{GROUP} changed"))
        self.photos.rename(group + 1)
        time.sleep(SETTLED)
        self.record("renamed", *self.sync(expect=f" 0 changed, {GROUP} renamed"))
        before = self.photos.move()
        self.record("moved", *self.sync("--root", f"{before}={self.photos.path}", expect=": 0 added, 0 changed"))
        self.photos.remove(group + 2)
        self.record("deleted", *self.sync(expect=f"{GROUP} deleted"))
        self.record("pruned", *self.sync("--prune", expect="pruned"))

    def seconds(self, name):
        return statistics.median(s for s, _ in self.samples[name])

    def memory(self, name):
        return max(m for _, m in self.samples[name])

    def ratio(self):
        return statistics.median(i[0] / f[0] for i, f in zip(self.samples["idle"], self.samples["find"]))


def opened_modules(command):
    """The shared objects that are opened while it runs, by the dynamic loader's own word."""
    with tempfile.TemporaryDirectory() as logs:
        run(command, {**os.environ, "LD_DEBUG": "files", "LD_DEBUG_OUTPUT": f"{logs}/log"})
        said = "".join(open(f"{logs}/{log}").read() for log in os.listdir(logs))
    return sorted({os.path.basename(m) for m in re.findall(r"file=(\S+) \[0\];  dynamically loaded by", said)})


def processor():
    with open("/proc/cpuinfo") as f:
        return re.search(r"model name\s*: (.*)", f.read()).group(1)


def tell(bench, first, second, images, numbers):
    file_system = subprocess.run(["stat", "-f", "-c", "%T", bench.store], capture_output=True, text=True).stdout.strip()
    version = subprocess.run([bench.vit_embed, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    find = subprocess.run(["find", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print(f"{os.cpu_count()} cores of {processor()}, Linux {platform.release()}, {file_system}; {version}; {find}")
    print(f"{images:,} images, {numbers} numbers a row, medians of {len(bench.samples['pruned'])} rounds\n")
    print("| sync | s | peak memory, MiB | |")
    print("|---|---|---|---|")
    print(f"| the first | {first[0]:.1f} | {first[1]:.0f} | {images / first[0]:.0f} images/s |")
    print(f"| the second, which reads them once more | {second[0]:.1f} | {second[1]:.0f} | "
          f"{images / second[0]:.0f} images/s |")
    print(f"| `find -printf` | {bench.seconds('find'):.3f} | {bench.memory('find'):.0f} | |")
    print(f"| nothing to do | {bench.seconds('idle'):.3f} | {bench.memory('idle'):.0f} | {bench.ratio():.2f} of find |")
    for name, label in (("changed", f"{GROUP:,} changed"), ("renamed", f"a folder of {GROUP:,} renamed"),
                        ("moved", "the root moved"), ("deleted", f"{GROUP:,} deleted"), ("pruned", "pruned")):
        said = f"{GROUP / bench.seconds(name):.0f} images/s" if name in ("changed", "renamed") else ""
        print(f"| {label} | {bench.seconds(name):.3f} | {bench.memory(name):.0f} | {said} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vit-embed", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--numbers", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", help="where the images and the store are made; the default is TMPDIR's")
    args = parser.parse_args()
    if args.images < 3 * GROUP * args.rounds + 10 * GROUP:
        parser.error(f"--images: {GROUP * (3 * args.rounds + 10)} at least, for {args.rounds} rounds")
    with tempfile.TemporaryDirectory(prefix="vit-embed-sync.", dir=args.directory) as scratch:
        model = make_model(args.vit_embed, scratch, args.numbers)
        bench = Bench(args.vit_embed, f"{scratch}/store", Photos(f"{scratch}/photos", args.images))
        first = bench.sync("-m", model, expect=f"{args.images} added")
        time.sleep(SETTLED)
        second = bench.sync(expect=": 0 added, 0 changed")
        for number in range(args.rounds):
            bench.round(number)
        tell(bench, first, second, args.images, args.numbers)
        idle = [args.vit_embed, "sync", bench.photos.path, "--store", bench.store]
        print(f"\nopened with nothing to do: {', '.join(opened_modules(idle)) or 'no module'}")
        bench.photos.change(args.rounds * 3)
        print(f"opened with 1,000 to read: {', '.join(opened_modules(idle))}")


main()
