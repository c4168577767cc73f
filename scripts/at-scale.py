#!/usr/bin/env python3
"""What 14 million and a billion images take: the tables of docs/at-scale.md, from measured figures and assumptions.

Every number is an option. A scenario's own (images, processors, shards, parts) is given once for both or once for each.
"""
import argparse
import math

# Seconds an image of vit-embed's ViT-L/16 on two processors, batch 8: README, "The forward's speed" (AMD Zen 4).
FORWARD = {"fp32": 0.576, "bf16": 0.306, "int8": 0.190}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)

    def option(name, default, text, **more):
        parser.add_argument(name, default=default, type=float, help=text, **more)

    for name, default, text in (
            ("--images", [14_197_122, 1_000_000_000], "images"),
            ("--processors", [512, 4096], "processors that the cluster gives at a time"),
            ("--parts", [1, 50], "parts, each with its own list, arrays and merge"),
            ("--shards", [1000, 1000], "shards a part")):
        option(name, default, text, nargs="+")
    for precision, seconds in FORWARD.items():
        option(f"--{precision}", seconds, f"seconds an image in {precision} on --measured-on processors")
    option("--measured-on", 2, "processors that the seconds were measured on")
    option("--decode", 0.0026, "seconds of one processor to decode and resize an image")
    option("--efficiency", 0.8, "speed of a processor of a full node, of that of one measured")
    option("--task-processors", 8, "processors a task (--cpus-per-task)")
    option("--node-processors", 64, "processors a node")
    option("--start", 1.5, "seconds from a task's start to its first image's embedding")
    option("--list-entry", 1.1e-7, "seconds for an entry of the list that is another shard's")
    option("--numbers", 1024, "numbers a row")
    option("--number-bytes", 4, "bytes a number; 2 with --dtype float16")
    option("--name-bytes", 60, "bytes of a path, its row number and what parts them, in list and index")
    option("--image-bytes", 110_000, "bytes of an image's file")
    option("--bad-images", 0.001, "part of the images that cannot be decoded")
    option("--node-years", 1, "years from one failure of a node to the next")
    option("--notice", 420, "seconds until a lost task starts again: SlurmdTimeout 300, cred_expire 120")
    option("--batch", 8, "images a batch, which is what a killed task loses at most")
    option("--array-size", 1001, "the cluster's MaxArraySize")
    option("--merge-rows", 50_000, "rows a second of vit-embed merge")
    return parser.parse_args()


def amount(value, units):
    for unit, size in units:
        if value >= size:
            break
    return f"{value / size:,.{0 if value / size >= 99.5 else 1}f} {unit}"


def size(value):
    return amount(value, (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)))


def duration(value):
    return amount(value, (("days", 2 * 86400), ("h", 5400), ("min", 90), ("s", 1)))


def expected(value):
    return f"{value:,.0f}" if value >= 9.5 else f"{value:.2g}"


def plan(o, images, processors, parts, shards):
    """Rows of all tables, as (table, what, formula, value)."""
    row = o.numbers * o.number_bytes
    part = images / parts
    tasks = parts * shards
    nodes = processors / o.node_processors
    yield "Time", "images", "", f"{images:,.0f}"
    yield "Time", "processors", "", f"{processors:,.0f}"
    walls = {}
    for precision in FORWARD:
        # A processor's seconds: the forward on some of them, and decoding on one.
        cost = (getattr(o, precision) * o.measured_on + o.decode) / o.efficiency
        overhead = tasks * (o.start + part * o.list_entry) * o.task_processors
        walls[precision] = (images * cost + overhead) / processors
        yield "Time", f"{precision}, processor hours", "images x (forward x 2 + decode) / efficiency + starts", \
            f"{(images * cost + overhead) / 3600:,.0f}"
        yield "Time", f"{precision}, images/s", "images / time", f"{images / walls[precision]:,.0f}"
        yield "Time", f"**{precision}, time**", "processor hours / processors", f"**{duration(walls[precision])}**"
    yield "Storage", "images read", "images x image bytes", size(images * o.image_bytes)
    yield "Storage", "read, int8", "images/s x image bytes", f"{size(images / walls['int8'] * o.image_bytes)}/s"
    yield "Storage", "rows", "images x numbers x number bytes", size(images * row)
    yield "Storage", "index", "images x name bytes", size(images * o.name_bytes)
    beside = o.name_bytes + 30  # size, mtime_ns and outcome in a shard's inputs.csv
    yield "Storage", "shards, and merged beside them", "2 x (rows + index) + images x (name bytes + 30)", \
        size(2 * images * (row + o.name_bytes) + images * beside)
    yield "Storage", "the list that each task of a part reads", "images / parts x name bytes", size(part * o.name_bytes)
    yield "Queue", "parts x shards", "", f"{parts:,.0f} x {shards:,.0f}"
    yield "Queue", "images a shard", "images / parts / shards", f"{part / shards:,.0f}"
    yield "Queue", "rows a shard", "images a shard x numbers x number bytes", size(part / shards * row)
    for precision in FORWARD:
        yield "Queue", f"{precision}, time a task", "time x processors / task processors / tasks", \
            duration(walls[precision] * processors / o.task_processors / tasks)
    yield "Queue", "tasks at a time", "processors / task processors", f"{processors / o.task_processors:,.0f}"
    yield "Queue", "arrays a part", "shards / MaxArraySize", f"{math.ceil(shards / o.array_size)}"
    yield "Failures", "images that fail", "images x bad images", expected(images * o.bad_images)
    yield "Failures", "of them in a shard", "images a shard x bad images", expected(part / shards * o.bad_images)
    for precision in ("int8", "fp32"):
        lost = nodes * walls[precision] / (o.node_years * 365 * 86400)
        yield "Failures", f"{precision}, nodes lost", "nodes x time / node years", expected(lost)
        again = o.notice + o.start + o.batch * getattr(o, precision) * o.measured_on / o.task_processors / o.efficiency
        per_node = o.node_processors / o.task_processors
        yield "Failures", f"{precision}, processor hours lost by that", \
            "nodes lost x tasks a node x (notice + start + a batch) x task processors", \
            expected(lost * per_node * again * o.task_processors / 3600)
    merged = duration(part / o.merge_rows)
    yield "Merge", "time a part", "images / parts / rows a second", merged


def main():
    options = arguments()
    own = ("images", "processors", "parts", "shards")
    count = max(len(getattr(options, name)) for name in own)
    scenarios = [{name: (getattr(options, name) * count)[i] if len(getattr(options, name)) == 1 else getattr(options, name)[i]
                  for name in own} for i in range(count)]
    plans = [list(plan(options, **scenario)) for scenario in scenarios]
    table = None
    for rows in zip(*plans):
        if rows[0][0] != table:
            print(f"{chr(10) if table else ''}| {rows[0][0].lower()} | how |{' |' * count}\n|---|---|{'---:|' * count}")
            table = rows[0][0]
        print(f"| {rows[0][1]} | {rows[0][2]} | {' | '.join(row[3] for row in rows)} |")


main()
