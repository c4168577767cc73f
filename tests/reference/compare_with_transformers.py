"""What scripts/reference.sh compares: a tar on stdin with model/, images/ and ours/, the latter as `extract` wrote it."""
import csv
import os
import sys
import tarfile
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["UCX_LOG_LEVEL"] = "fatal"  # of torch's network, which misses /proc in a root without

import numpy as np
import PIL
import torch
import transformers
from PIL import Image, ImageOps
from transformers import ViTModel
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

FEATURES = {
    "cls": lambda output: output.last_hidden_state[:, 0],
    "pooler": lambda output: output.pooler_output,
    "mean": lambda output: output.last_hidden_state[:, 1:].mean(1),
}


def read_ours(directory, feature):
    """Rows by the names of their images; nothing where the model has no such feature."""
    path = f"{directory}/ours/x.{feature}.npy"
    if not os.path.exists(path):
        return None
    with open(f"{path}.index.csv", newline="", encoding="utf-8", errors="surrogateescape") as f:
        names = [os.path.basename(record["path"]) for record in csv.DictReader(f)]
    return dict(zip(names, np.load(path).astype(np.float32), strict=True))


def embed(directory, names):
    """What Transformers gives of each image: features by name, or why it has none."""
    processor = ViTImageProcessorPil.from_pretrained(f"{directory}/model")
    model, loading = ViTModel.from_pretrained(f"{directory}/model", output_loading_info=True)
    has_pooler = not any("pooler" in key for key in loading["missing_keys"])
    model.eval()
    for name in names:
        try:
            with Image.open(f"{directory}/images/{name}") as image:
                image = ImageOps.exif_transpose(image).convert("RGB")
        except Exception as e:  # whatever a decoder throws, there is no embedding
            yield name, str(e)
            continue
        with torch.inference_mode():
            output = model(**processor(images=image, return_tensors="pt"))
        yield name, {feature: of(output)[0].numpy() for feature, of in FEATURES.items() if feature != "pooler" or has_pooler}


def main():
    tolerance = float(sys.argv[1])
    transformers.logging.set_verbosity_error()  # that a head is left out is as it should be
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(os.cpu_count())
    with tempfile.TemporaryDirectory() as directory:
        with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as tar:
            tar.extractall(directory)
        ours = {feature: rows for feature in FEATURES if (rows := read_ours(directory, feature)) is not None}
        theirs = dict(embed(directory, sorted(os.listdir(f"{directory}/images"))))
        with open(f"{directory}/ours/run", encoding="utf-8") as f:
            version, flags = f.read().splitlines()

    embedded = {name for name, features in theirs.items() if not isinstance(features, str)}
    print(f"{version} {flags}".strip() + f", Transformers {transformers.__version__}, torch {torch.__version__}, "
          f"Pillow {PIL.__version__}\n")
    print("| feature | images | largest difference | least cosine | largest value |")
    print("|---|---:|---:|---:|---:|")
    is_right = bool(embedded)
    for feature, rows in ours.items():
        both = sorted(embedded & rows.keys())
        if not both:
            is_right = False
            continue
        a = np.stack([rows[name] for name in both]).astype(np.float64)
        b = np.stack([theirs[name][feature] for name in both]).astype(np.float64)
        difference = np.abs(a - b).max()
        cosine = ((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min()
        print(f"| {feature} | {len(both)} | {difference:.1e} | {cosine:.9f} | {np.abs(b).max():.2f} |")
        is_right = is_right and difference <= tolerance

    missing, additional = sorted(embedded - ours["cls"].keys()), sorted(ours["cls"].keys() - embedded)
    print(f"\nembedded by both: {len(embedded) - len(missing)}, by Transformers alone: {len(missing)}, by vit-embed alone: "
          f"{len(additional)}, by neither: {len(theirs) - len(embedded) - len(additional)}")
    for name in missing:
        print(f"only Transformers embeds {name}")
    for name in additional:
        print(f"only vit-embed embeds {name}: {theirs[name]}")
    sys.exit(0 if is_right and not missing else 1)


main()
