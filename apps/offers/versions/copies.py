"""Copying: a new draft with the content of another thing, its times moved by one offset."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from apps.accounts.models import User
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.models import Versioned

Thing = TypeVar("Thing", bound=Versioned)
TIMES = frozenset({"starts_at", "ends_at", "visible_from", "at", "from", "until"})
# Times of day, not instants.
SESSIONS = "schedule"


@transaction.atomic
def copy(
    *,
    thing: Thing,
    code: str,
    actor: User,
    shift: timedelta = timedelta(0),
    changes: Mapping[str, Any] | None = None,
) -> Thing:
    """A new draft named `code` from the newest version of `thing`, moved in time; `changes` replace whole keys."""
    newest = thing.open_version() or thing.current or thing.versions.order_by("-number").first()
    content = {**moved(newest.content, shift), **(changes or {}), "code": code}
    made = create_draft(model=type(thing), content=content, actor=actor)
    made.came_from(thing)
    return made


def moved(content: Mapping[str, Any], shift: timedelta) -> dict[str, Any]:
    """The content with every instant moved by `shift`."""
    return {key: value if key == SESSIONS else _moved(key, value, shift) for key, value in content.items()}


def _moved(key: str, value: Any, shift: timedelta) -> Any:
    if isinstance(value, Mapping):
        return {name: _moved(name, inner, shift) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(key, inner, shift) for inner in value]
    if key in TIMES and isinstance(value, str):
        return (datetime.fromisoformat(value) + shift).astimezone(UTC).isoformat()
    return value
