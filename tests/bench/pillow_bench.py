"""What image_bench prints, for Pillow: pillow_bench.py REPEATS FILE..."""
import io, statistics, sys, time
from PIL import Image, ImageOps

SIZE = (224, 224)


def milliseconds_of(call):
    start = time.perf_counter()
    result = call()
    return (time.perf_counter() - start) * 1e3, result


def decode(encoded):
    return ImageOps.exif_transpose(Image.open(io.BytesIO(encoded))).convert("RGB")


def decode_without_exif(encoded):
    return Image.open(io.BytesIO(encoded)).convert("RGB")


def main():
    repeats, paths = int(sys.argv[1]), sys.argv[2:]
    encoded = {path: open(path, "rb").read() for path in paths}
    times = {path: ([], [], [], []) for path in paths}
    images = {}
    for _ in range(repeats):
        for path in paths:
            taken, images[path] = milliseconds_of(lambda: decode(encoded[path]))
            times[path][0].append(taken)
            times[path][3].append(milliseconds_of(lambda: decode_without_exif(encoded[path]))[0])
            for column, resample in ((1, Image.BILINEAR), (2, Image.BICUBIC)):
                times[path][column].append(milliseconds_of(lambda: images[path].resize(SIZE, resample))[0])
    print("decode_ms\tbilinear_ms\tbicubic_ms\tsize\tfile\tdecode_without_exif_ms")
    for path in paths:
        decoded, bilinear, bicubic, without_exif = (statistics.median(column) for column in times[path])
        size = "%dx%d" % images[path].size
        print(f"{decoded:.4f}\t{bilinear:.4f}\t{bicubic:.4f}\t{size}\t{path}\t{without_exif:.4f}")


main()
