load setup

# What else can go wrong around a run: its inputs, its model, its output folder and its standard streams. What happens to
# its own writes is the matter of tests/crash.

# With this engine it starts in a fraction of LibTorch's time.
extract() {
  vit_embed extract "$@" -m "$MODEL" --engine native
}

@test "an image that cannot be read is a failure in passing, with the system's reason" {
  needs_fault_shim
  many_images many 6
  for fault in opens:EACCES:"Permission denied" opens:EIO:"Input/output error" opens:ENOENT:"No such file or directory" \
               reads:EIO:"Input/output error" reads:ESTALE:"Stale file handle"; do
    IFS=: read -r calls error reason <<< "$fault"
    run with_fault FAULT_CALLS=$calls FAULT_PATHS="*/many/000003.png" FAULT_AT=1 FAULT_ACTION=$error \
      extract many -m "$MODEL" --engine native -o x.npy --quiet
    equal "$status" 3
    equal "$(tail -n +2 x.npy.failures.csv)" "many/000003.png,$reason,transient"
    equal "$(wc -l < x.npy.index.csv)" 6
    rm x.npy*
  done
}

@test "an image that vanishes, is cut or grows while it is read costs only itself" {
  needs_fault_shim
  many_images many 6
  for change in "opens:rm many/000003.png:No such file or directory" \
                "reads:truncate -s 100 many/000003.png:changed while it was read" \
                "reads:echo more >> many/000003.png:changed while it was read"; do
    IFS=: read -r calls command reason <<< "$change"
    run with_fault FAULT_CALLS=$calls FAULT_PATHS="*/many/000003.png" FAULT_AT=1 FAULT_ACTION="run:$command" \
      extract many -m "$MODEL" --engine native -o x.npy --quiet
    equal "$status" 3
    equal "$(tail -n +2 x.npy.failures.csv)" "many/000003.png,$reason,transient"
    rm -r x.npy* many
    many_images many 6
  done
}

@test "an image that was replaced after it was listed is taken as it is, and the output is of what was read" {
  needs_fault_shim
  many_images many 6
  cp "$GOLDEN/images/tall-7x900.png" other.png
  with_fault FAULT_CALLS=opens FAULT_PATHS="*/many/000003.png" FAULT_AT=1 FAULT_ACTION="run:mv other.png many/000003.png" \
    extract many -m "$MODEL" --engine native -o x.npy --quiet
  run extract many -o x.npy
  [[ $output == *"up to date"* ]]
  extract many -o y.npy --quiet
  cmp x.npy y.npy
}

@test "images that are deleted during a run are told, and the others are embedded" {
  many_images many 200
  mkfifo list
  extract --files-from list -o x.npy --quiet & pid=$!
  ls many/* > all
  rm many/0001{50..99}.png
  cat all > list
  code=0; wait $pid || code=$?
  equal $code 3
  equal "$(grep -c "No such file or directory,transient" x.npy.failures.csv)" 50
  equal "$(wc -l < x.npy.index.csv)" 151
}

@test "a folder within the inputs that may not be read is one failure" {
  many_images photos/a 2
  many_images photos/secret 2
  many_images photos/z 2
  chmod 0 photos/secret photos/z/000001.png
  run unprivileged "$VIT_EMBED" extract photos -m "$MODEL" --engine native -o x.npy --quiet
  equal "$status" 3
  equal "$(tail -n +2 x.npy.failures.csv)" "photos/secret/,cannot list this folder: Permission denied,transient
photos/z/000001.png,Permission denied,transient"
  equal "$(wc -l < x.npy.index.csv)" 4
}

@test "an output folder or file that may not be written is an error that names it, before any work" {
  mkdir shut
  chmod a-w shut
  run unprivileged "$VIT_EMBED" extract "$GOLDEN/images" -m "$MODEL" -o shut/x.npy
  equal "$status" 1
  [[ $output == "vit-embed: error: "*"'shut"*"Permission denied" ]]
  run unprivileged "$VIT_EMBED" export "$GOLDEN/tiny-vit" -o shut/m.pt --quiet
  equal "$status" 1
  [[ $output == "vit-embed: error: "*"'shut/m.pt': Permission denied" ]]
  cp "$MODEL" secret.pt
  chmod 0 secret.pt
  run unprivileged "$VIT_EMBED" extract "$GOLDEN/images" -m secret.pt -o x.npy
  equal "$status" 1
  [[ $output == "vit-embed: error: "*"'secret.pt'"*"Permission denied" ]]
  equal "$(ls shut)" ""
}

@test "an output folder that is removed during the run ends it with an error that names it" {
  needs_fault_shim
  many_images many 12
  mkdir out
  run with_fault FAULT_PATHS="*/out/x.npy.partial/journal" FAULT_AT=3 FAULT_ACTION="run:rm -r out" \
    extract many -m "$MODEL" --engine native --batch-size 4 -o out/x.npy
  equal "$status" 1
  [[ $output == "vit-embed: error: "*"'out/x.npy.partial"*": No such file or directory" ]]
  equal "${#lines[@]}" 1
  [ ! -e out ]
}

