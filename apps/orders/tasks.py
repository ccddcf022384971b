"""What happens to orders without anybody asking: holds that are over are released, the ledger is sealed."""

import structlog
from celery import shared_task

from apps.core import idempotency
from apps.orders.chain import LEDGER
from apps.orders.exhaustion import finish_used_up
from apps.orders.services import lapse_due
from apps.orders.services.settling import LAPSE_BATCH
from apps.orders.services.voiding import void_all

log = structlog.get_logger(__name__)


@shared_task(name="orders.lapse")
def lapse() -> int:
    """Release every hold that is over, in small batches; the number released."""
    total = 0
    while released := lapse_due():
        total += released
        if released < LAPSE_BATCH:
            break
    if total:
        log.info("holds_lapsed", orders=total)
    return total


@shared_task(name="orders.void")
def void() -> int:
    """Give back what the unpaid orders of a revoked activity hold, where its approver wanted that; the number."""
    voided = void_all()
    if voided:
        log.info("holds_voided", orders=voided)
    return voided


@shared_task(name="orders.seal_ledger")
def seal_ledger() -> int:
    """Chain the ledger entries committed since the last run; the head goes to the log, out of the database's reach."""
    sealed = LEDGER.seal()
    if sealed:
        log.info("ledger_sealed", sealed=sealed, head=str(LEDGER.head()))
    return sealed


@shared_task(name="orders.use_up")
def use_up() -> int:
    """End what stock or budget no longer cover, and tell owners how much is gone; the number ended."""
    return finish_used_up()


@shared_task(name="core.purge_idempotency")
def purge_idempotency() -> int:
    """Forget answers that nobody may ask for any more."""
    return idempotency.purge()
