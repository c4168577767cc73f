#!/usr/bin/env bash
# What is asked of the code beside the tests: check.sh [format] [tidy] [analyze] [asan] [tsan], all of them unless told
#
#   format   clang-format has nothing to change
#   tidy     clang-tidy finds nothing in src; SINCE=REVISION: only in what has changed since
#   analyze  nor does clang's static analyzer, which takes longer than all of the rest of clang-tidy
#   asan     the unit tests of what reads files of strangers, with AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan     those of what all threads go through, with ThreadSanitizer
#
# All tests with a sanitizer: PRESET=asan scripts/test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
checks=("$@")
[ ${#checks[@]} -gt 0 ] || checks=(format tidy analyze asan tsan)
[ -z "${SINCE:-}" ] || git rev-parse --verify --quiet "$SINCE^{commit}" >/dev/null || { echo "no revision '$SINCE'" >&2; exit 2; }

check_format() {
  git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run -Werror
}

# The .cpp in src that clang-tidy is to read; where only a header changed, one that includes it.
sources() {
  if [ -z "${SINCE:-}" ]; then
    git ls-files 'src/*.cpp'
    return
  fi
  local file
  git diff --name-only --diff-filter=d "$SINCE" -- 'src/*.cpp' 'src/*.h' | while read -r file; do
    if [ -e "${file%.*}.cpp" ]; then
      echo "${file%.*}.cpp"
    else
      grep -rl --include='*.cpp' "#include \"${file#src/}\"" src | sed -n 1p || true
    fi
  done
}

# CHECKS, as clang-tidy writes them, on top of .clang-tidy
tidy() {
  [ -e build/dev/compile_commands.json ] || cmake --preset dev -DVIT_EMBED_TESTS=ON >/dev/null
  local all files
  all=$(sources | sort -u)
  # clang 16 does not compile what includes LibTorch 1.13 as C++20 (std::vector<c10::IValue>, incomplete).
  files=$(xargs -r grep -LE '#include "(torchscript/model_reader|torchscript/torch_error|torchscript/vit_module|encoder/torchscript_(engine|graph|output))\.h"|#include <(torch|ATen|c10)/' <<<"$all" || true)
  echo "$(wc -w <<<"$files") files of $(wc -w <<<"$all")${SINCE:+ that have changed since $SINCE}"
  # To stderr it says how many warnings of others' headers it has passed over.
  [ -z "$files" ] || xargs -P "$(nproc)" -n 1 clang-tidy-16 --quiet -p build/dev --checks="$1" --extra-arg=-Wno-unknown-warning-option <<<"$files" 2>/dev/null
}
check_tidy() { tidy '-clang-analyzer-*'; }
check_analyze() { tidy '-*,clang-analyzer-*'; }

# PRESET LAYER ...
check_units() {
  local preset=$1
  shift
  cmake --preset "$preset" -DVIT_EMBED_TESTS=ON >/dev/null
  cmake --build --preset "$preset" --target $(printf '%s_test ' "$@")
  ctest --preset "$preset" -j "$(nproc)" --no-tests=error -R "^($(IFS='|'; echo "$*")):"
}
check_asan() { check_units asan formats inputs image; }
check_tsan() { check_units tsan base runtime pipeline; }

scripts/install-packages.sh check
for check in "${checks[@]}"; do
  echo "== $check"
  "check_$check"
done
