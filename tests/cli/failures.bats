load setup

# Three good images and three bad ones between them.
mixed_folder() {
  mkdir -p photos
  cp "$GOLDEN/images/rgb-8bit.png" photos/a.png
  head -c 3000 "$GOLDEN/images/photo-444-q95.jpg" > photos/b-cut.jpg
  cp "$GOLDEN/images/gray-8bit.png" photos/c.png
  : > photos/d-empty.png
  mkfifo photos/e-fifo.jpg
  cp "$GOLDEN/images/palette.png" photos/f.png
}

@test "bad images cost only themselves, and stand in the failure list with their reasons" {
  mixed_folder
  run vit_embed extract photos -m "$MODEL" -o x.npy --failures also.csv
  equal "$status" 3
  [[ $output == *"'photos/b-cut.jpg': "* ]]
  [[ $output == *"x.npy: 3 rows, 3 failed"* ]]
  cmp x.npy.failures.csv also.csv
  python - <<'PY'
import csv, numpy as np
failures = list(csv.DictReader(open("x.npy.failures.csv", newline="")))
assert [f["path"] for f in failures] == ["photos/b-cut.jpg", "photos/d-empty.png", "photos/e-fifo.jpg"]
assert all(f["reason"] and f["kind"] == "permanent" for f in failures), failures
index = list(csv.DictReader(open("x.npy.index.csv", newline="")))
assert [(r["row"], r["path"]) for r in index] == [("0", "photos/a.png"), ("1", "photos/c.png"), ("2", "photos/f.png")]
assert np.load("x.npy").shape == (3, 64)
PY
  for name in a c f; do vit_embed extract photos/$name.png -m "$MODEL" -o $name.npy --quiet; done
  python -c '
import numpy as np
assert np.abs(np.load("x.npy") - np.concatenate([np.load(f"{n}.npy") for n in "acf"])).max() < 1e-5'
}

@test "a run without failures has no failure list, also where the one before had" {
  mixed_folder
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet || [ $? = 3 ]
  [ -e x.npy.failures.csv ]
  rm photos/b-cut.jpg photos/d-empty.png photos/e-fifo.jpg
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet
  [ ! -e x.npy.failures.csv ]
}

@test "max-failures lets a chain of jobs go on" {
  mixed_folder
  vit_embed extract photos -m "$MODEL" -o a.npy --quiet --max-failures 3
  vit_embed extract photos -m "$MODEL" -o b.npy --quiet --max-failures 50%
  run vit_embed extract photos -m "$MODEL" -o c.npy --quiet --max-failures 2
  equal "$status" 3
  run vit_embed extract photos -m "$MODEL" -o d.npy --quiet --max-failures 49%
  equal "$status" 3
  run vit_embed extract photos -m "$MODEL" -o e.npy --max-failures many
  equal "$status" 2
}

@test "on-error nan keeps a row for every input" {
  mixed_folder
  run vit_embed extract photos -m "$MODEL" -o x.npy --on-error nan --quiet
  equal "$status" 3
  run vit_embed extract photos -m "$MODEL" -o x.csv --on-error nan --quiet
  run vit_embed extract photos -m "$MODEL" -o x.jsonl --on-error nan --quiet
  python - <<'PY'
import csv, json, numpy as np
x = np.load("x.npy")
assert x.shape == (6, 64) and np.isnan(x).all(1).tolist() == [False, True, False, True, True, False]
assert len(list(csv.DictReader(open("x.npy.index.csv")))) == 6
rows = list(csv.reader(open("x.csv")))[1:]
assert rows[1][0] == "photos/b-cut.jpg" and set(rows[1][1:]) == {"nan"}
assert json.loads(open("x.jsonl").read().splitlines()[1]) == {"path": "photos/b-cut.jpg", "embedding": None}
PY
}

@test "on-error fail ends at the first and publishes nothing" {
  mixed_folder
  run vit_embed extract photos -m "$MODEL" -o x.npy --on-error fail
  equal "$status" 1
  [[ $output == *"photos/b-cut.jpg"* ]]
  [ ! -e x.npy ]
}

@test "all images bad is an output of no rows and code 3" {
  mkdir photos; echo text > photos/a.jpg; : > photos/b.png
  run vit_embed extract photos -m "$MODEL" -o x.npy --quiet
  equal "$status" 3
  python -c 'import numpy as np; assert np.load("x.npy").shape == (0, 64)'
}

@test "a stream tells failures on stderr, and lists them where asked" {
  mixed_folder
  run --separate-stderr vit_embed extract photos -m "$MODEL" -o - --failures list.csv
  equal "$status" 3
  equal "${#lines[@]}" 4
  [[ $stderr == *"'photos/e-fifo.jpg': not a regular file"* ]]
  equal "$(wc -l < list.csv)" 4
}

@test "an unusable model is an error that names it" {
  echo nonsense > bad.pt
  head -c 100000 "$MODEL" > cut.pt
  python -c 'import zipfile; z = zipfile.ZipFile("other.pt", "w"); z.writestr("m/code/x.py", "")'
  for model in missing.pt bad.pt cut.pt other.pt; do
    run vit_embed extract "$GOLDEN/images" -m $model -o x.npy
    equal "$status" 1
    [[ $output == *"$model"* ]]
  done
  equal "$(ls)" "$(printf '%s\n' bad.pt cut.pt other.pt)"
}

@test "an output that cannot be written is an error before any work" {
  run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o missing/x.npy
  equal "$status" 1
  [[ $output == *"missing"* ]]
}
