load setup

@test "export says what it made" {
  run --separate-stderr vit_embed export "$GOLDEN/tiny-vit" -o model.pt
  equal "$status" 0
  equal "$output" ""
  equal "$stderr" "vit-embed: info: model.pt: ViT, 3 layers, hidden size 64, 224x224 in patches of 16, with pooler"
}

@test "export takes the .safetensors file itself" {
  vit_embed export "$GOLDEN/tiny-vit/model.safetensors" -o model.pt --quiet
  vit_embed info model.pt | grep -q "3 layers, hidden size 64"
}

@test "export from an unknown source names it and writes nothing" {
  run vit_embed export nowhere -o model.pt
  equal "$status" 1
  [[ $output == *"nowhere"* ]]
  [ ! -e model.pt ]
}

@test "export without a source or a seed is a usage error" {
  run vit_embed export -o model.pt
  equal "$status" 2
}

@test "export into a folder that is not there fails and names it" {
  run vit_embed export "$GOLDEN/tiny-vit" -o missing/model.pt
  equal "$status" 1
  [[ $output == *"missing/model.pt"* ]]
}

@test "export refuses another architecture with the reason" {
  mkdir clip && cp "$GOLDEN"/tiny-vit/* clip/
  sed -i 's/"model_type": "vit"/"model_type": "clip_vision_model"/' clip/config.json
  run vit_embed export clip -o model.pt
  equal "$status" 1
  [[ $output == *"clip_vision_model"* ]]
  [ ! -e model.pt ]
}

@test "export finds ORG/NAME in the Hub's cache, and records the revision" {
  snapshot=hub/models--someone--tiny/snapshots/0123456789abcdef
  mkdir -p "$snapshot" hub/models--someone--tiny/refs
  printf 0123456789abcdef > hub/models--someone--tiny/refs/main
  cp "$GOLDEN"/tiny-vit/* "$snapshot"
  HF_HUB_CACHE=$PWD/hub vit_embed export someone/tiny -o model.pt --quiet
  vit_embed info model.pt | grep -q "someone/tiny at 0123456789abcdef"
}

@test "random weights are the same for the same seed, and said wherever they show" {
  run vit_embed export "$GOLDEN/tiny-vit" --random-weights 7 -o a.pt
  equal "$status" 0
  [[ $output == *"RANDOM WEIGHTS"* ]]
  vit_embed export "$GOLDEN/tiny-vit" --random-weights 7 -o b.pt --quiet
  vit_embed export "$GOLDEN/tiny-vit" --random-weights 8 -o c.pt --quiet
  weights() { vit_embed info "$1" | grep weights: | sed 's/.*SHA-256//'; }
  equal "$(weights a.pt)" "$(weights b.pt)"
  [ "$(weights a.pt)" != "$(weights c.pt)" ]
  [[ $(vit_embed info a.pt) == *"RANDOM (seed 7)"* ]]
  run vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m a.pt -o x.npy
  equal "$status" 0
  [[ $output == *"RANDOM WEIGHTS"* ]]
  [[ $(vit_embed info x.npy) == *"RANDOM WEIGHTS"* ]]
}

@test "export interpolates the position embeddings to another image size, square or not" {
  vit_embed export "$GOLDEN/tiny-vit" --image-size 384x160 -o model.pt --quiet
  [[ $(vit_embed info model.pt) == *"384x160, patches of 16, 241 tokens"* ]]
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m model.pt --feature tokens -o x.npy --quiet
  equal "$(python -c 'import numpy; print(numpy.load("x.npy").shape)')" "(1, 241, 64)"
  run vit_embed export "$GOLDEN/tiny-vit" --image-size 384x -o model.pt
  equal "$status" 2
  [[ $output == *"--image-size '384x'"* ]]
  run vit_embed export "$GOLDEN/tiny-vit" --image-size 8 -o model.pt
  equal "$status" 1
  [[ $output == *"image_size 8x8 is less than patch_size 16"* ]]
}
