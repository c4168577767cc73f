load faults

declare -gA REASONS=([EIO]="Input/output error" [ENOSPC]="No space left on device")

# One line tells which file and why, and the code says that nothing is to be used; unless it could be done without.
failed_at() {  # CALLS ERROR
  as_found
  local code=0
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$1" FAULT_ACTION="$2" "${run[@]}" >said 2>&1 || code=$?
  if [ $code != "$expected" ] && ! grep -q "up to date" said; then
    equal $code 1 || { cat said; return 1; }
    errors=$((errors + 1))
    equal "$(grep -c "error: .*out.*: ${REASONS[$2]}" said):$(grep -c error: said)" 1:1 || { cat said; return 1; }
  fi
  nothing_half_written && next_run_finishes
}

# Each kind of error at every step, or one of them in turn where only some steps are tried.
failed_at_every_step() {  # SCENARIO
  prepare "$1"
  local n kind failures=0 errors=0
  local kinds=(EIO ENOSPC "ENOSPC from here on") tried
  for ((n = 1; n <= num_calls; n += stride)); do
    tried=("${kinds[@]}")
    [ "$EVERY" = 1 ] || tried=("${kinds[failures % 3]}")
    for kind in "${tried[@]}"; do
      at_step $n "$kind" failed_at "$n$([[ $kind != *on ]] || echo +)" "${kind%% *}"
      failures=$((failures + 1))
    done
  done
  echo "# $1: $failures faults, $errors of which ended the run" >&3
}

@test "an error at every step: .npy of two features over an older output" {
  failed_at_every_step npy_over_an_older_output
}

@test "an error at every step: .csv over an older output that had failures" {
  failed_at_every_step csv_over_an_older_output_that_had_failures
}

@test "an error at every step: .jsonl where nothing was" {
  failed_at_every_step jsonl_where_nothing_was
}

@test "an error at every step: a shard over an older output of no shard" {
  failed_at_every_step shard_over_an_older_output
}

@test "an error at every step: a merge over an older output" {
  failed_at_every_step merge_over_an_older_output
}

@test "an error at every step: going on from a run that was killed" {
  failed_at_every_step npy_run_that_was_killed
}

@test "an error at every step: finishing a publication that was killed" {
  failed_at_every_step npy_publication_that_was_killed
}

@test "an error at every step: starting anew over a run that was killed" {
  failed_at_every_step csv_run_that_is_restarted
}

@test "an error at every step: a model file over an older one" {
  failed_at_every_step model_over_an_older_one
}

# All of a run's calls at once, for nothing is to come of it.
nothing_comes_of() {  # ACTION
  local scenario number=0
  for scenario in npy_over_an_older_output csv_over_an_older_output_that_had_failures jsonl_where_nothing_was \
                  npy_run_that_was_killed npy_publication_that_was_killed csv_run_that_is_restarted model_over_an_older_one; do
    mkdir $scenario
    cd $scenario
    prepare $scenario
    as_found
    with_fault FAULT_PATHS="$PWD/out*" FAULT_AT=1+ FAULT_ACTION="$1" FAULT_REPORT="$PWD/repeated" "${run[@]}" --quiet || equal $? "$expected"
    diff -r out new
    number=$((number + $(wc -l < repeated) - num_calls))
    cd ..
  done
  echo "# $number calls were made again" >&3
}

@test "every call that a signal can interrupt is made again" {
  nothing_comes_of EINTR
}

@test "every write that wrote half is finished" {
  nothing_comes_of short
}

@test "every read that gave half or was interrupted is finished" {
  prepare npy_run_that_was_killed
  for action in EINTR short; do
    as_found
    with_fault FAULT_CALLS=reads FAULT_PATHS="$BATS_RUN_TMPDIR/*" FAULT_AT=1+ FAULT_ACTION=$action \
      FAULT_REPORT="$PWD/reads" "${run[@]}" --quiet || equal $? "$expected"
    diff -r out new
  done
  for read in in/rgb-8bit.png tiny.pt run.json journal cls.rows failures.csv; do
    grep -q "$read\$" reads || { echo "$read was not read"; return 1; }
  done
}
