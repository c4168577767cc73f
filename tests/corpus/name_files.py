"""The names/ folder: extensions that lie, names that are hard to print, and things that are not files."""

import os
import stat

import jpeg_files
import png_writer as png
import scene
from collection import Collection


def write(corpus: Collection) -> None:
    picture = png.png(scene.samples(48, 32, 3), 8, png.RGB)
    extensions(corpus, picture)
    odd_names(corpus, picture)
    special_files(corpus, picture)


def extensions(corpus: Collection, picture: bytes) -> None:
    jpeg = jpeg_files.pillow_jpeg("RGB", 48, 32)
    for name in (
        "png-named.jpg",
        "png-named.tif",
        "png-named.webp",
        "png-named.txt",
        "png-named-nothing",
        "png.PNG",
        "png.Png",
        "png.png.jpg",
        "png-with-dot-at-the-end.",
        ".hidden.png",
        "._resource-fork.png",
        "png.jpeg",
        "png.jpe",
    ):
        corpus.good(f"names/{name}", picture)
    for name in (
        "jpeg-named.png",
        "jpeg-named.gif",
        "jpeg-named.bmp",
        "jpeg-named.jp2",
        "jpeg-named.ppm",
        "JPEG.JPG",
    ):
        corpus.good(f"names/{name}", jpeg)


def odd_names(corpus: Collection, picture: bytes) -> None:
    long = b"long-" + b"n" * 246 + b".png"
    names = {
        b"newline\nin-it.png",
        b"tab\tin-it.png",
        b"carriage-return\rin-it.png",
        b'double"quote.png',
        b"single'quote.png",
        b"comma,in-it.png",
        b"semicolon;in-it.png",
        b"-leading-dash.png",
        b"--help.png",
        b" leading-space.png",
        b"trailing-space.png ",
        b"two  spaces.png",
        b"back\\slash.png",
        b"dollar$HOME.png",
        b"back`tick`.png",
        b"star*.png",
        b"question?.png",
        b"bracket[1].png",
        b"percent%20.png",
        b"percent%s.png",
        b"#hash.png",
        b"~tilde.png",
        b"equals=1.png",
        b"ampersand&.png",
        b"pipe|.png",
        b"less<more>.png",
        b"colon:.png",
        b"at@1.png",
        b"brace{}.png",
        b"escape\x1b[31m.png",
        b"bell\x07.png",
        b"delete\x7f.png",
        b"invalid-utf-8-\xff\xfe.png",
        b"invalid-utf-8-cut-\xe2\x82.png",
        b"invalid-utf-8-overlong-\xc0\xaf.png",
        b"surrogate-\xed\xa0\x80.png",
        b"latin-1-caf\xe9.png",
        "composed-caf\u00e9.png".encode(),
        "decomposed-cafe\u0301.png".encode(),
        "cyrillic-\u0436\u0443\u043a.png".encode(),
        "emoji-\U0001f4f7.png".encode(),
        "right-to-left-\u202egnp.png".encode(),
        "no-break\u00a0space.png".encode(),
        "byte-order-mark\ufeff.png".encode(),
        "line-separator\u2028.png".encode(),
        b"...png",
        b".png",
        long,
    }
    for name in sorted(names):
        corpus.good(f"names/{os.fsdecode(name)}", picture)
    deep = "/".join(f"level-{i}" for i in range(12))
    corpus.good(f"names/{deep}/deep.png", picture)
    wide = "/".join(["w" * 200] * 5)
    corpus.good(f"names/{wide}/path-of-1000-bytes.png", picture)


def special_files(corpus: Collection, picture: bytes) -> None:
    corpus.good("names/folder.jpg/inside.png", picture)
    corpus.good("names/mode-000.png", picture)
    folder = corpus.root / "names"
    (folder / "empty-folder.png").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    os.mknod(folder / "s.jpg", stat.S_IFSOCK | 0o644)
    links = {
        "link-to-a-good-picture.png": "png.PNG",
        "link-to-a-link.png": "link-to-a-good-picture.png",
        "link-dangling.png": "nothing-here.png",
        "link-to-itself.png": "link-to-itself.png",
        "link-loop-1.png": "link-loop-2.png",
        "link-loop-2.png": "link-loop-1.png",
        "link-to-a-folder": "folder.jpg",
        "link-to-the-folder-above": "..",
        "link-to-a-pipe.jpg": "pipe.jpg",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.link(folder / "png.PNG", folder / "hard-link.png")
    with open(folder / "sparse-20-megabytes.png", "wb") as sparse:
        sparse.write(picture)
        sparse.truncate(20_000_000)
    # Last, as nobody but root can read it any more.
    (folder / "mode-000.png").chmod(0)
