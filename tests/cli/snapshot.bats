load setup

# Four files, two of one content, and one that is gone.
some_store() {
  mkdir photos
  for name in rgb-8bit gray-8bit palette lossless; do cp "$GOLDEN/images/$name".* photos; done
  cp photos/palette.png "photos/a, copy.png"
  vit_embed sync photos --store store -m "$MODEL" -q "$@"
  rm photos/gray-8bit.*
  vit_embed sync photos --store store -q --max-delete 100% "$@"
}

@test "a snapshot is what extract makes of the live files" {
  some_store
  run --separate-stderr vit_embed snapshot store -o x.npy
  equal "$status" 0
  equal "$stderr" "vit-embed: info: x.npy: 4 rows"
  vit_embed extract "$PWD/photos" -m "$MODEL" -o y.npy -q
  cmp x.npy y.npy
  cmp x.npy.index.csv y.npy.index.csv
  equal "$(ls)" "$(printf '%s\n' photos store x.npy x.npy.index.csv x.npy.meta.json y.npy y.npy.index.csv y.npy.meta.json)"
  python - <<'PY'
import json
x, y = (json.load(open(name + ".npy.meta.json")) for name in "xy")
assert x == y, (x, y)
PY
}

@test "a snapshot can be asked and told of, in half precision too" {
  some_store --feature mean --l2-normalize --dtype float16
  vit_embed snapshot store -o x.npy -q
  [[ $(vit_embed info x.npy) == *"publication:    whole"*"mean, length 1, float16"* ]]
  vit_embed extract "$PWD/photos" -m "$MODEL" --feature mean --l2-normalize --dtype float16 -o y.npy -q
  cmp x.npy y.npy
  run vit_embed query photos/palette.png --embeddings x.npy -m "$MODEL" -k 2 --format csv
  equal "${lines[1]}" "photos/palette.png,1,1.0000000,\"$PWD/photos/a, copy.png\""
  equal "${lines[2]}" "photos/palette.png,2,1.0000000,$PWD/photos/palette.png"
}

@test "a snapshot can be text" {
  some_store
  vit_embed snapshot store -o x.jsonl -q
  vit_embed extract "$PWD/photos" -m "$MODEL" -o y.jsonl -q
  cmp x.jsonl y.jsonl
}

@test "a snapshot replaces an older one, and one that was killed" {
  some_store
  vit_embed snapshot store -o x.npy -q
  cp x.npy first.npy
  needs_fault_shim
  run with_fault FAULT_PATHS='*/.cls.meta.json.unfinished' FAULT_AT=1 FAULT_ACTION=kill-before \
    snapshot store -o x.npy -q
  equal "$status" 137
  [ -e x.npy.partial/run.json ]
  cp "$GOLDEN/images/wide-1500x9.png" photos
  vit_embed sync photos --store store -q
  vit_embed snapshot store -o x.npy -q
  equal "$(wc -l < x.npy.index.csv)" 6
  [ ! -e x.npy.partial ]
}

@test "an unfinished extract is not overwritten by a snapshot" {
  some_store
  needs_fault_shim
  run with_fault FAULT_PATHS='*/.cls.meta.json.unfinished' FAULT_AT=1 FAULT_ACTION=kill-before \
    extract photos -m "$MODEL" -o x.npy -q --batch-size 1
  equal "$status" 137
  [ -e x.npy.partial/journal ]
  run vit_embed snapshot store -o x.npy
  equal "$status" 4
  [[ $output == *"'x.npy.partial' holds an unfinished run of another command"* ]]
  [ -e x.npy.partial/journal ]
}

@test "of an empty store there is an empty snapshot, and of none an error" {
  mkdir photos
  vit_embed sync photos --store store -m "$MODEL" -q
  vit_embed snapshot store -o x.npy -q
  vit_embed info x.npy | grep -q "npy, \[0, 64\]"
  run vit_embed snapshot photos -o x.npy
  equal "$status" 1
  run vit_embed snapshot store -o x.bin
  equal "$status" 2
  run vit_embed snapshot store
  equal "$status" 2
}
