load setup

close_to_golden() {  # FILE EXPECTED: within 1e-4 of Transformers, whatever the rows' order
  python - "$1" "$GOLDEN" "$2" <<'PY'
import csv, os, sys, numpy as np
rows = np.load(sys.argv[1], mmap_mode="r")
names = [os.path.basename(r["path"]) for r in csv.DictReader(open(sys.argv[1] + ".index.csv", newline=""))]
golden = open(sys.argv[2] + "/names.txt").read().split()
expected = np.load(f"{sys.argv[2]}/{sys.argv[3]}")[[golden.index(n) for n in names]]
assert len(names) == len(golden), len(names)
assert rows.dtype == np.float32 and rows.shape == expected.shape, rows.shape
print("largest difference", np.abs(rows - expected).max())
assert np.abs(rows - expected).max() < 1e-4
PY
}

@test "cls and pooler are Transformers', at batch 1 and at batch 8" {
  for batch in 1 8; do
    vit_embed extract "$GOLDEN/images" -m "$MODEL" -o b$batch.npy --feature cls,pooler --batch-size $batch --quiet
    close_to_golden b$batch.cls.npy expected-cls.npy
    close_to_golden b$batch.pooler.npy expected-pooler.npy
  done
}

@test "tokens are the whole last_hidden_state, and mean is that of its patches" {
  head -4 "$GOLDEN/names.txt" | sed "s|^|$GOLDEN/images/|" |
    vit_embed extract --files-from - -m "$MODEL" -o x.npy --feature tokens,mean --quiet
  python - "$GOLDEN" <<'PY'
import sys, numpy as np
tokens, mean = np.load("x.tokens.npy"), np.load("x.mean.npy")
expected = np.load(sys.argv[1] + "/expected-last-hidden-state-first4.npy")
assert tokens.shape == (4, 197, 64) and mean.shape == (4, 64)
assert np.abs(tokens - expected).max() < 1e-4
assert np.abs(mean - expected[:, 1:].mean(1)).max() < 1e-4
PY
}

@test "csv, jsonl and npy hold the same numbers" {
  for format in npy csv jsonl; do vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.$format --quiet; done
  python - <<'PY'
import csv, json, numpy as np
npy = np.load("x.npy")
index = [r["path"] for r in csv.DictReader(open("x.npy.index.csv", newline=""))]
rows = list(csv.reader(open("x.csv", newline="")))
assert rows[0] == ["path"] + [f"f{i}" for i in range(64)]
assert [r[0] for r in rows[1:]] == index
assert (np.array([r[1:] for r in rows[1:]], np.float32) == npy).all()
lines = [json.loads(l) for l in open("x.jsonl")]
assert [l["path"] for l in lines] == index
assert (np.array([l["embedding"] for l in lines], np.float32) == npy).all()
PY
}

@test "what the TorchScript engine cannot do is refused before any work" {
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --engine torchscript --precision int8
  equal "$status" 2
  [[ $output == *"--precision int8 needs the native engine"* ]]
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --engine torchscript --isa avx2
  equal "$status" 2
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --precision fp8
  equal "$status" 2
  [ ! -e x.npy ]
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$MODEL" -o x.npy --engine torchscript --precision fp32 --quiet
  vit_embed info x.npy | grep -q "torchscript engine in fp32"
}

@test "float16 and unit length are what NumPy makes of float32" {
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --quiet
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o half.npy --dtype float16 --quiet
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o unit.npy --l2-normalize --quiet
  python - <<'PY'
import numpy as np
x, half, unit = np.load("x.npy"), np.load("half.npy"), np.load("unit.npy")
assert half.dtype == np.float16 and (half == x.astype(np.float16)).all()
assert np.abs(unit - x / np.linalg.norm(x, axis=1, keepdims=True)).max() < 1e-6
PY
}

@test "a stream has csv on stdout and nothing else" {
  run --separate-stderr vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$MODEL" -o -
  equal "$status" 0
  equal "${#lines[@]}" 2
  [[ ${lines[0]} == path,f0,f1,* ]]
  [[ ${lines[1]} == "$GOLDEN/images/rgb-8bit.png",* ]]
  [[ $stderr == "vit-embed: info: stdout: 1 rows, 0 failed, in "* ]]
}

@test "a reader that closes the stream ends the run quietly" {
  many_images many 200
  run bash -c '"$VIT_EMBED" extract many -m "$MODEL" -o - --format jsonl --batch-size 1 2>stderr | head -1 >first; echo "${PIPESTATUS[0]}"'
  equal "$output" 141
  equal "$(cat stderr)" ""
  python -c 'import json; assert len(json.loads(open("first").read())["embedding"]) == 64'
}

