#!/usr/bin/env bash
# Installs what building takes where it is missing, builds the program, and prints its path.
set -euo pipefail
cd "$(dirname "$0")/.."

{
  scripts/install-packages.sh build
  cmake --preset release >/dev/null
  cmake --build --preset release --target vit-embed
} >&2
echo "$PWD/build/release/bin/vit-embed"
