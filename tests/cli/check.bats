load setup

some_store() {
  mkdir photos
  for name in gray-8bit palette rgb-8bit; do cp "$GOLDEN/images/$name.png" photos; done
  vit_embed sync photos --store store -m "$MODEL" -q "$@"
}

# Overwrites a byte of a file.
damage() {  # FILE OFFSET
  printf '\x55' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "a store that is whole takes a line, or none" {
  some_store
  run --separate-stderr vit_embed check store
  equal "$status" 0
  equal "$stderr" ""
  equal "$output" "store: all is well: 3 rows, 3 files"
  run vit_embed check store -q
  equal "$status" 0
  equal "$output" ""
}

@test "a damaged byte of a row is found, and whose row it is" {
  some_store
  damage store/current/embeddings.npy $((128 + 256 + 7))
  run --separate-stderr vit_embed check store
  equal "$status" 5
  equal "$stderr" ""
  equal "${lines[0]}" \
    "'$PWD/store/gen-0001/embeddings.npy': row 1 of '$PWD/photos/palette.png' is not what was written there"
  equal "${lines[1]}" "store: 1 problem found"
}

@test "rows that are cut are found" {
  some_store
  truncate -s -1 store/current/embeddings.npy
  run vit_embed check store -q
  equal "$status" 5
  equal "$output" "'$PWD/store/gen-0001/embeddings.npy' is cut: it has 2 of 3 rows"
}

@test "a manifest that was changed is found" {
  some_store
  sqlite3 store/current/manifest.sqlite "UPDATE files SET row = 7 WHERE path = 'palette.png'"
  run vit_embed check store -q
  equal "$status" 5
  [[ $output == *"row 7 of '$PWD/photos/palette.png' is not one of those that count"* ]]
  [[ $output == *"a record of files refers to one of rows that is not there"* ]]
}

@test "a manifest that is damaged is found" {
  some_store
  printf 'no database' | dd of=store/current/manifest.sqlite conv=notrunc status=none
  run vit_embed check store -q
  equal "$status" 5
  [[ $output == *"'$PWD/store/gen-0001/manifest.sqlite': file is not a database"* ]]
}

@test "a line that is missing from the index is found" {
  some_store
  sed -i /palette/d store/current/index.csv
  run vit_embed check store -q
  equal "$status" 5
  equal "$output" "'$PWD/store/gen-0001/index.csv': row 1, '$PWD/photos/palette.png' is missing"
}

@test "check takes no lock" {
  some_store
  exec 9> store/lock
  flock 9
  run vit_embed check store
  equal "$status" 0
}

@test "rows come out again as they are" {
  some_store
  run vit_embed check store --reproduce 100%
  equal "$status" 0
  equal "$output" \
    "store: all is well: 3 rows, 3 files; 3 embedded again: 3 to the same bytes, 0 as near as rounding lets, 0 changed or gone"
  rm photos/palette.png
  cp photos/gray-8bit.png photos/rgb-8bit.png
  run vit_embed check store --reproduce 100% --engine torchscript
  equal "$status" 0
  equal "$output" \
    "store: all is well: 3 rows, 3 files; 1 embedded again: 0 to the same bytes, 1 as near as rounding lets, 2 changed or gone"
}

@test "a row that does not come out again is found, though it is as it was written" {
  some_store --l2-normalize --feature mean --dtype float16
  sqlite3 store/current/manifest.sqlite "UPDATE files SET row = CASE row WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE row END"
  run vit_embed check store --reproduce 100% -q
  equal "$status" 5
  [[ $output == *"row 1 of '$PWD/photos/gray-8bit.png' comes out otherwise by the same build, with a cosine of 0."* ]]
  sqlite3 store/current/manifest.sqlite "UPDATE builds SET build = '{}'"
  run vit_embed check store --reproduce 100% -q
  equal "$status" 5
  [[ $output == *"row 1 of '$PWD/photos/gray-8bit.png' comes out otherwise, with a cosine of 0."*", less than 0.9999"* ]]
}

@test "another model than made the rows is refused, and what is no store an error" {
  some_store
  vit_embed export --random-weights 0 "$GOLDEN/tiny-vit" -o random.pt -q
  run vit_embed check store --reproduce 1 -m random.pt
  equal "$status" 4
  [[ $output == *"the rows of 'store' are not what model file 'random.pt' makes: weights_sha256: "* ]]
  run vit_embed check photos
  equal "$status" 1
  run vit_embed check store --reproduce some
  equal "$status" 2
}
