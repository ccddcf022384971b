"""The mailings of the eleven-line store as claim campaigns: who claims when, which line a redemption is."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from apps.packs.realdata.claims import Found, Unredeemed, claims_pack, events, redeemed_lines
from apps.packs.realdata.convert import convert
from apps.packs.realdata.rows import CouponProduct, Redemption
from tests.packs_data.test_realdata import CHEESE, MILK, PETROL, SALES, SOURCE, STRANGER, at, sale
from tests.real_coupons.store import TERMS

SIXTH = date(2017, 3, 6)
CHEESY, MILKY = Redemption(4, 500, 10, SIXTH), Redemption(4, 501, 10, SIXTH)


def test_a_redemption_is_the_line_that_its_coupon_reduced() -> None:
    found = redeemed_lines(SOURCE)
    assert {one: (line.basket, line.product) for one, line in found.lines.items()} == {
        CHEESY: (2, CHEESE),
        MILKY: (2, MILK),
    }
    assert found.without == {}


def test_what_has_no_line_says_why() -> None:
    """On the 7th only cheese was bought; the coupon for a gift that was free has a line that costs nothing."""
    day = date(2017, 3, 7)
    sales = [*SALES, sale(10, 8, PETROL, 1, 0, at(7, 23))]
    coupons = [*SOURCE.coupons, CouponProduct(4, 503, PETROL), CouponProduct(4, 504, CHEESE)]
    redemptions = [Redemption(4, coupon, 10, day) for coupon in (500, 501, 503, 504)]
    found = redeemed_lines(replace(SOURCE, sales=sales, coupons=coupons, redemptions=redemptions))
    assert list(found.lines) == [Redemption(4, 500, 10, day)]
    assert found.without == {
        Redemption(4, 501, 10, day): Unredeemed.NOT_BOUGHT,
        Redemption(4, 503, 10, day): Unredeemed.FREE,
        Redemption(4, 504, 10, day): Unredeemed.TAKEN,
    }


def test_claims_come_early_and_again_before_each_further_use() -> None:
    rows = events(SOURCE, redeemed_lines(SOURCE), {PETROL})
    assert [(row["at"], row["do"], row["campaign"], row["customer"]) for row in rows] == [
        ("2017-03-05T00:00:10-05:00", "claim", "claim-04", "10"),
        ("2017-03-05T00:00:30-05:00", "claim", "claim-04", "30"),
        ("2017-03-06T08:59:00-05:00", "claim", "claim-04", "10"),
        ("2017-03-06T09:00:00-05:00", "redeem", "claim-04", "10"),
        ("2017-03-06T09:00:00-05:00", "redeem", "claim-04", "10"),
        ("2017-03-20T00:00:20-04:00", "claim", "claim-09", "20"),
    ]
    lines = [row["lines"] for row in rows if row["do"] == "redeem"]
    assert sorted((line["sku"], line["quantity"], line["unit_price"]) for (line,) in lines) == [
        ("1", 2, 250),
        ("3", 1, 500),
    ]


def test_a_household_that_redeems_at_once_has_claimed_by_then() -> None:
    early = sale(10, 9, CHEESE, 1, 400, at(5, 0) + 5)
    source = replace(SOURCE, sales=[early], redemptions=[Redemption(4, 500, 10, date(2017, 3, 5))])
    rows = events(source, redeemed_lines(source), set())
    mine = [(row["at"], row["do"]) for row in rows if row["customer"] == "10"]
    assert mine == [("2017-03-05T00:00:00-05:00", "claim"), ("2017-03-05T00:00:05-05:00", "redeem")]


def test_budget_and_campaign_have_exactly_what_is_claimed() -> None:
    rows = events(SOURCE, redeemed_lines(SOURCE), {PETROL})
    pack = claims_pack(SOURCE, rows, TERMS, {MILK: 290, CHEESE: 500})
    four, nine = pack["coupon_templates"]
    assert (four["budget"], nine["budget"]) == ({"quantity": 3, "amount": 165}, {"quantity": 1, "amount": 55})
    assert four["scope"] == {"mode": "include", "skus": ["1", "3"]}
    assert [(one["quantity"], one["per_customer"]) for one in pack["claim_campaigns"]] == [(3, 2), (1, 1)]
    ends = (four["validity"]["until"], pack["claim_campaigns"][0]["ends_at"])
    assert ends == ("2017-03-08T00:00:00-05:00", "2017-03-07T23:59:00-05:00"), (
        "coupons outlast their campaign"
    )
    assert pack["catalog"]["skus"] == [{"sku": "1", "price": 290}, {"sku": "3", "price": 500}]
    assert str(STRANGER) not in json.dumps(pack["catalog"])


def test_the_files_tell_what_was_left_out(tmp_path: Path) -> None:
    lost = Redemption(4, 501, 10, date(2017, 3, 7))
    counts = convert(replace(SOURCE, redemptions=[*SOURCE.redemptions, lost]), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "claims.jsonl").read_text().splitlines()]
    assert Counter(row["do"] for row in rows) == {"claim": 4, "redeem": 2, "nothing": 1}
    assert rows[-1] == {
        "do": "nothing",
        "campaign": "claim-04",
        "customer": "10",
        "coupon": 501,
        "day": "2017-03-07",
        "why": Unredeemed.NOT_BOUGHT.value,
    }
    assert counts["redemptions with a line of their own"] == 2
    assert counts[f"redemptions left out: {Unredeemed.NOT_BOUGHT}"] == 1


def test_nothing_found_is_nothing() -> None:
    assert redeemed_lines(replace(SOURCE, redemptions=[])) == Found()
