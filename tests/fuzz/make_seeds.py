#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets, seeds/TARGET/*. Inputs that once showed a fault stand there, too, and stay.

Needs Python's standard library alone; what is taken from tests/data is copied as it stands.
"""
import bz2
import gzip
import io
import json
import lzma
import pathlib
import shutil
import struct
import tarfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE / "seeds"
DATA = HERE.parent / "data"


def put(target, name, content):
    path = SEEDS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def copy(target, *sources):
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copyfile(DATA / source, SEEDS / target / source.replace("/", "-"))


def png(depth, color, rows, extra=b"", interlaced=0):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 2, len(rows), depth, color, 0, 0, interlaced)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def make_images():
    copy("image", "orientation/1.jpg", "orientation/6.jpg", "orientation/6.png", "orientation/6.webp",
         "orientation/6-prefixed.webp", "orientation/6-big-endian.tiff", "orientation/6-big.tiff",
         "golden/images/one-pixel.png")
    palette = struct.pack(">I", 6) + b"PLTE" + b"\xff\0\0\0\xff\0"
    palette += struct.pack(">I", zlib.crc32(palette[4:]))
    put("image", "gray16.png", png(16, 0, [b"\0\1\2\3", b"\4\5\6\7"]))
    put("image", "rgba.png", png(8, 6, [bytes(8), b"\x80" * 8]))
    put("image", "palette.png", png(1, 3, [b"\x40", b"\x80"], palette))
    bmp = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0) + bytes(range(16))
    put("image", "rgb.bmp", b"BM" + struct.pack("<IHHI", 14 + len(bmp), 0, 0, 54) + bmp)
    put("image", "rgb.ppm", b"P6 2 2 255\n" + bytes(range(12)))
    put("image", "gray16.pgm", b"P5 2 2 65535\n" + bytes(range(8)))
    put("image", "text.pbm", b"P1\n# a comment\n2 2\n1 0 0 1\n")


def make_exif():
    def block(order, kind, value):
        entry = struct.pack(order + "HHI", 0x0112, kind, 1) + value.ljust(4, b"\0")
        body = struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", 1) + entry + bytes(4)
        return (b"II" if order == "<" else b"MM") + body

    put("exif", "little-endian", block("<", 3, struct.pack("<H", 6)))
    put("exif", "big-endian", block(">", 3, struct.pack(">H", 8)))
    put("exif", "long", block("<", 4, struct.pack("<I", 3)))
    put("exif", "prefixed", b"Exif\0\0" + block("<", 3, struct.pack("<H", 5)))


def safetensors(tensors):
    header, data = {}, b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def make_safetensors():
    put("safetensors", "empty", safetensors({}))
    put("safetensors", "two", safetensors({"embeddings.cls_token": ("F32", [1, 1, 2], bytes(8)),
                                           "vit.layernorm.bias": ("BF16", [3], bytes(6))}))
    put("safetensors", "nothing-in-one", safetensors({"a": ("I64", [0, 5], b""), "b": ("U8", [], b"x")}))
    text = b'{"__metadata__":{"format":"pt"}}'
    put("safetensors", "metadata", struct.pack("<Q", len(text)) + text)
    put("safetensors", "claims-4-gib", struct.pack("<Q", 1 << 32) + b"{}")


def npy(descr, shape, rows, version=1, order="False"):
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + rows


def make_npy():
    put("npy", "float32", npy("'<f4'", "(2, 3)", bytes(24)))
    put("npy", "float16-version-2", npy("'<f2'", "(2,)", bytes(4), version=2))
    put("npy", "fortran", npy("'>i8'", "(1, 1, 2)", bytes(16), order="True"))
    put("npy", "records", npy("[('a', '<f4'), ('b', '<U8')]", "(1,)", bytes(36)))
    put("npy", "objects", npy("'|O'", "(1,)", b"x"))
    put("npy", "overflows", npy("'<f4'", "(18446744073709551615, 18446744073709551615)", b""))


def make_text():
    put("csv", "index", "row,path,label\n0,a.jpg,cat\n1,\"b,\"\"c\"\".jpg\",\n")
    put("csv", "crlf", "path,reason\r\n\"two\r\nlines\",x\r\n\n")
    put("csv", "never-closed", 'path\n"a')
    put("list", "lines", "a.jpg\n\nfolder/b.png\nlast")
    put("list", "nul", "a.jpg\0new\nline\0\0")


def make_journal():
    def entry(name, outcome):
        return struct.pack("<I", len(name)) + name + struct.pack("<QqB", 5, 7, outcome)

    payload = struct.pack("<I", 2) + entry(b"a.jpg", 0) + entry(b"b", 2)
    payload += struct.pack("<I", 1) + struct.pack("<QQ", 128, 1)
    put("journal", "payload", payload)
    put("journal", "empty-payload", struct.pack("<II", 0, 0))
    put("journal", "no-record", b"VITJRNL1")
    put("journal", "record-cut", b"VITJRNL1" + struct.pack("<I", len(payload)) + payload)


PREPROCESSING = {"image_size": 224, "resample": "bilinear", "rescale_factor": 1 / 255,
                 "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
FINGERPRINT = {"weights_sha256": "b" * 64, "numerics_version": 1, "feature": "cls", "l2_normalized": False,
               "dtype": "float32", "precision": "fp32", "preprocessing": PREPROCESSING, "exif_orientation": "apply"}
BUILD = {"tool_version": "0.1.0", "engine": "native", "instruction_set": "avx2", "libraries": {"OpenCV": "4.6.0"}}
META = {"format_version": 1, "fingerprint": FINGERPRINT, "build": BUILD,
        "model": {"source": "google/vit", "revision": "c0ffee", "random_weights": False}, "format": "npy",
        "shape": [2, 32], "failed_rows": "skipped", "inputs": 3, "rows": 2,
        "failures": {"permanent": 1, "transient": 0}, "inputs_digest": "d", "rows_sha256": "e", "index_sha256": "f"}
RUN = {"format_version": 1, "format": "csv", "fingerprints": [FINGERPRINT, dict(FINGERPRINT, feature="pooler")],
       "batch_size": 8, "num_threads": 2, "on_error": "skip", "build": BUILD}


def tensor_shapes(hidden, intermediate, tokens, patch):
    linear = lambda name, out, into: {f"{name}.weight": [out, into], f"{name}.bias": [out]}
    norm = lambda name: {f"{name}.weight": [hidden], f"{name}.bias": [hidden]}
    layer = "encoder.layer.0."
    shapes = {"embeddings.cls_token": [1, 1, hidden], "embeddings.position_embeddings": [1, tokens, hidden],
              "embeddings.patch_embeddings.projection.weight": [hidden, 3, patch, patch],
              "embeddings.patch_embeddings.projection.bias": [hidden]}
    for name in "query", "key", "value":
        shapes |= linear(f"{layer}attention.attention.{name}", hidden, hidden)
    shapes |= linear(f"{layer}attention.output.dense", hidden, hidden)
    shapes |= linear(f"{layer}intermediate.dense", intermediate, hidden)
    shapes |= linear(f"{layer}output.dense", hidden, intermediate)
    return shapes | norm(f"{layer}layernorm_before") | norm(f"{layer}layernorm_after") | norm("layernorm")


ARCHITECTURE = {"hidden_size": 2, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 2,
                "image_size": [2, 4], "patch_size": 2, "num_channels": 3, "hidden_act": "gelu",
                "layer_norm_eps": 1e-12, "qkv_bias": True, "pooler": False}
MODEL = {"format_version": 1, "source": "google/vit", "revision": "", "weights_sha256": "a" * 64, "random_seed": 7,
         "architecture": ARCHITECTURE, "preprocessing": dict(PREPROCESSING, image_size=[2, 4]),
         "tensors": [{"name": name, "shape": shape, "xxh3": "0" * 16}
                     for name, shape in sorted(tensor_shapes(2, 2, 3, 2).items())]}


def make_json():
    put("meta", "npy", json.dumps(META))
    put("run_record", "csv", json.dumps(RUN))
    put("model_metadata", "tiny", json.dumps(MODEL))


def archive(entries, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as z:
        for name, content in entries:
            z.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def make_archives():
    entries = [("m/data.pkl", b"\x80\x02."), ("m/code/m.py", b""), ("m/data/0", bytes(8)), ("m/data/1", bytes(4)),
               ("m/extra/vit_embed.json", json.dumps(dict(MODEL, tensors=MODEL["tensors"][:1])).encode())]
    whole = archive(entries)
    put("model_archive", "whole", whole)
    put("model_archive", "cut", whole[:-30])
    put("model_archive", "compressed", archive(entries, zipfile.ZIP_DEFLATED))
    put("model_archive", "foreign", archive(entries[:-1]))
    put("model_archive", "leads-elsewhere", archive([("../../m/data/0", b"x"), ("/m/extra/vit_embed.json", b"{}")]))
    bomb = [("m/code/m.py", b""), ("m/extra/vit_embed.json", b"[" * (1 << 20))]
    put("model_archive", "bomb", archive(bomb, zipfile.ZIP_DEFLATED))
    put("model_archive", "claims-2-gib", whole.replace(struct.pack("<II", 8, 8), struct.pack("<II", 1 << 31, 1 << 31)))


def short_end(tar):
    """Without what rounds it up to 10 KiB."""
    used = len(tar.rstrip(b"\0"))
    return tar[:-(-used // 512) * 512] + bytes(1024)


def tar_of(members, form=tarfile.GNU_FORMAT):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return short_end(file.getvalue())


def make_tars():
    members = [("a/1.cls", b"7\n"), ("a/1.jpg", b"one"), ("a/1.txt", b"a cat\n"), ("b.png", b""), ("l" * 120 + ".gif", b"g")]
    put("tar", "gnu", tar_of(members))
    put("tar", "pax", tar_of(members + [("\u00e9.jpg", b"e")], form=tarfile.PAX_FORMAT))
    put("tar", "cut", tar_of(members)[:2800])
    put("tar", "gz", gzip.compress(tar_of(members), mtime=0))
    put("tar", "bz2", bz2.compress(tar_of(members)))
    put("tar", "xz", lzma.compress(tar_of(members)))
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s.jpg", "GNU.sparse.realsize": "5000"}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("GNUSparseFile.0/s.jpg")
        member.pax_headers = sparse
        content = b"1\n1000\n3\n".ljust(512, b"\0") + b"abc"
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    put("tar", "sparse", short_end(file.getvalue()))


def make_hub():
    copy("hub_config", "golden/tiny-vit/config.json", "golden/tiny-vit/preprocessor_config.json",
         "variants/wide/config.json")
    put("hub_config", "old-processor", json.dumps({"do_normalize": True, "do_resize": True, "size": 224, "resample": 2,
                                                   "image_mean": [0.5] * 3, "image_std": 0.5}))
    put("hub_config", "edges", json.dumps({"size": {"height": 32, "width": 48}, "do_rescale": False}))
    put("hub_config", "shards", json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors",
                                                           "b": "model-00002-of-00002.safetensors"}}))
    put("hub_config", "leads-elsewhere", json.dumps({"weight_map": {"a": "../b.safetensors"}}))
    put("hub_answer", "large", f"302 https://cdn.example/x\nx-repo-commit {'a' * 40}\nx-linked-etag \"{'b' * 64}\"\n"
                               "x-linked-size 1234\n")
    put("hub_answer", "small", f"200 \nx-repo-commit {'a' * 40}\netag W/\"{'c' * 40}\"\ncontent-length 160\n")
    put("hub_answer", "leads-elsewhere", "200 \nx-repo-commit ../../x\netag \"..\"\n")
    put("hub_answer", "gated", "403 \nx-error-code GatedRepo\nx-error-message Access is restricted\n")
    put("hub_answer", "missing", "404 \nx-error-code EntryNotFound\n")
    put("hub_answer", "redirects", "307 http://user:pass@hub.example:443/x?q#f\n")


if __name__ == "__main__":
    for make in (make_images, make_exif, make_safetensors, make_npy, make_text, make_journal, make_json, make_archives,
                 make_tars, make_hub):
        make()
