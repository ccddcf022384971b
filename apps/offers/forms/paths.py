"""Places in a document: `params.tiers[0].benefit.amount_off`, as faults and form fields name them."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
INDEX = re.compile(r"\[\d+\]")


def steps(path: str) -> list[str | int]:
    return [int(index) if index else name for name, index in STEP.findall(path)]


def dig(content: Any, path: str) -> Any:
    """The value at `path`, None where the way ends."""
    for step in steps(path):
        if isinstance(step, int):
            content = content[step] if isinstance(content, list) and step < len(content) else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return content


def put(content: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at `path`, making objects and lists on the way; lists are filled in order."""
    way = steps(path)
    here: Any = content
    for step, following in pairwise(way):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if step == len(here):
                here.append(empty)
            here = here[step]
        else:
            here = here.setdefault(step, empty)
    last = way[-1]
    if isinstance(last, int):
        here.append(value)
    else:
        here[last] = value


def parent(path: str) -> str:
    """One step less: `a.b[0]` of `a.b[0].c`, `a.b` of `a.b[0]`, "" of `a`."""
    return path[: max(path.rfind("."), path.rfind("["), 0)]


def nearest(path: str, names: Iterable[str]) -> str | None:
    """The field for a fault at `path`: the one there, the first below it, or the nearest around it."""
    known = list(names)
    while path:
        if path in known:
            return path
        below = next((name for name in known if name.startswith((f"{path}.", f"{path}["))), None)
        if below is not None:
            return below
        path = parent(path)
    return None


def pattern(path: str) -> str:
    """The path with its positions left out: what labels are looked up by."""
    return INDEX.sub("[]", path)
