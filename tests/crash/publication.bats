load faults

# Moments that every_kill.bats and every_error.bats pass among all others, by name.

@test "a kill between two renames of a publication is made good by the next run, which embeds nothing" {
  prepare npy_over_an_older_output
  for moment in 'rename .*/out/x.cls.npy.index.csv' 'rename .*/out/x.cls.npy.failures.csv' 'rename .*/out/x.cls.npy.meta.json' \
                'rename .*/out/x.pooler.npy.meta.json'; do
    as_found
    code=0
    with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$(number_of_call "$moment" 1)" FAULT_ACTION=kill-before \
      "${run[@]}" --quiet || code=$?
    equal $code 137
    cmp out/x.cls.npy new/x.cls.npy
    name=cls; [[ $moment != *pooler* ]] || name=pooler
    [[ $("$VIT_EMBED" info out/x.$name.npy) == *"no x.$name.npy.meta.json: not a finished output"* ]]
    "$VIT_EMBED" "${run[@]}" 2>said
    grep -q "finished the publication of 'out/x.npy' that was interrupted" said
    grep -q "up to date" said
    diff -r out new
  done
}

@test "a kill before an older output is replaced leaves it as it was" {
  prepare npy_over_an_older_output
  as_found
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$(number_of_call 'unlink .*/out/x.cls.npy.meta.json' 1)" \
    FAULT_ACTION=kill-before "${run[@]}" --quiet || equal $? 137
  diff -r --exclude=x.npy.partial --exclude=failures.csv out old
}

# The lock is gone then, and its folder not yet.
@test "a run may begin while another removes what it leaves, and neither fails for it" {
  prepare csv_over_an_older_output_that_had_failures
  n=$(number_of_call 'rmdir .*/x.csv.partial' 1)
  as_found
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$n" FAULT_ACTION="run:'$VIT_EMBED' ${run[*]} 2>second" "${run[@]}"
  grep -q "up to date" second
  diff -r out new
  as_found
  cp -a in more
  cp "$GOLDEN/images/rgba-8bit.png" more
  # The second is killed in its turn, and goes on once the first has ended.
  with_fault FAULT_PATHS="$PWD/out*" FAULT_AT="$n" \
    FAULT_ACTION="run:cp -a more/rgba-8bit.png in; LD_PRELOAD='$FAULT_SHIM' FAULT_ACTION=kill-before FAULT_AT=25 \
      '$VIT_EMBED' ${run[*]} --quiet; [ \$? = 137 ]" "${run[@]}"
  [ -e out/x.csv.partial/journal ]
  "$VIT_EMBED" "${run[@]}" 2>said
  grep -q "9 rows, 0 failed" said
  [ ! -e out/x.csv.partial ]
}
