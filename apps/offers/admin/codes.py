"""Codes for new things: short, speakable, unlikely to meet; people may change them before the first submission."""

import secrets

from django.utils import timezone

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LETTERS = {"activity": "a", "template": "t", "campaign": "c", "codes": "b"}


def new_code(document: str) -> str:
    """`a-261110-7kf3q`."""
    ending = "".join(secrets.choice(ALPHABET) for _ in range(5))
    return f"{LETTERS[document]}-{timezone.localtime():%y%m%d}-{ending}"
