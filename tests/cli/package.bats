load setup

# What is in the Debian package. That it installs and runs, scripts/package-test.sh tests.

setup_file() {
  cpack -G DEB --config "$BUILD_DIR/CPackConfig.cmake" -B "$BATS_FILE_TMPDIR" > "$BATS_FILE_TMPDIR/log" 2>&1 || {
    cat "$BATS_FILE_TMPDIR/log" >&2
    return 1
  }
}

setup() {
  cd "$BATS_TEST_TMPDIR"
  PACKAGE=$(echo "$BATS_FILE_TMPDIR"/vit-embed_*.deb)
  dpkg-deb --fsys-tarfile "$PACKAGE" | tar -t | sed 's#^\.##' > has
}

field() { dpkg-deb -f "$PACKAGE" "$1"; }

@test "it has the program, its modules, and a page for every command" {
  grep -qx /usr/bin/vit-embed has
  for module in runtime torch; do grep -qE "^/usr/lib/([^/]*/)?vit-embed/vit-embed-$module.so$" has; done
  grep -qx /usr/share/man/man1/vit-embed.1.gz has
  for command in $(commands); do
    grep -qx "/usr/share/man/man1/vit-embed-$command.1.gz" has
  done
}

@test "it has completions for bash, zsh and fish where these look for them" {
  grep -qx /usr/share/bash-completion/completions/vit-embed has
  grep -qx /usr/share/zsh/vendor-completions/_vit-embed has
  grep -qx /usr/share/fish/vendor_completions.d/vit-embed.fish has
}

@test "its examples are those of scripts/, and call the program where it is" {
  dpkg-deb -x "$PACKAGE" root
  local scripts=$BATS_TEST_DIRNAME/../../scripts examples=root/usr/share/doc/vit-embed/examples
  diff <(ls "$scripts"/{cron,systemd}) <(ls "$examples"/{cron,systemd} | sed "s#^$examples#$scripts#")
  ls "$examples"/slurm/{submit.sh,extract.sbatch,merge.sbatch}
  grep -q '^ExecStart=/usr/bin/vit-embed sync' "$examples/systemd/vit-embed-sync@.service"
  ! grep -r /usr/local/bin/vit-embed "$examples"
}

@test "it has nothing where it would run by itself, or that is not its own" {
  ! grep -vE '^/(usr/((bin|lib|share)/.*)?)?$' has
  ! grep -E '^/usr/lib/.*(systemd|cron)' has
}

@test "it depends on what program and modules are linked with, and on a fast BLAS" {
  local name
  for name in libarchive13 libsqlite3-0 libjpeg62-turbo libcurl4 libopenblas0-openmp; do  # a module's or the program's
    field Depends | tr ',|' '\n\n' | sed 's/^ *//' | grep -qE "^$name(t64)?( |$)"
  done
  equal "$(field Version)" "$("$VIT_EMBED" --version | sed -n '1s/vit-embed //p')"
}
