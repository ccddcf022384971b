"""A customer types a code: their turn is taken first, the risk rules are asked, and it becomes their coupon."""

from __future__ import annotations

from apps.audiences.services.customers import ensure_customer
from apps.core.errors import Refused
from apps.core.marks import hashed
from apps.coupons.code_lookup import OpenCode
from apps.coupons.services.codes.claiming import UNKNOWN_CODE, claim_code
from apps.coupons.services.codes.guessing import Guesser, note_misses, take_turn
from apps.coupons.services.issue import Issued
from apps.risk.lifecycle import Trigger
from apps.risk.services.assessing import admit


def ask_for_code(*, presented: str, guesser: Guesser, shop: str | None) -> Issued:
    """The coupon that a code becomes. Call it inside a transaction, before it has locked anything of the portal's.

    Errors: TooManyTries; Refused unknown_code (404), sold_out, limit_reached (409), denied_by_risk (403).
    """
    customer = guesser.customer
    assert customer is not None
    turn, misses = take_turn(guesser), 0

    def admitted(code: OpenCode) -> None:
        admit(trigger=Trigger.CLAIM, subject=code.batch, customer=customer, marks=hashed(guesser.marks))

    try:
        issued = claim_code(presented=presented, customer=customer, shop=shop, admit=admitted).coupon
        ensure_customer(customer)
    except Refused as refused:
        misses = int(refused.code == UNKNOWN_CODE)
        raise
    finally:
        note_misses(turn, misses)
    return issued
