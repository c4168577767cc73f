load setup

# Starts a run in the background and waits until it has finished some batches.
start_and_wait() {  # ARGUMENTS ...
  # A shell lets its background jobs ignore SIGINT.
  env --default-signal=INT "$VIT_EMBED" extract many -m "$MODEL" -o x.npy --batch-size 4 "$@" 2>stderr &
  pid=$!
  for ((i = 0; i < 3000; i++)); do
    [ "$(stat -c %s x.npy.partial/journal 2>/dev/null || echo 0)" -le 1000 ] || return 0
    sleep 0.01
  done
  echo "the run never started"; cat stderr; return 1
}

# Runs a script with a disk of that size mounted at ./disk, as root or in a user namespace.
on_disk_of() {  # SIZE SCRIPT
  local namespace=(unshare --mount --propagation unchanged)
  [ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
  "${namespace[@]}" bash -euc "mount -t tmpfs -o size=$1 tmpfs disk; trap 'umount -l disk' EXIT; $2"
}

reference() {
  vit_embed extract many -m "$MODEL" -o reference.npy --batch-size 4 --quiet
}

same_as_reference() {
  cmp x.npy reference.npy
  cmp x.npy.index.csv reference.npy.index.csv
  [ ! -e x.npy.partial ]
  [[ $(vit_embed info x.npy) == *"publication:    whole"* ]]
}

@test "each signal stops cleanly with its code, and the same command goes on to the same bytes" {
  many_images many 240
  reference
  for signal in INT:130 TERM:143 HUP:129; do
    start_and_wait
    kill -"${signal%:*}" $pid
    code=0; wait $pid || code=$?
    equal "$code" "${signal#*:}"
    grep -q "the same command goes on from here" stderr
    [ ! -e x.npy ]
    run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4
    equal "$status" 0
    [[ $output == *"going on from"* ]]
    same_as_reference
    rm x.npy*
  done
}

@test "a run killed again and again ends with the same bytes" {
  many_images many 200
  reference
  for ((i = 0; i < 8; i++)); do
    "$VIT_EMBED" extract many -m "$MODEL" -o x.npy --batch-size 4 --quiet &
    pid=$!
    sleep "$(python -c 'import random; print(0.4 + random.random())')"
    kill -KILL $pid 2>/dev/null || true
    wait $pid || true
    [ ! -e x.npy.meta.json ] || break
  done
  vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4 --quiet
  same_as_reference
}

@test "a finished output is left alone, until its inputs change or it is restarted" {
  many_images many 10
  vit_embed extract many -m "$MODEL" -o x.npy --quiet
  before=$(stat -c %i.%Y x.npy)
  run vit_embed extract many -m "$MODEL" -o x.npy
  equal "$output" "vit-embed: info: x.npy: up to date, 10 rows, 0 failed"
  equal "$(stat -c %i.%Y x.npy)" "$before"
  touch many/000003.png
  run vit_embed extract many -m "$MODEL" -o x.npy
  [[ $output == *"10 rows"*"images/s"* ]]
  run vit_embed extract many -m "$MODEL" -o x.npy --restart
  [[ $output == *"10 rows"*"images/s"* ]]
}

@test "inputs that changed meanwhile are done again, from the batch they are in" {
  many_images many 240
  start_and_wait
  kill -TERM $pid; wait $pid || true
  cp "$GOLDEN/images/one-pixel.png" many/000005.png
  reference
  run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4
  equal "$status" 0
  [[ $output == *"going on from 4 inputs done earlier; later ones were dropped"* ]]
  same_as_reference
}

@test "an unfinished run of other options is refused, and says which" {
  many_images many 240
  start_and_wait
  kill -TERM $pid; wait $pid || true
  run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4 --l2-normalize
  equal "$status" 4
  [[ $output == *"l2_normalized: false then, true now"* ]]
  run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 5
  equal "$status" 4
  [[ $output == *"batch_size: 4 then, 5 now"* ]]
  run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4 --labels folder
  equal "$status" 4
  [[ $output == *'columns: "" then, "label" now'* ]]
  vit_embed extract many -m "$MODEL" -o x.npy --batch-size 5 --restart --quiet
}

@test "labels that are asked for later make the output anew, and do not go on from a run without them" {
  mkdir -p photos/{cat,dog}
  cp "$GOLDEN"/images/*.png photos/cat
  cp "$GOLDEN"/images/*.png photos/dog
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet
  vit_embed extract photos -m "$MODEL" -o y.npy --labels folder --quiet
  cmp x.npy y.npy
  python - <<'PY'
import csv, os
rows = list(csv.DictReader(open("y.npy.index.csv", newline="")))
assert rows and all(r["label"] == os.path.basename(os.path.dirname(r["path"])) for r in rows), rows[:2]
assert list(rows[0]) == ["row", "path", "label"]
PY
  vit_embed extract photos -m "$MODEL" -o x.npy --labels folder --quiet
  cmp x.npy.index.csv y.npy.index.csv
  for format in csv jsonl; do vit_embed extract photos -m "$MODEL" -o - --format $format --labels folder -q > y.$format; done
  equal "$(head -1 y.csv | cut -d, -f1-3)" path,label,f0
  equal "$(head -1 y.jsonl | cut -d, -f2)" '"label":"cat"'
}

@test "two runs do not write one output" {
  many_images many 240
  start_and_wait
  run vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4
  equal "$status" 75
  [[ $output == *"locked by process $pid, started 20"*" UTC"* ]]
  kill -TERM $pid; wait $pid || true
}

@test "an older output stays until the new one is whole" {
  many_images many 240
  vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy --quiet
  cp x.npy old.npy
  start_and_wait
  kill -KILL $pid; wait $pid || true
  cmp x.npy old.npy
  [[ $(vit_embed info --json x.npy) == *'"inputs": 28'* ]]
  reference
  vit_embed extract many -m "$MODEL" -o x.npy --batch-size 4 --quiet
  same_as_reference
}

@test "a full disk is an error, and the run goes on once there is room" {
  mkdir disk
  many_images many 240
  # The disk is small enough to be filled from outside while the run is under way, and large enough for it to start.
  on_disk_of 3M '
    "$VIT_EMBED" extract many -m "$MODEL" -o disk/x.csv --batch-size 4 2>stderr & pid=$!
    until [ "$(stat -c %s disk/x.csv.partial/journal 2>/dev/null || echo 0)" -gt 1000 ]; do sleep 0.01; done
    cat /dev/zero > disk/filler 2>/dev/null || true
    code=0; wait $pid || code=$?
    [ $code = 1 ]; grep -q "No space left on device" stderr; [ ! -e disk/x.csv ]
    rm disk/filler
    "$VIT_EMBED" extract many -m "$MODEL" -o disk/x.csv --batch-size 4 2>stderr
    grep -q "going on from" stderr
    cp disk/x.csv .'
  vit_embed extract many -m "$MODEL" -o reference.csv --batch-size 4 --quiet
  cmp x.csv reference.csv
}

@test "a disk that is too small is refused before the start" {
  mkdir disk
  many_images many 240
  on_disk_of 100k '
    code=0; "$VIT_EMBED" extract many -m "$MODEL" -o disk/x.csv 2>stderr || code=$?
    [ $code = 1 ]; grep -q "needs .* GiB more and its disk has" stderr
    [ -z "$(ls disk)" ]'
}
