"""Names of kinds for forms and filters: said in the reader's language, whenever they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from apps.pricing.kinds import KINDS
from apps.pricing.kinds.base import Kind


def labelled_kinds(among: Callable[[type[Kind]], bool] = lambda _kind: True) -> list[tuple[str, Any]]:
    """Code and name of each kind."""
    return [(code, _label(kind)) for code, kind in KINDS.items() if among(kind)]


def _now(kind: type[Kind]) -> str:
    return kind.label(get_language() or "")


_label = lazy(_now, str)
