load setup

# What cron meets: folders that are not there, or not as they were, and files that cannot be read. What a killed run
# leaves is the matter of tests/crash.

# Distinct images, whatever was made before. Their files have settled: sync need not look at them twice.
pictures() {  # FOLDER COUNT
  local i
  mkdir -p "$1"
  for ((i = 0; i < $2; i++)); do
    printf 'P6 2 2 255\n%012d' $((made = ${made:-0} + 1)) > "$1/$(printf '%04d' $made).ppm"
  done
}

settled() {
  sleep 2.1
}

sync_store() {
  "${program:-$VIT_EMBED}" sync --store store "$@"
}

# Runs a script where it may mount, as root or in a user namespace.
with_mounts() {  # SCRIPT
  local namespace=(unshare --mount --propagation unchanged)
  [ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
  "${namespace[@]}" bash -euc "$1"
}

# Everything that readers may see, byte by byte.
store_bytes() {
  readlink store/current
  find store/gen-* -type f -exec sha256sum {} + | sort -k 2
}

manifest() {  # SQL
  python -c 'import sqlite3, sys
for row in sqlite3.connect("file:store/current/manifest.sqlite?mode=ro", uri=True).execute(sys.argv[1]): print(*row, sep="|")' "$1"
}

refused() {  # ARGUMENTS ...; REASON in $reason
  local before
  before=$(store_bytes)
  run sync_store "$@"
  equal "$status" 4
  [[ $output == "vit-embed: error: "*"$reason"* ]] || { echo "$output"; return 1; }
  equal "$(store_bytes)" "$before"
}

nothing_done=": 0 added, 0 changed, 0 renamed, 0 revived, 0 deleted, 0 failed (0 new)"

@test "a root that is empty is refused, and costs nothing once its files are back" {
  pictures photos 30
  settled
  sync_store photos -m "$MODEL" -q
  mv photos elsewhere
  mkdir photos
  reason="'$PWD/photos' held 30 files and is empty: is it not mounted? Nothing was changed." refused photos
  mkdir photos/left-over
  echo text > photos/readme.txt
  reason="held 30 files and is empty" refused photos --prune -q
  rm -r photos
  mv elsewhere photos
  run sync_store photos
  equal "$status" 0
  [[ $output == *"store$nothing_done, 30 unchanged"* ]]
}

@test "a root that is missing is refused, and a new one that is missing is an error" {
  pictures photos 3
  pictures more 3
  sync_store photos more -m "$MODEL" -q
  mv photos elsewhere
  reason="'$PWD/photos' is gone: is it not mounted?" refused photos
  reason="'$PWD/photos' is gone: is it not mounted?" refused more photos
  echo > photos
  reason="'$PWD/photos' is gone: is it not mounted?" refused photos
  run sync_store nowhere
  equal "$status" 1
  equal "$output" "vit-embed: error: '$PWD/nowhere' is not a folder"
  run vit_embed sync nowhere --store other -m "$MODEL"
  equal "$status" 1
  [ ! -e other ]
  # A root that is not given is not looked at.
  sync_store more
  equal "$(wc -l < store/current/index.csv)" 7
}

@test "a mount that is gone is refused, whatever stands in its place" {
  pictures photos 5
  sleep 2.1
  export -f sync_store store_bytes equal
  mkdir disk
  with_mounts '
    mount -t tmpfs tmpfs disk; trap "umount -l disk 2>/dev/null || true" EXIT
    cp photos/* disk
    sleep 2.1
    sync_store disk -m "$MODEL" -q
    before=$(store_bytes)
    umount disk
    for i in empty other; do
      [ $i = empty ] || cp photos/* disk
      code=0; sync_store disk > said 2>&1 || code=$?
      equal $code 4
      grep -q "disk. was a mount point and is none now: is it not mounted?" said
      equal "$(store_bytes)" "$before"
    done
    # Nor does it mount by itself again: that has to be told, once.
    sync_store disk --root disk=disk > said 2>&1
    grep -q ": 0 added, 0 changed, 0 renamed, 0 revived, 0 deleted, 0 failed" said
    sync_store disk -q
    # Another disk in its place has other device numbers, as after a reboot.
    mount -t tmpfs tmpfs disk
    cp photos/* disk
    sync_store disk > said 2>&1
    grep -q ": 0 added, 0 changed, 0 renamed, 0 revived, 0 deleted, 0 failed" said'
  equal "$(manifest "SELECT count(*), max(row_count) FROM live, generation")" "5|5"
}

@test "more deletions than --max-delete are refused, as many are carried out, and 100% lets all go" {
  pictures photos 30
  settled
  sync_store photos -m "$MODEL" -q
  mkdir away
  mv photos/*[1-9].ppm away  # 27
  reason="'$PWD/photos': 27 of its 30 files are gone, more than --max-delete lets go (10%, or 10 files)" refused photos
  reason="27 of its 30 files are gone, more than --max-delete lets go (26)" refused photos --max-delete 26
  reason="27 of its 30 files are gone, more than --max-delete lets go (89%)" refused photos --max-delete 89%
  mv away/*[1-6].ppm photos
  run sync_store photos  # 9 are gone, and 10 may be
  equal "$status" 0
  [[ $output == *"0 revived, 9 deleted"* ]]
  rm photos/*
  reason="held 21 files and is empty" refused photos --max-delete 99%
  run sync_store photos --max-delete 100%
  equal "$status" 0
  [[ $output == *" 21 deleted"* ]]
  equal "$(manifest "SELECT status, count(*) FROM files GROUP BY status")" "deleted|30"
  equal "$(cat store/current/index.csv)" "row,root,path"
  mv away/* photos
  run sync_store photos
  [[ $output == *": 0 added, 0 changed, 0 renamed, 9 revived, 0 deleted"* ]]
  equal "$(manifest "SELECT row_count FROM generation")" 30
}

# As of bitmaps from an archive whose files all have one time.
@test "one new file does not excuse many of the same size and time that are gone" {
  pictures photos 30
  touch -d 2020-01-01 photos/*
  settled
  sync_store photos -m "$MODEL" -q
  rm photos/00[12]*.ppm  # 20
  pictures photos 1
  touch -d 2020-01-01 photos/0031.ppm
  reason="19 of its 30 files are gone" refused photos
}

@test "what is renamed, moved to another root, or only touched is no deletion, and is not embedded again" {
  pictures photos/a 20
  pictures more 5
  settled
  sync_store photos more -m "$MODEL" -q
  mv photos/a photos/b
  run sync_store photos more
  equal "$status" 0
  [[ $output == *": 0 added, 0 changed, 20 renamed, 0 revived, 0 deleted"* ]]
  mv photos/b more/b
  mkdir photos/c
  cp "$GOLDEN/images/palette.png" photos
  run sync_store photos more
  equal "$status" 0
  [[ $output == *": 1 added, 0 changed, 20 renamed, 0 revived, 0 deleted"* ]]
  touch more/b/*
  run sync_store photos more
  [[ $output == *"store$nothing_done"* ]]
  equal "$(manifest "SELECT row_count FROM generation")" 26
}

# The program alone cannot load a model.
@test "a root that was moved is told once, and nothing is read" {
  pictures photos 30
  settled
  sync_store photos -m "$MODEL" -q
  mkdir alone
  cp "$VIT_EMBED" alone
  program=alone/vit-embed
  mv photos pictures
  reason="'$PWD/photos' is gone: is it not mounted?" refused photos
  run sync_store pictures --root photos=pictures
  equal "$status" 0
  [[ $output == *"store$nothing_done, 30 unchanged"* ]]
  equal "$(sed -n 2p store/current/index.csv)" "0,$PWD/pictures,0001.ppm"
  equal "$(manifest "SELECT count(*), max(row_count) FROM live, generation")" "30|30"
  run sync_store pictures
  equal "$status" 0
  [[ $output == *"store$nothing_done, 30 unchanged"* ]]
  # Also without looking at it.
  mv pictures photos
  sync_store --root pictures=photos -q
  equal "$(sed -n 2p store/current/index.csv)" "0,$PWD/photos,0001.ppm"
  sync_store --root pictures=photos -q  # as a run that was killed behind it is repeated
  run sync_store --root nowhere=elsewhere
  equal "$status" 2
  equal "$output" "vit-embed: error: --root 'nowhere=elsewhere': OLD=NEW, where OLD is a root of the store"
  echo x > photos/0001.ppm
  run sync_store photos
  equal "$status" 1
}

@test "a root is forgotten with its files, and the others stay" {
  pictures photos 3
  pictures more 2
  sync_store photos more -m "$MODEL" -q
  rm -r more
  run sync_store --forget-root more
  equal "$status" 0
  equal "$(wc -l < store/current/index.csv)" 4
  equal "$(manifest "SELECT path FROM roots")" "$PWD/photos"
  run sync_store --forget-root more
  equal "$status" 2
  sync_store photos --prune -q
  equal "$(manifest "SELECT row_count FROM generation")" 3
}

@test "a root within another is refused as usage, in whatever way it is named" {
  pictures photos/a 2
  ln -s photos/a link
  for roots in "photos photos/a" "photos/a photos" "photos link" "photos photos/../photos/a/."; do
    # shellcheck disable=SC2086
    run sync_store $roots -m "$MODEL"
    equal "$status" 2
    [[ $output == *"lies within"*": a file has one root" ]]
    [ ! -e store ]
  done
  sync_store photos -m "$MODEL" -q
  run sync_store photos/a
  equal "$status" 2
  sync_store photos photos/ ./photos -q
  equal "$(manifest "SELECT count(*) FROM roots")" 1
}

@test "what is no image is a failure that is told once, and read again only when it changed or as told" {
  pictures photos 3
  mkfifo photos/fifo.jpg
  echo text > photos/text.jpg
  : > photos/empty.jpg
  ln -s nowhere photos/link.jpg
  mkdir photos/folder.jpg
  settled
  run sync_store photos -m "$MODEL"
  equal "$status" 3
  [[ $output == *"3 added"*" 4 failed (4 new)"* ]]
  equal "$(manifest "SELECT path, kind FROM files WHERE status = 'failed'")" "empty.jpg|permanent
fifo.jpg|permanent
link.jpg|transient
text.jpg|permanent"
  mkdir alone
  cp "$VIT_EMBED" alone
  program=alone/vit-embed run sync_store photos  # and reads none of them
  equal "$status" 0
  [[ $output == *": 0 added"*" 4 failed (0 new), 3 unchanged"* ]]
  run sync_store photos --retry-failed
  equal "$status" 0
  [[ $output == *" 4 failed (0 new)"* ]]
  cp "$GOLDEN/images/palette.png" photos/text.jpg
  echo other text > photos/empty.jpg
  run sync_store photos
  equal "$status" 3
  [[ $output == *"'$PWD/photos/empty.jpg': "* ]]
  [[ $output == *": 1 added"*" 3 failed (1 new)"* ]]
  : > photos/another.jpg
  sync_store photos --max-failures 1 -q
}

@test "an image that turns bad loses its row, and one that cannot be read for now keeps it" {
  pictures photos 4
  settled
  sync_store photos -m "$MODEL" -q
  cp photos/0002.ppm good.ppm
  echo text > photos/0002.ppm
  chmod 0 photos/0003.ppm
  run unprivileged "$VIT_EMBED" sync photos --store store
  equal "$status" 3
  [[ $output == *"'$PWD/photos/0003.ppm': Permission denied"* ]]
  equal "$(manifest "SELECT path, status, reason FROM files WHERE reason IS NOT NULL")" \
    "0002.ppm|failed|$(manifest "SELECT reason FROM files WHERE path = '0002.ppm'")
0003.ppm|live|Permission denied"
  equal "$(cut -d, -f3 store/current/index.csv | tail -n +2 | tr '\n' ' ')" "0001.ppm 0003.ppm 0004.ppm "
  run unprivileged "$VIT_EMBED" sync photos --store store
  equal "$status" 0
  chmod 644 photos/0003.ppm
  cp good.ppm photos/0002.ppm
  run sync_store photos
  equal "$status" 0
  [[ $output == *" 0 deleted, 0 failed"* ]]
  equal "$(manifest "SELECT count(*), max(row_count) FROM live, generation")" "4|4"
}

@test "a folder that cannot be listed keeps its files" {
  pictures photos/a 2
  pictures photos/b/c 20
  pictures photos/d 2
  settled
  sync_store photos -m "$MODEL" -q
  chmod 0 photos/b
  run unprivileged "$VIT_EMBED" sync photos --store store
  equal "$status" 3
  [[ $output == *"'$PWD/photos/b/': cannot list this folder: Permission denied"* ]]
  [[ $output == *" 0 deleted, 1 failed (1 new)"* ]]
  equal "$(wc -l < store/current/index.csv)" 25
  run unprivileged "$VIT_EMBED" sync photos --store store
  equal "$status" 0
  [[ $output == *" 0 deleted, 1 failed (0 new), 24 unchanged"* ]]
  chmod 755 photos/b
  run sync_store photos
  equal "$status" 0
  [[ $output == *"store$nothing_done, 24 unchanged"* ]]
  equal "$(manifest "SELECT count(*) FROM files WHERE status <> 'live'")" 0
}

@test "an input/output error costs no row, and a file that changes while it is read is read again" {
  needs_fault_shim
  pictures photos 4
  settled
  sync_store photos -m "$MODEL" -q
  touch photos/*
  run with_fault FAULT_CALLS=reads FAULT_PATHS="*/photos/0003.ppm" FAULT_AT=1 FAULT_ACTION=EIO sync photos --store store
  equal "$status" 3
  [[ $output == *"'$PWD/photos/0003.ppm': Input/output error"* ]]
  equal "$(manifest "SELECT count(*) FROM live")" 4
  pictures photos 1
  run with_fault FAULT_CALLS=reads FAULT_PATHS="*/photos/0005.ppm" FAULT_AT=1 \
    FAULT_ACTION="run:echo more >> photos/0005.ppm" sync photos --store store
  equal "$status" 3
  [[ $output == *"'$PWD/photos/0005.ppm': changed while it was read"* ]]
  run sync_store photos
  equal "$status" 0
  [[ $output == *": 1 added, 0 changed, 0 renamed, 0 revived, 0 deleted, 0 failed"* ]]
}

@test "other bytes under the same size and mtime are seen" {
  pictures photos 3
  settled
  sync_store photos -m "$MODEL" -q
  cp -p photos/0002.ppm before.ppm
  printf 'P6 2 2 255\n%012d' 77 > photos/0002.ppm
  touch -r before.ppm photos/0002.ppm
  run sync_store photos
  [[ $output == *": 0 added, 1 changed"* ]]
}

@test "another model is refused, with both fingerprints, and --migrate goes through" {
  pictures photos 5
  settled
  sync_store photos -m "$MODEL" -q
  mkdir other
  cp "$GOLDEN"/tiny-vit/*.json other
  vit_embed export --random-weights 1 other -o other.pt -q
  reason="weights" refused photos -m other.pt
  [[ $output =~ \(fingerprint\ [0-9a-f]{12}\ then,\ [0-9a-f]{12}\ now\)\.\ --migrate ]]
  reason="l2_normalized: false then, true now" refused photos --l2-normalize
  run sync_store photos -m other.pt --migrate
  equal "$status" 0
  [[ $output == *"5 added"*"the migration is complete, readers see it from now on"* ]]
  equal "$(readlink store/current)" gen-0002
  [ ! -e store/next ]
  reason="weights" refused photos -m "$MODEL"
  run sync_store photos
  equal "$status" 0
  [[ $output == *"store$nothing_done, 5 unchanged"* ]]
}

@test "when the time is up the run ends well, and the next one goes on" {
  pictures photos 300
  run sync_store photos -m "$MODEL" --time-budget 0s
  equal "$status" 0
  [[ $output == *"the time is up; the next run goes on from here"* ]]
  sync_store photos -m "$MODEL" --time-budget 1h -q
  equal "$(wc -l < store/current/index.csv)" 301
  # Nor does a scan that was cut short take the rest for deleted.
  run sync_store photos --time-budget 0s
  equal "$status" 0
  equal "$(manifest "SELECT status, count(*) FROM files GROUP BY status")" "live|300"
}

@test "a dry run tells what would be done, and changes nothing" {
  pictures photos 4
  settled
  run sync_store photos -m "$MODEL" --dry-run
  equal "$status" 0
  equal "${lines[0]}" "to read: 4 files, new or changed"
  [ ! -e store ]
  sync_store photos -m "$MODEL" -q
  rm photos/0001.ppm
  echo text > photos/0002.ppm
  before=$(store_bytes)
  run sync_store photos --dry-run
  equal "$status" 0
  equal "$output" "to read: 1 files, new or changed
gone or renamed: 1
failed before, left alone: 0
unchanged: 2"
  run sync_store photos --dry-run --l2-normalize --migrate
  equal "$status" 0
  [[ $output == *"into a new generation"* ]]
  rm photos/*
  run sync_store photos --dry-run
  equal "$status" 4
  equal "$(store_bytes)" "$before"
}

@test "while one run writes, another one ends at once" {
  pictures photos 2
  sync_store photos -m "$MODEL" -q
  mkfifo block
  flock store/lock cat block & pid=$!
  exec 9> block
  run sync_store photos
  equal "$status" 75
  [[ $output == *"store/lock"* ]]
  sync_store photos --dry-run
  exec 9>&-
  wait $pid
  sync_store photos -q
}
