"""Which audiences a customer belongs to: those whose list names them and those whose rule they match. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.audiences.rules import matches

Rules = Mapping[str, Mapping[str, Any]]


def audiences_of(
    *, lists: Iterable[str], rules: Rules, fields: Mapping[str, Any], among: Iterable[str] | None = None
) -> frozenset[str]:
    """Codes of the audiences; with `among` only those are looked at.

    `fields` as `rules.customer_fields` gives them; `rules` holds audiences that have one.
    """
    wanted = None if among is None else frozenset(among)
    listed = frozenset(lists)
    open_rules = (rules.keys() if wanted is None else rules.keys() & wanted) - listed
    ruled = {code for code in open_rules if matches(rules[code], fields)}
    return (listed if wanted is None else listed & wanted) | ruled
