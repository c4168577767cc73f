#!/usr/bin/env python3
"""Faults at every call by which `vit-embed sync` changes its store: after each, a reader finds a consistent store without
anything being repaired, and the same command, run again, ends as if nothing had happened.

store_at_every_step.py MODEL OTHER_MODEL SCENARIO kills|errors|reads|repeats EVERY; VIT_EMBED is the program, FAULT_SHIM
the shim (fault_plan.h), GOLDEN has the images. One of EVERY calls is tried. Works in the current directory."""
import os
import re
import shutil
import subprocess
import sys
import time

from store_view import HEADER, Reference, Rows, View, check_leftovers, check_whole, current_of, files_of

HERE = os.getcwd()
STORE = f"{HERE}/out"
FOLDER = f"{HERE}/in"
KILLED = -9
# SQLite has words of its own, says of an open() only that it failed, and takes a disk that cannot be read for a damaged file.
REASONS = {"EIO": ("Input/output error", "disk I/O error", "unable to open database", "database disk image is malformed"),
           "ENOSPC": ("No space left on device", "database or disk is full", "disk I/O error", "unable to open database")}


def run(arguments, **faults):
    environment = dict(os.environ)
    if faults:
        faults = {"paths": f"{STORE}*", **faults}
        environment.update(LD_PRELOAD=os.environ["FAULT_SHIM"],
                           **{f"FAULT_{name.upper()}": str(value) for name, value in faults.items()})
    # The engine that starts fastest, and one thread, so that every run makes the same calls.
    command = [os.environ["VIT_EMBED"], "sync", "--store", STORE, "--engine", "native", "--threads", "1", "--batch-size",
               "2", "--checkpoint", "3", *arguments]
    return subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)


def must_run(arguments, **faults):
    done = run(arguments, **faults)
    assert done.returncode in (0, 3), done.stderr


def calls_of(arguments, **which):
    """The calls that the run makes, as the shim numbers them; the store stays as it is."""
    keep_store("counted")
    must_run(arguments, report=f"{HERE}/calls", **which)
    take_store("counted")
    with open("calls", encoding="utf-8") as file:
        calls = file.read().splitlines()
    os.remove("calls")
    return calls


def check_order(calls):
    """What a failure of the machine, which loses what was not synced, would not find the wrong way round: rows before the
    transaction that refers to them, the transaction, whose end is its journal's removal, before the count in the header, and
    that before an index that names them. In a generation that is being built only that all is synced before its name."""
    unsynced = set()
    for call in calls:
        name, path = call.split()[1:3]
        folder, file = os.path.split(path)
        rows, commit, count = f"{folder}/embeddings.npy", f"{folder}/", f"{folder}/embeddings.npy: count"
        is_built = folder.endswith(".new")
        if name in ("fsync", "fdatasync"):
            unsynced -= {path, f"{path}/", f"{path}: count"}
        elif name == "unlink" and file == "manifest.sqlite-journal":
            assert is_built or not unsynced & {rows, f"{folder}/manifest.sqlite"}, f"{call}: {unsynced}"
            unsynced.add(commit)
        elif name == "pwrite" and file == "embeddings.npy":
            assert is_built or commit not in unsynced, f"{call}: the transaction that counts the rows may yet be undone"
            unsynced.add(count)
        elif name in ("write", "pwrite") and file in ("embeddings.npy", "manifest.sqlite"):
            unsynced.add(path)
        elif name == "rename" and file == ".index.csv.unfinished":
            assert is_built or not unsynced & {rows, count}, f"{call}: {unsynced}"
        elif name == "rename":  # of a generation, or of the link that leads to one
            assert not unsynced, f"{call}: {unsynced}"


def keep_store(name):
    shutil.rmtree(name, ignore_errors=True)
    if os.path.exists(STORE):
        shutil.copytree(STORE, name, symlinks=True)


def take_store(name):
    shutil.rmtree(STORE, ignore_errors=True)
    if os.path.exists(name):
        shutil.copytree(name, STORE, symlinks=True)


def put(image, name, folder=FOLDER):
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(f"{os.environ['GOLDEN']}/images/{image}", f"{folder}/{name}")
    shutil.copyfile(f"{folder}/{name}", f"pool/{image}")


def put_cut(name):
    os.makedirs(FOLDER, exist_ok=True)
    with open(f"{os.environ['GOLDEN']}/images/palette.png", "rb") as image:
        start = image.read(100)
    for path in (f"{FOLDER}/{name}", "pool/cut.png"):
        with open(path, "wb") as file:
            file.write(start)


