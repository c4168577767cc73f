#!/usr/bin/python3
"""The forward of ViT-L/16 against ONNX Runtime's, and against what the machine's multipliers could do. One command:

  scripts/bench/forward.py

It builds what it needs, exports a ViT-L/16 of random weights (or takes --model), makes an ONNX file of the same weights,
gets ONNX Runtime from npm, and checks that all give the same embeddings. Then it measures, in turn within each round:
each peer at each batch size, and right after each of ours the ceiling, which is what the forward would take if it were
nothing but oneDNN's products at the model's shapes. The tables are Markdown; build/bench/forward.json has every single
time, and build/bench/forward.png images/s by batch and precision.

Needs the Debian packages of a tree with tests (scripts/install-packages.sh test), python3-matplotlib, nodejs and npm;
the first line names Debian's own Python for their sake. 3 GB of disk below build/bench, 6 GiB of memory.
"""
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
WORK = f"{TREE}/build/bench"
BUILD = f"{TREE}/build/release"
ORT_PACKAGE = "onnxruntime-node@1.30"
ORT = "ONNX Runtime fp32"
PRECISIONS = ("fp32", "bf16", "int8")
KINDS = {
    "embeddings": "patches, positions",
    "norms": "layer norms",
    "query_key_value": "query, key, value",
    "attention": "attention",
    "attention_output": "attention's output",
    "intermediate": "MLP in, GELU",
    "output": "MLP out",
}
PAUSE = 0.1  # seconds, after which the last peer's threads have stopped to wait for more
LARGEST_DIFFERENCE = 1e-4  # between two engines in fp32


# --- What is needed. ---


def check_packages():
    missing = [program for program in ("nodejs", "npm") if not shutil.which(program.replace("nodejs", "node"))]
    for module in ("numpy", "matplotlib"):
        try:
            __import__(module)
        except ImportError:
            missing.append(f"python3-{module}")
    if missing:
        sys.exit(f"Missing Debian packages: apt-get install {' '.join(missing)}")


def call(*command, **options):
    print("+", *command, file=sys.stderr)
    subprocess.run(command, check=True, stdout=sys.stderr, **options)


def build(with_program):
    targets = ["forward_bench", "ceiling_bench"] + (["vit-embed"] if with_program else [])
    call("cmake", "--preset", "release", "-DVIT_EMBED_TESTS=ON", cwd=TREE)
    call("cmake", "--build", "--preset", "release", "--target", *targets, cwd=TREE)


def get_onnx_runtime():
    if not os.path.exists(f"{WORK}/node_modules/onnxruntime-node"):
        # Its post-install script would only download CUDA's libraries.
        call("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", WORK, ORT_PACKAGE)


def random_model():
    path = f"{WORK}/random-vit-l16.pt"
    if not os.path.exists(path):
        call(f"{BUILD}/bin/vit-embed", "export", "--random-weights", "0", "-o", path)
    return path


def make_onnx(model):
    """Beside which stands what it was made from: another model is made again."""
    path, made_from = f"{WORK}/model.onnx", f"{WORK}/model.onnx.json"
    status = os.stat(model)
    source = [os.path.abspath(model), status.st_size, status.st_mtime_ns]
    if os.path.exists(made_from) and json.load(open(made_from)) == source:
        return path
    call(sys.executable, f"{HERE}/make_onnx.py", model, path)
    with open(made_from, "w") as file:
        json.dump(source, file)
    return path


def make_pixels(architecture, images):
    import numpy as np

    size = architecture["image_size"]
    height, width = (size, size) if isinstance(size, int) else size
    path = f"{WORK}/pixels.f32"
    np.random.default_rng(0).uniform(-1, 1, (images, 3, height, width)).astype("<f4").tofile(path)
    return path


# --- The peers. ---


