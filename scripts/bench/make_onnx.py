#!/usr/bin/python3
"""A model file of `vit-embed export` as ONNX, for the peer that forward.py times: make_onnx.py MODEL.pt OUT.onnx

pixel_values [N, 3, H, W] -> last_hidden_state [N, T, D], with the same weights, in OUT.onnx.data. The operators are those
that torch.onnx.export writes for transformers.ViTModel, in the patterns that ONNX Runtime's optimiser fuses, less the
exporter's detours (shapes worked out at run time, a guard against NaN after each softmax). Needs numpy, and no onnx.
"""
import json
import os
import re
import struct
import sys
import zipfile

import numpy as np

IR_VERSION, OPSET = 8, 17  # 17 has LayerNormalization
FLOAT, INT64 = 1, 7  # TensorProto.DataType
ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_INTS = 1, 2, 7  # AttributeProto.AttributeType
EXTERNAL = 1  # TensorProto.DataLocation
ALIGNMENT = 4096  # of a tensor in the data file, so that it can be mapped


# --- Protocol buffers: a message is bytes, made of its fields. ---


def varint(number):
    encoded = bytearray()
    number &= (1 << 64) - 1
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def field(number, value):
    """An integer, a float, or what has a length: text, or a message."""
    if isinstance(value, (int, np.integer)):
        return varint(number << 3) + varint(int(value))
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(number, values):
    return b"".join(field(number, value) for value in values)


def attribute(name, value):
    if isinstance(value, float):
        content = field(2, value) + field(20, ATTRIBUTE_FLOAT)
    elif isinstance(value, int):
        content = field(3, value) + field(20, ATTRIBUTE_INT)
    else:
        content = fields(8, value) + field(20, ATTRIBUTE_INTS)
    return field(1, name) + content


def value_info(name, dimensions):
    """A float tensor of the graph's border; a dimension is a number or a name."""
    shape = b"".join(field(1, field(2 if isinstance(d, str) else 1, d)) for d in dimensions)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape)))


# --- The model file: an uncompressed ZIP. ---


class ModelFile:
    """The tensors stand in ROOT/data/N in the order of the architecture, in which export writes them."""

    def __init__(self, path):
        self.path = path
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
        metadata = [e for e in entries if e.filename.endswith("/extra/vit_embed.json")]
        if not metadata:
            sys.exit(f"{path}: not a model file of vit-embed export")
        content = json.loads(archive.read(metadata[0]))
        self.architecture = content["architecture"]
        self.shapes = {tensor["name"]: tensor["shape"] for tensor in content["tensors"]}
        numbers = {e: re.fullmatch(r"[^/]+/data/(\d+)", e.filename) for e in entries}
        self.records = {int(match[1]): e for e, match in numbers.items() if match}
        self.positions = {name: i for i, name in enumerate(parameter_names(self.architecture))}

    def tensor(self, name):
        entry, shape = self.records[self.positions[name]], self.shapes[name]
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != 4 * np.prod(shape):
            sys.exit(f"{self.path}: {entry.filename} is not tensor {name}, as vit-embed export writes it")
        with open(self.path, "rb") as file:
            file.seek(entry.header_offset)
            header = file.read(30)
            file.seek(sum(struct.unpack("<HH", header[26:30])), os.SEEK_CUR)  # the entry's name and its padding
            return np.fromfile(file, "<f4", int(np.prod(shape))).reshape(shape)


def parameter_names(architecture):
    def linear(name, bias=True):
        return [f"{name}.weight", f"{name}.bias"] if bias else [f"{name}.weight"]

    names = ["embeddings.cls_token", "embeddings.position_embeddings"]
    names += linear("embeddings.patch_embeddings.projection")
    for i in range(architecture["num_hidden_layers"]):
        layer = f"encoder.layer.{i}"
        for part in ("query", "key", "value"):
            names += linear(f"{layer}.attention.attention.{part}", architecture["qkv_bias"])
        for part in ("attention.output.dense", "intermediate.dense", "output.dense"):
            names += linear(f"{layer}.{part}")
        names += linear(f"{layer}.layernorm_before") + linear(f"{layer}.layernorm_after")
    return names + linear("layernorm") + (linear("pooler.dense") if architecture["pooler"] else [])


# --- The graph. ---


class Graph:
    """Nodes and initialisers in the order in which they are added; a value is known by its name."""

    def __init__(self, data_path):
        self.nodes, self.initializers = [], []
        self.data_name = os.path.basename(data_path)
        self.data = open(data_path, "wb")

    def weights(self, name, values):
        """In the data file: a message may not be larger than 2 GB."""
        values = np.ascontiguousarray(values, "<f4")
        self.data.write(bytes(-self.data.tell() % ALIGNMENT))
        place = {"location": self.data_name, "offset": str(self.data.tell()), "length": str(values.nbytes)}
        entries = fields(13, [field(1, key) + field(2, value) for key, value in place.items()])
        tensor = fields(1, values.shape) + field(2, FLOAT) + field(8, name)
        self.initializers.append(tensor + entries + field(14, EXTERNAL))
        values.tofile(self.data)
        return name

    def constant(self, name, values):
        values = np.asarray(values, "<i8" if isinstance(values, list) else "<f4")
        kind = INT64 if values.dtype.kind == "i" else FLOAT
        self.initializers.append(fields(1, values.shape) + field(2, kind) + field(8, name) + field(9, values.tobytes()))
        return name

    def node(self, operator, name, inputs, **attributes):
        """Its result has its name."""
        content = fields(1, inputs) + field(2, name) + field(3, name) + field(4, operator)
        self.nodes.append(content + fields(5, [attribute(key, value) for key, value in attributes.items()]))
        return name

    def model(self, name, inputs, outputs):
        self.data.close()
        graph = fields(1, self.nodes) + field(2, name) + fields(5, self.initializers)
        graph += fields(11, inputs) + fields(12, outputs)
        return field(1, IR_VERSION) + field(2, "vit-embed") + field(7, graph) + field(8, field(1, "") + field(2, OPSET))


