#!/usr/bin/env python3
"""The search of `vit-embed query` against NumPy's `rows @ queries`, in turn: a table of medians and ratios.

  query.py [--vit-embed build/release/bin/vit-embed] [--rows 10000,100000,1000000] [--queries 1,8,64] [--numbers 1024]
           [--dtype float32|float16] [--rounds 5] [--directory DIR]

Rows are random; a model of one layer makes the queries. "search" is what the program tells with -v: one pass over a file
that it has just mapped, norms, products, and the choice of the first 10. "command" is all of it, from the start of the
process. NumPy multiplies rows that it has mapped and read before, and neither divides by norms nor chooses. Of float16,
which NumPy multiplies a hundred times slower, it gets the rows as float32. DIR keeps the rows, 4 GB of a million; without
it they go when the program ends.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import numpy as np

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IMAGES = f"{TREE}/tests/data/golden/images"
BLOCK = 10_000


def make_model(vit_embed, directory, numbers):
    config = {"model_type": "vit", "hidden_size": numbers, "num_hidden_layers": 1, "num_attention_heads": 1,
              "intermediate_size": 16, "image_size": 32, "patch_size": 16}
    os.makedirs(f"{directory}/model", exist_ok=True)
    with open(f"{directory}/model/config.json", "w") as f:
        json.dump(config, f)
    model = f"{directory}/model.pt"
    subprocess.run([vit_embed, "export", "--random-weights", "0", f"{directory}/model", "-o", model, "--quiet"],
                   check=True)
    return model


def make_rows(directory, rows, numbers, dtype):
    """An .npy with its index, unless it is there."""
    name = f"{directory}/{rows}x{numbers}-{dtype}.npy"
    if os.path.exists(f"{name}.index.csv"):
        return name
    random = np.random.default_rng(0)
    values = np.lib.format.open_memmap(name, mode="w+", dtype=dtype, shape=(rows, numbers))
    for i in range(0, rows, BLOCK):
        values[i:i + BLOCK] = random.standard_normal((min(BLOCK, rows - i), numbers), dtype=np.float32)
    values.flush()
    with open(f"{name}.index.csv", "w") as f:
        f.write("row,path\n")
        f.writelines(f"{i},photos/{i // 1000:04d}/{i:08d}.jpg\n" for i in range(rows))
    return name


def make_queries(directory, count):
    folder = f"{directory}/queries-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    images = sorted(f for f in os.listdir(IMAGES) if f.endswith(".png"))
    for i in range(count):
        shutil.copy(f"{IMAGES}/{images[i % len(images)]}", f"{folder}/{i:05d}.png")
    return folder


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def compare(args, model, npy, queries):
    folder = make_queries(args.directory, queries)
    command = [args.vit_embed, "query", folder, "--embeddings", npy, "-m", model, "-v", "--format", "csv"]
    rows = np.load(npy, mmap_mode="r").view(np.ndarray)
    if rows.dtype != np.float32:
        rows = rows.astype(np.float32)
    vectors = np.random.default_rng(1).standard_normal((rows.shape[1], queries), dtype=np.float32)
    vectors = vectors[:, 0] if queries == 1 else vectors
    rows @ vectors  # its pages are there from now on
    times = {"search": [], "command": [], "numpy": [], "ratio": []}
    for _ in range(args.rounds):
        seconds, run = timed(lambda: subprocess.run(command, capture_output=True, text=True, check=True))
        search = float(re.search(r"searched \d+ rows for \d+ queries in ([0-9.]+) s", run.stderr).group(1))
        numpy, _ = timed(lambda: rows @ vectors)
        for name, value in (("search", search), ("command", seconds), ("numpy", numpy), ("ratio", search / numpy)):
            times[name].append(value)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vit-embed", default=f"{TREE}/build/release/bin/vit-embed")
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--queries", default="1,8,64")
    parser.add_argument("--numbers", type=int, default=1024)
    parser.add_argument("--dtype", choices=("float32", "float16"), default="float32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vit-embed-query.") as scratch:
        args.directory = args.directory or scratch
        os.makedirs(args.directory, exist_ok=True)
        model = make_model(args.vit_embed, args.directory, args.numbers)
        print("| rows | queries | search, s | command, s | NumPy's product, s | search / NumPy |")
        print("|---|---|---|---|---|---|")
        for rows in map(int, args.rows.split(",")):
            npy = make_rows(args.directory, rows, args.numbers, args.dtype)
            for queries in map(int, args.queries.split(",")):
                t = compare(args, model, npy, queries)
                print(f"| {rows:,} | {queries} | {t['search']:.3f} | {t['command']:.3f} | {t['numpy']:.3f} | "
                      f"{t['ratio']:.2f} |", flush=True)


main()
