#!/usr/bin/env bash
# Installs what is missing of the Debian packages for a purpose: install-packages.sh build|test|check|fuzz|slurm|package|pictures
set -euo pipefail

build=(g++ cmake ninja-build pkg-config libtorch-dev libcli11-dev libspdlog-dev libhwy-dev
       nlohmann-json3-dev libtomlplusplus-dev libssl-dev libxxhash-dev libzip-dev libarchive-dev libexif-dev libgif-dev libjpeg-dev libpng-dev
       libtiff-dev libwebp-dev libopenjp2-7-dev libopenblas0-openmp libcurl4-openssl-dev libsqlitecpp-dev
       libsqlite3-dev libdnnl-dev ocl-icd-opencl-dev ca-certificates)  # libdnnl-dev's CMake file asks for OpenCL
test=(libgtest-dev libgmock-dev bats python3-numpy python3-pil bsdutils libblas3 sqlite3 systemd  # systemd: systemd-analyze, which tests its units
      python3-sklearn libblas-dev  # libblas-dev: else it brings another OpenBLAS, which would become everybody's
      parallel bzip2 xz-utils zstd man-db mandoc zsh fish)
package=(dpkg-dev file gzip)  # dpkg-shlibdeps
slurm=(slurm-wlm munge python3-numpy python3-pil)
check=(clang-format clang-tidy-16 libomp-16-dev git)  # libomp: omp.h as clang has it
fuzz=(clang llvm)  # llvm's symbolizer names the lines of a fault
pictures=(python3-numpy python3-pil python3-pyte python3-rich chromium fonts-dejavu-core)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}" "${slurm[@]}" "${package[@]}") ;;
  check) wanted=("${build[@]}" "${test[@]}" "${slurm[@]}" "${check[@]}") ;;
  fuzz) wanted=("${build[@]}" "${test[@]}" "${slurm[@]}" "${fuzz[@]}") ;;
  slurm) wanted=("${slurm[@]}") ;;
  package) wanted=("${build[@]}" "${package[@]}") ;;
  pictures) wanted=("${pictures[@]}") ;;
  *) echo "usage: $0 build|test|check|fuzz|slurm|package|pictures" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "Run this as root, or install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
  </dev/null >/dev/null
