load setup

@test "info describes a model file" {
  run vit_embed info "$MODEL"
  equal "$status" 0
  equal "${lines[0]}" "$MODEL: TorchScript model file"
  equal "${lines[3]}" "architecture:   ViT, 3 layers, hidden size 64, 4 heads, MLP 256, gelu"
  equal "${lines[4]}" "input:          224x224, patches of 16, 197 tokens"
  equal "${lines[5]}" "features:       cls [64], pooler [64], mean [64], tokens [197, 64]"
  equal "${lines[6]}" "preprocessing:  bilinear, x 0.00392157, mean [0.5, 0.5, 0.5], std [0.5, 0.5, 0.5]"
  vit_embed info --json "$MODEL" | python -c '
import json, sys
d = json.load(sys.stdin)
assert d["kind"] == "model" and d["model"]["architecture"]["hidden_size"] == 64 and len(d["model"]["tensors"]) == 56, len(d["model"]["tensors"])'
}

@test "info describes an output, and what adds up in it" {
  cp "$GOLDEN/images/rgb-8bit.png" a.png; : > b.png
  vit_embed extract . -m "$MODEL" -o x.npy --quiet || [ $? = 3 ]
  run vit_embed info x.npy
  equal "$status" 0
  equal "${lines[0]}" "x.npy: npy, [1, 64]<f4"
  equal "${lines[1]}" "publication:    whole"
  [[ $output == *"inputs:         2, of which 1 failed (1 permanent, 0 transient)"* ]]
  [[ $output == *"made by:        vit-embed "*" engine in fp32, "* ]]
  vit_embed info --json x.npy | python -c '
import hashlib, json, sys
d = json.load(sys.stdin)
assert d["whole"] and d["shape"] == [1, 64] and d["meta"]["inputs"] == 2
assert d["meta"]["rows_sha256"] == hashlib.sha256(open("x.npy", "rb").read()[128:]).hexdigest()
assert d["meta"]["index_sha256"] == hashlib.sha256(open("x.npy.index.csv", "rb").read()).hexdigest()'
}

@test "info says when an output is not whole" {
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$MODEL" -o x.csv --quiet
  vit_embed info x.csv | grep -q "publication:    whole"
  echo more >> x.csv
  vit_embed info x.csv | grep -q "changed after it was published"
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$MODEL" -o x.npy --quiet
  mv x.npy.meta.json away
  vit_embed info x.npy | grep -q "no x.npy.meta.json"
  mv away x.npy.meta.json; truncate -s -4 x.npy
  vit_embed info x.npy | grep -q "not as long as its header says"
}

@test "info of something else is an error that names it" {
  echo text > x.bin
  run vit_embed info x.bin
  equal "$status" 1
  [[ $output == *"x.bin"* ]]
  run vit_embed info missing.npy
  equal "$status" 1
  [[ $output == *"missing.npy"* ]]
}
