#!/usr/bin/env bash
# Builds the fuzz targets (clang, the preset fuzz) and runs each for a while: fuzz.sh [SECONDS [TARGET...]]
# SECONDS: of each target, 60. JOBS: targets at once, 1. What is learnt stays in build/fuzz/corpus and is gone on from; an
# input that shows a fault is left in build/fuzz/faults, to be fixed and kept in tests/fuzz/seeds. Exit code 1 where there
# is one.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets=("${@:2}")
jobs=${JOBS:-1}
build=build/fuzz

scripts/install-packages.sh fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >&2
if [ ${#targets[@]} = 0 ]; then
  for folder in tests/fuzz/seeds/*/; do targets+=("$(basename "$folder")"); done
fi

run_target() {
  local corpus=$build/corpus/$1 faults=$build/faults/$1 options=()
  mkdir -p "$corpus" "$faults" "$build/logs"
  [ ! -e "tests/fuzz/dictionaries/$1.dict" ] || options+=("-dict=tests/fuzz/dictionaries/$1.dict")
  "$build/tests/fuzz/$1_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
    "-artifact_prefix=$faults/" "${options[@]}" "$corpus" "tests/fuzz/seeds/$1" >"$build/logs/$1.log" 2>&1 || true
}

# The last figure of a kind in a target's log, "-" where a fault came before the first.
figure() {
  grep -oP "$2" "$build/logs/$1.log" | tail -1 | grep . || echo -
}

for target in "${targets[@]}"; do
  while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do wait -n; done
  run_target "$target" &
done
wait

found=0
printf '%-16s %12s %9s %9s %7s %7s\n' target executions exec/s features corpus faults
for target in "${targets[@]}"; do
  faults=$(find "$build/faults/$target" -type f | wc -l)
  [ "$faults" = 0 ] || found=1
  printf '%-16s %12s %9s %9s %7s %7s\n' "$target" "$(figure "$target" 'number_of_executed_units: \K\d+')" \
    "$(figure "$target" 'average_exec_per_sec: +\K\d+')" "$(figure "$target" ' ft: \K\d+')" \
    "$(figure "$target" ' corp: \K\d+')" "$faults"
done
exit "$found"