@test "what a name or a flag makes impossible is a usage error that says so" {
  image=$GOLDEN/images/rgb-8bit.png
  run vit_embed extract "$image" -m "$MODEL" -o x.unknown
  equal "$status" 2; [[ $output == *"x.unknown"*".npy"* ]]
  run vit_embed extract "$image" -m "$MODEL" -o - --format npy
  equal "$status" 2; [[ $output == *"npy cannot be streamed"* ]]
  run vit_embed extract "$image" -m "$MODEL" -o x.csv --feature tokens
  equal "$status" 2; [[ $output == *"tokens"* ]]
  run vit_embed extract "$image" -m "$MODEL" -o - --feature cls,pooler
  equal "$status" 2
  run vit_embed extract "$image" -m "$MODEL" -o x.npy --feature nothing
  equal "$status" 2; [[ $output == *"nothing not in {cls,pooler,mean,tokens}"* ]]
  run vit_embed extract "$image" -m "$MODEL" -o x.npy --batch-size 0
  equal "$status" 2
  run vit_embed extract - --files-from - -m "$MODEL" -o x.npy </dev/null
  equal "$status" 2
  run vit_embed extract -m "$MODEL" -o x.npy
  equal "$status" 2
  run vit_embed extract "$image" -m "$MODEL" -o x.npy --no-such-flag
  equal "$status" 2
  equal "$(ls)" ""
}

@test "a device that is not there is a clear error" {
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --device cuda
  equal "$status" 1
  [[ $output == *"cuda"* ]]
  [ ! -e x.npy ]
}

@test "the pooler of a model without one is refused" {
  mkdir headless
  python - "$GOLDEN/tiny-vit" <<'PY'
import json, struct, sys
data = open(sys.argv[1] + "/model.safetensors", "rb").read()
n = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + n])
body, out, offset = data[8 + n:], {}, 0
parts = []
for name, t in header.items():
    if name == "__metadata__" or name.startswith("pooler."): continue
    a, b = t["data_offsets"]
    parts.append(body[a:b]); out[name] = dict(t, data_offsets=[offset, offset + b - a]); offset += b - a
