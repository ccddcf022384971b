"""What files people may add to a request, and as what they are given out: always as a download, never as a page."""

import re
from collections.abc import Callable
from pathlib import PurePath

MOST_NAME = 120
UNFIT = re.compile(r'[\x00-\x1f\x7f"\\/<>|:*?]')

ZIP = b"PK\x03\x04"


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".xlsx": (f"{OFFICE}.spreadsheetml.sheet", _begins(ZIP)),
    ".docx": (f"{OFFICE}.wordprocessingml.document", _begins(ZIP)),
    ".csv": ("text/csv", _is_text),
    ".txt": ("text/plain", _is_text),
}


def checked_name(name: str) -> str:
    """The last part of a name, without what a file system or a header minds; its ending stays."""
    last = UNFIT.sub("_", PurePath(name.replace("\\", "/")).name).strip(". ") or "_"
    stem, suffix = PurePath(last).stem, PurePath(last).suffix
    return stem[: MOST_NAME - len(suffix)] + suffix if len(suffix) < MOST_NAME else last[:MOST_NAME]


def has_its_type(name: str, content: bytes) -> bool:
    """Whether the content begins as files of that ending do, and that ending is allowed."""
    known = TYPES.get(PurePath(name).suffix.lower())
    return known is not None and known[1](content)


def type_of(name: str) -> str:
    known = TYPES.get(PurePath(name).suffix.lower())
    return known[0] if known else "application/octet-stream"
