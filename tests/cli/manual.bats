load setup

# The manual pages: that they are well-formed, say what --help says, and have examples that work.

# As a reader sees it, and copies it.
rendered() {  # PAGE
  # BP: groff 1.24 would indent text by 5, those before it know only 7.
  MANWIDTH=300 MANROFFOPT=-rBP=7n man -l -E UTF-8 "$MANUAL/$1.1" | col -bx
}

section() {  # PAGE TITLE
  rendered "$1" | sed -n "/^$2\$/,/^[A-Z]/p" | sed '1d;$d'
}

@test "every command has a page, and the program's lists it" {
  [ "$(commands | wc -l)" -ge 10 ]
  for command in $(commands); do
    [ -s "$MANUAL/vit-embed-$command.1.gz" ]
    rendered vit-embed | grep -q "vit-embed-$command(1)"
    section "vit-embed-$command" NAME | grep -q "vit-embed-$command - [a-z]"
  done
}

@test "the pages are as man and mandoc want them" {
  for page in "$MANUAL"/*.1; do
    run --separate-stderr man -l --warnings -E UTF-8 "$page"
    equal "$status" 0
    equal "$stderr" ""
    run mandoc -T lint -W style "$page"
    equal "$output" ""
  done
}

@test "a page has every flag that --help has, and no other" {
  for command in $(commands); do
    vit_embed "$command" --help | grep -oE '^  (-[^ {]+)' | tr , '\n' | tr -d ' ' | sort > help
    section "vit-embed-$command" OPTIONS | grep -E '^ {5,7}-' | grep -oE '^ *(-[^ ,]+, )?-[^ ]+' | tr , '\n' | tr -d ' ' | sort > page
    diff help page
  done
}

# Everything that the examples name.
prepare() {
  mkdir photos bin
  cp "$GOLDEN"/images/photo-*.jpg photos
  cp "$GOLDEN/images/photo-444-q95.jpg" photo.jpg
  printf '%s\n' photos/*.jpg > list.txt
  cp "$MODEL" model.pt
  vit_embed export "$GOLDEN/tiny-vit" --random-weights 1 -o new.pt -q
  cp -r "$GOLDEN/tiny-vit" vit-large-patch16-224-in21k
  local hub=hub/models--google--vit-large-patch16-224-in21k commit=0123456789012345678901234567890123456789
  mkdir -p "$hub/refs" "$hub/snapshots"
  cp -r "$GOLDEN/tiny-vit" "$hub/snapshots/$commit"
  printf %s "$commit" > "$hub/refs/main"
  tar -cf data-000000.tar -C photos .
  cp data-000000.tar data-000001.tar
  ln -s "$VIT_EMBED" bin/vit-embed
  export PATH=$PWD/bin:$PATH HF_HUB_CACHE=$PWD/hub
}

examples() {  # PAGE: its commands, one a line
  section "$1" EXAMPLES | sed -n 's/^ \{11\}//p'
}

# What they take that other pages' examples make. No photos.npy where they make that themselves.
make_inputs() {  # PAGE
  case $1 in
    vit-embed-query | vit-embed-info) vit_embed extract photos -m model.pt -o photos.npy -q ;;&
    vit-embed-query | vit-embed-status | vit-embed-check | vit-embed-snapshot)
      vit_embed sync photos --store store -m model.pt -q ;;
  esac
}

run_examples() {  # PAGE
  local example
  mkdir "$1"
  cd "$1"
  prepare
  make_inputs "$1"
  examples "$1" > examples
  [ -s examples ]
  while IFS= read -r example; do
    echo "$1: $example"
    case $example in
      *"--precision int8"*)  # which not every processor does
        vit_embed --version | grep -qE 'instruction set: (avx512-(vnni|bf16)|amx)' || continue ;;
    esac
    bash -euo pipefail -c "$example" < /dev/null
  done < examples
  cd ..
}

@test "the examples of every page work" {
  run_examples vit-embed
  for command in $(commands); do run_examples "vit-embed-$command"; done
  cmp vit-embed-extract/merged.npy vit-embed-merge/photos.npy
  [ -s vit-embed-query/found.html ]
  [ -e vit-embed-export/vit-l16-384.pt ]
}
