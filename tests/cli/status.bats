load setup

# Three images, one of them twice, and one that fails.
some_store() {
  mkdir photos
  for name in gray-8bit palette rgb-8bit; do cp "$GOLDEN/images/$name.png" photos; done
  cp photos/palette.png photos/again.png
  head -c 3000 "$GOLDEN/images/photo-444-q95.jpg" > photos/cut.jpg
  vit_embed sync photos --store store -m "$MODEL" -q --max-failures 100% 2> log
}

field() {  # NAME, of the status in text
  sed -n "s/^$1: *//p" <<< "$output"
}

@test "status tells what a store has" {
  some_store
  run --separate-stderr vit_embed status store
  equal "$status" 0
  equal "$stderr" ""
  equal "$(field files)" "4 live, 1 failed; 80.00% of those that are there have a row"
  equal "$(field failed)" "1 for good, 0 in passing"
  equal "$(field rows)" "3 of 64 numbers"
  equal "$(field roots)" "$PWD/photos: 4 live, 1 failed"
  equal "$(field feature)" "cls, float32, computed in fp32"
  equal "$(field 'model file')" "$MODEL"
  [[ $(field 'last run') =~ ^done,\ [-0-9]{10}T[:0-9]{8}Z,\ [0-9]+\ s\ ago:\ 4\ added,\ .*,\ 1\ failed,\ in\ [0-9]+\ s$ ]]
  rm photos/rgb-8bit.png
  vit_embed sync photos --store store -q
  run vit_embed status store
  equal "$(field files)" "3 live, 1 failed, 1 deleted; 75.00% of those that are there have a row"
  equal "$(field rows)" "3 of 64 numbers, 1 of them dead"
}

@test "status lists what failed" {
  some_store
  run --separate-stderr vit_embed status store --failures
  equal "$status" 0
  equal "$output" $'path,reason,kind\n'"$PWD/photos/cut.jpg,truncated JPEG: the data ends early,permanent"
}

@test "status speaks JSON" {
  some_store
  vit_embed status store --json > status.json
  python - <<'PY'
import json, os
status = json.load(open("status.json"))
assert status["files"] == {"live": 4, "failed": 1, "deleted": 0, "pending": 0, "coverage": 0.8,
                           "permanent_failures": 1, "transient_failures": 0, "unseen": 0}, status["files"]
assert (status["rows"], status["dead_rows"], status["row_size"]) == (3, 0, 64)
(root,) = status["roots"]
assert root["path"] == os.getcwd() + "/photos" and root["mount_point"] is False and root["files"]["live"] == 4
assert status["model"]["path"] == os.environ["MODEL"] and status["model"]["random_weights"] is False
assert status["fingerprint"]["feature"] == "cls" and len(status["fingerprint"]["id"]) == 64
assert status["last_run"] == status["last_done"] and status["last_run"]["added"] == 4
assert status["migration"] is None and status["running"] is None and status["problems"] == []
PY
}

@test "status exits with 5 where a store is not as fresh or as full as it has to be" {
  some_store
  run vit_embed status store --max-age 1h --min-coverage 80% -q
  equal "$status" 0
  equal "$output" ""
  run vit_embed status store --min-coverage 99.9% -q
  equal "$status" 5
  equal "$output" "store: 80.00% of the files have a row, less than 99.9%"
  sqlite3 store/current/manifest.sqlite 'UPDATE runs SET finished = finished - 100000'
  run vit_embed status store --max-age 26h -q
  equal "$status" 5
  equal "$output" "store: the last run that was done ended 27 hours ago, more than 26 hours"
  run vit_embed status store --max-age 26h --json
  equal "$status" 5
  [[ $output == *'"problems": ['*'27 hours ago'* ]]
  sqlite3 store/current/manifest.sqlite 'DELETE FROM runs'
  run vit_embed status store --max-age 26h
  equal "$status" 5
  [[ $output == *"last run:     none was done"*"store: no run was ever done" ]]
}

@test "status tells of a migration" {
  some_store
  vit_embed sync photos --store store --precision int8 --migrate --time-budget 0s -q || true
  run vit_embed status store
  equal "$status" 0
  [[ $output == *"migration:    to gen-0002: 0 live, 1 failed, 4 pending"*"cls, float32, computed in int8 by "* ]]
  equal "$(field files)" "4 live, 1 failed; 80.00% of those that are there have a row"
}

@test "status tells who writes, and leaves no trace" {
  some_store
  rm store/lock
  vit_embed status store > /dev/null
  [ ! -e store/lock ]
  exec 9> store/lock
  flock 9
  printf '123\n2026-11-26T01:02:03Z\n' >&9
  run vit_embed status store
  equal "$(field 'running now')" "process 123, started 2026-11-26 01:02:03 UTC"
}

@test "status of what is no store is an error, and so are demands that make no sense" {
  mkdir empty
  run vit_embed status empty
  equal "$status" 1
  equal "$output" "vit-embed: error: 'empty' is not a store: it has no 'current'"
  run vit_embed status
  equal "$status" 2
  run vit_embed status empty --max-age 26
  equal "$status" 2
  run vit_embed status empty --min-coverage 99
  equal "$status" 2
  run vit_embed status empty --failures --json
  equal "$status" 2
}