text = json.dumps(out).encode()
open("headless/model.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + b"".join(parts))
PY
  cp "$GOLDEN"/tiny-vit/*.json headless/
  vit_embed export headless -o headless.pt --quiet
  run vit_embed extract "$GOLDEN/images" -m headless.pt -o x.npy --feature pooler
  equal "$status" 1
  [[ $output == *"has no pooler"* ]]
  vit_embed extract "$GOLDEN/images" -m headless.pt -o x.npy --quiet
  close_to_golden x.npy expected-cls.npy
}

@test "a dry run tells how many, how large and how long, and writes nothing" {
  run --separate-stderr vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --dry-run
  equal "$status" 0
  [[ ${lines[0]} == "inputs: 28 ("*" MiB)" ]]
  [[ ${lines[1]} == "output: about "*" MiB" ]]
  [[ ${lines[2]} =~ ^"time: about "[0-9:]+" ("[0-9.]+" s an image)"$ ]]
  equal "$(ls)" ""
}

@test "on a terminal a status line shows, and in a pipe it does not" {
  many_images many 100
  script -qec "'$VIT_EMBED' extract many -m '$MODEL' -o tty.npy --batch-size 1" typescript >/dev/null
  grep -q "/100 (.*%)  .* images/s  ETA " typescript
  run vit_embed extract many -m "$MODEL" -o pipe.npy --batch-size 1
  equal "${#lines[@]}" 1
  [[ $output == "vit-embed: info: pipe.npy: 100 rows, 0 failed, in "* ]]
}

@test "quiet is quiet" {
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --quiet
  equal "$status" 0
  equal "$output" ""
}

@test "what libraries print does not reach the user, unless asked" {
  export OMP_DISPLAY_ENV=TRUE
  run vit_embed extract "$GOLDEN/images/one-pixel.png" -m "$MODEL" -o x.npy
  equal "$status" 0
  equal "${#lines[@]}" 1
  run vit_embed extract "$GOLDEN/images/one-pixel.png" -m "$MODEL" -o x.npy --restart --verbose
  [[ $output == *"vit-embed: debug: library: OPENMP DISPLAY ENVIRONMENT BEGIN"* ]]
}

@test "truncated images are padded where that is allowed, and such rows are told apart" {
  mkdir photos
  head -c 20000 "$GOLDEN/images/photo-baseline-q90.jpg" > photos/cut.jpg
  run vit_embed extract photos -m "$MODEL" -o x.npy
  equal "$status" 3
  [[ $output == *"'photos/cut.jpg': truncated JPEG: the data ends early"* ]]
  run vit_embed extract photos -m "$MODEL" -o x.npy --allow-truncated
  equal "$status" 0
  [[ $output == *"x.npy: 1 rows, 0 failed"* ]]
  [[ $(vit_embed info --json x.npy) == *'"truncated": "pad"'* ]]
}

@test "images of more pixels than are allowed fail by their header, and count when more are allowed" {
  run vit_embed extract "$GOLDEN/images/one-pixel.png" "$GOLDEN/images/wide-1500x9.png" -m "$MODEL" -o x.npy --max-pixels 13499
  equal "$status" 3
  [[ $output == *"wide-1500x9.png': 1500x9 is more than the limit of 13499 pixels"* ]]
  run vit_embed extract "$GOLDEN/images/one-pixel.png" "$GOLDEN/images/wide-1500x9.png" -m "$MODEL" -o x.npy --max-pixels 13500
  equal "$status" 0
  [[ $output == *"x.npy: 2 rows, 0 failed"* ]]
  run vit_embed extract "$GOLDEN/images/one-pixel.png" -m "$MODEL" -o y.npy --max-pixels 0
  equal "$status" 2
}

@test "the slow reference BLAS is warned of where it is used" {
  reference=/usr/lib/$(uname -m)-linux-gnu/blas
  [ -e "$reference/libblas.so.3" ]
  LD_LIBRARY_PATH=$reference run vit_embed extract "$GOLDEN/images/one-pixel.png" -m "$MODEL" -o native.npy
  equal "$status" 0
  [[ $output != *warning* ]]
  LD_LIBRARY_PATH=$reference run vit_embed extract "$GOLDEN/images/one-pixel.png" -m "$MODEL" -o x.npy \
    --engine torchscript
  equal "$status" 0
  [[ $output == *"vit-embed: warning: "*"install libopenblas0-openmp"* ]]
}

@test "what is installed runs from anywhere" {
  cmake --install "$BUILD_DIR" --prefix "$PWD/prefix" >/dev/null
  mkdir elsewhere
  (cd elsewhere && ../prefix/bin/vit-embed extract "$GOLDEN/images/rgb-8bit.png" -m "$MODEL" -o x.npy --quiet)
  [ -s elsewhere/x.npy ]
}

@test "help, version and info need no runtime module" {
  cp "$VIT_EMBED" alone
  ./alone --help >/dev/null
  ./alone --version | grep -q "^built with LibTorch"
  ./alone info "$MODEL" >/dev/null
  run ./alone extract "$GOLDEN/images" -m "$MODEL" -o x.npy
  equal "$status" 1
  [[ $output == *"vit-embed-runtime.so is missing"* ]]
}

@test "what needs LibTorch's module says so where it is missing" {
  cp "$VIT_EMBED" "$(dirname "$VIT_EMBED")/vit-embed-runtime.so" .
  run ./vit-embed export "$GOLDEN/tiny-vit" -o x.pt
  equal "$status" 1
  [[ $output == *"/vit-embed-torch.so' is missing: "* ]]
  run ./vit-embed info "$GOLDEN/../traces/not-a-vit.pt"
  equal "$status" 1
  [[ $output == *"/vit-embed-torch.so' is missing: "* ]]
}

@test "either engine gives Transformers' embeddings, and the meta says which" {
  for engine in native torchscript; do
    vit_embed extract "$GOLDEN/images" -m "$MODEL" -o "$engine.npy" --engine "$engine" --quiet
    grep -q "\"engine\": \"$engine\"" "$engine.npy.meta.json"
  done
  /usr/bin/python3 - "$GOLDEN" <<'PYTHON'
import csv, os, sys
import numpy as np
golden = sys.argv[1]
names = open(f"{golden}/names.txt").read().split("\n")
expected = np.load(f"{golden}/expected-cls.npy")
for engine in "native", "torchscript":
    rows = np.load(f"{engine}.npy")
    files = [os.path.basename(path) for _, path in list(csv.reader(open(f"{engine}.npy.index.csv")))[1:]]
    assert len(files) >= 20
    for row, file in zip(rows, files):
        assert np.abs(row - expected[names.index(file)]).max() < 1e-4, (engine, file)
PYTHON
}

@test "rows of the native engine are the same bytes at any batch size, threads and order" {
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o a.npy --batch-size 1 --threads 1 --quiet
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o b.npy --batch-size 7 --threads 3 --quiet
  cmp a.npy b.npy
}

@test "a precision that the instruction set does not multiply is refused with the reason" {
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --precision int8 --isa avx2
  equal "$status" 1
  [[ $output == *"--precision int8 needs AVX512-VNNI, and there is avx2: "*"silently wrong"* ]]
  [ ! -e x.npy ]
}
