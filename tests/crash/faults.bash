# What the suites of this folder start from: the program with faults (fault_plan.h), and runs small enough to be made
# hundreds of times. The CMake build sets FAULT_SHIM, and what tests/cli/setup.bash says.

load ../cli/setup

# One of so many steps is tried; 1 tries all.
EVERY=${VIT_EMBED_CRASH_EVERY:-7}

# Faults happen to what the run writes.
# Lists in ./calls the calls that the run in ./run would make; ./out stays as it is.
count_calls() {
  cp -a out out.before
  rm -f calls
  with_fault FAULT_PATHS="$PWD/out*" FAULT_REPORT="$PWD/calls" "${run[@]}" --quiet || equal $? "$expected"
  rm -rf out
  mv out.before out
}

# The number of the K-th call that matches.
number_of_call() {  # PATTERN K
  grep -E "$1" calls | sed -n "$2s/ .*//p"
}

# Kills the run before that call.
kill_before() {  # PATTERN K
  count_calls
  local code=0
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$(number_of_call "$1" "$2")" FAULT_ACTION=kill-before "${run[@]}" --quiet || code=$?
  equal $code 137
}

# The engine that starts fastest, and one thread, so that every run makes the same calls.
extract_run() {  # ARGUMENTS ...
  run=(extract in -m "$MODEL" --batch-size 4 --engine native --threads 1 "$@")
}

# Ten inputs, two of which fail; the others differ in size and kind.
small_inputs() {
  mkdir in out
  cp "$GOLDEN"/images/{already-224,bilevel,gray-8bit,gray-alpha,one-pixel,palette,rgb-8bit,tall-7x900}.png in
  head -c 100 "$GOLDEN/images/palette.png" > in/cut.png
  : > in/empty.png
  expected=3
}

# An older output, of fewer images, stands where the new one goes.
older_output() {
  mkdir older
  mv in/{already-224,bilevel,gray-8bit}.png older
  "$VIT_EMBED" "${run[@]}" --quiet || equal $? 3
  mv older/* in
}

# Scenarios: each makes ./in, ./out as a run finds it, the run's arguments, and its exit code.

npy_over_an_older_output() {
  small_inputs
  extract_run -o out/x.npy --feature cls,pooler --failures out/failures.csv
  older_output
}

csv_over_an_older_output_that_had_failures() {
  small_inputs
  extract_run -o out/x.csv
  older_output
  rm in/cut.png in/empty.png
  expected=0
}

jsonl_where_nothing_was() {
  small_inputs
  extract_run -o out/x.jsonl --on-error nan
}

shard_over_an_older_output() {
  small_inputs
  extract_run -o out/x.npy
  older_output
  run+=(--shard 0/1)
}

npy_over_an_older_shard() {
  small_inputs
  extract_run -o out/x.npy --shard 0/1
  older_output
  extract_run -o out/x.npy
}

merge_over_an_older_output() {
  small_inputs
  extract_run -o out/x.npy
  older_output
  local i
  mkdir shards
  for i in 0 1 2; do
    extract_run -o shards/$i.npy --shard $i/3
    "$VIT_EMBED" "${run[@]}" --quiet || equal $? 3
  done
  run=(merge shards/0.npy shards/1.npy shards/2.npy -o out/x.npy)
  expected=0
}

npy_run_that_was_killed() {
  npy_over_an_older_output
  kill_before "write .*/journal" 4  # the first writes its header
}

npy_publication_that_was_killed() {
  npy_over_an_older_output
  kill_before "rename .*/out/x.cls.npy.index.csv" 1
}

csv_run_that_is_restarted() {
  small_inputs
  extract_run -o out/x.csv
  kill_before "write .*/journal" 3
  run+=(--restart)
}

model_over_an_older_one() {
  mkdir out
  "$VIT_EMBED" export --random-weights 1 "$GOLDEN/tiny-vit" -o out/m.pt --quiet
  run=(export "$GOLDEN/tiny-vit" -o out/m.pt)
  expected=0
}

# ./out as the run finds it becomes ./old, what it makes of it ./new.
prepare() {  # SCENARIO
  "$1"
  count_calls
  cp -a out old
  "$VIT_EMBED" "${run[@]}" --quiet || equal $? "$expected"
  mv out new
  num_calls=$(wc -l < calls)
  # A model's many writes are all alike, and its runs take longer.
  stride=$EVERY
  if [ "$EVERY" != 1 ] && [ "${run[0]}" = export ]; then stride=$((10 * EVERY)); fi
  echo "# $1: $num_calls calls" >&3
}

as_found() {
  rm -rf out
  cp -a old out
}

# Whatever stands under a final name is whole, of before or of after; what stands beside its meta belongs to it.
nothing_half_written() {
  local path name meta
  for path in out/*; do
    name=${path#out/}
    if [ "$path" = 'out/*' ] || [ -d "$path" ]; then continue; fi
    cmp -s "$path" "old/$name" || cmp "$path" "new/$name" || return 1
  done
  for meta in out/*.meta.json; do
    [ -e "$meta" ] || continue
    name=${meta#out/}
    whole_set "${name%.meta.json}" new || whole_set "${name%.meta.json}" old || return 1
  done
}

whole_set() {  # OUTPUT DIRECTORY
  local suffix
  for suffix in '' .index.csv .failures.csv .inputs.csv .meta.json; do
    if [ -e "out/$1$suffix" ] || [ -e "$2/$1$suffix" ]; then cmp -s "out/$1$suffix" "$2/$1$suffix" || return 1; fi
  done
}

# Where every file has a name, a kill may leave the list of inputs between its creation and its removal.
unavoidable=()
python -c 'import os; os.open(os.environ["BATS_RUN_TMPDIR"], os.O_TMPFILE | os.O_RDWR)' 2>/dev/null ||
  unavoidable=(--exclude '.vit-embed-inputs.*')

# The same command, without faults, ends as if nothing had happened: the same bytes, and not a file more.
next_run_finishes() {
  local code=0
  "$VIT_EMBED" "${run[@]}" >next 2>&1 || code=$?
  # What was finished before, and needs no run, is no failure.
  [ "$code" = "$expected" ] || grep -q "up to date" next || { echo "exit code $code"; cat next; return 1; }
  diff -r "${unavoidable[@]}" out new
}

# Tells which step did not hold.
at_step() {  # N ACTION COMMAND ...
  local n=$1 action=$2
  shift 2
  "$@" || { echo "$action at call $(sed -n "${n}p" calls):"; ls -lAR out; return 1; }
}
