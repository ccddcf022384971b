"""Compiles the catalogues in locale/ when a text is newer than its binary, so no `.mo` needs to be kept in git."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_stale(folder: Path = LOCALE) -> list[Path]:
    """The binaries written. Each appears in one step, so processes that start meanwhile never read half of one."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with source.open("rb") as text, draft.open("wb") as binary:
            write_mo(binary, read_po(text, locale=source.parent.parent.name))
        draft.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_stale()
