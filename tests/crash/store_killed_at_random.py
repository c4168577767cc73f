#!/usr/bin/env python3
"""Kills `vit-embed sync` at random moments while its folder changes between the runs. After each kill a reader finds a
consistent store without anything being repaired, no row that was committed is gone or computed again, and now and then a
run is let end, after which the store is exactly the folder. `migrations`: the same while the store is migrated from the
one model to the other and back, with two readers that look at it all the time.

store_killed_at_random.py MODEL OTHER_MODEL folder|migrations KILLS [SEED]; VIT_EMBED is the program, FAULT_SHIM tells what
it opens. Works in the current directory."""
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from store_view import (Reference, View, check_leftovers, check_whole, current_of, files_of, hash_of, manifest_copy,
                        manifest_itself)

HERE = os.getcwd()
STORE = f"{HERE}/store"
FOLDER = f"{HERE}/in"
HISTORY = f"{HERE}/history"
FILES = 300
CHECKPOINT = 8
BATCH = 4
# Files that are read ahead of the batch that is embedded, at most.
IN_FLIGHT = 64


def make_pool(count):
    """Images of different content, of which the folder takes ever new ones."""
    os.mkdir("pool")
    for number in range(count):
        with open(f"pool/{number:06}.ppm", "wb") as file:
            file.write(b"P6 8 8 255\n" + chance.randbytes(3 * 8 * 8))
    return [f"pool/{number:06}.ppm" for number in range(count)]


