"""Texts: names that must say something, and texts that may come in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apps.pricing.faults import Reader

LANGUAGES = ("zh-hans", "en")
LONGEST_NAME = 200

LocalText = str | dict[str, str]

#: what a browser leaves out of an address before it looks for the scheme
IGNORED = re.compile(r"[\x00-\x20]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
WEB = ("http", "https")


def localised(text: str | Mapping[str, str] | None, language: str) -> str | None:
    """One text for a reader of `language`: theirs, else whatever there is."""
    if text is None or isinstance(text, str):
        return text
    order = (language, *LANGUAGES)
    return next((text[known] for known in order if known in text), None)


def required_name(reader: Reader, key: str = "name") -> str:
    """A name that people will read; "" after a fault."""
    name = reader.text(key, required=True, longest=LONGEST_NAME)
    if name is not None and not name.strip():
        reader.fault(key, "empty", "must not be empty")
    return name or ""


def name_or(reader: Reader, otherwise: str | None, key: str = "name") -> str:
    """A name that may be left out, then the code stands in."""
    return reader.text(key, longest=LONGEST_NAME) or otherwise or ""


def optional_text(reader: Reader, key: str, longest: int = LONGEST_NAME) -> str | None:
    """A text that says something, or None; an empty one is absent."""
    return reader.text(key, longest=longest) or None


def web_address(reader: Reader, key: str) -> str | None:
    """An address of http or https, or one within the shop's own site: a page that shows it must not run it."""
    address = optional_text(reader, key, longest=2000)
    scheme = SCHEME.match(IGNORED.sub("", address or ""))
    if scheme is not None and scheme[1].lower() not in WEB:
        reader.fault(key, "address", "must be an address of http or https, or a path")
    return address


def local_text(reader: Reader, key: str) -> LocalText | None:
    """One text for all, or `{zh-hans: ..., en: ...}` of which either may be left out."""
    if not isinstance(reader.raw.get(key), Mapping):
        return optional_text(reader, key, longest=2000)
    child = reader.child(key)
    texts = {language: child.text(language) for language in LANGUAGES}
    child.close()
    found = {language: text for language, text in texts.items() if text}
    return found or None
