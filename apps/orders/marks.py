"""Risk marks of an order (device, address) as keyed hashes: equal ones are found again, none is told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings


def hashed(marks: Mapping[str, str | None]) -> dict[str, str]:
    return {name: hash_of(value) for name, value in marks.items() if value is not None}


def hash_of(mark: str) -> str:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(mark.encode(), key=key, digest_size=16).hexdigest()
