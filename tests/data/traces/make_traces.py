"""TorchScript files as Python users bring them, with what the same module gives in Python.

Run where python3-torch is installed: python3 make_traces.py OUT. With torch >= 2.0 and python3-transformers it writes
traces of transformers.ViTModel (Transformers 5), and files that cannot work; with any torch it writes traces of a
module with the structure and names of Transformers 4's ViTModel, its prefix saying the torch. Beside NAME.pt stands
NAME.npy: float32 [2, T + 1, D], last_hidden_state of two images and, as one more row, pooler_output (zeros without).
The images' pixel_values are ((31 * i) % 257) / 128 - 1 for i = 0, 1, ... over [2, 3, 32, 32]. Weights are random.
"""
import math
import sys

import numpy as np
import torch
from torch import nn

OUT = sys.argv[1]
HIDDEN, HEADS, MLP, LAYERS, TOKENS = 16, 2, 32, 1, 5
TORCH = "torch" + ".".join(torch.__version__.split("+")[0].split(".")[:2])


def pixel_values(count=2, size=32):
    i = torch.arange(count * 3 * size * size, dtype=torch.int64)
    return ((31 * i % 257).float() / 128 - 1).reshape(count, 3, size, size)


def shaken(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return model.eval()


def named(**children):
    module = nn.Module()
    for name, child in children.items():
        setattr(module, name, child)
    return module


class Layer4(nn.Module):
    """Transformers 4's ViTLayer."""

    def __init__(self, sdpa):
        super().__init__()
        self.sdpa = sdpa
        linear = lambda: nn.Linear(HIDDEN, HIDDEN)
        self.attention = named(attention=named(query=linear(), key=linear(), value=linear()),
                               output=named(dense=linear()))
        self.intermediate = named(dense=nn.Linear(HIDDEN, MLP))
        self.output = named(dense=nn.Linear(MLP, HIDDEN))
        self.layernorm_before = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layernorm_after = nn.LayerNorm(HIDDEN, eps=1e-12)

    def heads(self, x):
        return x.view(x.size(0), x.size(1), HEADS, HIDDEN // HEADS).permute(0, 2, 1, 3)

    def forward(self, x):
        a = self.attention.attention
        normed = self.layernorm_before(x)
        q, k, v = self.heads(a.query(normed)), self.heads(a.key(normed)), self.heads(a.value(normed))
        if self.sdpa:
            context = nn.functional.scaled_dot_product_attention(q, k, v, scale=1 / math.sqrt(HIDDEN // HEADS))
        else:
            scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(HIDDEN // HEADS)
            context = torch.matmul(nn.functional.softmax(scores, dim=-1), v)
        context = context.permute(0, 2, 1, 3).contiguous()
        x = self.attention.output.dense(context.view(context.size(0), context.size(1), HIDDEN)) + x
        return self.output.dense(nn.functional.gelu(self.intermediate.dense(self.layernorm_after(x)))) + x


class ViTModel4(nn.Module):
    """Transformers 4's ViTModel, in structure and names."""

    def __init__(self, sdpa=False):
        super().__init__()
        self.embeddings = named(patch_embeddings=named(projection=nn.Conv2d(3, HIDDEN, 16, 16)))
        self.embeddings.cls_token = nn.Parameter(torch.randn(1, 1, HIDDEN))
        self.embeddings.position_embeddings = nn.Parameter(torch.randn(1, TOKENS, HIDDEN))
        self.encoder = named(layer=nn.ModuleList([Layer4(sdpa) for _ in range(LAYERS)]))
        self.layernorm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.pooler = named(dense=nn.Linear(HIDDEN, HIDDEN))

    def forward(self, pixel_values):
        e = self.embeddings
        x = e.patch_embeddings.projection(pixel_values).flatten(2).transpose(1, 2)
        x = torch.cat((e.cls_token.expand(x.size(0), -1, -1), x), dim=1) + e.position_embeddings
        for layer in self.encoder.layer:
            x = layer(x)
        x = self.layernorm(x)
        return x, torch.tanh(self.pooler.dense(x[:, 0]))


class As(nn.Module):
    """A model whose output is `pick` of its own."""

    def __init__(self, model, pick):
        super().__init__()
        self.model = model
        self.pick = pick

    def forward(self, pixel_values):
        return self.pick(self.model(pixel_values))


def expect(name, tokens, pooled):
    pooled = torch.zeros(2, tokens.shape[2]) if pooled is None else pooled
    np.save(f"{OUT}/{name}.npy", torch.cat((tokens, pooled[:, None]), 1).detach().numpy())


def trace(name, model, tokens, pooled, finish=lambda traced: traced, example=None):
    with torch.no_grad():
        traced = torch.jit.trace(model.eval(), pixel_values() if example is None else example, strict=False)
    finish(traced).save(f"{OUT}/{name}.pt")
    if tokens is not None:
        expect(name, tokens, pooled)


torch.manual_seed(0)
model = shaken(ViTModel4())
with torch.no_grad():
    tokens, pooled = model(pixel_values())
trace(f"{TORCH}-v4-tuple", model, tokens, pooled)
trace(f"{TORCH}-v4-dict", As(model, lambda o: {"last_hidden_state": o[0], "pooler_output": o[1]}), tokens, pooled)
trace(f"{TORCH}-v4-frozen", model, tokens, pooled, finish=torch.jit.freeze)
if TORCH.startswith("torch1."):
    sys.exit()

model = shaken(ViTModel4(sdpa=True))
with torch.no_grad():
    tokens, pooled = model(pixel_values())
trace(f"{TORCH}-v4-sdpa", model, tokens, pooled)

import torchvision  # noqa: E402  registers torchvision::nms
from transformers import ViTConfig, ViTForImageClassification, ViTModel  # noqa: E402

config = dict(hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=MLP,
              image_size=32, initializer_range=0.3)
for attention in ("sdpa", "eager"):
    model = shaken(ViTModel(ViTConfig(**config)))
    model.set_attn_implementation(attention)
    with torch.no_grad():
        out = model(pixel_values())
    expected = out.last_hidden_state, out.pooler_output
    trace(f"{TORCH}-v5-{attention}-dict", model, *expected)
    trace(f"{TORCH}-v5-{attention}-tuple", As(model, lambda o: (o.last_hidden_state, o.pooler_output)), *expected)
    trace(f"{TORCH}-v5-{attention}-tensor", As(model, lambda o: o.last_hidden_state), expected[0], None)
    trace(f"{TORCH}-v5-{attention}-frozen", As(model, lambda o: (o.last_hidden_state, o.pooler_output)), *expected,
          finish=torch.jit.freeze)
tokens_and = As(model, lambda o: (o.last_hidden_state, o.last_hidden_state[:, 0, :10]))
trace(f"{TORCH}-tokens-and-logits", tokens_and, expected[0], None)


class Pyramid(nn.Module):
    """No ViT at all: it returns (last_hidden_state, pooler_output) nonetheless."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 12, 8, 8)

    def forward(self, pixel_values):
        x = self.convolution(pixel_values).flatten(2).transpose(1, 2)
        pooled = x.mean(1)
        return torch.cat((pooled.unsqueeze(1), x), 1), pooled


pyramid = Pyramid().eval()
with torch.no_grad():
    tokens, pooled = pyramid(pixel_values())
torch.jit.script(pyramid).save(f"{OUT}/not-a-vit.pt")
expect("not-a-vit", tokens, pooled)

# What cannot work.
trace("bad-logits", As(ViTForImageClassification(ViTConfig(**config, num_labels=10)).eval(), lambda o: o.logits),
      None, None)
trace("bad-fixed-batch", As(model, lambda o: (o.last_hidden_state.reshape(2, TOKENS, HIDDEN), o.pooler_output)),
      None, None)
trace("bad-half", As(shaken(ViTModel(ViTConfig(**config))).half(), lambda o: (o.last_hidden_state, o.pooler_output)),
      None, None, example=pixel_values().half())


class Boxes(nn.Module):
    def forward(self, pixel_values):
        boxes = torch.ops.torchvision.nms(pixel_values[0, 0, :, :4].abs(), pixel_values[0, 0, :, 0], 0.5)
        return pixel_values[:, :, 0].contiguous() + boxes.sum(), pixel_values[:, 0, 0]


class OnCuda(nn.Module):
    def forward(self, pixel_values):
        x = pixel_values.flatten(2).transpose(1, 2)
        x = x + torch.ones([1], device=torch.device("cuda:0"))
        return x, x[:, 0]


class Dropping(nn.Module):
    def forward(self, pixel_values):
        x = torch.dropout(pixel_values.flatten(2).transpose(1, 2), 0.5, True)
        return x, x[:, 0]


torch.jit.trace(Boxes(), pixel_values(), check_trace=False).save(f"{OUT}/bad-unknown-op.pt")
torch.jit.script(OnCuda()).save(f"{OUT}/bad-cuda.pt")
torch.jit.script(Dropping()).save(f"{OUT}/bad-training.pt")