def settle():
    """A file that was changed just now is read at every run."""
    time.sleep(2.1)


# Scenarios: each makes FOLDER and the store as a run finds it, and returns the run's arguments, the model of the
# generation that it ends with, and the root.


def small_images():
    for name in ("already-224", "bilevel", "gray-8bit", "gray-alpha", "one-pixel", "palette", "rgb-8bit", "tall-7x900"):
        put(f"{name}.png", f"{name}.png")
    for name in ("photo.bmp", "photo.webp", "photo-444-q95.jpg"):
        put(name, f"sub-{name}")
    put_cut("cut.png")
    settle()


def first_sync():
    small_images()
    return [FOLDER, "-m", MODEL], MODEL, FOLDER


def folder_that_changed():
    """Added, changed, mended, renamed, deleted, back again, and of a content that is known."""
    put("cmyk.jpg", "back-again.jpg")
    small_images()
    must_run([FOLDER, "-m", MODEL])
    os.rename(f"{FOLDER}/back-again.jpg", "kept.jpg")
    must_run([FOLDER])
    os.rename("kept.jpg", f"{FOLDER}/back-again.jpg")
    for name in ("binary.ppm", "rgba-8bit.png", "upscale-32x24.png"):
        put(name, f"new-{name}")
    put("wide-1500x9.png", "bilevel.png")
    put("photo-422-q85.jpg", "palette.png")
    put("gray-8bit.jpg", "cut.png")
    put_cut("tall-7x900.png")
    os.rename(f"{FOLDER}/gray-8bit.png", f"{FOLDER}/renamed.png")
    os.remove(f"{FOLDER}/gray-alpha.png")
    put("one-pixel.png", "two-of-a-kind.png")
    settle()
    return [FOLDER], MODEL, FOLDER


def prune():
    folder_that_changed()
    must_run([FOLDER])
    return ["--prune"], MODEL, FOLDER


def prune_of_a_folder_that_changed():
    return [*folder_that_changed()[0], "--prune"], MODEL, FOLDER


def migration():
    small_images()
    must_run([FOLDER, "-m", MODEL])
    return [FOLDER, "-m", OTHER_MODEL, "--migrate"], OTHER_MODEL, FOLDER


def migration_that_was_killed():
    """And the folder has changed since."""
    arguments = migration()[0]
    calls = calls_of(arguments)
    commits = [n for n, call in enumerate(calls, 1)
               if re.search(r" unlink .*/gen-0002/manifest.sqlite-journal", call)]
    killed = run(arguments, at=commits[2], action="kill-after")
    assert killed.returncode == KILLED, killed.stderr
    put("binary.ppm", "new.ppm")
    put("wide-1500x9.png", "already-224.png")
    os.remove(f"{FOLDER}/sub-photo.bmp")
    settle()
    return arguments, OTHER_MODEL, FOLDER


def root_that_was_moved():
    small_images()
    must_run([FOLDER, "-m", MODEL])
    moved = f"{HERE}/moved"
    os.rename(FOLDER, moved)
    return ["--root", f"{FOLDER}={moved}"], MODEL, moved


class Step:
    """One fault, and what is to hold behind it."""

    def __init__(self, prepare):
        self.arguments, self.model, self.root = prepare()
        keep_store("old")
        self.references = [Reference(MODEL, "pool"), Reference(OTHER_MODEL, "pool")]
        self.files = files_of(self.root)
        self.calls = calls_of(self.arguments)
        check_order(self.calls)
        self.generation = current_of(STORE)
        self.before, self.old_model = {}, None
        if self.generation:
            view = View(self.generation, self.references)
            self.before, self.old_model, self.old_rows = view.indexed(), view.reference.model, view.rows
        take_store("old")
        must_run(self.arguments)
        self.check_end()

    def fault(self, **faults):
        take_store("old")
        return run(self.arguments, **faults)

    def check_view(self):
        """The index is of before or of after, whole; who had resolved the store before still has what was there."""
        current = current_of(STORE)
        if current is None:
            assert self.generation is None, "the store is gone"
            return
        view = View(current, self.references)
        after = view.reference.with_rows(self.files)
        indexed = view.indexed()
        if view.reference.model == self.old_model != self.model:
            assert indexed == self.before, (indexed, self.before)
        elif self.old_model not in (None, self.model):
            assert indexed == after, (indexed, after)
        assert indexed in (self.before, after), (indexed, self.before, after)
        known = set(self.before.items()) | set(after.items())
        assert set(view.live().items()) <= known, set(view.live().items()) - known
        if self.generation:
            rows = Rows(f"{self.generation}/embeddings.npy")
            assert rows.bytes[HEADER:].startswith(self.old_rows.bytes[HEADER:HEADER + self.old_rows.count * rows.length])
            assert rows.count >= self.old_rows.count

    def check_next_run(self):
        done = run(self.arguments)
        assert done.returncode in (0, 3), (done.returncode, done.stderr)
        self.check_end()

    def check_end(self):
        check_whole(STORE, self.references, self.model, self.files)
        check_leftovers(STORE)

    def kill(self, number, action):
        killed = self.fault(at=number, action=action)
        assert killed.returncode == KILLED, (killed.returncode, killed.stderr)

    def fail(self, number, error, from_here_on=False, **which):
        """Whether the run ended for it, with one line that tells what failed; it may do without."""
        failed = self.fault(at=f"{number}{'+' if from_here_on else ''}", action=error, **which)
        if failed.returncode in (0, 3):
            return False
        errors = [line for line in failed.stderr.splitlines() if "error:" in line]
        assert failed.returncode == 1 and len(errors) == 1, (failed.returncode, failed.stderr)
        assert STORE in errors[0] and any(reason in errors[0] for reason in REASONS[error]), failed.stderr
        return True

    def at(self, number, what, action):
        try:
            result = action()
            self.check_view()
            self.check_next_run()
            return result
        except (AssertionError, OSError, KeyError):
            print(f"{what} at call {self.calls[number - 1]}:", file=sys.stderr)
            subprocess.run(["ls", "-lAR", STORE], stdout=sys.stderr, check=False)
            raise