@test "a reader that goes away ends a stream quietly" {
  many_images many 100
  set +o pipefail
  extract many -o - 2>stderr | head -1 > first
  codes=("${PIPESTATUS[@]}")
  equal "${codes[0]}" 141
  equal "$(cut -c1-8 first)" "path,f0,"
  equal "$(cat stderr)" ""
  vit_embed info "$MODEL" 2>stderr | true
  equal "$(cat stderr)" ""
}

@test "what stdout cannot take is an error, whatever is printed" {
  vit_embed export "$GOLDEN/tiny-vit" -o m.pt --quiet
  for command in --help --version "info m.pt" "info --json m.pt" "extract $GOLDEN/images/palette.png -m m.pt -o - --quiet" \
                 "extract $GOLDEN/images/palette.png -m m.pt -o x.npy --dry-run --quiet"; do
    code=0
    # shellcheck disable=SC2086
    vit_embed $command > /dev/full 2>stderr || code=$?
    equal "$command: $code" "$command: 1"
    equal "$(cat stderr)" "vit-embed: error: writing 'stdout': No space left on device"
    code=0
    # shellcheck disable=SC2086
    vit_embed $command >&- 2>stderr || code=$?
    equal "$command: $code" "$command: 1"
    equal "$(cat stderr)" "vit-embed: error: writing 'stdout': Bad file descriptor"
  done
}

@test "standard streams that are closed stay out of the files" {
  extract "$GOLDEN/images" -o x.npy --quiet
  extract "$GOLDEN/images" -o y.npy --verbose <&- >&- 2>&-
  for suffix in '' .index.csv; do cmp x.npy$suffix y.npy$suffix; done
  vit_embed extract "$GOLDEN/images" -m "$MODEL" --engine torchscript -o z.npy --verbose <&- >&- 2>&-
  cmp x.npy.index.csv z.npy.index.csv
}

# A list that never ends, from a program that has nothing to say.
@test "a signal stops a run that waits for its list, and what was done stands" {
  mkfifo list
  for signal in INT:130 TERM:143 HUP:129; do
    for output in x.npy -; do
      # A shell lets its background jobs ignore SIGINT.
      env --default-signal=INT "$VIT_EMBED" extract --files-from list --batch-size 1 -m "$MODEL" --engine native \
        -o $output >stdout 2>stderr & pid=$!
      exec 9> list
      echo "$GOLDEN/images/palette.png" >&9
      if [ $output = - ]; then
        for ((i = 0; i < 3000; i++)); do [ "$(wc -l < stdout)" -lt 2 ] || break; sleep 0.01; done
        [ $i -lt 3000 ]
      else
        sleep 0.1
      fi
      kill -"${signal%:*}" $pid
      code=0; wait $pid || code=$?
      exec 9>&-
      equal $code "${signal#*:}"
      grep -q "warning: stopped: " stderr
      rm stdout stderr
      equal "$(ls -A)" list
    done
  done
}

# It is blocked from when a program waits for it.
waits_for_sigint() {  # PID
  until (( 0x$(awk '/^SigBlk/ { print $2 }' /proc/$1/status) & 2 )); do sleep 0.01; done
}

# The list has nobody who writes it, the image no end.
@test "a signal stops a run that waits for an image on stdin, or for who writes its list" {
  mkfifo pipe
  for inputs in '-' '--files-from pipe'; do
    [ "$inputs" != - ] || exec 9<> pipe
    # shellcheck disable=SC2086
    env --default-signal=INT "$VIT_EMBED" extract $inputs -m "$MODEL" -o x.npy <&9 2>stderr & pid=$!
    waits_for_sigint $pid
    kill -INT $pid
    code=0; wait $pid || code=$?
    exec 9</dev/null
    equal $code 130
    grep -q "warning: stopped: " stderr
    [ ! -e x.npy ]
  done
}

@test "an error of a stream ends a run that waits for its list" {
  mkfifo list
  extract --files-from list --batch-size 1 -o - >/dev/full 2>stderr & pid=$!
  exec 9> list
  echo "$GOLDEN/images/palette.png" >&9
  code=0; wait $pid || code=$?
  exec 9>&-
  equal $code 1
  grep -q "writing 'stdout': No space left on device" stderr
}

@test "a second Ctrl-C ends the program at once" {
  mkfifo rows
  exec 9<> rows  # nobody reads them, and there is no room for one
  head -c 65536 /dev/zero >&9
  # A shell lets its background jobs ignore SIGINT.
  env --default-signal=INT "$VIT_EMBED" extract "$GOLDEN/images" -m "$MODEL" -o - >&9 2>stderr & pid=$!
  waits_for_sigint $pid
  sleep 0.5  # the images are few and small
  while kill -INT $pid 2>/dev/null; do sleep 0.01; done
  code=0; wait $pid || code=$?
  exec 9>&-
  equal $code 130
}
