"""What a key looks like and how it is kept: `pp_<prefix>_<secret>`, of which the database holds a hash.

The secret has 200 random bits, so a plain SHA-256 is as good as a slow one and costs microseconds.
"""

import hashlib
import secrets
from dataclasses import dataclass

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without look-alikes: 32 letters, 5 bits each
PREFIX_LETTERS = 10
SECRET_LETTERS = 40
KEY_LENGTH = len("pp_") + PREFIX_LETTERS + len("_") + SECRET_LETTERS


@dataclass(frozen=True)
class NewKey:
    """A key as it is told once. `repr` hides it, so that no log shows it by accident."""

    text: str
    prefix: str
    digest: str

    def __repr__(self) -> str:
        return f"NewKey({self.prefix})"


def new_key() -> NewKey:
    prefix = _letters(PREFIX_LETTERS)
    text = f"pp_{prefix}_{_letters(SECRET_LETTERS)}"
    return NewKey(text=text, prefix=prefix, digest=digest_of(text))


def prefix_of(text: str) -> str | None:
    """The part that finds a key, or None for what cannot be one."""
    parts = text.split("_")
    if len(text) != KEY_LENGTH or len(parts) != 3 or parts[0] != "pp" or len(parts[1]) != PREFIX_LETTERS:
        return None
    return parts[1] if parts[1].isascii() and parts[1].isalnum() else None


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
