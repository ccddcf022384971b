"""A wallet that was read once stays what its rows say; what is shown and what is void is asked each time."""

from datetime import UTC, datetime

import orjson

from apps.coupons.wallet import NO_WALLET, Row, read_wallet
from apps.pricing.cart import Coupon

ISSUED, FROM, UNTIL = (f"2027-03-0{day}T04:00:00+00:00" for day in (1, 2, 9))
DOCUMENT = orjson.dumps(
    [
        ["one", "ours", "unused", FROM, UNTIL, 1, 500, ISSUED],
        ["two", "ours", "held", FROM, None, 2, 500, ISSUED],
        ["three", "theirs", "unused", FROM, UNTIL, 3, 0, ISSUED],
    ]
).decode()
STARTS, ENDS = datetime.fromisoformat(FROM), datetime.fromisoformat(UNTIL)
ONE, TWO = Coupon("one", "ours", "unused", STARTS, ENDS), Coupon("two", "ours", "held", STARTS, None)
THREE = Coupon("three", "theirs", "unused", STARTS, ENDS)


def test_the_same_text_gives_the_same_wallet():
    wallet = read_wallet(DOCUMENT, voided={})
    assert wallet.coupons == (ONE, TWO, THREE)
    assert dict(wallet.rows) == {"one": Row(1, 500), "two": Row(2, 500), "three": Row(3, 0)}
    assert read_wallet(DOCUMENT, voided={}) is wallet
    assert read_wallet(None, voided={}) is NO_WALLET


def test_a_shop_sees_only_what_it_may_whoever_asked_before():
    read_wallet(DOCUMENT, voided={})
    shown = read_wallet(DOCUMENT, voided={}, visible=lambda template: template == "ours")
    assert (shown.coupons, set(shown.rows)) == ((ONE, TWO), {"one", "two"})
    assert read_wallet(DOCUMENT, voided={}, visible=lambda template: False).coupons == ()
    assert read_wallet(DOCUMENT, voided={}, visible=lambda template: True).coupons == (ONE, TWO, THREE)


def test_unused_coupons_issued_before_a_void_are_void_and_held_ones_wait():
    later, earlier = datetime(2027, 3, 5, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    found = read_wallet(DOCUMENT, voided={"ours": later})
    assert [coupon.state for coupon in found.coupons] == ["void", "held", "unused"]
    assert len(found.rows) == 3
    assert read_wallet(DOCUMENT, voided={"ours": earlier}).coupons == (ONE, TWO, THREE)
    assert read_wallet(DOCUMENT, voided={"others": later}).coupons == (ONE, TWO, THREE)
