#!/usr/bin/env bash
# Builds what is needed and runs all tests, from a bare Debian 12 as well.
# PRESET: release (default), dev (warnings are errors), asan or tsan. Arguments are ctest's.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${PRESET:-release}

scripts/install-packages.sh test
cmake --preset "$preset" -DVIT_EMBED_TESTS=ON >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)" "$@"
