"""Chains over the audit log and other ledgers: committed entries are sealed in batches, so no chain head is a hot row.

Each seal's digest covers its entry and the digest before it. Seals are numbered without gaps, whatever the order in
which the entries' transactions committed; an entry that commits late is sealed by a later batch.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model

from apps.core.clock import database_now
from apps.core.locks import AdvisoryLock, try_hold
from apps.core.models import AuditEntry, AuditSeal

BATCH = 1_000
GENESIS = "0" * 64
# The sealer runs every minute; an entry without a seal after this long means that it does not.
UNSEALED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Head:
    """The end of the chain; kept outside the database it proves that the tail was not cut off."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True)
class Chain:
    """One table of entries and the table of its seals; `content` gives what a digest covers."""

    entries: type[Model]
    seals: type[Model]
    lock: AdvisoryLock
    content: Callable[[Any], list[Any]]

    def digest_of(self, entry: Any, previous: str) -> str:
        canonical = json.dumps(self.content(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()

    def head(self) -> Head:
        last: Any = self.seals._default_manager.order_by("-number").first()
        return Head(last.number, last.digest) if last else Head(0, GENESIS)

    def seal(self) -> int:
        """Seal every committed entry that has no seal; the number sealed. Of two sealers at once one does nothing."""
        total = 0
        while sealed := self._seal_batch():
            total += sealed
            if sealed < BATCH:
                break
        return total

    @transaction.atomic
    def _seal_batch(self) -> int:
        if not try_hold(self.lock):
            return 0
        end = self.head()
        seals = []
        for entry in self.entries._default_manager.filter(seal=None).order_by("pk")[:BATCH]:
            end = Head(end.number + 1, self.digest_of(entry, end.digest))
            seals.append(self.seals(number=end.number, entry=entry, digest=end.digest))
        self.seals._default_manager.bulk_create(seals)
        return len(seals)

    def verify(self) -> Iterator[str]:
        """Every fault of the chain as a sentence."""
        end = Head(0, GENESIS)
        entries: dict[int, Any] = {}
        rows = self.seals._default_manager.order_by("number").values_list("number", "entry_id", "digest")
        seals = list(rows)
        for index, (number, entry_id, digest) in enumerate(seals):
            if index % BATCH == 0:
                keys = [key for _, key, _ in seals[index : index + BATCH]]
                entries = self.entries._default_manager.in_bulk(keys)
            if number != end.number + 1:
                yield f"seals {end.number + 1} to {number - 1} are missing"
            entry = entries.get(entry_id)
            if entry is None:
                yield f"entry {entry_id} (seal {number}) is missing"
            elif self.digest_of(entry, end.digest) != digest:
                yield f"entry {entry_id} (seal {number}) is not what was sealed"
            end = Head(number, digest)
        yield from self._unsealed()

    def _unsealed(self) -> Iterator[str]:
        too_old = database_now() - UNSEALED_AFTER
        late = self.entries._default_manager.filter(seal=None, at__lt=too_old).count()
        if late:
            yield f"{late} entries are not sealed although they are older than {UNSEALED_AFTER}"

    def check_expected(self, expected: Head) -> Iterator[str]:
        """Whether a head noted earlier still stands in the chain: a cut-off tail shows in nothing else."""
        stored = self.seals._default_manager.filter(number=expected.number)
        found = stored.values_list("digest", flat=True).first()
        if found is None:
            yield f"the chain ends before the expected seal {expected.number}"
        elif found != expected.digest:
            yield f"seal {expected.number} is not the expected one"


def _audit_content(entry: AuditEntry) -> list[Any]:
    return [
        entry.pk,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.action,
        entry.subject_type,
        entry.subject_code,
        entry.actor,
        entry.reason,
        entry.before,
        entry.after,
        entry.request_id,
    ]


AUDIT = Chain(AuditEntry, AuditSeal, AdvisoryLock.SEAL_AUDIT, _audit_content)
digest_of, head, seal, verify = AUDIT.digest_of, AUDIT.head, AUDIT.seal, AUDIT.verify
check_expected = AUDIT.check_expected
