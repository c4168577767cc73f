load setup

# The way that every program has: the file's own graph.
verify() {
  vit_embed verify "$@" -m "$MODEL" --engine torchscript
}

# Three good images and a bad one.
some_photos() {
  mkdir -p photos
  for name in gray-8bit palette rgb-8bit; do cp "$GOLDEN/images/$name.png" photos; done
  head -c 3000 "$GOLDEN/images/photo-444-q95.jpg" > photos/cut.jpg
}

nothing_left() {
  equal "$(ls -A "$TMPDIR")" ""
}

# Verifies ./many and is in the midst of it. A session of its own, whose processes can be told together; a shell lets
# its background jobs ignore SIGINT.
start_verify() {
  env --default-signal=INT setsid "$VIT_EMBED" verify many -m "$MODEL" --engine torchscript 2>stderr >stdout &
  pid=$!
  for ((i = 0; i < 3000; i++)); do
    [ -z "$(find "$TMPDIR" -name journal -size +1000c)" ] || return 0
    sleep 0.01
  done
  return 1
}

pid_of_its_run() {
  head -n 1 "$TMPDIR"/vit-embed.*/*.partial/lock
}

setup() {
  mkdir "$BATS_TEST_TMPDIR/work" "$BATS_TEST_TMPDIR/tmp"
  cd "$BATS_TEST_TMPDIR/work"
  export TMPDIR=$BATS_TEST_TMPDIR/tmp
}

@test "verify tells what a way of computing costs, image by image and in their order of nearness" {
  some_photos
  run --separate-stderr verify photos --feature cls,pooler
  equal "$status" 0
  equal "$stderr" ""
  [[ ${lines[0]} == "reference:      "*" engine in fp32, "* ]]
  [[ ${lines[1]} == "candidate:      torchscript engine in fp32, "* ]]
  equal "${lines[2]}" "images:         3 compared, 1 failed"
  [[ ${lines[3]} == "failed:         'photos/cut.jpg': "* ]]
  equal "${lines[4]}" "feature   min cosine  mean cosine     nearest kept  max difference  bytes   lowest cosine"
  [[ ${lines[5]} == "cls        1.0000000    1.0000000           3 of 3 "* ]]
  [[ ${lines[6]} == "pooler     1.0000000    1.0000000           3 of 3 "* ]]
  equal "${#lines[@]}" 7
  nothing_left
  equal "$(ls)" photos
}

@test "verify speaks JSON" {
  some_photos
  verify photos --feature mean --min-cosine 0.9 --json > report.json
  python - <<'PY'
import json
r = json.load(open("report.json"))
assert r["images"] == 3 and r["holds"] is True and r["required_min_cosine"] == 0.9
assert r["candidate"]["engine"] == "torchscript" and r["reference"]["precision"] == "fp32"
assert [f["path"] for f in r["failed"]] == ["photos/cut.jpg"] and r["failed"][0]["reason"]
assert r["only_in_reference"] == r["only_in_candidate"] == []
mean = r["features"].pop("mean")
assert r["features"] == {}
assert mean["min_cosine"] > 0.999999 and mean["mean_cosine"] >= mean["min_cosine"]
assert mean["min_cosine_path"].startswith("photos/") and mean["max_difference"] < 1e-4
assert (mean["neighbors_kept"], mean["neighbors_compared"]) == (3, 3)
PY
}

@test "a smallest cosine below what was asked for is exit code 5" {
  some_photos
  run --separate-stderr verify photos --min-cosine 1.1
  equal "$status" 5
  equal "${lines[2]}" "images:         3 compared, 1 failed"
  [[ $stderr == "vit-embed: error: cls: the smallest cosine is 1.0000000, below --min-cosine 1.1" ]]
  verify photos --min-cosine 0.999 --quiet
  nothing_left
}

@test "one image has no neighbour" {
  run verify "$GOLDEN/images/palette.png"
  equal "$status" 0
  [[ ${lines[4]} == "cls        1.0000000    1.0000000                - "* ]]
}

@test "a list is read once, from stdin or from a pipe" {
  some_photos
  find photos -name '*.png' -print0 | verify -0 --files-from - --json > stdin.json
  verify --files-from <(ls photos/*.png) --json > pipe.json
  python -c '
import json
for name in "stdin.json", "pipe.json":
    assert json.load(open(name))["images"] == 3'
  nothing_left
}

@test "names of any kind reach both runs" {
  name=$'--odd\nna,me\xff.png'
  cp -- "$GOLDEN/images/rgb-8bit.png" "$name"
  vit_embed verify --json -m "$MODEL" --engine torchscript -- "$name" > report.json
  python -c 'import json; assert json.load(open("report.json"))["images"] == 1'
}

@test "what is no way of computing, or cannot be read twice, is a usage error" {
  some_photos
  run vit_embed verify photos -m "$MODEL"
  equal "$status" 2
  [[ $output == *"nothing to verify: give --precision, --engine or --isa"* ]]
  run verify photos --feature tokens
  equal "$status" 2
  [[ $output == *"tokens not in {cls,pooler,mean}"* ]]
  run verify - < photos/palette.png
  equal "$status" 2
  run verify photos --precision int8
  equal "$status" 2
  run verify photos --min-cosine much
  equal "$status" 2
  run verify
  equal "$status" 2
  [[ $output == *"no images: give files"* ]]
  run verify photos --batch-size none
  equal "$status" 2
  equal "$output" "vit-embed: error: --batch-size 'none': auto, or 1 to 4096"
  nothing_left
}

@test "what ends a run ends verify, with its message and code" {
  some_photos
  echo nonsense > bad.pt
  run vit_embed verify photos -m bad.pt --engine torchscript
  equal "$status" 1
  equal "${#lines[@]}" 1
  [[ $output == "vit-embed: error: "*bad.pt* ]]
  mkdir empty
  run verify empty
  equal "$status" 1
  equal "$output" "vit-embed: error: no images found: 'empty' has no files"
  run verify photos/cut.jpg
  equal "$status" 1
  [[ $output == "vit-embed: error: none of the images could be embedded, as 'photos/cut.jpg': "* ]]
  nothing_left
}

@test "what both runs warn of is said once" {
  vit_embed export --random-weights 0 "$GOLDEN/tiny-vit" -o random.pt --quiet
  run --separate-stderr vit_embed verify "$GOLDEN/images/palette.png" -m random.pt --engine torchscript
  equal "$status" 0
  equal "$stderr" "vit-embed: warning: RANDOM WEIGHTS: these embeddings mean nothing"
  run --separate-stderr vit_embed verify "$GOLDEN/images/palette.png" -m random.pt --engine torchscript --quiet
  equal "$stderr" ""
}

@test "on a terminal a status line tells which run is where" {
  script -qec "'$VIT_EMBED' verify '$GOLDEN/images' -m '$MODEL' --engine torchscript" typescript </dev/null >/dev/null
  grep -q "reference: 8/28 (28%)" typescript
  grep -q "candidate: 8/28 (28%)" typescript
}

@test "a signal to verify alone, to all of its group, or to its run, stops it and leaves nothing behind" {
  many_images many 400
  for signal in INT:130 TERM:143; do
    for whom in one group run; do
      start_verify
      case $whom in
        one) kill -"${signal%:*}" $pid ;;
        group) kill -"${signal%:*}" -- -$pid ;;
        # What a signal to the group comes to where verify itself is slow to notice it.
        run) kill -"${signal%:*}" "$(pid_of_its_run)" ;;
      esac
      code=0; wait $pid || code=$?
      equal "$code" "${signal#*:}"
      equal "$(cat stderr)" "vit-embed: warning: stopped before the end: nothing is compared"
      equal "$(cat stdout)" ""
      nothing_left
    done
  done
}

@test "what a killed verify left is removed by the next, once its run has ended too" {
  many_images many 400
  start_verify
  run_pid=$(pid_of_its_run)
  left=$(ls -A "$TMPDIR")
  kill -STOP "$run_pid"
  kill -KILL $pid
  wait $pid || equal $? 137
  verify "$GOLDEN/images/palette.png" --quiet
  beside_the_run=$(ls -A "$TMPDIR")
  kill -KILL "$run_pid"
  equal "$beside_the_run" "$left"
  flock "$TMPDIR/$left" true  # has waited for the run's end
  verify "$GOLDEN/images/palette.png" --quiet
  nothing_left
}
