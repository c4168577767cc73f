"""What a reader finds in a store, held to what fresh extractions of the same contents give. Nothing here goes through the
program that wrote it, and nothing is repaired: the manifest is read from a copy, unless others read it at the same time."""
import contextlib
import csv
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

HEADER = 128
GENERATION = {"embeddings.npy", "index.csv", "manifest.sqlite"}
JOURNAL = "manifest.sqlite-journal"


def content_of(path):
    with open(path, "rb") as file:
        return file.read()


def hash_of(path):
    return hashlib.sha256(content_of(path)).hexdigest()


def files_of(folder):
    """{(folder, path): hash}"""
    found = {}
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            found[folder, os.path.relpath(path, folder)] = hash_of(path)
    return found


class Rows:
    """An .npy of float32, as far as its header says."""

    def __init__(self, path):
        self.bytes = content_of(path)
        shape = re.search(rb"'descr': '<f4'.*'shape': \((\d+), (\d+)\)", self.bytes[:HEADER])
        assert shape, f"{path} has the header {self.bytes[:HEADER]}"
        self.count, self.length = int(shape[1]), 4 * int(shape[2])
        self.held = (len(self.bytes) - HEADER) // self.length
        assert self.count <= self.held, f"{path} says {self.count} rows and has {self.held}"

    def __getitem__(self, row):
        assert row < self.held, (row, self.held)
        return self.bytes[HEADER + row * self.length:HEADER + (row + 1) * self.length]


class Reference:
    """The row of each content that has one, by hash; and of which generations: fingerprint_id, learned from a store."""

    def __init__(self, model, folder):
        self.model = model
        with tempfile.TemporaryDirectory() as scratch:
            output = f"{scratch}/x.npy"
            run = subprocess.run([os.environ["VIT_EMBED"], "extract", folder, "-m", model, "-o", output, "--engine",
                                  "native", "--quiet"], stderr=subprocess.PIPE, text=True)
            assert run.returncode in (0, 3), run.stderr
            rows = Rows(output)
            with open(f"{output}.index.csv", newline="") as index:
                self.rows = {hash_of(line["path"]): rows[int(line["row"])] for line in csv.DictReader(index)}
        assert len(set(self.rows.values())) == len(self.rows), "two contents of one row would pass for each other"
        self.hashes = {row: content for content, row in self.rows.items()}

    def with_rows(self, files):
        return {file: content for file, content in files.items() if content in self.rows}


@contextlib.contextmanager
def manifest_copy(generation):
    """What a killed writer began is rolled back in the copy alone."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("manifest.sqlite", "manifest.sqlite-journal"):
            if os.path.exists(f"{generation}/{name}"):
                shutil.copy(f"{generation}/{name}", scratch)
        with contextlib.closing(sqlite3.connect(f"{scratch}/manifest.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            yield database


@contextlib.contextmanager
def manifest_itself(generation):
    """For those who read while others do, for a copy could fall into another's rollback."""
    uri = f"file:{generation}/manifest.sqlite?mode=rw"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=60)) as database:
        database.execute("PRAGMA query_only = 1")
        yield database


def manifest_of(generation, access):
    with access(generation) as database:
        database.execute("BEGIN")
        model, rows = database.execute("SELECT model_path, row_count FROM generation").fetchone()
        live = database.execute(
            "SELECT v.row, v.root, v.path, lower(v.content), f.ctime_ns FROM live v"
            " JOIN roots r ON r.path = v.root JOIN files f ON f.root = r.id AND f.path = v.path").fetchall()
        return {
            "model": model,
            "row_count": rows,
            "live": {(root, path): (row, content) for row, root, path, content, _ in live},
            "settled": {(root, path) for _, root, path, _, ctime in live if ctime != 0},
            "rows": database.execute("SELECT row, lower(hex(content)) FROM rows").fetchall(),
            "status": {(root, path): status for root, path, status in database.execute(
                "SELECT r.path, f.path, f.status FROM files f JOIN roots r ON r.id = f.root")},
        }


def index_of(generation):
    with open(f"{generation}/index.csv", newline="") as file:
        return [(int(line["row"]), line["root"], line["path"]) for line in csv.DictReader(file)]


class View:
    """One generation, resolved once. `references`: of every model that it may be of."""

    def __init__(self, generation, references, access=manifest_copy):
        self.generation = generation
        self.index = index_of(generation)  # first, for it names rows that are there
        self.rows = Rows(f"{generation}/embeddings.npy")
        self.manifest = manifest_of(generation, access)
        self.reference = next(r for r in references if r.model == self.manifest["model"])
        assert self.rows.count <= self.manifest["row_count"], (self.rows.count, self.manifest["row_count"])
        assert [row for row, _ in sorted(self.manifest["rows"])] == list(range(self.manifest["row_count"]))
        for row, content in self.manifest["rows"]:
            if access is manifest_itself and row >= self.rows.count:
                continue  # it came since the rows were read
            assert self.rows[row] == self.reference.rows[content], f"row {row} is not that of {content}"
        by_row = dict(self.manifest["rows"])
        for file, (row, content) in self.manifest["live"].items():
            assert by_row[row] == content, f"{file} has row {row}, which is of another content"

    def indexed(self):
        """{file: hash}, by what the rows are."""
        contents = {}
        for row, root, path in self.index:
            assert row < self.rows.count, f"{path}: row {row} of {self.rows.count}"
            assert (root, path) not in contents, f"{path} stands twice in the index"
            contents[root, path] = self.reference.hashes[self.rows[row]]
        return contents

    def live(self):
        return {file: content for file, (_, content) in self.manifest["live"].items()}


def current_of(store):
    link = os.path.join(store, "current")
    return os.path.realpath(link, strict=True) if os.path.lexists(link) else None


def check_whole(store, references, model, files, access=manifest_copy):
    """After a run that ended: exactly these files, each with its content's row."""
    view = View(current_of(store), references, access)
    assert view.reference.model == model, view.reference.model
    wanted = view.reference.with_rows(files)
    assert view.indexed() == wanted, (view.indexed(), wanted)
    assert view.live() == wanted, (view.live(), wanted)
    assert view.index == sorted(view.index, key=lambda line: (os.fsencode(line[1]), os.fsencode(line[2])))
    assert view.rows.count == view.manifest["row_count"], (view.rows.count, view.manifest["row_count"])
    failed = {file for file, status in view.manifest["status"].items() if status == "failed"}
    assert failed == set(files) - set(wanted), failed
    assert "pending" not in view.manifest["status"].values()
    return view


def check_leftovers(store):
    """Nothing is left of runs that were killed; no migration is under way."""
    current = os.path.basename(current_of(store))
    generations = {name for name in os.listdir(store) if re.fullmatch(r"gen-\d{4}", name)}
    assert set(os.listdir(store)) == generations | {"lock", "current"}, os.listdir(store)
    assert max(generations) == current, (generations, current)
    for name in generations:
        left = set(os.listdir(f"{store}/{name}")) - GENERATION
        if name != current:
            # A run that was killed before the switch may have left it; it goes with its generation.
            left.discard(".index.csv.unfinished")
            if left == {JOURNAL}:
                # Only readers come to a retired generation, and SQLite's leave a journal that never came into force.
                assert not open(f"{store}/{name}/{JOURNAL}", "rb").read(1).strip(b"\0"), f"{name} waits for a rollback"
                left = set()
        assert not left, f"{name} also holds {left}"
        assert set(os.listdir(f"{store}/{name}")) >= GENERATION, os.listdir(f"{store}/{name}")
