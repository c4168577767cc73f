load setup

# TorchScript that Python made. It takes images of 32x32.
TRACE=$GOLDEN/../traces/torch2.14-v5-sdpa-tuple.pt

@test "extract takes a trace from Python, says what it took it for, and its preprocessing stands in the meta" {
  run --separate-stderr vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$TRACE" -o x.npy \
    --image-size 32 --mean 0.485,0.456,0.406 --std 0.25 --resample bicubic --feature cls,pooler
  equal "$status" 0
  [[ $stderr == *"last_hidden_state [5, 16] is output '0', pooler_output [16] is output '1'"* ]]
  equal "$(python -c 'import numpy; print(numpy.load("x.cls.npy").shape, numpy.load("x.pooler.npy").shape)')" \
    "(1, 16) (1, 16)"
  python - <<'END'
import json
p = json.load(open("x.cls.npy.meta.json"))["fingerprint"]["preprocessing"]
assert p["image_size"] == 32 and p["resample"] == "bicubic", p
assert p["image_mean"] == [0.485, 0.456, 0.406] and p["image_std"] == [0.25, 0.25, 0.25], p
END
}

@test "a preprocessor_config.json says the same, and flags go over it" {
  echo '{"size": 32, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.1, 0.1, 0.1]}' > p.json
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$TRACE" -o a.npy --processor p.json --std 0.25 -q
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$TRACE" -o b.npy -q \
    --image-size 32 --mean 0.485,0.456,0.406 --std 0.25 --resample bicubic
  cmp a.npy b.npy
  vit_embed extract "$GOLDEN/images/rgb-8bit.png" -m "$TRACE" -o c.npy --processor p.json -q
  run cmp -s a.npy c.npy
  equal "$status" 1
}

@test "other preprocessing does not go on from a run of the first, and a finished output is up to date" {
  vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 -o x.npy -q
  run vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 -o x.npy
  equal "$status" 0
  [[ $output == *"up to date"* ]]
  before=$(sha256sum < x.npy)
  vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 --mean 0.1 -o x.npy -q
  [ "$(sha256sum < x.npy)" != "$before" ]
}

@test "a trace for images of another size is refused with the flag that says it" {
  run vit_embed extract "$GOLDEN/images" -m "$TRACE" -o x.npy
  equal "$status" 1
  [[ $output == *"does not take pixel_values [1, 3, 224, 224]"*"--image-size"* ]]
  [ ! -e x.npy ] && [ ! -e x.npy.partial ]
}

@test "preprocessing flags are refused for a model file that says its own" {
  for flag in "--image-size 32" "--mean 0.5" "--std 0.5" "--resample box" "--processor p.json"; do
    # shellcheck disable=SC2086
    run vit_embed extract "$GOLDEN/images" -m "$MODEL" -o x.npy $flag
    equal "$status" 2
    [[ $output == *"says itself how images are preprocessed"* ]]
  done
}

@test "preprocessing flags that make no sense are usage errors that name them" {
  for flag in "--image-size 0" "--image-size 99999" "--mean a" "--mean 1,2" "--std 0" "--std 1,1,-1" "--mean 1,"; do
    # shellcheck disable=SC2086
    run vit_embed extract "$GOLDEN/images" -m "$TRACE" -o x.npy $flag
    equal "$status" 2
    [[ $output == *"${flag%% *}"* ]]
  done
}

@test "a feature that a trace does not give is refused" {
  run vit_embed extract "$GOLDEN/images" -m "$GOLDEN/../traces/torch2.14-v5-eager-tensor.pt" --image-size 32 \
    --feature pooler -o x.npy
  equal "$status" 1
  [[ $output == *"has no pooler"* ]]
}

@test "info tells what a trace gives, and --json tells machines" {
  run --separate-stderr vit_embed info "$TRACE" --image-size 32
  equal "$status" 0
  [[ $output == *"TorchScript, not made by vit-embed export"* ]]
  [[ $output == *"cls [16], pooler [16], mean [16], tokens [5, 16]"* ]]
  vit_embed info "$TRACE" --image-size 32 --json 2>/dev/null | python -c '
import json, sys
m = json.load(sys.stdin)
assert m["kind"] == "foreign_model" and m["num_tokens"] == 5 and m["pooler"] is True, m'
}

@test "a dry run of a trace tells the size of its rows" {
  run --separate-stderr vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 -o x.npy --dry-run
  equal "$status" 0
  [[ $output == *"inputs: 28"* ]]
}

# A trace whose weights are constants: nothing for the native engine.
FROZEN=$GOLDEN/../traces/torch2.14-v5-sdpa-frozen.pt

@test "a trace of ViTModel runs on the native engine, near the graph's own numbers, and the meta says which" {
  run --separate-stderr vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 -o native.npy
  equal "$status" 0
  [[ $stderr != *"runs on the TorchScript engine"* ]]
  vit_embed extract "$GOLDEN/images" -m "$TRACE" --image-size 32 -o graph.npy --engine torchscript -q
  python - <<'END'
import json, numpy
engines = [json.load(open(f"{name}.npy.meta.json"))["build"]["engine"] for name in ("native", "graph")]
assert engines == ["native", "torchscript"], engines
assert abs(numpy.load("native.npy") - numpy.load("graph.npy")).max() < 1e-4
END
}

@test "a trace that the native engine does not take runs on the TorchScript engine, which is said once" {
  run --separate-stderr vit_embed extract "$GOLDEN/images" -m "$FROZEN" --image-size 32 -o x.npy
  equal "$status" 0
  equal "$(grep -c "frozen.pt': runs on the TorchScript engine: it has no parameters: a frozen module" <<< "$stderr")" 1
  vit_embed info x.npy | grep -q "torchscript engine in fp32"
  run --separate-stderr vit_embed extract "$GOLDEN/images" -m "$FROZEN" --image-size 32 -o y.npy --engine torchscript
  equal "$status" 0
  [[ $stderr != *"runs on the TorchScript engine"* ]]
}

@test "--engine native refuses a trace that it does not take, with the reason" {
  run vit_embed extract "$GOLDEN/images" -m "$FROZEN" --image-size 32 -o x.npy --engine native
  equal "$status" 1
  [[ $output == *"frozen.pt'"*"--engine native"*"does not fit"*"a frozen module"* ]]
  [ ! -e x.npy ] && [ ! -e x.npy.partial ]
}
