#!/usr/bin/env python3
"""Kills `vit-embed extract` at random moments, and starts it again, until it ends by itself; then anew, until so many kills
were survived. After each kill no final name has anything half-written; what the journal says is done is not done again;
the end has the bytes of an uninterrupted run.

kill_at_random.py MODEL IMAGES KILLS [SEED]; VIT_EMBED is the program. Works in the current directory."""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

BATCH = 4
FINAL = ["x.npy", "x.npy.index.csv", "x.npy.meta.json"]


def command(output):
    return [os.environ["VIT_EMBED"], "extract", images, "-m", model, "-o", f"{output}/x.npy", "--engine", "native",
            "--batch-size", str(BATCH)]


def content(path):
    with open(path, "rb") as file:
        return file.read()


def journaled_inputs(output):
    """How many inputs stand in whole records of the journal (src/formats/journal.h)."""
    try:
        journal = content(f"{output}/x.npy.partial/journal")
    except FileNotFoundError:
        return 0
    inputs, position = 0, 8
    while position + 4 <= len(journal):
        length = int.from_bytes(journal[position:position + 4], "little")
        if position + 4 + length + 8 > len(journal):
            break
        inputs += int.from_bytes(journal[position + 4:position + 8], "little")
        position += 4 + length + 8
    return inputs


def check_final_names(output, whole):
    """What stands under a final name is whole, and the meta stands only beside all others."""
    there = [name for name in FINAL if os.path.exists(f"{output}/{name}")]
    for name in there:
        assert content(f"{output}/{name}") == whole[name], f"{name} is not whole"
    assert "x.npy.meta.json" not in there or there == FINAL, there


model, images, kills_wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
moments = random.Random(seed)
print(f"seed {seed}", file=sys.stderr)  # a failed assertion follows it
start = time.monotonic()
os.mkdir("reference")
subprocess.run(command("reference"), check=True, stderr=subprocess.DEVNULL)
seconds = time.monotonic() - start
whole = {name: content(f"reference/{name}") for name in FINAL}
total = len(os.listdir(images))

kills = runs = resumed = published = inputs_done = 0
while kills < kills_wanted:
    runs += 1
    done, patience = 0, min(0.6 * seconds, 2)
    os.mkdir("out")
    while True:
        process = subprocess.Popen(command("out"), stderr=subprocess.PIPE, text=True)
        try:
            _, said = process.communicate(timeout=moments.uniform(0.02, patience))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            _, said = process.communicate()
        told = re.search(r"going on from (\d+) inputs", said)
        assert "dropped" not in said, said
        if told:
            resumed += 1
            assert int(told[1]) == done, f"{told[1]} inputs were kept, and {done} were done (seed {seed})"
        else:
            finished = done == total and ("up to date" in said or "interrupted" in said)
            assert done == 0 or finished or process.returncode == -signal.SIGKILL, said
        check_final_names("out", whole)
        if process.returncode == 0:
            inputs_done += total - done
            break
        assert process.returncode == -signal.SIGKILL, (process.returncode, said)
        kills += 1
        after = journaled_inputs("out")
        if os.path.exists("out/x.npy.partial/complete") or os.path.exists("out/x.npy.meta.json"):
            published += 1
            after = total
        assert after >= done, f"{done} inputs were done, {after} after the next kill"
        if after == done:
            patience *= 1.2  # the machine may be slower than it was for the reference
        inputs_done += after - done
        done = after
    assert sorted(os.listdir("out")) == sorted(FINAL), os.listdir("out")
    shutil.rmtree("out")
assert inputs_done == runs * total, (inputs_done, runs * total)
print(f"{kills} kills in {runs} runs of {total} images; {resumed} starts went on from finished batches, "
      f"{published} kills came during publication or after it; no finished input was done again (seed {seed})")
