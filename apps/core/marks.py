"""Marks that storefronts give (device, address) as keyed hashes: equal ones are found again, none is told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings


def hashed(marks: Mapping[str, str | None]) -> dict[str, str]:
    """The marks that are there, by their names."""
    return {name: hash_of(name, value) for name, value in marks.items() if value}


def hash_of(kind: str, mark: str) -> str:
    """32 hexadecimal digits; the same text as a device and as an address are two marks."""
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(f"{kind}\x00{mark}".encode(), key=key, digest_size=16).hexdigest()
