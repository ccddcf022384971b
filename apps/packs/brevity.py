"""Leaves out of a canonical document what its reader fills in anyway, so that an exported pack stays readable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.offers.documents import read_activity, read_campaign, read_event, read_template
from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]

#: what means something even when it is empty, or is not ours to shorten
KEPT = frozenset(("params", "stacks_with", "attributes", "rule"))


def defaults(read: Callable[[Reader], Json]) -> Json:
    """What a document says that leaves everything out."""
    return read(Reader({}, "", Findings()))


DEFAULTS: Mapping[str, Json] = {
    "activities": defaults(read_activity),
    "coupon_templates": defaults(read_template),
    "claim_campaigns": defaults(read_campaign),
    "events": defaults(read_event),
}


def brief(section: str, content: Mapping[str, Any]) -> Json:
    """The document without its defaults, in the order in which it is read; reading it gives the same document."""
    usual = DEFAULTS.get(section, {})
    place = {key: number for number, key in enumerate(usual)}
    said = {}
    # The database keeps keys in an order of its own: an end before its start, and the code somewhere between.
    for key, value in sorted(content.items(), key=lambda item: place.get(item[0], len(place))):
        if key in KEPT:
            said[key] = value
        elif key not in usual or value != usual[key]:
            said[key] = _without_nothing(value)
    return {key: value for key, value in said.items() if value is not None}


def _without_nothing(value: Any) -> Any:
    """Without None, False and what is empty, at any depth; 0 says something."""
    if isinstance(value, Mapping):
        short = {key: _without_nothing(item) for key, item in value.items()}
        return {key: item for key, item in short.items() if item not in (None, {}, []) and item is not False}
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    return value
