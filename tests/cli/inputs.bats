load setup

index() {  # the paths in an index, one a line
  python -c 'import csv, sys; [print(r["path"]) for r in csv.DictReader(open(sys.argv[1], newline="", errors="surrogateescape"))]' "$1"
}

@test "files, folders and lists mix, in the order given and named as they were given" {
  mkdir -p photos/b
  cp "$GOLDEN/images/rgb-8bit.png" photos/z.png
  cp "$GOLDEN/images/rgb-8bit.png" photos/b/a.PNG
  cp "$GOLDEN/images/rgb-8bit.png" photos/b-first.png
  cp "$GOLDEN/images/rgb-8bit.png" odd-name
  echo notes > photos/notes.txt
  echo photos/z.png | vit_embed extract ./odd-name photos --files-from - -m "$MODEL" -o x.npy --quiet
  equal "$(index x.npy.index.csv | paste -sd' ')" "./odd-name photos/b-first.png photos/b/a.PNG photos/z.png photos/z.png"
}

@test "a list may end its entries with NUL, so that any name goes" {
  name=$'new\nline,and "quotes"'
  cp "$GOLDEN/images/rgb-8bit.png" "$name"
  cp "$GOLDEN/images/rgb-8bit.png" $'bad\xff.png'
  find . -type f -print0 | sort -z | vit_embed extract -0 --files-from - -m "$MODEL" -o x.csv --quiet
  python - <<'PY'
import csv
rows = list(csv.reader(open("x.csv", newline="", encoding="utf-8", errors="surrogateescape")))
assert [r[0] for r in rows[1:]] == ["./bad\udcff.png", './new\nline,and "quotes"'], rows
PY
  find . -name '*.png' -print0 | vit_embed extract -0 --files-from - -m "$MODEL" -o - --format jsonl --quiet > x.jsonl
  python -c 'import json, os; assert os.fsencode(json.loads(open("x.jsonl").read())["path"]) == b"./bad\xff.png"'
}

@test "one image comes on stdin" {
  vit_embed extract - --stdin-name cat.jpg -m "$MODEL" -o x.npy --quiet < "$GOLDEN/images/photo-444-q95.jpg"
  vit_embed extract "$GOLDEN/images/photo-444-q95.jpg" -m "$MODEL" -o y.npy --quiet
  equal "$(index x.npy.index.csv)" cat.jpg
  cmp x.npy y.npy
}

@test "hidden files are left out of folders unless asked for, and globs choose" {
  mkdir -p photos/.cache photos/thumbs
  for name in a.png ._a.png .cache/b.png thumbs/c.png d.png; do cp "$GOLDEN/images/one-pixel.png" "photos/$name"; done
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet
  equal "$(index x.npy.index.csv | paste -sd' ')" "photos/a.png photos/d.png photos/thumbs/c.png"
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet --hidden --exclude thumbs
  equal "$(index x.npy.index.csv | paste -sd' ')" "photos/._a.png photos/.cache/b.png photos/a.png photos/d.png"
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet --include '*/c.*' --include 'd*'
  equal "$(index x.npy.index.csv | paste -sd' ')" "photos/d.png photos/thumbs/c.png"
}

@test "a loop of symlinks is walked once" {
  mkdir -p photos/a
  cp "$GOLDEN/images/one-pixel.png" photos/a/x.png
  ln -s .. photos/a/up
  ln -s a photos/b
  vit_embed extract photos -m "$MODEL" -o x.npy --quiet
  equal "$(index x.npy.index.csv | paste -sd' ')" "photos/a/x.png photos/b/x.png"
}

@test "no images at all is an error that writes nothing" {
  mkdir empty
  run vit_embed extract empty -m "$MODEL" -o x.npy
  equal "$status" 1
  [[ $output == *"no images found: 'empty' has no files"* ]]
  touch empty/{a.txt,b.md}
  run vit_embed extract empty -m "$MODEL" -o x.npy
  [[ $output == *"no images found: 'empty' has 2 files, and none with an image's extension (--include '*' takes all)"* ]]
  run vit_embed extract empty -m "$MODEL" -o x.npy --include '*.tif'
  [[ $output == *"no images found: 'empty' has 2 files, and none that --include and --exclude let through"* ]]
  run vit_embed extract --files-from /dev/null -m "$MODEL" -o x.npy
  [[ $output == *"no images found: the list '/dev/null' is empty"* ]]
  run vit_embed extract emtpy -m "$MODEL" -o x.npy
  [[ $output == *"'emtpy': No such file or directory (did you mean 'empty'?)"* ]]
  run vit_embed extract empty -m model.pt -o x.npy
  [[ $output == *"model file 'model.pt': No such file. To make it: vit-embed export google/vit-large-patch16-224-in21k -o model.pt"* ]]
  run vit_embed extract nowhere/ -m "$MODEL" -o x.npy
  equal "$status" 1
  [[ $output == *"nowhere/"*"No such file"* ]]
  equal "$(ls)" empty
}

@test "EXIF orientation can be ignored" {
  vit_embed extract "$GOLDEN/images/exif-orientation-6.jpg" -m "$MODEL" -o turned.npy --quiet
  vit_embed extract "$GOLDEN/images/exif-orientation-6.jpg" -m "$MODEL" -o stored.npy --quiet --exif-orientation ignore
  ! cmp -s turned.npy stored.npy
  [[ $(vit_embed info --json stored.npy) == *'"exif_orientation": "ignore"'* ]]
}
