#!/usr/bin/env bash
# Makes README.md's pictures of a terminal and a contact sheet anew: make.sh MODEL
# MODEL: ORG/NAME on the Hub, or a directory in its layout, of a trained ViT; those here are of a ViT-Ti/16.
# Installs what is missing, draws scenes, and runs the program on them, for real. The plot is scripts/bench/forward.py's.
#
# VIT_EMBED: the program; without it, it is built.
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 MODEL" >&2; exit 2; }
model=$1
[ ! -d "$model" ] || model=$(realpath "$model")
[ -z "${VIT_EMBED:-}" ] || VIT_EMBED=$(realpath "$VIT_EMBED")
cd "$(dirname "$0")/../.."

scripts/install-packages.sh pictures
[ -n "${VIT_EMBED:-}" ] || VIT_EMBED=$(scripts/build.sh)

out=$PWD/scripts/pictures
work=build/pictures
rm -rf "$work"
mkdir -p "$work/bin"
ln -s "$VIT_EMBED" "$work/bin/vit-embed"
export PATH="$PWD/$work/bin:$PATH"
"$out/scenes.py" "$work/scenes" "$work"
cd "$work"
vit-embed export "$model" -o model.pt

"$out/terminal.py" . "$out/terminal.svg" \
  'vit-embed extract scenes -m model.pt -o scenes.npy' \
  'head -3 scenes.npy.index.csv' \
  'cat scenes.npy.failures.csv' \
  'vit-embed query balloon.jpg --embeddings scenes.npy -m model.pt -k 3'
vit-embed query balloon.jpg daisy.jpg tree.jpg --embeddings scenes.npy -m model.pt -k 5 --html found.html >/dev/null
"$out/sheet.py" found.html "$out/sheet-light.webp" "$out/sheet-dark.webp"
