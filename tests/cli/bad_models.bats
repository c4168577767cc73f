load setup

# Model files that are damaged, of something else, or changed under the program's hands: an error that names the file, and
# never an embedding of anything but one whole model.

is_refused() {  # COMMAND ...
  run "$@"
  equal "$status" 1
  equal "${#lines[@]}" 1
  [[ $output == "vit-embed: error: "*"$model"* ]] || { echo "$output"; return 1; }
}

is_refused_by_all() {  # MODEL
  model=$1
  is_refused vit_embed extract "$GOLDEN/images" -m "$1" --engine native -o x.npy
  is_refused vit_embed extract "$GOLDEN/images" -m "$1" --engine torchscript -o x.npy
  [ ! -e x.npy ] && [ ! -e x.npy.partial ]
}

# Copies a model with its description changed, or with records changed, by Python code on `description` and `records`.
changed_model() {  # TO CODE
  python - "$MODEL" "$1" "$2" <<'PY'
import json, sys, zipfile
source = zipfile.ZipFile(sys.argv[1])
records = {name: source.read(name) for name in source.namelist()}
name = next(name for name in records if name.endswith("/extra/vit_embed.json"))
description = json.loads(records[name])
data = sorted((n for n in records if "/data/" in n), key=lambda n: int(n.rsplit("/", 1)[1]))
exec(sys.argv[3])
records[name] = json.dumps(description).encode()
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_STORED) as target:
    for name, content in records.items():
        target.writestr(name, content)
PY
}

@test "a model that was written again by something else still works" {
  changed_model same.pt 'pass'
  vit_embed extract "$GOLDEN/images/palette.png" -m same.pt --engine native -o x.npy --quiet
  vit_embed extract "$GOLDEN/images/palette.png" -m same.pt --engine torchscript -o y.npy --quiet
}

@test "a truncated model, wherever it ends, is refused" {
  size=$(stat -c %s "$MODEL")
  for length in 0 1 100 $((size / 4)) $((size / 2)) $((size - 4096)) $((size - 100)) $((size - 1)); do
    head -c $length "$MODEL" > cut.pt
    is_refused_by_all cut.pt
    is_refused vit_embed info cut.pt
  done
}

@test "what is no TorchScript is refused" {
  echo nonsense > other.pt
  is_refused_by_all other.pt
  cp "$GOLDEN/tiny-vit/model.safetensors" other.pt
  is_refused_by_all other.pt
  cp "$GOLDEN/images/palette.png" other.pt
  is_refused_by_all other.pt
  python -c 'import zipfile; zipfile.ZipFile("other.pt", "w").writestr("notes.txt", "a ZIP of something else")'
  is_refused_by_all other.pt
  mkdir folder.pt
  is_refused_by_all folder.pt
  mkfifo fifo.pt
  model=fifo.pt
  is_refused timeout 10 "$VIT_EMBED" extract "$GOLDEN/images" -m fifo.pt -o x.npy
}

@test "a model whose description disagrees with its tensors is refused" {
  for change in 'description["tensors"][3]["shape"][0] += 1' \
                'description["tensors"][3]["xxh3"] = "0" * 16' \
                'description["tensors"][3]["name"] = "unknown"' \
                'del description["tensors"][3]' \
                'description["architecture"]["hidden_size"] *= 2' \
                'description["architecture"]["num_hidden_layers"] += 1' \
                'description["architecture"]["num_attention_heads"] = 0' \
                'description["architecture"]["num_attention_heads"] = 7' \
                'description["architecture"]["hidden_act"] = "unknown"' \
                'description["architecture"]["image_size"] = 1 << 40' \
                'description["architecture"] = []' \
                'description["preprocessing"]["image_mean"] = [0.5]' \
                'description["format_version"] = 99' \
                'records[data[2]] = records[data[2]][:-4]' \
                'records[data[2]] = records[data[2]][:-1] + b"?"' \
                'del records[data[2]]'; do
    changed_model changed.pt "$change"
    is_refused_by_all changed.pt || { echo "after $change"; return 1; }
  done
}

