"""The journal that keeps every process's offer book up to date, without a message bus."""

from collections.abc import Iterable

from apps.core import locks
from apps.offers.models import BookChange


def note_change(codes: Iterable[str]) -> None:
    """Say that these offers may price differently from this transaction's commit on.

    The lock makes ids commit in their order: whoever reads `max(id)` has all up to it. It is held until
    the transaction ends, so this is called last.
    """
    locks.hold(locks.AdvisoryLock.BOOK_CHANGE)
    BookChange.objects.bulk_create([BookChange(offer_code=code) for code in codes], batch_size=10_000)
