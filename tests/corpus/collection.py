"""Where the corpus's files are written, and what each is meant to be."""

from enum import Enum
from pathlib import Path


class Intent(Enum):
    """What a file was made to be, whatever Pillow then says."""

    GOOD = "good"  # valid, and Pillow should open it
    UNREAD = "unread"  # valid by its format, but Pillow is known not to open it
    CORRUPT = "corrupt"  # damaged or breaking its format's rules: either answer may come


class Collection:
    """Writes files below a folder, remembers what each is meant to be and what could not be made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.intents: dict[str, Intent] = {}
        self.left_out: list[str] = []

    def good(self, name: str, data: bytes) -> None:
        self._write(name, data, Intent.GOOD)

    def unread(self, name: str, data: bytes) -> None:
        self._write(name, data, Intent.UNREAD)

    def corrupt(self, name: str, data: bytes) -> None:
        self._write(name, data, Intent.CORRUPT)

    def leave_out(self, name: str, why: str) -> None:
        self.left_out.append(f"{name}: {why}")

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def _write(self, name: str, data: bytes, intent: Intent) -> None:
        if name in self.intents:
            raise ValueError(f"two files are named {name}")
        self.intents[name] = intent
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