@test "weights of wrong shapes are not exported" {
  cp -r "$GOLDEN/tiny-vit" source
  python - <<'PY'
import json
config = json.load(open("source/config.json"))
config["hidden_size"] *= 2
json.dump(config, open("source/config.json", "w"))
PY
  run vit_embed export source -o m.pt
  equal "$status" 1
  [[ $output == "vit-embed: error: "*source* ]]
  cp "$GOLDEN/tiny-vit/config.json" source
  size=$(stat -c %s source/model.safetensors)
  for length in 0 4 100 $((size / 2)) $((size - 1)); do
    head -c $length "$GOLDEN/tiny-vit/model.safetensors" > source/model.safetensors
    run vit_embed export source -o m.pt
    equal "$status" 1
    [[ $output == "vit-embed: error: "*model.safetensors* ]]
  done
  equal "$(ls -A)" source
}

@test "weights that are cut short while they are read are an error, and the next export finds nothing in its way" {
  needs_fault_shim
  cp -r "$GOLDEN/tiny-vit" source
  # They are mapped, and the first bytes of the model are being written.
  run with_fault FAULT_PATHS="*/.m.pt.unfinished" FAULT_AT=2 FAULT_ACTION="run:truncate -s 100 source/model.safetensors" \
    export source -o m.pt
  equal "$status" 1
  equal "$output" "vit-embed: error: a file that was being read was cut short, or its disk failed"
  [ ! -e m.pt ]
  vit_embed export "$GOLDEN/tiny-vit" -o m.pt --quiet
  equal "$(ls -A)" "$(printf '%s\n' m.pt source)"
}

# Whichever of its opens or reads it happens at: the output is that of one model or the other, or none.
replaced_at_every() {  # CALLS COMMAND ENGINE
  local n code old=0 new=0 refused=0
  for ((n = 1; n <= 60; n++)); do
    cp first.pt m.pt
    cp second.pt incoming.pt
    rm -rf x.csv* calls
    code=0
    with_fault FAULT_CALLS="$1" FAULT_PATHS="*/m.pt" FAULT_AT=$n FAULT_ACTION="run:$2" FAULT_REPORT="$PWD/calls" \
      extract "$GOLDEN/images/palette.png" -m m.pt --engine "$3" -o x.csv --quiet 2>stderr || code=$?
    if [ $code = 0 ] && cmp -s x.csv first.csv && cmp -s x.csv.meta.json first.csv.meta.json; then
      old=$((old + 1))
    elif [ $code = 0 ] && cmp -s x.csv second.csv && cmp -s x.csv.meta.json second.csv.meta.json; then
      new=$((new + 1))
    else
      equal $code 1
      grep -q "error: .*'m.pt'" stderr || { cat stderr; return 1; }
      refused=$((refused + 1))
      [ ! -e x.csv ]
    fi
    [ "$(wc -l < calls)" -ge $n ] || break
  done
  echo "# $3, $1, $2: $((n - 1)) moments; $old times the old model, $new times the new, $refused refused" >&3
}

two_models() {  # ENGINE
  cp "$MODEL" first.pt
  vit_embed export --random-weights 1 "$GOLDEN/tiny-vit" -o second.pt --quiet
  for model in first second; do
    vit_embed extract "$GOLDEN/images/palette.png" -m $model.pt --engine "$1" -o $model.csv --quiet
  done
}

@test "a model that is swapped while it is loaded is one or the other, or refused" {
  needs_fault_shim
  two_models native
  replaced_at_every opens "mv incoming.pt m.pt" native
}

@test "a model that is overwritten while it is loaded is one or the other, or refused" {
  needs_fault_shim
  two_models native
  replaced_at_every reads "cat incoming.pt > m.pt" native
}

@test "a model that is swapped while LibTorch loads it is one or the other, or refused" {
  needs_fault_shim
  two_models torchscript
  replaced_at_every opens "mv incoming.pt m.pt" torchscript
}
