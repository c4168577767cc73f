"""What Pillow makes of a corpus: one table, and the files where it surprises."""

import hashlib
import os
import stat
import sys
import warnings
from collections import Counter
from pathlib import Path

from PIL import Image, ImageOps

from collection import Intent


def verdict(path: Path) -> tuple[bool, str]:
    """Whether Pillow gives RGB pixels for a file, and their description or its complaint."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            return False, "not a regular file"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as opened:
                name, stored = opened.format, opened.mode
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except Exception as error:  # whatever a corrupt file brings Pillow to raise is its answer
        return False, f"{type(error).__name__}: {error}".encode("unicode_escape").decode()[:200]
    digest = hashlib.sha256(upright.tobytes()).hexdigest()
    return True, f"{name} {stored} {upright.width}x{upright.height} {digest}"


def report(root: Path, intents: dict[str, Intent], listing: Path | None) -> None:
    """Prints the table; surprises go to stderr; every file's verdict goes to `listing` where one is given."""
    files = sorted(path for path in root.rglob("*") if not path.is_dir() or path.is_symlink())
    opened, refused = Counter(), Counter()
    surprises: dict[str, list[str]] = {
        "valid, but Pillow refuses": [],
        "corrupt or unread, but Pillow opens": [],
    }
    lines = []
    for path in files:
        name = str(path.relative_to(root))
        shown = name.encode("unicode_escape").decode()
        folder = name.split("/")[0]
        opens, detail = verdict(path)
        (opened if opens else refused)[folder] += 1
        intent = intents.get(name)
        if intent is Intent.GOOD and not opens:
            surprises["valid, but Pillow refuses"].append(f"{shown}: {detail}")
        if intent in (Intent.UNREAD, Intent.CORRUPT) and opens:
            surprises["corrupt or unread, but Pillow opens"].append(shown)
        fields = (shown, intent.value if intent else "-", "opens" if opens else "refuses", detail)
        lines.append("\t".join(fields))
    for title, names in surprises.items():
        print(f"--- {title}: {len(names)}", *names, sep="\n", file=sys.stderr)
    if listing:
        listing.write_text("\n".join(lines) + "\n")
    print(f"{'folder':10}{'files':>8}{'Pillow opens':>14}{'Pillow refuses':>16}")
    for folder in sorted(opened.keys() | refused.keys()):
        print(f"{folder:10}{opened[folder] + refused[folder]:8}{opened[folder]:14}{refused[folder]:16}")
    print(f"{'all':10}{opened.total() + refused.total():8}{opened.total():14}{refused.total():16}")
