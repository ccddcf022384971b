"""What happens to coupon codes without anybody asking: they are made, exports are forgotten, guessing is told."""

import structlog
from celery import shared_task

from apps.coupons.services.codes.exporting import forget_due
from apps.coupons.services.codes.generating import make_due
from apps.coupons.services.codes.guessing import tell_alarm

log = structlog.get_logger(__name__)


@shared_task(name="coupons.make_codes")
def make_codes() -> int:
    """Go on with every batch that is being made, from wherever it stands; the number of codes made."""
    return make_due()


@shared_task(name="coupons.forget_seeds")
def forget_seeds() -> int:
    """Forget the codes of exports that may not be repeated any more; the number of batches."""
    forgotten = forget_due()
    if forgotten:
        log.info("codes_forgotten", batches=forgotten)
    return forgotten


@shared_task(name="coupons.code_alarm")
def code_alarm() -> int:
    """Tell when too many wrong codes are tried; how many."""
    return tell_alarm()
