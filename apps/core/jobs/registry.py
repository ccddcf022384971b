"""Which kinds of long work there are: each app registers its own when it is ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from apps.core.jobs.models import Job


@dataclass(frozen=True)
class Batch:
    """What one step did: `done` more of the whole, and the cursor from which the next one goes on.

    `total` and `result` None leave what is known of them; `result` is merged into what earlier batches told.
    """

    cursor: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    result: Mapping[str, Any] | None = None
    finished: bool = False


@dataclass(frozen=True)
class JobKind:
    """`label` names it to people, `tell` says in a sentence what came of it, `page` leads to what it is about.

    `permission` is asked before a download, of whoever started it, too. `again` False: once stopped it is over.
    `forget` drops what a job that is never taken up again has left in other tables, when its files go.
    """

    code: str
    step: Callable[[Job], Batch]
    label: Promise | str
    tell: Callable[[Job], Any] | None = None
    page: Callable[[Job], str] | None = None
    permission: str = ""
    again: bool = True
    forget: Callable[[int], None] | None = None


_KINDS: dict[str, JobKind] = {}


def register(
    kind: str,
    step: Callable[[Job], Batch],
    *,
    label: Promise | str = "",
    tell: Callable[[Job], Any] | None = None,
    page: Callable[[Job], str] | None = None,
    permission: str = "",
    again: bool = True,
    forget: Callable[[int], None] | None = None,
) -> None:
    """Make a kind of work known. `step` does one batch in the transaction it is called in and reads `job.cursor`."""
    _KINDS[kind] = JobKind(kind, step, label or kind, tell, page, permission, again, forget)


def kind_named(code: str) -> JobKind | None:
    """None for a kind that nobody registers any more."""
    return _KINDS.get(code)
