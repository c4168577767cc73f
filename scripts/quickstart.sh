#!/usr/bin/env bash
# From a bare Debian 12 to embeddings: quickstart.sh [IMAGES]
# Installs, builds, gets the model, embeds IMAGES (a file or folder; default: the sample photographs), and says where
# everything is. Run again, it redoes only what is missing.
#
# MODEL: ORG/NAME on the Hub, or a directory in its layout. Without it, google/vit-large-patch16-224-in21k (1.2 GB, once);
# where the Hub does not give that, random weights of the same architecture.
set -euo pipefail
cd "$(dirname "$0")/.."
hub_id=google/vit-large-patch16-224-in21k
images=${1:-tests/data/golden/images}
out=build/quickstart

program=$(scripts/build.sh)

mkdir -p "$out"
export_model() {  # FILE SOURCE ...
  [ -s "$1" ] || "$program" export "${@:2}" -o "$1"
}
if [ -n "${MODEL:-}" ]; then
  model="$out/$(printf %s "$MODEL" | tr -c 'A-Za-z0-9._-' _).pt"
  export_model "$model" "$MODEL"
else
  model="$out/$(printf %s "$hub_id" | tr / _).pt"
  code=0
  export_model "$model" "$hub_id" || code=$?
  if [ "$code" = 1 ]; then  # the program has said why
    echo "WITHOUT $hub_id: GOING ON WITH RANDOM WEIGHTS OF THE SAME ARCHITECTURE."
    echo "THE EMBEDDINGS WILL MEAN NOTHING. FOR REAL ONES: MODEL=/path/to/$hub_id $0"
    model="$out/random-vit-l16.pt"
    export_model "$model" --random-weights 0
  elif [ "$code" != 0 ]; then
    exit "$code"
  fi
fi

# 3: written, but some image failed, which the program has said.
"$program" extract "$images" -m "$model" -o "$out/embeddings.npy" || [ $? = 3 ]

echo
"$program" info "$out/embeddings.npy"
echo
echo "Embeddings:  $PWD/$out/embeddings.npy"
echo "Their files: $PWD/$out/embeddings.npy.index.csv"
echo "Program:     $program"
echo "In Python:   numpy.load(\"$PWD/$out/embeddings.npy\", mmap_mode=\"r\")"
