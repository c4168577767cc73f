load setup

# What a new user types, and whether the answer says what to do next.

@test "without a command, the three that one needs are shown, and they are right" {
  run vit_embed
  equal "$status" 0
  [ "${#lines[@]}" -le 8 ]
  equal "$(awk 'length > 80' <<< "$output")" ""
  cp -r "$GOLDEN/tiny-vit" vit-large-patch16-224-in21k
  mkdir photos
  cp "$GOLDEN"/images/photo-*.jpg photos
  cp "$GOLDEN/images/photo-444-q95.jpg" photo.jpg
  ln -s "$VIT_EMBED" vit-embed
  sed -n 's/^  vit-embed/.\/vit-embed/p' <<< "$output" | sed 's/google\///' > steps
  equal "$(wc -l < steps)" 3
  bash -euo pipefail steps
}

@test "help lists every command in a group, and no line of any help is wider than 80" {
  run vit_embed --help
  equal "$status" 0
  equal "$(commands | sort | paste -sd' ')" "check export extract info merge query snapshot status sync verify"
  equal "$(grep -E '^[A-Z][a-z]*:$' <<< "$output" | paste -sd' ')" "Options: Embed: Look: Stores:"
  for command in "" $(commands); do
    run vit_embed $command --help
    equal "$status" 0
    equal "$(awk 'length > 80' <<< "$output")" ""
    equal "$(grep -c '^$' <<< "$output")" "$(uniq <<< "$output" | grep -c '^$')"  # no two blank lines together
  done
}

@test "a mistyped command or flag is named, with what might have been meant" {
  answers 2 "error: there is no command 'extrct' (did you mean 'extract'?)" extrct photos -m model.pt
  answers 2 "error: there is no command 'help' (did you mean '--help'?)" help
  answers 2 "error: there is no command 'frobnicate'
'vit-embed --help' lists the commands" frobnicate
  answers 2 "error: there is no flag '--hlep' (did you mean '--help'?)" --hlep
  answers 2 "error: extract has no flag '--hlep' (did you mean '--help'?)" extract --hlep
  answers 2 "error: extract has no flag '--ouput' (did you mean '--output'?)" extract photos -m model.pt --ouput=x.npy
  answers 2 "error: extract has no flag '--within'" extract --within
  answers 2 "error: '--quiet' belongs behind the command: vit-embed extract --quiet" --quiet extract photos
  answers 2 "error: info: 'b' is one argument too many" info a b
  answers 2 "'vit-embed info --help' lists its flags" info a b
}

@test "all that a command needs is told at once" {
  answers 2 "error: extract needs
  -m,--model FILE           Model file" extract photos
  [[ $output == *"  -o,--output FILE "* ]]
  answers 2 "error: status needs
  STORE " status
  answers 2 "error: extract needs
  -o,--output FILE " extract photos -m model.pt
  [[ $output != *--model* ]]
}

@test "what is no model file is told with the command that makes one of it" {
  mkdir photos
  cp "$GOLDEN/images/one-pixel.png" photos
  cp -r "$GOLDEN/tiny-vit" tiny
  answers 1 "model file 'tiny': is a folder. To make a model file of it: vit-embed export tiny -o model.pt" \
    extract photos -m tiny -o x.npy
  answers 1 "weights alone. To make a model file of them: vit-embed export tiny/model.safetensors -o model.pt" \
    extract photos -m tiny/model.safetensors -o x.npy
  answers 1 "model file 'photos/one-pixel.png': not a TorchScript archive" extract photos -m photos/one-pixel.png -o x.npy
  cp "$MODEL" model.pt
  answers 1 "model file 'mdoel.pt': No such file (did you mean 'model.pt'?)" extract photos -m mdoel.pt -o x.npy
  equal "$(ls | paste -sd' ')" "model.pt photos tiny"
}

@test "an output in a folder that is not there is told before anything is computed" {
  mkdir photos outputs
  cp "$GOLDEN/images/one-pixel.png" photos
  answers 1 "error: 'new/x.npy': there is no folder 'new'. To make it: mkdir -p new" extract photos -m "$MODEL" -o new/x.npy
  answers 1 "there is no folder 'output' (did you mean 'outputs'?)" extract photos -m "$MODEL" -o output/x.npy
  answers 1 "there is no folder 'new'" export "$GOLDEN/tiny-vit" -o new/model.pt
  answers 1 "there is no folder 'new'" merge a.npy b.npy -o new/x.npy
  vit_embed sync photos --store store -m "$MODEL" --quiet
  answers 1 "there is no folder 'new'" snapshot store -o new/x.npy
  answers 1 "there is no folder 'new'" query photos --store store --html new/x.html
  equal "$(ls | paste -sd' ')" "outputs photos store"
}

@test "a store is not begun without a model, and info tells what else there is" {
  mkdir photos
  cp "$GOLDEN/images/one-pixel.png" photos
  answers 2 "a new store needs one (or set VIT_EMBED_MODEL)" sync photos --store store
  equal "$(ls)" photos
  answers 1 "error: 'phtos': No such file or directory (did you mean 'photos'?)" info phtos
  answers 1 "error: 'photos' is a folder. Of a store: vit-embed status photos" info photos
}

@test "a value that is none of those that go names them" {
  answers 2 "error: --format: xyz not in {npy,csv,jsonl}" extract photos -m model.pt -o x --format xyz
}
