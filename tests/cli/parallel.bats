load setup

# Shards by GNU parallel, by the very command that the README has.

documented_command() {
  sed -n '/^parallel /,/^  vit-embed merge/p' "$BATS_TEST_DIRNAME/../../README.md"
}

# vit-embed in PATH. Of shard 3, the first run is killed in the middle of its work.
some_photos() {
  many_images photos 640
  cp "$MODEL" model.pt
  mkdir bin out
  cat > bin/vit-embed <<'SH'
#!/usr/bin/env bash
if [[ "$*" == *"--shard 3/8"* && ! -e killed ]]; then
  "$VIT_EMBED" "$@" --batch-size 4 &
  until [ "$(stat -c %s out/shard-3.npy.partial/journal 2>/dev/null || echo 0)" -gt 100 ]; do sleep 0.01; done
  kill -KILL $!
  touch killed
  kill -KILL $$
fi
[ "$1" != merge ] || exec "$VIT_EMBED" "$@"
exec "$VIT_EMBED" "$@" --batch-size 4
SH
  chmod +x bin/vit-embed
  PATH=$PWD/bin:$PATH
}

@test "a task that was killed goes on when the same command is given again, and the merge is one run's bytes" {
  some_photos
  documented_command > command
  grep -q "^parallel .*--resume-failed" command
  run bash command
  equal "$status" 1
  [ -e out/shard-3.npy.partial ]
  [ ! -e out/shard-3.npy ]
  [ ! -e photos.npy ]
  run vit_embed merge out/shard-*.npy -o photos.npy
  equal "$status" 5
  [ ! -e photos.npy ]

  run bash command
  equal "$status" 0
  [[ $output == *"going on from"* ]]
  equal "$(grep -c "out/shard-" <<< "$output")" 1
  vit_embed extract photos -m model.pt -o single.npy --batch-size 4 -q
  for file in photos.npy photos.npy.index.csv photos.npy.meta.json; do
    cmp "$file" "single${file#photos}"
  done
}
