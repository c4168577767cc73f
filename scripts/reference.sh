#!/usr/bin/env bash
# Embeds any images with vit-embed and with Hugging Face's ViTImageProcessorPil and ViTModel, and prints a table of how far
# apart they are; ends with 1 where that is further than rounding takes them: reference.sh [MODEL [IMAGES ...]]
#
#   MODEL    a folder in the Hub's layout; unless told, the tiny ViT of tests/data/golden
#   IMAGES   files and folders; unless told, those of tests/data/golden
#
# PYTHON: a Python that has Transformers, such as "chroot /srv/forky python3"; model, images and embeddings reach it through
# a pipe. Unless told, a Debian that has one is set up in ROOT, and left there (as root, with debootstrap; 3 GB).
# VIT_EMBED: the program; unless told, it is built. FLAGS: of extract, such as "--engine torchscript".
# TOLERANCE: the difference that is still right, 1e-4 unless told.
set -euo pipefail
tree=$(dirname "$(dirname "$(realpath "$0")")")

model=${1:-$tree/tests/data/golden/tiny-vit}
images=("${@:2}")
[ ${#images[@]} -gt 0 ] || images=("$tree/tests/data/golden/images")
[ -f "$model/config.json" ] || { echo "reference.sh: there is no '$model/config.json'" >&2; exit 2; }
if [ -z "${PYTHON:-}" ]; then
  root=${ROOT:-/var/tmp/vit-embed-reference}
  # libopenblas0-openmp: without it, torch multiplies by the reference BLAS, at a quarter of the speed.
  "$tree/scripts/debian-root.sh" "$root" forky python3-torch python3-torchvision python3-transformers python3-pil \
    python3-numpy python3-safetensors libopenblas0-openmp
  PYTHON="chroot $root python3"
fi
[ -n "${VIT_EMBED:-}" ] || VIT_EMBED=$("$tree/scripts/build.sh")

work=$(mktemp -d "${TMPDIR:-/tmp}/vit-embed-reference.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/ours" "$work/images"
ln -s "$(realpath "$model")" "$work/model"
number=0
while IFS= read -rd '' image; do
  ln -s "$(realpath "$image")" "$work/images/$(printf %06d $((number++)))-${image##*/}"
done < <(find -L "${images[@]}" -type f -print0 | LC_ALL=C sort -z)

read -ra flags <<<"${FLAGS:-}"
"$VIT_EMBED" export "$model" -o "$work/model.pt" --quiet
features=cls
info=$("$VIT_EMBED" info "$work/model.pt")  # whole: a grep -q would close its pipe early
! grep -q '^features:.* pooler ' <<<"$info" || features+=,pooler
# 3: written, but some image failed.
"$VIT_EMBED" extract "$work/images" -m "$work/model.pt" -o "$work/ours/x.npy" --feature "$features,mean" --quiet \
  "${flags[@]}" || [ $? = 3 ]
{ "$VIT_EMBED" --version | head -1; echo "${flags[*]}"; } > "$work/ours/run"

read -ra python <<<"$PYTHON"
# The program is given as text, for a Python in another root does not see this tree.
tar -chf - -C "$work" model images ours |
  "${python[@]}" -c "$(cat "$tree/tests/reference/compare_with_transformers.py")" "${TOLERANCE:-1e-4}"
