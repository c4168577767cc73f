"""Small ViTs of every kind that the Hub has, with what transformers.ViTModel gives for them.

Run where python3-torch and python3-transformers are installed: python3 make_variants.py OUT
OUT/NAME is a snapshot in the Hub's layout with expected-HxW.npy in it: float32 [2, T + 1, D], last_hidden_state of two
images and, as one more row, pooler_output (zeros without a pooler). The images' pixel_values are
((31 * i) % 257) / 128 - 1 for i = 0, 1, ... over [2, 3, H, W]. All weights are random.
"""
import json
import os
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import ViTConfig, ViTForImageClassification, ViTModel

OUT = sys.argv[1]


def pixel_values(height, width, count=2):
    i = torch.arange(count * 3 * height * width, dtype=torch.int64)
    return ((31 * i % 257).float() / 128 - 1).reshape(count, 3, height, width)


def expect(folder, model, height, width, **kwargs):
    with torch.no_grad():
        out = model.eval().float()(pixel_values(height, width), **kwargs)
    tokens = out.last_hidden_state
    pooled = torch.zeros(2, 1, tokens.shape[2]) if out.pooler_output is None else out.pooler_output[:, None]
    np.save(f"{folder}/expected-{height}x{width}.npy", torch.cat((tokens, pooled), 1).numpy())


def config(**changes):
    small = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32,
                 patch_size=16, initializer_range=0.3)
    return ViTConfig(**{**small, **changes})


def shaken(model):
    """Biases and norms, too, so that none can be left out unseen."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return model


def write(name, model, base=None, **save):
    folder = f"{OUT}/{name}"
    model.save_pretrained(folder, **save)
    c = model.config
    height, width = c.image_size if isinstance(c.image_size, (list, tuple)) else (c.image_size, c.image_size)
    with open(f"{folder}/preprocessor_config.json", "w") as f:
        json.dump({"size": {"height": height, "width": width}}, f)
    expect(folder, base or model, height, width)
    return folder


torch.manual_seed(0)
for name, changes in {
        "patch8": dict(patch_size=8), "patch14": dict(patch_size=14, image_size=42),
        "patch32": dict(patch_size=32, image_size=64), "patch14-leaves-a-margin": dict(patch_size=14, image_size=32),
        "wide": dict(image_size=[32, 64]), "gelu_new": dict(hidden_act="gelu_new"),
        "gelu_pytorch_tanh": dict(hidden_act="gelu_pytorch_tanh"), "no-qkv-bias": dict(qkv_bias=False),
        "eps": dict(layer_norm_eps=0.1)}.items():
    write(name, shaken(ViTModel(config(**changes))))
write("no-pooler", shaken(ViTModel(config(), add_pooling_layer=False)))
write("float16", shaken(ViTModel(config())).half())
write("bfloat16", shaken(ViTModel(config())).bfloat16())
write("sharded", shaken(ViTModel(config())), max_shard_size="8KB")
classifier = shaken(ViTForImageClassification(config(num_labels=5)))
write("classifier", classifier, classifier.vit)

five = shaken(ViTModel(config()))
folder = write("transformers-5-names", five)
save_file({k: v.contiguous() for k, v in five.state_dict().items()}, f"{folder}/model.safetensors")

grid = shaken(ViTModel(config(image_size=64)))
folder = write("interpolated", grid)
for height, width in ((96, 96), (48, 48), (64, 128), (80, 48)):
    expect(folder, grid, height, width, interpolate_pos_encoding=True)
for root, _, files in os.walk(OUT):
    for f in files:
        if f.endswith(".json"):
            text = open(f"{root}/{f}").read()
            open(f"{root}/{f}", "w").write(text if text.endswith("\n") else text + "\n")