class Peer:
    """A process that answers lines with lines of JSON."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=WORK)
        self.about = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name}: ended, code {self.process.wait()}")
        return json.loads(line)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()


class Peers:
    """ours: by precision, those that this machine has; refusals: why not the others."""

    def __init__(self, args, model, pixels):
        bounds = ["--threads", str(args.threads)] + (["--isa", args.isa] if args.isa else [])
        programs = f"{BUILD}/tests/bench"
        self.ours, self.refusals = {}, {}
        for precision in args.precisions.split(","):
            command = [f"{programs}/forward_bench", model, *bounds, "--precision", precision, "--pixels", pixels]
            peer = Peer(f"vit-embed {precision}", command)
            if "refused" in peer.about:
                self.refusals[precision] = peer.about["refused"]
            else:
                self.ours[precision] = peer
        if not self.ours:
            sys.exit("\n".join(self.refusals.values()))
        self.about = next(iter(self.ours.values())).about
        self.ceiling = Peer("ceiling", [f"{programs}/ceiling_bench", model, *bounds])
        ort = ["node", f"{HERE}/ort_peer.cjs", make_onnx(model), str(self.about["threads"]), pixels]
        self.ort = Peer(ORT, ort)

    def forwards(self):
        return [self.ort, *self.ours.values()]


def check_embeddings(peers):
    """Differences from ONNX Runtime's [CLS] of one image, by peer; the first forward of each, too."""
    import numpy as np

    reference = np.array(peers.ort.ask(1)["cls"])
    result = {}
    for precision, peer in peers.ours.items():
        cls = np.array(peer.ask(1)["cls"])
        cosine = float(cls @ reference / np.linalg.norm(cls) / np.linalg.norm(reference))
        result[precision] = {"max_difference": float(np.abs(cls - reference).max()), "cosine": cosine}
        if precision == "fp32" and not result[precision]["max_difference"] <= LARGEST_DIFFERENCE:
            sys.exit(f"not the same work: [CLS] differs from {ORT}'s by {result[precision]['max_difference']:.2g}")
    return result


def measure(peers, batches, rounds):
    """A sample for each forward and each ceiling, each batch and each round: seconds an image, and what was said."""
    samples = []

    def sample(asked, words, **what):
        time.sleep(PAUSE)
        answer = asked.ask(*words)
        answer.pop("cls", None)
        samples.append({**what, **answer, "seconds_per_image": answer["seconds"] / what["batch"]})

    for batch in batches:  # warms up, sets up what is set up for a batch
        for peer in peers.forwards():
            peer.ask(batch)
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for batch in batches:
            sample(peers.ort, [batch], peer=ORT, batch=batch, round=number)
            for precision, peer in peers.ours.items():
                sample(peer, [batch], peer=peer.name, batch=batch, round=number)
                sample(peers.ceiling, [precision, batch], peer=f"ceiling {precision}", batch=batch, round=number)
    return samples


# --- What is told. ---


class Results:
    def __init__(self, samples):
        self.samples = samples

    def of(self, peer, batch):
        return [s for s in self.samples if s["peer"] == peer and s["batch"] == batch]

    def seconds(self, peer, batch):
        return [s["seconds_per_image"] for s in self.of(peer, batch)]

    def ratio(self, slow, fast, batch):
        """Median of the rounds' ratios: what slows a whole round down does not count."""
        return statistics.median(a / b for a, b in zip(self.seconds(slow, batch), self.seconds(fast, batch)))


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def ceiling_of(peer):
    return f"ceiling {peer.split()[-1]}"


def speed_table(results, names, batches):
    rows = []
    for batch in batches:
        for name in names:
            seconds = results.seconds(name, batch)
            median = statistics.median(seconds)
            ceiling = bool(results.of(ceiling_of(name), batch))
            rows.append([
                name,
                str(batch),
                f"{median:.3f}",
                f"{min(seconds):.3f} to {max(seconds):.3f}",
                f"{1 / median:.2f}",
                f"{results.ratio(ORT, name, batch):.2f}x",
                f"{100 * results.ratio(ceiling_of(name), name, batch):.0f}%" if ceiling else "",
            ])
    return table(["forward", "batch", "s an image", "spread", "images/s", "against ONNX Runtime", "of the ceiling"], rows)


def ceiling_table(results, precisions, batches):
    rows, header = [], []
    for precision in precisions:
        for batch in batches:
            samples = results.of(f"ceiling {precision}", batch)
            shapes = list(samples[0]["gflop_per_s"])
            header = ["ceiling", "batch", *(f"{shape}, GFLOP/s" for shape in shapes), "s an image"]
            rates = [f"{statistics.median(s['gflop_per_s'][shape] for s in samples):.0f}" for shape in shapes]
            seconds = statistics.median(results.seconds(f"ceiling {precision}", batch))
            rows.append([precision, str(batch), *rates, f"{seconds:.3f}"])
    return table(header, rows)


def kinds_table(results, names, batch):
    rows = []
    for kind, title in KINDS.items():
        medians = [statistics.median(1e3 * s["kinds"][kind] / batch for s in results.of(name, batch)) for name in names]
        rows.append([title, *(f"{median:.1f}" for median in medians)])
    return table([f"ms an image, batch {batch}", *names], rows)


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine(peers, load):
    return {
        "processor": processor(),
        "threads": peers.about["threads"],
        "instruction_set": peers.about["isa"],
        "onednn": peers.about["onednn"],
        "onnxruntime": peers.ort.about["version"],
        "load_before": load,
        "date": time.strftime("%Y-%m-%d"),
    }


