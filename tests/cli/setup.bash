# What every file here starts from. The CMake build sets VIT_EMBED and GOLDEN.

bats_require_minimum_version 1.5.0

# No test asks the real Hub for anything; hub.bats has its own.
export HF_HUB_OFFLINE=1
# What this shell has set is not what a test means.
unset VIT_EMBED_MODEL

# The tiny model, exported once a file.
setup_file() {
  MODEL=$BATS_FILE_TMPDIR/tiny.pt
  "$VIT_EMBED" export "$GOLDEN/tiny-vit" -o "$MODEL" --quiet
  export MODEL
}

# A fresh working directory for each test; bats keeps files of its own beside it.
setup() {
  mkdir "$BATS_TEST_TMPDIR/work"
  cd "$BATS_TEST_TMPDIR/work"
}

vit_embed() {
  "$VIT_EMBED" "$@"
}

# Of which --help has a line each.
commands() {
  vit_embed --help | sed -n 's/^  \([a-z]\+\)  .*/\1/p'
}

# Permissions mean something to it, to root's as well.
unprivileged() {  # COMMAND ...
  local without=()
  [ "$(id -u)" != 0 ] || without=(setpriv --bounding-set=-dac_override,-dac_read_search)
  "${without[@]}" "$@"
}

# Runs the program with the faults that these variables tell (tests/crash/fault_plan.h).
with_fault() {  # VARIABLE=VALUE ... ARGUMENTS ...
  local faults=()
  while [[ $1 == FAULT_*=* ]]; do faults+=("$1"); shift; done
  env LD_PRELOAD="$FAULT_SHIM" "${faults[@]}" "$VIT_EMBED" "$@"
}

needs_fault_shim() {
  [ -n "${FAULT_SHIM:-}" ] || skip "a sanitizer's runtime must be loaded first"
}

# N images: the golden ones over and over, named so that their order is the order of N.
many_images() {  # DIRECTORY N
  mkdir -p "$1"
  local images=("$GOLDEN"/images/*.png) i
  for ((i = 0; i < $2; i++)); do
    printf -v name '%06d.png' "$i"
    cp "${images[i % ${#images[@]}]}" "$1/$name"
  done
}

python() {
  /usr/bin/python3 "$@"
}

# Fails, saying both, unless they are equal.
equal() {  # ACTUAL EXPECTED
  [ "$1" = "$2" ] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2" >&2; return 1; }
}

# Runs the program; fails unless it ends so and what it says has the text.
answers() {  # STATUS TEXT ARGUMENT ...
  local expected=$1 text=$2
  shift 2
  run vit_embed "$@"
  equal "$status" "$expected"
  [[ $output == *"$text"* ]] || { printf '%s\n' "$output" "has not: $text" >&2; return 1; }
}
