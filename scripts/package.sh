#!/usr/bin/env bash
# Builds the Debian package of this Debian, and prints its path. As quickstart.sh, it installs what building takes.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/package

scripts/install-packages.sh package >&2
# The same sources give the same package: dates are the last commit's, or those of the environment.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH
# As Debian hardens its own, without the debugging information that would be stripped.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all DEB_CXXFLAGS_MAINT_STRIP=-g
flags() { dpkg-buildflags --get "$1"; }
umask 022
cmake --preset package -DCMAKE_CXX_FLAGS="$(flags CXXFLAGS) $(flags CPPFLAGS)" -DCMAKE_EXE_LINKER_FLAGS="$(flags LDFLAGS)" \
  -DCMAKE_MODULE_LINKER_FLAGS="$(flags LDFLAGS)" "$@" >&2
cmake --build --preset package >&2
rm -f "$build"/vit-embed_*.deb
(cd "$build" && cpack -G DEB) >&2
ls "$PWD/$build"/vit-embed_*.deb
