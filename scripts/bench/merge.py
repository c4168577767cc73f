#!/usr/bin/env python3
"""How fast shards are merged, and what memory that takes: `vit-embed merge` over made-up shards, beside `cat`.

  merge.py [--vit-embed build/release/bin/vit-embed] [--rows 1000000] [--shards 1000] [--numbers 1024] [--rounds 3]
           [--directory DIR]

Writes shards as `extract --shard` does, of rows that a generator makes up, their paths dealt out in turn, so that each row
comes from another shard than the one before it. Then, in turn, merges them and copies the same rows with `cat` and syncs
the copy. Needs room for three times the rows.
"""
import argparse
import copy
import hashlib
import json
import os
import platform
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = 4096  # rows that differ; the same again behind them


def run(command):
    """Seconds and peak memory in MiB."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        log.seek(0)
        if status != 0:
            sys.exit(f"{command[:3]} failed:\n{log.read()}")
    return seconds, usage.ru_maxrss / 1024


def meta_of_a_real_shard(vit_embed, scratch):
    """Whatever stands in a meta, with a fingerprint that the program itself made."""
    golden = f"{TREE}/tests/data/golden"
    run([vit_embed, "export", f"{golden}/tiny-vit", "-o", f"{scratch}/tiny.pt", "--quiet"])
    run([vit_embed, "extract", f"{golden}/images", "-m", f"{scratch}/tiny.pt", "-o", f"{scratch}/x.npy", "--shard", "0/1",
         "--quiet"])
    with open(f"{scratch}/x.npy.meta.json", encoding="utf-8") as f:
        return json.load(f)


def npy_header(rows, numbers):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {numbers}), }}"
    return b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117).encode() + b"\n"


class Shards:
    def __init__(self, directory, meta, count, rows, numbers):
        self.directory, self.meta, self.count, self.rows, self.numbers = directory, meta, count, rows, numbers
        self.block = np.random.default_rng(0).standard_normal((BLOCK, numbers), dtype=np.float32).tobytes()
        os.makedirs(directory)
        for number in range(count):
            self.write(number)

    def files(self):
        return [f"{self.directory}/{number}.npy" for number in range(self.count)]

    def write(self, number):
        path = self.files()[number]
        names = [f"/data/set/images/n{i // 1000:08d}/{i:010d}.jpg" for i in range(number, self.rows, self.count)]
        with open(f"{path}.index.csv", "w", encoding="utf-8") as f:
            f.write("row,path\n" + "".join(f"{row},{name}\n" for row, name in enumerate(names)))
        with open(f"{path}.inputs.csv", "w", encoding="utf-8") as f:
            f.write("path,size,mtime_ns,outcome\n" + "".join(f"{name},120000,1700000000000000000,row\n" for name in names))
        rows = hashlib.sha256()
        with open(path, "wb") as f:
            f.write(npy_header(len(names), self.numbers))
            for first in range(0, len(names), BLOCK):
                piece = self.block[:min(BLOCK, len(names) - first) * self.numbers * 4]
                rows.update(piece)
                f.write(piece)
        meta = copy.deepcopy(self.meta)
        meta.update(shape=[len(names), self.numbers], inputs=len(names), rows=len(names), rows_sha256=rows.hexdigest(),
                    failures={"permanent": 0, "transient": 0},
                    shard={**meta["shard"], "index": number, "count": self.count})
        identity = struct.pack("<Qq", 120000, 1700000000000000000)
        meta["inputs_digest"] = hashlib.sha256(b"".join(name.encode() + b"\0" + identity for name in names)).hexdigest()
        with open(f"{path}.index.csv", "rb") as f:
            meta["index_sha256"] = hashlib.sha256(f.read()).hexdigest()
        with open(f"{path}.meta.json", "w", encoding="utf-8") as f:
            json.dump(meta, f)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return re.search(r"model name\s*: (.*)", f.read()).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vit-embed", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--numbers", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--directory", help="where the shards are made; the default is TMPDIR's")
    args = parser.parse_args()
    merges, copies = [], []
    with tempfile.TemporaryDirectory(prefix="vit-embed-merge.", dir=args.directory) as scratch:
        shards = Shards(f"{scratch}/shards", meta_of_a_real_shard(args.vit_embed, scratch), args.shards, args.rows,
                        args.numbers)
        for _ in range(args.rounds):
            merges.append(run([args.vit_embed, "merge", *shards.files(), "-o", f"{scratch}/all.npy", "--quiet"]))
            copies.append(run(["sh", "-c", 'cat "$@" > "$0" && sync "$0"', f"{scratch}/copy", *shards.files()]))
            os.remove(f"{scratch}/copy")
        index = open(f"{scratch}/all.npy.index.csv", encoding="utf-8").read().splitlines()
        assert len(index) == args.rows + 1 and index[-1].endswith(f"{args.rows - 1:010d}.jpg"), index[-1]
        shutil.rmtree(f"{scratch}/shards")
    gigabytes = args.rows * args.numbers * 4 / 1e9
    seconds = statistics.median(s for s, _ in merges)
    print(f"{os.cpu_count()} cores of {processor()}, Linux {platform.release()}; {args.rows:,} rows of {args.numbers} in "
          f"{args.shards} shards, {gigabytes:.1f} GB, medians of {args.rounds}\n")
    print("| | s | rows/s | MB/s | peak memory, MiB |")
    print("|---|---|---|---|---|")
    print(f"| merge | {seconds:.1f} | {args.rows / seconds:,.0f} | {gigabytes * 1e3 / seconds:.0f} | "
          f"{max(m for _, m in merges):.0f} |")
    copied = statistics.median(s for s, _ in copies)
    print(f"| `cat` and `sync` | {copied:.1f} | {args.rows / copied:,.0f} | {gigabytes * 1e3 / copied:.0f} | "
          f"{max(m for _, m in copies):.0f} |")
    print(f"\nmerge takes {statistics.median(m[0] / c[0] for m, c in zip(merges, copies)):.2f} times as long")


main()
