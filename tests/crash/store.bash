# What the suites of `sync` start from: two models, so that there is one to migrate to.

load ../cli/setup

# One of so many steps is tried; 1 tries all.
EVERY=${VIT_EMBED_CRASH_EVERY:-7}

setup_file() {
  export MODEL=$BATS_FILE_TMPDIR/tiny.pt OTHER_MODEL=$BATS_FILE_TMPDIR/other.pt
  "$VIT_EMBED" export "$GOLDEN/tiny-vit" -o "$MODEL" --quiet
  "$VIT_EMBED" export --random-weights 1 "$GOLDEN/tiny-vit" -o "$OTHER_MODEL" --quiet
}

# What a script here tells at its end is shown.
survives() {  # SCRIPT ARGUMENTS ...
  python -B "$BATS_TEST_DIRNAME/$1" "$MODEL" "$OTHER_MODEL" "${@:2}" > told
  sed 's/^/# /' told >&3
}