def kills(step, every):
    """Before each call, which is after the one before it, and within each that writes, but for a header's 128 bytes: what
    lies in one page is not cut by a kill."""
    survived = within = 0
    last = len(step.calls)
    for number in range(1, last + 1, every):
        step.at(number, "kill-before", lambda: step.kill(number, "kill-before"))
        survived += 1
        name, path = step.calls[number - 1].split()[1:3]
        if "write" in name and not (name == "pwrite" and path.endswith("/embeddings.npy")):
            step.at(number, "kill-within", lambda: step.kill(number, "kill-within"))
            within += 1
    step.at(last, "kill-after", lambda: step.kill(last, "kill-after"))
    return f"{survived + 1} kills and {within} within a write survived"


def errors(step, every):
    """Each kind of error at every call, or one of them in turn where only some calls are tried."""
    kinds = [("EIO", False), ("ENOSPC", False), ("ENOSPC", True)]
    faults = ended = 0
    for number in range(1, len(step.calls) + 1, every):
        for error, from_here_on in kinds if every == 1 else [kinds[number // every % 3]]:
            what = error + (" from here on" if from_here_on else "")
            ended += step.at(number, what, lambda: step.fail(number, error, from_here_on))
            faults += 1
    return f"{faults} faults, {ended} of which ended the run"


def reads(step, every):
    """EIO at every read of the store."""
    take_store("old")
    step.calls = calls_of(step.arguments, calls="reads")
    numbers = range(1, len(step.calls) + 1, every)
    ended = sum(step.at(number, "EIO", lambda: step.fail(number, "EIO", calls="reads")) for number in numbers)
    return f"{len(numbers)} faults, {ended} of which ended the run"


def repeats(step, _):
    """Halved writes are finished and interrupted calls made again: nothing comes of them. SQLite does not repeat an fsync,
    which on Linux nothing interrupts, so that it is spared that: its files' names end in e and l."""
    told = []
    for action, paths, made in (("short", f"{STORE}*", len(step.calls)),
                                ("EINTR", f"{STORE}*[!el]", sum(call[-1] not in "el" for call in step.calls))):
        done = step.fault(at="1+", action=action, paths=paths, report=f"{HERE}/repeated")
        assert done.returncode in (0, 3), (action, done.stderr)
        step.check_end()
        with open("repeated", encoding="utf-8") as file:
            told.append(f"{len(file.readlines()) - made} calls were made again for {action}")
        os.remove("repeated")
    return ", ".join(told)


MODEL, OTHER_MODEL = sys.argv[1:3]
scenario, way, every_so_many = sys.argv[3], sys.argv[4], int(sys.argv[5])
os.mkdir("pool")
step_of = Step({f.__name__: f for f in (first_sync, folder_that_changed, prune, prune_of_a_folder_that_changed, migration,
                                        migration_that_was_killed, root_that_was_moved)}[scenario])
result_of = {"kills": kills, "errors": errors, "reads": reads, "repeats": repeats}[way](step_of, every_so_many)
print(f"{scenario}: {len(step_of.calls)} calls, {result_of}")
