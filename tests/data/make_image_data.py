"""What Pillow and Transformers give, for the tests of src/image.

Run where python3-pil and python3-transformers are installed, in a copy of tests/data that holds golden/:
    python3 make_image_data.py
Writes orientation/ and pillow/ beside this script; their README.md say what is in them.
"""
import hashlib, io, os, struct
import numpy as np, PIL
from PIL import Image, ImageFile, ImageOps
import transformers
from transformers.image_transforms import normalize, rescale

here = os.path.dirname(os.path.abspath(__file__))
for d in ("orientation", "pillow"): os.makedirs(f"{here}/{d}", exist_ok=True)

# Noise that the C++ test makes too: byte i of an image from a 32-bit mix of i and the size.
def noise(w, h, kind):
    x = np.arange(w * h * 3, dtype=np.uint32) * np.uint32(2654435761) + np.uint32((w * 65537 + h) & 0xffffffff)
    x ^= x >> np.uint32(15); x *= np.uint32(2246822519); x ^= x >> np.uint32(13); x *= np.uint32(3266489917); x ^= x >> np.uint32(16)
    b = (x >> np.uint32(24)).astype(np.uint8)
    if kind == "extreme": b = np.where(b >= 128, 255, 0).astype(np.uint8)
    return Image.fromarray(b.reshape(h, w, 3), "RGB")

def digest(im): return hashlib.sha256(im.tobytes()).hexdigest()

# --- orientation ---
def gradient(w, h):
    y, x = np.mgrid[0:h, 0:w]
    return Image.fromarray(np.stack([x * 255 // (w - 1), y * 255 // (h - 1), (x * 7 + y * 13) % 256], -1).astype("u1"), "RGB")

def big_endian_tiff(im, orientation):
    """An uncompressed one-strip TIFF in big-endian order, which Pillow does not write."""
    data = im.tobytes(); entries = 9; at = 8 + 2 + 12 * entries + 4
    short = lambda v: struct.pack(">HH", v, 0)
    long = lambda v: struct.pack(">I", v)
    tags = [(256, 3, 1, short(im.width)), (257, 3, 1, short(im.height)), (258, 3, 3, long(at)), (262, 3, 1, short(2)), (273, 4, 1, long(at + 6)),
            (274, 3, 1, short(orientation)), (277, 3, 1, short(3)), (278, 3, 1, short(im.height)), (279, 4, 1, long(len(data)))]
    return b"MM\0*" + long(8) + struct.pack(">H", entries) + b"".join(struct.pack(">HHI", t, k, n) + v for t, k, n, v in tags) + long(0) + struct.pack(">HHH", 8, 8, 8) + data

stored = gradient(24, 16)
out = f"{here}/orientation/"
for o in range(1, 9):
    exif = Image.Exif(); exif[0x0112] = o
    stored.save(f"{out}{o}.jpg", quality=90, exif=exif)
    stored.save(f"{out}{o}.png", exif=exif)
    stored.save(f"{out}{o}.webp", lossless=True, exif=exif)
    # libwebp's muxer stores what it is given: some writers leave the prefix in.
    bare = io.BytesIO(); stored.save(bare, "WEBP", lossless=True, exif=exif); b = bare.getvalue()
    at = b.index(b"EXIF"); n = struct.unpack("<I", b[at + 4:at + 8])[0]; body = b"Exif\0\0" + b[at + 8:at + 8 + n]
    chunk = b"EXIF" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    whole = b[8:at] + chunk
    open(f"{out}{o}-prefixed.webp", "wb").write(b"RIFF" + struct.pack("<I", len(whole)) + whole)
    stored.save(f"{out}{o}.tiff", compression="tiff_lzw", exif=exif)
    stored.save(f"{out}{o}-big.tiff", big_tiff=True, exif=exif)
    open(f"{out}{o}-big-endian.tiff", "wb").write(big_endian_tiff(stored, o))
names = sorted(n for n in os.listdir(out) if n[0].isdigit())
with open(f"{out}expected.txt", "w") as f:
    f.write("# file, upright width and height, SHA-256 of the upright RGB bytes, SHA-256 of the stored ones\n")
    for n in names:
        with Image.open(out + n) as im: up = ImageOps.exif_transpose(im).convert("RGB")
        # Pillow turns a TIFF on loading; its stored pixels are the source's.
        with Image.open(out + n) as im: raw = stored if n.endswith(".tiff") else im.convert("RGB")
        f.write(f"{n} {up.width} {up.height} {digest(up)} {digest(raw)}\n")

# --- resize ---
sources = [(1, 1), (3, 5), (7, 900), (1500, 9), (224, 224), (500, 375), (333, 222), (640, 224), (224, 640), (31, 3101), (5, 501), (23, 24), (2000, 37), (70000, 3), (3, 70000), (1001, 751)]
targets = [(224, 224), (17, 13), (1, 1), (63, 384)]
filters = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]
with open(f"{here}/pillow/resize.txt", "w") as f:
    f.write("# noise, width, height, to width, to height, filter, SHA-256 of the resized RGB bytes\n")
    for kind in ("uniform", "extreme"):
        for w, h in sources:
            im = noise(w, h, kind)
            for tw, th in targets:
                for number, name in enumerate(filters): f.write(f"{kind} {w} {h} {tw} {th} {name} {digest(im.resize((tw, th), number))}\n")

# --- rescale and normalise ---
settings = [(1 / 255, [0.5] * 3, [0.5] * 3), (1 / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), (0.00784313725490196, [1.0, 0.9, 0.0], [1.0, 0.3, 2.0]),
            (1 / 255, [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])]
with open(f"{here}/pillow/normalization.txt", "w") as f:
    f.write("# rescale factor, three means, three standard deviations; then per channel the float32 bits of samples 0 to 255\n")
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8), (3, 1, 256)).copy()
    for factor, mean, std in settings:
        v = normalize(rescale(ramp, factor, data_format="channels_first", input_data_format="channels_first"), mean, std, data_format="channels_first", input_data_format="channels_first")
        assert v.dtype == np.float32
        f.write(" ".join(repr(float(x)) for x in [factor, *mean, *std]) + "\n")
        for channel in v[:, 0]: f.write(" ".join("%08x" % b for b in channel.view(np.uint32)) + "\n")

# --- a TIFF whose directory stands before its strips, so that a cut one still has it ---
gradient(40, 30).save(f"{here}/pillow/five-strips.tiff", tiffinfo={278: 6})

# --- cut JPEG files ---
def outcome(encoded, allow_truncated):
    ImageFile.LOAD_TRUNCATED_IMAGES = allow_truncated
    try: return digest(Image.open(io.BytesIO(encoded)).convert("RGB"))
    except Exception: return "error"

with open(f"{here}/pillow/truncation.txt", "w") as f:
    f.write("# file of golden/images, bytes kept, SHA-256 of the RGB bytes or 'error', the same under LOAD_TRUNCATED_IMAGES\n")
    for n in ["photo-baseline-q90.jpg", "photo-progressive-q75.jpg", "photo-422-q85.jpg", "gray-8bit.jpg", "cmyk.jpg"]:
        b = open(f"{here}/golden/images/{n}", "rb").read()
        cuts = sorted(set([len(b) * i // 50 for i in range(1, 50)] + [len(b) - i for i in range(0, 13)]))
        for cut in cuts: f.write(f"{n} {cut} {outcome(b[:cut], False)} {outcome(b[:cut], True)}\n")
open(f"{here}/pillow/versions.txt", "w").write(f"pillow {PIL.__version__}\nnumpy {np.__version__}\ntransformers {transformers.__version__}\n")
