#!/usr/bin/env bash
# From a bare Debian 12 to embeddings: quickstart.sh [IMAGES]
# Installs, builds, gets the model, embeds IMAGES (a file or folder; default: the sample photographs), and says where
# everything is. Run again, it redoes only what is missing.
#
# MODEL: a directory in the Hub's layout, or ORG/NAME in the Hub's cache. Without it, google/vit-large-patch16-224-in21k
# from the cache; where that is not there either, random weights of the same architecture.
set -euo pipefail
cd "$(dirname "$0")/.."
hub_id=google/vit-large-patch16-224-in21k
images=${1:-tests/data/golden/images}
out=build/quickstart

scripts/install-packages.sh build
cmake --preset release -DVIT_EMBED_TESTS=OFF >/dev/null
cmake --build --preset release --target vit-embed
program=build/release/bin/vit-embed

mkdir -p "$out"
export_model() {  # SOURCE FILE
  [ -s "$2" ] || "$program" export "$1" -o "$2"
}
if [ -n "${MODEL:-}" ]; then
  model="$out/$(printf %s "$MODEL" | tr -c 'A-Za-z0-9._-' _).pt"
  export_model "$MODEL" "$model"
else
  model="$out/$(printf %s "$hub_id" | tr / _).pt"
  if ! export_model "$hub_id" "$model" 2>/dev/null; then
    echo "$hub_id IS NOT IN THE HUB'S CACHE: GOING ON WITH RANDOM WEIGHTS OF THE SAME ARCHITECTURE."
    echo "THE EMBEDDINGS WILL MEAN NOTHING. FOR REAL ONES: MODEL=/path/to/$hub_id $0"
    model="$out/random-vit-l16.pt"
    [ -s "$model" ] || "$program" export --random-weights 0 -o "$model"
  fi
fi

# 3: written, but some image failed, which the program has said.
"$program" extract "$images" -m "$model" -o "$out/embeddings.npy" || [ $? = 3 ]

echo
"$program" info "$out/embeddings.npy"
echo
echo "Embeddings:  $PWD/$out/embeddings.npy"
echo "Their files: $PWD/$out/embeddings.npy.index.csv"
echo "Program:     $PWD/$program"
echo "In Python:   numpy.load(\"$PWD/$out/embeddings.npy\", mmap_mode=\"r\")"
