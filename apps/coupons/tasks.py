"""What happens to coupons without anybody asking. Every task goes on from the database's state, a batch at a time."""

from collections.abc import Callable
from time import monotonic

import structlog
from celery import shared_task

from apps.coupons.chain import COUPON_LEDGER
from apps.coupons.lifecycle import PushState
from apps.coupons.models import PushRun, VoidRun
from apps.coupons.services import expiring, on_event, pushing, reminding, selling_out, voiding

log = structlog.get_logger(__name__)
# A tick works for so long at most; the next one goes on, so that no task keeps a worker from the others.
SECONDS = 20.0


@shared_task(name="coupons.sell_out")
def sell_out() -> int:
    """End campaigns of which all is claimed, tell owners how much of a budget is gone; the number ended."""
    selling_out.tell_levels()
    return selling_out.sell_out_all()


@shared_task(name="coupons.seal_ledger")
def seal_ledger() -> int:
    """Chain the entries committed since the last run; the head goes to the log, out of the database's reach."""
    sealed = COUPON_LEDGER.seal()
    if sealed:
        log.info("coupons_sealed", sealed=sealed, head=str(COUPON_LEDGER.head()))
    return sealed


@shared_task(name="coupons.expire")
def expire() -> int:
    """Expire every coupon whose validity is over; the number expired."""
    return _noted("coupons_expired", _while_full(expiring.expire_due, expiring.BATCH))


@shared_task(name="coupons.remind")
def remind() -> int:
    """Tell of every coupon that expires soon; the number told."""
    return _noted("coupons_expiring", _while_full(reminding.remind_due, reminding.BATCH))


@shared_task(name="coupons.push")
def push() -> int:
    """Go on with every mass grant that runs; the number of customers who got theirs."""
    going = PushRun.objects.filter(state__in=[PushState.WAITING, PushState.RUNNING])
    runs = list(going.order_by("id").values_list("pk", flat=True))
    return sum(pushing.work(run=run, seconds=SECONDS / len(runs)) for run in runs)


@shared_task(name="coupons.void")
def void() -> int:
    """Go on with every voiding; the number of coupons voided."""
    total = 0
    for run in VoidRun.objects.filter(ended_at=None).order_by("id"):
        total += _while_full(lambda run=run: voiding.void_batch(run), voiding.BATCH)  # type: ignore[misc]
        voiding.finish_run(run)
    return _noted("coupons_voided", total)


@shared_task(name="coupons.give_for_events")
def give_for_events() -> int:
    """Give what customers' doings bring; the number given or refused."""
    until, total = monotonic() + SECONDS, 0
    while (done := on_event.give_waiting()) and monotonic() < until:
        total += done
    return total + done


@shared_task(name="coupons.note_birthdays")
def note_birthdays() -> int:
    """Note whose birthday it is today in the portal; the number noted now."""
    return on_event.note_birthdays()


@shared_task(name="coupons.purge_attempts")
def purge_attempts() -> int:
    """Forget refusals that nobody asks about any more."""
    return _while_full(expiring.purge_attempts, expiring.PURGE)


def _while_full(step: Callable[[], int], batch: int) -> int:
    """Run `step` until it did less than a batch, or time is up; what it did in all."""
    until, total = monotonic() + SECONDS, 0
    while done := step():
        total += done
        if done < batch or monotonic() > until:
            break
    return total


def _noted(event: str, number: int) -> int:
    if number:
        log.info(event, coupons=number)
    return number
