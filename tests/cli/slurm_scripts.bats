load setup

# What scripts/slurm asks of Slurm, by programs in its place that keep what they are told. scripts/slurm/test.sh has a real one.

setup_file() { :; }

setup() {
  SCRIPTS=$BATS_TEST_DIRNAME/../../scripts/slurm
  mkdir "$BATS_TEST_TMPDIR/work" "$BATS_TEST_TMPDIR/bin"
  cd "$BATS_TEST_TMPDIR/work"
  unset "${!SLURM@}" "${!SBATCH@}"
  # Each call a line of words in brackets.
  program sbatch 'printf "[%s]" "$@" >> calls; echo >> calls; grep -c . calls'
  program scontrol 'case $1 in show) echo "MaxArraySize            = ${ARRAY_SIZE:-1001}" ;; *) echo "$*" >> controls ;; esac'
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  echo weights > model.pt
}

program() {  # NAME TEXT
  printf '#!/usr/bin/env bash\n%s\n' "$2" > "$BATS_TEST_TMPDIR/bin/$1"
  chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# What is in the call's brackets, a word a line.
words() {  # CALL
  sed -n "$1p" calls | sed 's/^\[//; s/]$//; s/\]\[/\n/g'
}

submit() {
  rm -f calls
  run "$SCRIPTS/submit.sh" "$@"
}

finish() {  # SHARD ...
  local shard
  for shard in "$@"; do touch "out/shard-$shard.npy" "out/shard-$shard.npy.meta.json"; done
}

@test "what is missing is submitted, and the merge behind it; where nothing is, the merge alone" {
  submit photos model.pt out 4 --time=5
  equal "$status" 0
  equal "$(wc -l < calls)" 2
  words 1 | grep -qx -- "--array=0-3"
  words 2 | grep -qx -- "--dependency=afterok:1"
  finish 0 2
  submit photos model.pt out 4 --time=6
  words 1 | grep -qx -- "--array=1,3"
  finish 1 3
  submit photos model.pt out 4
  equal "$(wc -l < calls)" 1
  words 1 | grep -q merge.sbatch
}

@test "a folder of other images, another model, N or other flags is refused, and the difference shown" {
  submit photos model.pt out 4 -- --include '* *' --precision int8
  equal "$status" 0
  finish 0 1 2 3
  cp -p model.pt new.pt
  submit photos new.pt out 4 -- --include '* *' --precision int8
  equal "$status" 1
  [[ $output == *"then: MODEL model.pt"*"now:  MODEL new.pt"*"another OUT"* ]]
  [[ $output != *IMAGES* && $output != *"  now:  FLAGS"* ]]
  submit others model.pt out 4 -- --include '* *' --precision int8
  [[ $output == *"now:  IMAGES others"* ]]
  submit photos model.pt out 5 -- --include '* *' --precision int8
  [[ $output == *"then: N 4"*"now:  N 5"* ]]
  submit photos model.pt out 4 -- --include '*' '*' --precision int8
  [[ $output == *"then: FLAGS --include"*"now:  FLAGS --include"* ]]
  submit photos model.pt out 4
  [[ $output == *"now:  FLAGS" || $output == *"now:  FLAGS"$'\n'* ]]
  [ ! -e calls ]

  submit photos model.pt out 4 --mem=9G -- --include '* *' --precision int8
  equal "$status" 0
}

@test "a model file with another content or time is another model" {
  submit photos model.pt out 4
  touch -d '2001-01-01' model.pt
  submit photos model.pt out 4
  equal "$status" 1
  [[ $output == *"then: MODEL_FILE 8 bytes, 2"*"now:  MODEL_FILE 8 bytes, 2001-01-01T"* ]]
  [ ! -e calls ]
}

@test "shards of nobody knows what are refused, until out/run tells" {
  mkdir out
  finish 0
  submit photos model.pt out 4
  equal "$status" 1
  [[ $output == *"no file out/run"* ]]
  [ ! -e calls ]
  sed -n '/^IMAGES/,$p' <<< "$output" > out/run
  submit photos model.pt out 4
  equal "$status" 0
  words 1 | grep -qx -- "--array=1-3"
}

@test "a shard is finished when it has a meta and nothing of it is partial any more" {
  submit photos model.pt out 13 -- --feature cls,pooler
  for i in 0 1 2 12; do touch out/shard-$i.cls.npy{,.meta.json}; done
  for i in 0 1; do touch out/shard-$i.pooler.npy{,.meta.json}; done
  mkdir out/shard-{1,2,3}.npy.partial
  submit photos model.pt out 13 -- --feature cls,pooler
  words 1 | grep -qx -- "--array=1-11"
  rmdir out/shard-1.npy.partial
  submit photos model.pt out 13 -- --feature cls,pooler
  words 1 | grep -qx -- "--array=2-11"
}

merge() {
  program vit-embed 'printf "[%s]" "$@" >> calls; echo >> calls'
  rm -f calls
  run env VIT_EMBED=vit-embed bash "$SCRIPTS/merge.sbatch" "$@"
}

@test "merge.sbatch names each feature before the extension, whichever it is" {
  mkdir some.shards
  touch some.shards/shard-{0,1}.{cls,pooler}.npy some.shards/shard-0.cls.npy.meta.json
  merge some.shards a.b/all.csv --allow-mixed
  equal "$status" 0
  equal "$(cat calls)" "\
[merge][some.shards/shard-0.cls.npy][some.shards/shard-1.cls.npy][-o][a.b/all.cls.csv][--allow-mixed]
[merge][some.shards/shard-0.pooler.npy][some.shards/shard-1.pooler.npy][-o][a.b/all.pooler.csv][--allow-mixed]"
  merge some.shards all.jsonl
  grep -qF "[all.cls.jsonl]" calls
  merge some.shards a.b/all
  grep -qF "[a.b/all.cls]" calls
  rm some.shards/*.pooler.npy some.shards/*.cls.npy
  touch some.shards/shard-0.npy
  merge some.shards all.csv
  equal "$(cat calls)" "[merge][some.shards/shard-0.npy][-o][all.csv]"
}

@test "merge.sbatch refuses shards of two runs, and none" {
  mkdir out
  merge out all.npy
  equal "$status" 1
  touch out/shard-0.npy out/shard-0.cls.npy
  merge out all.npy
  equal "$status" 1
  [[ $output == *"of two runs"*"shard-I.cls.npy"* ]]
  [ ! -e calls ]
}

# A task's program ends as `vit-embed` tells.
extract() {  # TASK ARGUMENTS ...
  local task=$1
  shift
  rm -f calls controls
  run env -u SHARD_OFFSET VIT_EMBED=vit-embed SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID="$task" SLURM_CPUS_PER_TASK=3 \
    bash "$SCRIPTS/extract.sbatch" "$@"
}

@test "the offset of a further array is an argument, which no --export keeps away" {
  ARRAY_SIZE=4 submit photos model.pt out 10 --export=NONE
  words 1 | grep -qx -- "--array=0-3"
  words 2 | grep -qx -- "--array=0-3"
  words 3 | grep -qx -- "--array=0-1"
  equal "$(words 1 | tail -1) $(words 2 | tail -1) $(words 3 | tail -1)" "10 10@4 10@8"
  words 4 | grep -qx -- "--dependency=afterok:1:2:3"

  program vit-embed 'printf "[%s]" "$@" >> calls'
  extract 1 photos model.pt out 10@8 --precision int8
  equal "$status" 0
  equal "$(cat calls)" "[extract][photos][-m][model.pt][-o][out/shard-9.npy][--shard][9/10][--threads][3][--precision][int8]"
  extract 1 photos model.pt out 10
  grep -qF "[--shard][1/10]" calls
  extract 2 photos model.pt out 10@8
  equal "$status" 2
  [[ $output == *"shard 10 of 10"* ]]
  for wrong in 10@ @8 10@x 10@08 10+8; do
    extract 1 photos model.pt out $wrong
    equal "$status" 2
  done
}

@test "how many run at once is a bound of the arrays alone, and which tasks run is no option" {
  ARRAY_SIZE=3 submit photos model.pt out// 6 --array=%2 --time=5
  equal "$status" 0
  words 1 | grep -qx -- "--array=0-2%2"
  words 2 | grep -qx -- "--array=0-2%2"
  words 3 | grep -qx -- "--dependency=afterok:1:2"
  equal "$(words 3 | tail -1)" out.npy
  if words 3 | grep -q -- --array; then false; fi
  for option in --array=0-3 --array -a0-3; do
    submit photos model.pt out 6 $option
    equal "$status" 2
    [ ! -e calls ]
  done
}

@test "a list of names that end with NUL bytes is merged as one" {
  for flag in -0 --null -q0; do
    rm -rf out
    submit --files-from=list model.pt out 2 -- $flag
    equal "$(words 2 | tail -3)" "--expect
list
-0"
  done
  rm -rf out
  submit --files-from=list model.pt out 2 -- --include '*-0'
  equal "$(words 2 | tail -1)" list
}

@test "threads among the flags stand for those of the task" {
  program vit-embed 'printf "[%s]" "$@" >> calls'
  extract 1 photos model.pt out 2 --threads=5
  equal "$status" 0
  if grep -qF "[--threads]" calls; then false; fi
  extract 1 photos model.pt out 2 --precision int8
  grep -qF "[--threads][3]" calls
}

@test "a task that was stopped goes back to the queue, though the controller does not answer at once" {
  program sleep ''
  program squeue 'echo x >> asked; [ $(wc -l < asked) -gt 2 ] && echo RUNNING'
  program vit-embed 'exit 143'
  extract 1 photos model.pt out 2
  equal "$status" 143
  equal "$(cat controls)" "requeue 7_1"
}
