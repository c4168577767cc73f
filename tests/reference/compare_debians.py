"""What scripts/matrix.sh tells at its end: compare_debians.py TOLERANCE SUITE ...

build/compared/SUITE has what each left. Ends with 1 where one of them left nothing, a test failed, or an embedding is
further than TOLERANCE from the first one's or from that of Transformers.
"""
import csv
import os
import re
import sys
import xml.etree.ElementTree as xml

import numpy as np

GOLDEN = "tests/data/golden"
ENGINES = ("native", "torchscript")
FEATURES = ("cls", "pooler")


class Debian:
    def __init__(self, suite):
        self.suite = suite
        self.folder = f"build/compared/{suite}"
        self.seconds = int(self.text("seconds"))
        self.compiler = re.sub(r"\(.*\) ", "", self.text("compiler").splitlines()[0])
        version = self.text("version")
        libtorch = re.search(r"LibTorch ([0-9.]+)", version)
        assert libtorch, f"{self.folder}/version: no LibTorch in '{version}'"
        self.libtorch = libtorch[1]
        self.tests = xml.parse(f"{self.folder}/tests.xml").getroot()
        self.rows = {(e, f): self.read_rows(e, f) for e in ENGINES for f in FEATURES}

    def text(self, name):
        with open(f"{self.folder}/{name}") as f:
            return f.read()

    def read_rows(self, engine, feature):
        path = f"{self.folder}/{engine}.{feature}.npy"
        with open(f"{path}.index.csv", newline="") as f:
            names = [os.path.basename(row["path"]) for row in csv.DictReader(f)]
        with open(f"{GOLDEN}/names.txt") as f:
            assert names == f.read().split(), f"{path}: other images, or in another order"
        return np.load(path)

    def count(self, what):
        return int(self.tests.get(what))

    def skipped(self):
        """Whole tests, and those within a file of bats."""
        names = [case.get("name") for case in self.tests.iter("testcase") if case.find("skipped") is not None]
        for case in self.tests.iter("testcase"):
            output = case.findtext("system-out") or ""
            names += [f"{case.get('name')}: {skip}" for skip in re.findall(r"^ok \d+ (.* # skip.*)$", output, re.MULTILINE)]
        return names


def difference(rows, others):
    return max(float(np.abs(rows[key] - others[key]).max()) for key in rows)


def of_engine(debian, engine):
    return {feature: debian.rows[engine, feature] for feature in FEATURES}


def main():
    tolerance = float(sys.argv[1])
    debians, failed = [], False
    for suite in sys.argv[2:]:
        try:
            debians.append(Debian(suite))
        except (OSError, xml.ParseError, AssertionError) as error:
            print(f"{suite}: {error}")
            failed = True
    expected = {feature: np.load(f"{GOLDEN}/expected-{feature}.npy") for feature in FEATURES}
    print(f"| Debian | compiler | LibTorch | tests | failed | skipped | s | largest difference from {debians[0].suite}: "
          "native | torchscript | from Transformers: native | torchscript |" if debians else "")
    print("|---" * 11 + "|")
    for debian in debians:
        apart = [difference(of_engine(debian, e), of_engine(debians[0], e)) for e in ENGINES]
        apart += [difference(of_engine(debian, e), expected) for e in ENGINES]
        failed |= debian.count("failures") > 0 or not max(apart) <= tolerance
        print(f"| {debian.suite} | {debian.compiler} | {debian.libtorch} | {debian.count('tests')} | "
              f"{debian.count('failures')} | {len(debian.skipped())} | {debian.seconds} | "
              + " | ".join(f"{x:.1e}" for x in apart) + " |")
    print()
    for debian in debians:
        for name in debian.skipped():
            print(f"{debian.suite} skipped: {name}")
    return 1 if failed or len(debians) < len(sys.argv) - 2 else 0


if __name__ == "__main__":
    sys.exit(main())