class Folder:
    def __init__(self, pool):
        self.pool, self.taken, self.names = pool, 0, 0
        self.files = {}
        self.change(FILES, 0, 0, 0)
        time.sleep(2.1)  # else every file is read at every run

    def paths(self):
        return [path for _, path in self.files]

    def new_name(self):
        self.names += 1
        return f"{chance.choice('abcdef')}/{self.names:06}.ppm"

    def put(self, path):
        full = f"{FOLDER}/{path}"
        os.makedirs(os.path.dirname(full), exist_ok=True)
        shutil.copyfile(self.pool[self.taken % len(self.pool)], full)
        self.taken += 1
        self.files[FOLDER, path] = hash_of(full)

    def change(self, added, changed, renamed, deleted):
        for _ in range(added):
            self.put(self.new_name())
        for path in chance.sample(self.paths(), changed):
            self.put(path)
        for path in chance.sample(self.paths(), renamed):
            name = self.new_name()
            os.makedirs(os.path.dirname(f"{FOLDER}/{name}"), exist_ok=True)
            os.rename(f"{FOLDER}/{path}", f"{FOLDER}/{name}")
            self.files[FOLDER, name] = self.files.pop((FOLDER, path))
        for path in chance.sample(self.paths(), deleted):
            os.remove(f"{FOLDER}/{path}")
            del self.files[FOLDER, path]
        with open(HISTORY, "a", encoding="utf-8") as file:
            file.write(digest_of(self.files) + "\n")

    def change_a_little(self):
        self.change(chance.randint(0, 6), chance.randint(0, 4), chance.randint(0, 5),
                    chance.randint(0, 4) + max(0, (len(self.files) - FILES) // 10))

    def change_much(self):
        self.change(chance.randint(20, 60), chance.randint(20, 60), chance.randint(0, 40), chance.randint(20, 50))


def digest_of(files):
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()


def run(arguments, seconds):
    """Returns (exit code, what it said, the files that it opened); kills it after so many seconds."""
    environment = dict(os.environ, LD_PRELOAD=os.environ["FAULT_SHIM"], FAULT_CALLS="opens", FAULT_PATHS=f"{FOLDER}/*",
                       FAULT_REPORT=f"{HERE}/opened")
    command = [os.environ["VIT_EMBED"], "sync", FOLDER, "--store", STORE, "--engine", "native", "--threads", "1",
               "--batch-size", str(BATCH), "--checkpoint", str(CHECKPOINT), "--max-delete", "60%", *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
    opened = set()
    if os.path.exists("opened"):
        with open("opened", encoding="utf-8") as file:
            opened = {(FOLDER, line.split(" ", 2)[2].rstrip("\n")[len(FOLDER) + 1:]) for line in file}
        os.remove("opened")
    return process.returncode, said, opened


def generation_of(model):
    """That of this model which runs write now."""
    for name in ("current", "next"):
        link = f"{STORE}/{name}"
        if os.path.exists(link):
            view = View(os.path.realpath(link), references, access)
            if view.reference.model == model:
                return view
    return None


def poll(references_, number, ended):
    """Resolves `current` once, and finds one generation that is whole; again and again."""
    known, polls, last = set(), 0, ""
    while not ended.is_set():
        current = current_of(STORE)
        assert current >= last, (current, last)
        last = current
        view = View(current, references_, manifest_itself)
        digest = digest_of(view.indexed())
        if digest not in known:
            with open(HISTORY, encoding="utf-8") as file:
                known.update(file.read().split())
        assert digest in known, f"{current} has an index that the folder never was"
        polls += 1
    with open(f"polls-{number}", "w", encoding="utf-8") as file:
        file.write(str(polls))


class Kills:
    def __init__(self, folder, patience):
        self.folder, self.patience = folder, patience
        self.kills = self.ended = self.embedded = self.lost = self.most_lost = self.switches = 0
        self.indexed = [{}]  # what the index may tell, of the current generation

    def expected(self, model):
        return next(r for r in references if r.model == model).with_rows(self.folder.files)

    def run_once(self, model, arguments, seconds, is_current):
        """Whether it ended by itself. The folder stays as it is."""
        before = generation_of(model)
        settled = {file for file in before.manifest["settled"] if self.folder.files.get(file) == before.live()[file]} \
            if before else set()
        rows_before = {content for _, content in before.manifest["rows"]} if before else set()
        code, said, opened = run([*arguments, "-m", model], seconds)
        again = opened & settled
        assert not again, f"read again, and were done: {sorted(again)}"
        after = generation_of(model)
        rows_after = {content for _, content in after.manifest["rows"]} if after else set()
        pruned = before and after and before.generation != after.generation
        assert pruned or rows_before <= rows_after, "rows are gone"
        if is_current:
            self.indexed.append(dict(self.folder.files))
        if code == -signal.SIGKILL:
            self.kills += 1
            opened_anew = {self.folder.files[file] for file in opened & set(self.folder.files)} - rows_before
            gained, lost = len(rows_after - rows_before), len(opened_anew - rows_after)
            self.embedded += gained
            self.lost += lost
            self.most_lost = max(self.most_lost, lost)
            assert lost <= CHECKPOINT + BATCH + IN_FLIGHT, f"{lost} files were read for nothing"
            if gained == 0:
                self.patience *= 1.05  # the machine may be slower than it was at first
            return False
        assert code in (0, 3), (code, said)
        self.embedded += len(rows_after - rows_before)
        self.ended += 1
        if seconds is not None:
            self.patience = max(0.9 * self.patience, 0.1)  # or faster
        return True

    def check_current(self):
        current = current_of(STORE)
        if current is None:
            assert self.indexed[0] == {}, "the store is gone"
            return None
        view = View(current, references, access)
        indexed = view.indexed()
        assert indexed in self.indexed, "the index is not of any run's folder"
        return view

    def moment(self):
        return chance.uniform(0.02, self.patience)


def kill_syncs(kills, wanted):
    """The store of one model."""
    while kills.kills < wanted:
        if chance.random() < 0.5:
            kills.folder.change_a_little()
        is_let_end = chance.random() < 0.08
        arguments = ["--prune"] if chance.random() < 0.15 else []
        ended = kills.run_once(MODEL, arguments, None if is_let_end else kills.moment(), True)
        kills.check_current()
        if not ended:
            continue
        check_whole(STORE, references, MODEL, kills.folder.files)
        check_leftovers(STORE)
        kills.indexed = [dict(kills.folder.files)]
        if chance.random() < 0.4:
            shutil.rmtree(STORE)
            kills.indexed = [{}]
        else:
            kills.folder.change_much()


def kill_migrations(kills, wanted):
    """Now the one model's run, now the other's; once the migration is through, back again."""
    kills.run_once(MODEL, [], None, True)
    old, new = MODEL, OTHER_MODEL
    processes = multiprocessing.get_context("fork")
    ended_polling = processes.Event()
    readers = [processes.Process(target=poll, args=(references, number, ended_polling), daemon=True)
               for number in range(2)]
    for reader in readers:
        reader.start()
    while kills.kills < wanted:
        if chance.random() < 0.4:
            kills.folder.change_a_little()
        model = old if chance.random() < 0.25 else new
        is_let_end = chance.random() < 0.05
        ended = kills.run_once(model, ["--migrate"] if model == new else [], None if is_let_end else kills.moment(), True)
        view = kills.check_current()
        assert view.reference.model in (old, new)
        assert all(reader.is_alive() for reader in readers), "a reader failed"
        if ended:
            check_whole(STORE, references, model, kills.folder.files, access)
        if view.reference.model == new:  # a kill may come after the switch
            assert view.indexed() == kills.expected(new)
            kills.switches += 1
            old, new = new, old
            kills.folder.change_much()
            kills.indexed.append(view.indexed())
    ended_polling.set()
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0, "a reader failed"
    while not kills.run_once(new, ["--migrate"], None, True):
        pass
    check_whole(STORE, references, new, kills.folder.files)
    check_leftovers(STORE)


MODEL, OTHER_MODEL = sys.argv[1:3]
way, kills_wanted = sys.argv[3], int(sys.argv[4])
seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.SystemRandom().randrange(1 << 32)
chance = random.Random(seed)
print(f"seed {seed}", file=sys.stderr)  # a failed assertion follows it
access = manifest_itself if way == "migrations" else manifest_copy
images = Folder(make_pool(2000))
references = [Reference(MODEL, "pool"), Reference(OTHER_MODEL, "pool")]
assert files_of(FOLDER) == images.files
start = time.monotonic()
result = run(["-m", MODEL], None)
assert result[0] == 0, result[1]
survived = Kills(images, time.monotonic() - start)
shutil.rmtree(STORE)
(kill_migrations if way == "migrations" else kill_syncs)(survived, kills_wanted)
polled = sum(int(open(f"polls-{number}", encoding="utf-8").read()) for number in range(2)) if way == "migrations" else 0
print(f"{survived.kills} kills among {survived.kills + survived.ended} runs of some {FILES} images; {survived.embedded} rows "
      f"computed, {survived.lost} images read for nothing, {survived.most_lost} at most by one kill (a checkpoint has "
      f"{CHECKPOINT})" + (f"; {survived.switches} switches, {polled} looks of readers" if polled else "") + f" (seed {seed})")
