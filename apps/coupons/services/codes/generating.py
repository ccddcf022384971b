"""Making codes: chunk by chunk, each with its count in one transaction, so that a killed worker leaves no half chunk.

The code of a number follows from the seed: whoever goes on makes the next numbers, and nothing comes twice. A clash of
two codes by chance (80 random bits) would fail its chunk on the unique digest.
"""

from __future__ import annotations

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.core.crash import crash_point
from apps.core.errors import DomainError
from apps.coupons.codes_text import CodeMaker, digest_of, tail_of
from apps.coupons.lifecycle import CodeBatchState
from apps.coupons.models import Code, CodeBatch
from apps.coupons.services.codes.steps import Step, move

log = structlog.get_logger(__name__)

CHUNK = 50_000
COPY = "COPY coupons_code (digest, batch_id, tail) FROM STDIN"


def make_due() -> int:
    """Go on with every batch that is being made; the number of codes made. Several workers don't disturb each other."""
    waiting = CodeBatch.objects.filter(state=CodeBatchState.GENERATING).order_by("id")
    total = 0
    for batch_id in waiting.values_list("pk", flat=True):
        while made := make_chunk(batch_id):
            total += made
    return total


def make_chunk(batch_id: int) -> int:
    """The next codes of a batch; 0 when all are there, it was stopped, or another worker is at it."""
    with transaction.atomic():
        rows = CodeBatch.objects.select_for_update(skip_locked=True, no_key=True)
        batch = rows.filter(pk=batch_id, state=CodeBatchState.GENERATING).first()
        if batch is None or batch.seed is None:
            return 0
        first, last = batch.made, min(batch.made + CHUNK, batch.quantity)
        _copy(batch, first, last)
        crash_point("codes_copied")
        _count(batch, first, last)
        if last == batch.quantity:
            _finish(batch)
    return last - first


def finish_shared(batch: CodeBatch) -> None:
    """The one code of a shared batch, whose row the caller has locked."""
    digest = digest_of(batch.word)
    made = Code.objects.bulk_create(
        [Code(digest=digest, batch=batch, tail=tail_of(batch.word))], ignore_conflicts=True
    )
    if not made or not Code.objects.filter(digest=digest, batch=batch).exists():
        raise DomainError("word_taken", _("There is such a code already."), "word")
    _count(batch, batch.made, 1)
    _finish(batch)


def _copy(batch: CodeBatch, first: int, last: int) -> None:
    assert batch.seed is not None
    kept = CodeMaker(bytes(batch.seed)).kept
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        lines = []
        for number in range(first, last):
            digest, tail = kept(number)
            lines.append(f"\\\\x{digest.hex()}\t{batch.pk}\t{tail}\n")
        copy.write("".join(lines))


def _count(batch: CodeBatch, before: int, made: int) -> None:
    """How far it is, in the transaction of the codes."""
    if not CodeBatch.objects.filter(pk=batch.pk, made=before).update(made=made):
        raise RuntimeError(f"{batch.code}: two made the codes from {before} on")
    batch.made = made


def _finish(batch: CodeBatch) -> None:
    move(batch, Step.FINISH, None, made=batch.made)
    log.info("codes_made", batch=batch.code, made=batch.made)