def describe(about, samples):
    gflop = next(s["gflop"] / s["batch"] for s in samples if "gflop" in s)
    return (
        f"{about['processor']}, {about['instruction_set']}, {about['threads']} threads; oneDNN {about['onednn']}, "
        f"ONNX Runtime {about['onnxruntime']}; load before the run {about['load_before']:.2f}; "
        f"{gflop:.0f} GFLOP an image.\n"
    )


def describe_check(check):
    parts = [f"{p} {c['max_difference']:.1e} (cosine {c['cosine']:.6f})" for p, c in check.items()]
    return f"[CLS] of one image against ONNX Runtime's, largest difference: {', '.join(parts)}.\n"


def report(results, peers, about, check, batches):
    names = [peer.name for peer in peers.forwards()]
    parts = [describe(about, results.samples), describe_check(check), speed_table(results, names, batches)]
    parts.append(ceiling_table(results, peers.ours, batches))
    parts += [kinds_table(results, names[1:], batch) for batch in batches]
    parts += [f"Without {precision}: {reason}.\n" for precision, reason in peers.refusals.items()]
    return "\n".join(parts)


COLORS = {ORT: "#9a9a9a", "vit-embed fp32": "#9ecae1", "vit-embed bf16": "#4292c6", "vit-embed int8": "#08519c"}


def draw_bars(axes, results, name, places, batches, width):
    """Medians, with a line from the slowest to the fastest round and a dash at the ceiling."""
    rates = [[1 / s for s in results.seconds(name, batch)] for batch in batches]
    medians = [statistics.median(r) for r in rates]
    axes.bar(places, medians, width * 0.92, color=COLORS[name], label=name, zorder=2)
    axes.vlines(places, [min(r) for r in rates], [max(r) for r in rates], color="black", linewidth=0.8, zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    for place, median in zip(places, medians):  # at the foot, for the ceiling's dash may be anywhere near the top
        axes.annotate(f"{median:.2f}", (place, 0), (0, 4), textcoords="offset points", ha="center", va="bottom",
                      fontsize=8, bbox=box, zorder=4)
    if name == ORT:
        return
    ceilings = [1 / statistics.median(results.seconds(ceiling_of(name), batch)) for batch in batches]
    label = "ceiling: oneDNN's products alone" if name.endswith("fp32") else None
    ends = [place - width * 0.46 for place in places], [place + width * 0.46 for place in places]
    axes.hlines(ceilings, *ends, color="#d95f02", linewidth=1.6, zorder=3, label=label)


def plot(results, names, about, batches, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 3.8))
    width = 0.8 / len(names)
    for i, name in enumerate(names):
        places = [group + (i - (len(names) - 1) / 2) * width for group in range(len(batches))]
        draw_bars(axes, results, name, places, batches, width)
    axes.set_xticks(range(len(batches)), [f"batch {batch}" for batch in batches])
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("images/s")
    title = f"ViT forward, {about['threads']} threads, {about['processor']}, {about['instruction_set']}"
    axes.set_title(title, fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6, zorder=0)
    axes.margins(y=0.12)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(path, dpi=160, bbox_inches="tight")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a file of vit-embed export, instead of a ViT-L/16 of random weights")
    parser.add_argument("--batches", default="1,8", help="batch sizes, with commas")
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=0, help="of each; as many as vit-embed takes unless told")
    parser.add_argument("--isa", default="", help="bounds vit-embed and the ceilings; ONNX Runtime takes what there is")
    parser.add_argument("--save-figure", default=f"{WORK}/forward.png")
    return parser.parse_args()


def main():
    args = parse()
    load = os.getloadavg()[0]
    check_packages()
    sys.path.insert(0, HERE)
    from make_onnx import ModelFile

    os.makedirs(WORK, exist_ok=True)
    build(with_program=not args.model)
    get_onnx_runtime()
    model = os.path.abspath(args.model or random_model())
    batches = [int(batch) for batch in args.batches.split(",")]
    peers = Peers(args, model, make_pixels(ModelFile(model).architecture, max(batches)))
    check = check_embeddings(peers)
    results = Results(measure(peers, batches, args.rounds))
    about = machine(peers, load)

    with open(f"{WORK}/forward.json", "w") as file:
        content = {"machine": about, "check": check, "refusals": peers.refusals, "samples": results.samples}
        json.dump(content, file, indent=1)
    plot(results, [peer.name for peer in peers.forwards()], about, batches, args.save_figure)
    print(report(results, peers, about, check, batches))
    print(f"Every time: {WORK}/forward.json    Plot: {args.save_figure}", file=sys.stderr)


main()
