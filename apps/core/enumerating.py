"""Several words in one line, as the reader's language separates them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language


def listed(words: Iterable[object]) -> str:
    """`一、二` for who reads Chinese, `one, two` for everybody else."""
    return ("、" if (get_language() or "").startswith("zh") else ", ").join(map(str, words))
