load setup

# What comes from the file of --config and from VIT_EMBED_MODEL, and what goes before what.

photos() {
  mkdir photos
  cp "$GOLDEN"/images/photo-*.jpg photos
}

@test "a command takes its section's flags, required ones and arguments too, and no other command runs" {
  photos
  cat > x.toml <<TOML
# nightly
[extract]
IMAGES = "photos"
model = "$MODEL"
output = "x.jsonl"   # one a line
batch-size = 2
l2-normalize = true
hidden = false
exclude = ["*-q95.jpg",
           '*#*']

[verify]
precision = "int8"
IMAGES = ["photos"]

[sync]
store = "store"
DIRS = "photos"

[merge]
SHARDS = ["a.npy", "b.npy"]
output = "merged.npy"

[query]
k = 3
TOML
  vit_embed --config x.toml extract --quiet
  equal "$(ls -A | grep -v partial | sort | paste -sd' ')" "photos x.jsonl x.jsonl.meta.json x.toml"
  cp x.jsonl x.from-file
  ! grep q95 x.jsonl
  vit_embed extract photos -m "$MODEL" -o x.jsonl --batch-size 2 --l2-normalize --exclude '*-q95.jpg' --quiet --restart
  cmp x.jsonl x.from-file
  vit_embed --config x.toml sync -m "$MODEL" --quiet
  [ -L store/current ]
  vit_embed --config x.toml query photos/photo-444-q95.jpg --store store --format csv > found.csv
  equal "$(tail -n +2 found.csv | wc -l)" 3
}

@test "the command line goes before the file, the file before the environment" {
  photos
  printf '[extract]\nmodel = "%s"\noutput = "x.npy"\nformat = "jsonl"\nexclude = ["*"]\nquiet = true\n' "$MODEL" > x.toml
  export VIT_EMBED_MODEL=missing.pt
  vit_embed --config x.toml extract photos -o y.csv --format csv --exclude none
  head -1 y.csv | grep -q ^path,
  answers 0 "y.csv: up to date" --config x.toml extract photos -o y.csv --format csv --exclude none --quiet=false
  answers 1 "model file 'missing.pt'" extract photos -o x.npy
  VIT_EMBED_MODEL=$MODEL vit_embed extract photos -o z.npy --quiet
  VIT_EMBED_MODEL=$MODEL answers 1 "model file 'other.pt'" extract photos -m other.pt -o x.npy
  VIT_EMBED_MODEL='' answers 2 "extract needs
  -m,--model FILE " extract photos -o x.npy
  [[ $output == *"[env: VIT_EMBED_MODEL]"* ]]
}

@test "rows that are there say their model before the environment does" {
  photos
  vit_embed export "$GOLDEN/tiny-vit" --random-weights 1 -o other.pt --quiet
  export VIT_EMBED_MODEL=$MODEL
  vit_embed sync photos --store store --quiet
  vit_embed extract photos -o x.npy --quiet
  vit_embed query photos/photo-444-q95.jpg --embeddings x.npy --quiet > by-rows
  export VIT_EMBED_MODEL=other.pt
  vit_embed sync photos --store store
  cp photos/photo-444-q95.jpg photos/new.jpg
  echo >> photos/new.jpg
  vit_embed sync photos --store store
  vit_embed query photos/photo-444-q95.jpg --store store > by-store
  vit_embed check store --reproduce 2 --quiet
  answers 4 "weights" query photos/photo-444-q95.jpg --embeddings x.npy
  unset VIT_EMBED_MODEL
  answers 2 "or set VIT_EMBED_MODEL" sync photos --store new
  answers 2 "or set VIT_EMBED_MODEL" query photos/photo-444-q95.jpg --embeddings x.npy
}

@test "verify passes on what it has from the file and the environment, flags turned off included" {
  photos
  printf '[verify]\nengine = "torchscript"\nbatch-size = 2\nhidden = true\nfeature = ["cls", "mean"]\n' > x.toml
  mv photos/photo-444-q95.jpg photos/.photo.jpg
  total=$(ls -A photos | wc -l)
  export VIT_EMBED_MODEL=$MODEL
  answers 0 "images:         $total compared" --config x.toml verify photos
  [[ $output == *$'\n'"mean "* ]]
  answers 0 "images:         $((total - 1)) compared" --config x.toml verify photos --hidden=false
}

wrong() {  # LINES TEXT: what x.toml of these lines is answered with
  printf "$1" > x.toml
  answers 2 "$2" --config x.toml extract photos -m "$MODEL" -o x.npy
}

@test "what is wrong in the file is told with the file and the line, and nothing runs" {
  photos
  wrong '[extract]\nbatchsize = 8\n' "'x.toml', line 2: extract has no flag 'batchsize' (did you mean 'batch-size'?)"
  wrong '[extract]\nwithin-verify = true\n' "line 2: extract has no flag 'within-verify'"
  wrong '[extract]\nhelp = true\n' "line 2: extract has no flag 'help'"
  wrong '\n[extrct]\nformat = "csv"\n' "'x.toml', line 3: there is no command [extrct] (did you mean 'extract'?)"
  wrong 'model = "x.pt"\n' "'x.toml', line 1: 'model' stands before the first [command]"
  wrong '[extract]\nprecision = "fp8"\n' "'x.toml', line 2: --precision: fp8 not in {fp32,bf16,int8}"
  wrong '[verify]\nthreads = "many"\n' "'x.toml', line 2: "
  wrong '[extract]\nhidden = "yes"\n' "'x.toml', line 2: hidden is true or false, not yes"
  wrong '[extract]\nformat = ["csv", "npy"]\n' "'x.toml', line 2: format takes one value"
  wrong '[extract]\nbatch-size = "none"\n' "error: --batch-size 'none': auto, or 1 to 4096 (--batch-size is from 'x.toml', line 2)"
  wrong '[extract]\nmean = "1,2"\n\nbatch-size = 8\n' "or three with commas (--mean is from 'x.toml', line 2)"
  printf '[status]\nSTORE = "store"\nfailures = true\n' > x.toml
  answers 2 "(--failures is from 'x.toml', line 3)" --config x.toml status --json
  equal "$(ls | paste -sd' ')" "photos x.toml"
}

@test "a file that cannot be read is told" {
  photos
  touch x.toml
  answers 2 "'y.toml': No such file or directory (did you mean 'x.toml'?)" --config y.toml extract photos -m "$MODEL" -o x.npy
  answers 2 "'photos' is a folder" --config photos extract photos -m "$MODEL" -o x.npy
  answers 2 "'--config' belongs before the command 'extract'" extract photos --config x.toml
  answers 0 "Usage: vit-embed extract" --config x.toml extract --help
  answers 0 "'vit-embed --help' lists all commands" --config x.toml
  vit_embed --config <(printf '[extract]\nmodel = "%s"\n' "$MODEL") extract photos -o x.npy --quiet
}
