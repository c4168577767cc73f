load faults

killed_at() {  # N ACTION
  as_found
  local code=0
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$1" FAULT_ACTION="$2" "${run[@]}" >said 2>&1 || code=$?
  equal $code 137 && nothing_half_written && next_run_finishes
}

# Before each call, which is after the one before it, and within each that writes.
killed_at_every_step() {  # SCENARIO
  prepare "$1"
  local n kills=0
  for ((n = 1; n <= num_calls; n += stride)); do
    at_step $n kill-before killed_at $n kill-before
    kills=$((kills + 1))
    [[ $(sed -n "${n}p" calls) == *write* ]] || continue
    at_step $n kill-within killed_at $n kill-within
    kills=$((kills + 1))
  done
  at_step "$num_calls" kill-after killed_at "$num_calls" kill-after
  echo "# $1: $((kills + 1)) kills survived" >&3
}

@test "killed at every step: .npy of two features over an older output" {
  killed_at_every_step npy_over_an_older_output
}

@test "killed at every step: .csv over an older output that had failures" {
  killed_at_every_step csv_over_an_older_output_that_had_failures
}

@test "killed at every step: .jsonl where nothing was" {
  killed_at_every_step jsonl_where_nothing_was
}

@test "killed at every step: a shard over an older output of no shard" {
  killed_at_every_step shard_over_an_older_output
}

@test "killed at every step: .npy over an older shard" {
  killed_at_every_step npy_over_an_older_shard
}

@test "killed at every step: a merge over an older output" {
  killed_at_every_step merge_over_an_older_output
}

@test "killed at every step: going on from a run that was killed" {
  killed_at_every_step npy_run_that_was_killed
}

@test "killed at every step: finishing a publication that was killed" {
  killed_at_every_step npy_publication_that_was_killed
}

@test "killed at every step: starting anew over a run that was killed" {
  killed_at_every_step csv_run_that_is_restarted
}

@test "killed at every step: a model file over an older one" {
  killed_at_every_step model_over_an_older_one
}
