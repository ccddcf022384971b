"""What a coupon code looks like, when two texts are the same code, and what is kept of it: a keyed hash.

A generated code has 80 random bits in 16 letters of base32 without look-alikes. It is derived from the seed of its
batch and the portal's secret, so that neither the database nor the secret alone tells it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from functools import lru_cache

from django.conf import settings

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS = 16
GROUP = 4
BYTES = LETTERS * 5 // 8
SEED_BYTES = 32
DIGEST_BYTES = 16
TAIL = 4
#: longer texts are no code
MAX_PRESENTED = 200
MIN_WORD = 4
MAX_WORD = 64

_OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
# Letters and marks that show nothing: fillers, joiners that are no format characters, variation selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(point) for point in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
# Spaces and line ends, control and format characters, dashes, underscores.
_SEPARATING = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "Pd", "Pc"})


def canonical(text: str) -> str:
    """The one form in which codes are compared: width, case, separators and unseen letters don't count."""
    if len(text) > MAX_PRESENTED:
        return ""
    folded = _fold(text)
    while folded != text:
        text, folded = folded, _fold(folded)
    return text


def digest_of(text: str) -> bytes:
    """The keyed hash under which the code that somebody typed is kept."""
    return _digest(canonical(text).encode())


def tail_of(text: str) -> str:
    """The end of a code, all of it that is ever shown again."""
    return canonical(text).upper()[-TAIL:]


def is_code(text: str) -> bool:
    """Whether anything is left of it that could be a code."""
    return bool(canonical(text))


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def generated_word() -> str:
    """A word for a shared code that nobody chose."""
    return "".join(secrets.choice(ALPHABET) for _ in range(2 * GROUP))


class CodeMaker:
    """The codes of one batch, by number: the same seed gives the same codes, also after a crash."""

    def __init__(self, seed: bytes) -> None:
        self._key = hashlib.blake2b(bytes(seed), key=_key("derive"), digest_size=32).digest()

    def raw(self, number: int) -> bytes:
        """The 16 letters of code `number`."""
        found = hashlib.blake2b(number.to_bytes(8, "big"), key=self._key, digest_size=BYTES).digest()
        return base64.b32encode(found).translate(_OURS)

    def shown(self, number: int) -> str:
        """In groups of four, as people read and type it."""
        letters = self.raw(number).decode()
        return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))

    def kept(self, number: int) -> tuple[bytes, str]:
        """What the table holds of code `number`: digest and tail."""
        letters = self.raw(number)
        # Generated letters are ASCII: lower case is all that the canonical form does to them.
        return _digest(letters.lower()), letters[-TAIL:].decode()


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        sign for sign in folded if sign not in _UNSEEN and unicodedata.category(sign) not in _SEPARATING
    )


def _digest(canonical_bytes: bytes) -> bytes:
    return hashlib.blake2b(canonical_bytes, key=_key("digest"), digest_size=DIGEST_BYTES).digest()


def _key(purpose: str) -> bytes:
    return _derived(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=8)
def _derived(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose: what one of them leaks says nothing of the others."""
    return hashlib.blake2b(
        f"coupon codes: {purpose}".encode(), key=hashlib.sha256(secret.encode()).digest(), digest_size=32
    ).digest()
