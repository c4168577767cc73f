load store

# The engine that starts fastest, and one thread, so that every run makes the same calls.
sync_run() {  # ARGUMENTS ...
  run=(sync in --store store -m "$MODEL" --engine native --threads 1 --batch-size 2 "$@")
}

# The number of the first call that matches, of a run that makes the store.
first_call() {  # PATTERN
  with_fault FAULT_PATHS="$PWD/store*" FAULT_REPORT="$PWD/calls" "${run[@]}" --quiet
  rm -r store
  grep -E "$1" calls | sed -n '1s/ .*//p'
}

@test "of two syncs at once the second exits with 75 and tells which process holds the store, and since when" {
  many_images in 8
  sync_run --checkpoint 3
  n=$(first_call ' fsync .*/embeddings.npy')
  cat > second <<END
code=0
"$VIT_EMBED" ${run[*]} 2>said || code=\$?
[ \$code = 75 ] && grep -qE "process \$PPID, started 20[0-9-]{8} [0-9:]{8} UTC" said
END
  with_fault FAULT_PATHS="$PWD/store*" FAULT_AT="$n" FAULT_ACTION="run:. ./second" "${run[@]}" --quiet
  equal "$(wc -l < said)" 1
  equal "$(wc -l < store/current/index.csv)" 9
}

@test "the lock of a sync that was killed is free" {
  many_images in 8
  sync_run --checkpoint 3
  n=$(first_call ' fsync .*/embeddings.npy')
  with_fault FAULT_PATHS="$PWD/store*" FAULT_AT="$n" FAULT_ACTION=kill-before "${run[@]}" --quiet || equal $? 137
  [ -s store/lock ]
  "$VIT_EMBED" "${run[@]}" --quiet
  equal "$(wc -l < store/current/index.csv)" 9
}

# Each checkpoint has to wait for the end of the read transaction, and the reader has one view until then.
@test "a checkpoint waits for a reader's transaction of some seconds and goes on" {
  many_images in 4
  sync_run --checkpoint 1
  "$VIT_EMBED" "${run[@]}" --quiet
  cp "$GOLDEN"/images/{tall-7x900.png,wide-1500x9.png} in
  python - <<'END' &
import os, sqlite3, time
database = sqlite3.connect("store/current/manifest.sqlite", isolation_level=None)
database.execute("BEGIN")
live = database.execute("SELECT * FROM live").fetchall()
open("reading", "w").close()
time.sleep(3)
assert database.execute("SELECT * FROM live").fetchall() == live
assert not os.path.exists("done"), "the writer did not wait"
database.execute("COMMIT")
END
  reader=$!
  until [ -e reading ]; do sleep 0.05; done
  "$VIT_EMBED" "${run[@]}" 2>said
  touch done
  wait $reader
  grep -q "2 added" said
  equal "$(wc -l < store/current/index.csv)" 7
  equal "$(ls store/current)" "$(printf '%s\n' embeddings.npy index.csv manifest.sqlite)"
}

# Reader and writer keep each other waiting, and neither for long.
@test "readers that poll while a sync commits each file see rows that only become more" {
  pool=("$GOLDEN"/images/*.png)
  mkdir in
  cp "${pool[0]}" in
  sync_run --checkpoint 1
  "$VIT_EMBED" "${run[@]}" --quiet
  cp "${pool[@]}" in
  python - <<'END' &
import os, sqlite3
database = sqlite3.connect("store/current/manifest.sqlite", isolation_level=None, timeout=60)
seen = [0]
while not os.path.exists("done"):
    seen.append(database.execute("SELECT count(*) FROM live").fetchone()[0])
    open("reading", "w").close()
assert seen == sorted(seen), seen
END
  reader=$!
  until [ -e reading ]; do sleep 0.05; done
  "$VIT_EMBED" "${run[@]}" --quiet
  touch done
  wait $reader
  equal "$(wc -l < store/current/index.csv)" $((1 + ${#pool[@]}))
}

# The link is as old as the migration, which takes long.
@test "who resolved the store before a migration's end has an hour to read what it found" {
  many_images in 8
  sync_run --checkpoint 3
  "$VIT_EMBED" "${run[@]}" --quiet
  MODEL=$OTHER_MODEL sync_run --checkpoint 3 --migrate
  with_fault FAULT_PATHS="$PWD/store/gen-0002/embeddings.npy" FAULT_AT=4 FAULT_ACTION=kill-before "${run[@]}" --quiet || equal $? 137
  touch -h -d '2 hours ago' store/next
  "$VIT_EMBED" "${run[@]}" --quiet
  equal "$(readlink store/current)" gen-0002
  "$VIT_EMBED" "${run[@]}" --quiet
  equal "$(wc -l < store/gen-0001/index.csv)" 9
  touch -h -d '2 hours ago' store/current
  "$VIT_EMBED" "${run[@]}" --quiet
  [ ! -e store/gen-0001 ]
}