class VitGraph:
    def __init__(self, file, graph):
        self.file, self.graph, self.a = file, graph, file.architecture
        if self.a["hidden_act"] != "gelu":
            sys.exit(f"only gelu is made here, and the model's activation is {self.a['hidden_act']}")
        self.hidden, self.heads = self.a["hidden_size"], self.a["num_attention_heads"]
        self.head_size = self.hidden // self.heads
        size = self.a["image_size"]
        self.height, self.width = (size, size) if isinstance(size, int) else size
        self.patches = (self.height // self.a["patch_size"]) * (self.width // self.a["patch_size"])
        # A 0 takes the input's dimension: the batch stays open without working out shapes.
        self.to_heads = graph.constant("to_heads", [0, self.patches + 1, self.heads, self.head_size])
        self.from_heads = graph.constant("from_heads", [0, self.patches + 1, self.hidden])
        self.scale = graph.constant("scale", self.head_size**-0.5)
        self.root_of_2, self.one = graph.constant("root_of_2", 2**0.5), graph.constant("one", 1.0)
        self.half = graph.constant("half", 0.5)

    def parameter(self, name):
        return self.graph.weights(name, self.file.tensor(name))

    def linear(self, name, x):
        weights = self.graph.weights(f"{name}.weight", self.file.tensor(f"{name}.weight").T)
        product = self.graph.node("MatMul", f"{name}.product", [x, weights])
        if f"{name}.bias" not in self.file.positions:
            return product
        return self.graph.node("Add", f"{name}.sum", [self.parameter(f"{name}.bias"), product])

    def norm(self, name, x):
        inputs = [x, self.parameter(f"{name}.weight"), self.parameter(f"{name}.bias")]
        epsilon = float(self.a["layer_norm_eps"])
        return self.graph.node("LayerNormalization", f"{name}.norm", inputs, axis=-1, epsilon=epsilon)

    def gelu(self, name, x):
        node = self.graph.node
        erf = node("Erf", f"{name}.erf", [node("Div", f"{name}.divided", [x, self.root_of_2])])
        product = node("Mul", f"{name}.product", [x, node("Add", f"{name}.erf_and_1", [erf, self.one])])
        return node("Mul", name, [product, self.half])

    def embeddings(self):
        node, side, prefix = self.graph.node, self.a["patch_size"], "embeddings.patch_embeddings.projection"
        inputs = ["pixel_values", self.parameter(f"{prefix}.weight"), self.parameter(f"{prefix}.bias")]
        grid = node("Conv", "patch_grid", inputs, kernel_shape=[side, side], strides=[side, side])
        flat = node("Reshape", "flat_patches", [grid, self.graph.constant("flat", [0, self.hidden, self.patches])])
        patches = node("Transpose", "patches", [flat], perm=[0, 2, 1])
        # [CLS] with its position, once for each image.
        positions = self.file.tensor("embeddings.position_embeddings")
        cls = self.graph.weights("cls_and_position", self.file.tensor("embeddings.cls_token") + positions[:, :1])
        pixels_shape = node("Shape", "pixels_shape", ["pixel_values"])
        batch = node("Gather", "batch", [pixels_shape, self.graph.constant("first", [0])], axis=0)
        shape = node("Concat", "cls_shape", [batch, self.graph.constant("of_one", [1, self.hidden])], axis=0)
        cls = node("Expand", "cls", [cls, shape])
        placed = node("Add", "placed_patches", [patches, self.graph.weights("patch_positions", positions[:, 1:])])
        return node("Concat", "embeddings", [cls, placed], axis=1)

    def attention(self, name, x):
        node = self.graph.node

        def heads(part, perm):
            projected = self.linear(f"{name}.attention.{part}", x)
            split = node("Reshape", f"{name}.{part}.split", [projected, self.to_heads])
            return node("Transpose", f"{name}.{part}.heads", [split], perm=perm)

        query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
        scores = node("Mul", f"{name}.scores", [node("MatMul", f"{name}.products", [query, key]), self.scale])
        weights = node("Softmax", f"{name}.weights", [scores], axis=-1)
        context = node("MatMul", f"{name}.context", [weights, value])
        rows = node("Transpose", f"{name}.rows", [context], perm=[0, 2, 1, 3])
        joined = node("Reshape", f"{name}.joined", [rows, self.from_heads])
        return self.linear(f"{name}.output.dense", joined)

    def layer(self, name, x):
        attention = self.attention(f"{name}.attention", self.norm(f"{name}.layernorm_before", x))
        x = self.graph.node("Add", f"{name}.attended", [attention, x])
        intermediate = self.linear(f"{name}.intermediate.dense", self.norm(f"{name}.layernorm_after", x))
        output = self.linear(f"{name}.output.dense", self.gelu(f"{name}.gelu", intermediate))
        return self.graph.node("Add", f"{name}.out", [output, x])

    def build(self):
        x = self.embeddings()
        for i in range(self.a["num_hidden_layers"]):
            x = self.layer(f"encoder.layer.{i}", x)
        last = self.norm("layernorm", x)
        pixels = value_info("pixel_values", ["batch", 3, self.height, self.width])
        hidden = value_info(last, ["batch", self.patches + 1, self.hidden])
        return self.graph.model("vit", [pixels], [hidden])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    model, out = sys.argv[1:]
    content = VitGraph(ModelFile(model), Graph(f"{out}.data")).build()
    with open(out, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main()
