"""`audiences` and `customers`: who may be meant, by list, by rule, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any

from apps.audiences.rules import read_rule
from apps.offers.documents.texts import name_or
from apps.pricing.faults import Reader, storable

Json = dict[str, Any]
#: the members of a file beside the pack, by its bare name; notes faults of the file through the reader
MembersFile = Callable[[str, Reader], list[str]]

MAX_INTEGER = 2**31 - 1
MAX_ATTRIBUTES = 200
MAX_ATTRIBUTE_DEPTH = 8
LONGEST_TAG = 200
UNSTORABLE = "holds a character that cannot be stored"


def no_members_file(name: str, reader: Reader) -> list[str]:
    """For a pack that lies in no folder."""
    reader.fault("members_file", "file", "there is no folder to look for %(name)s in", name=name)
    return []


def read_audience(reader: Reader, members_file: MembersFile) -> Json:
    """`members` holds the list of the pack and of its file together."""
    code = reader.code("code", required=True) or ""
    audience: Json = {
        "code": code,
        "name": name_or(reader, code),
        "rule": read_rule(reader.child("rule")) if reader.has("rule") else None,
        "members": reader.codes("members"),
    }
    reader.take("rule")
    file_name = reader.text("members_file", longest=255)
    if file_name is not None:
        found = members_file(file_name, reader)
        audience["members"] = list(dict.fromkeys([*audience["members"], *found]))
    reader.close()
    return audience


def read_customer(reader: Reader) -> Json:
    """What `PUT /customers/{id}` takes, with the id."""
    customer = {
        "id": reader.code("id", required=True) or "",
        "member_level": reader.integer("member_level", maximum=MAX_INTEGER),
        "tags": sorted(reader.texts("tags")),
        "registered_at": reader.time("registered_at"),
        "region": reader.text("region", longest=LONGEST_TAG) or None,
        "attributes": _read_attributes(reader),
        "orders": reader.integer("orders", maximum=MAX_INTEGER),
    }
    reader.close()
    return customer


def _read_attributes(owner: Reader) -> Json:
    """Whatever JSON can hold, by names of at most 64 characters."""
    reader = owner.child("attributes")
    if len(reader.raw) > MAX_ATTRIBUTES:
        owner.fault("attributes", "too_long", "has more than %(longest)s entries", longest=MAX_ATTRIBUTES)
        return {}
    found = {}
    for name, value in reader.raw.items():
        if not isinstance(name, str) or not 0 < len(name) <= 64 or not storable(name):
            reader.fault(str(name), "name", "must have a name of 1 to 64 characters")
        elif value is not None:
            found[name] = _attribute(value, reader, name, 1)
    return found


def _attribute(value: Any, reader: Reader, path: str, depth: int) -> Any:
    if depth > MAX_ATTRIBUTE_DEPTH:
        reader.fault(path, "too_deep", "is nested deeper than %(levels)s levels", levels=MAX_ATTRIBUTE_DEPTH)
        return None
    if isinstance(value, dict):
        if not all(isinstance(key, str) and storable(key) for key in value):
            reader.fault(path, "characters", UNSTORABLE)
            return None
        return {key: _attribute(item, reader, f"{path}.{key}", depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_attribute(item, reader, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        reader.fault(path, "type", "must be a finite number")
        return None
    if isinstance(value, str) and not storable(value):
        reader.fault(path, "characters", UNSTORABLE)
        return None
    return value
