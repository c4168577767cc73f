#!/usr/bin/env bash
# Builds and tests the last commit on every Debian, and with it on every LibTorch, and compares what they compute:
# matrix.sh [SUITE ...], bookworm trixie forky unless told
#
# Prints a table, and ends with 1 where something did not build, a test failed, or two of them differ by more than TOLERANCE,
# 1e-4 unless told. As root, by debian-root.sh, whose MIRROR counts here too. ROOTS: the folder for the Debians (5 GB each),
# /var/tmp/vit-embed-matrix unless told. They are left there, with what was built, and the next run goes on with them.
set -euo pipefail
cd "$(dirname "$0")/.."

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie forky)
roots=${ROOTS:-/var/tmp/vit-embed-matrix}
mkdir -p "$roots/results"

unmount() {  # SUITE
  ! mountpoint -q "$roots/$1/proc" || umount "$roots/$1/proc"
  ! mountpoint -q "$roots/$1/dev" || umount -R "$roots/$1/dev"
}
clean_up() { for suite in "${suites[@]}"; do unmount "$suite"; done; }
trap clean_up EXIT

in_root() {  # SUITE COMMANDS
  chroot "$roots/$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb bash -euc "cd /root/vit-embed; $2"
}

take_commit() {  # SUITE
  local tree=$roots/$1/root/vit-embed
  [ -d "$tree/.git" ] || git init -q "$tree"
  git -C "$tree" fetch -q "$PWD" HEAD
  git -C "$tree" reset -q --hard FETCH_HEAD
  git -C "$tree" clean -qfd
}

# What it leaves in results/SUITE is what compare_debians.py tells of.
build_and_test() {  # SUITE
  local root=$roots/$1 results=$roots/results/$1 start=$SECONDS code=0
  rm -rf "$results"
  mkdir "$results"
  scripts/debian-root.sh "$root" "$1" git ca-certificates
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"  # the tests ask for terminals
  mount --make-rslave "$root/dev"
  take_commit "$1"
  in_root "$1" 'rm -rf build/matrix; mkdir -p build/matrix; scripts/test.sh --output-junit "$PWD/build/matrix/tests.xml"' || code=$?
  in_root "$1" '
    program=build/release/bin/vit-embed
    $program --version > build/matrix/version
    c++ --version > build/matrix/compiler
    $program export tests/data/golden/tiny-vit -o build/matrix/tiny.pt --quiet
    for engine in native torchscript; do
      $program extract tests/data/golden/images -m build/matrix/tiny.pt --engine $engine --feature cls,pooler \
        -o build/matrix/$engine.npy --quiet
    done'
  cp -r "$root/root/vit-embed/build/matrix/." "$results"
  unmount "$1"
  echo $((SECONDS - start)) > "$results/seconds"
  return $code
}

failed=0
for suite in "${suites[@]}"; do
  echo "== $suite"
  # A shell of its own, for in a condition an error would be gone over.
  (set -e; build_and_test "$suite") &
  wait $! || { echo "== $suite failed"; failed=1; }
done

echo
# Its tests have brought numpy.
compared=$roots/${suites[0]}/root/vit-embed/build/compared
rm -rf "$compared"
mkdir -p "$compared"
for suite in "${suites[@]}"; do cp -r "$roots/results/$suite" "$compared"; done
in_root "${suites[0]}" "python3 tests/reference/compare_debians.py '${TOLERANCE:-1e-4}' ${suites[*]}" || failed=1
exit $failed
