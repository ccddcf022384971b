"""The mailings of the eleven-line store as reports: their totals are the sums of its own tables."""

from collections import Counter
from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.coupons.chain import COUPON_LEDGER
from apps.orders.chain import LEDGER
from apps.packs.realdata.claims import redeemed_lines
from apps.packs.realdata.convert import convert
from apps.reporting.models import About
from apps.reporting.reports.coupon_moves import COUNTED, OPEN, coupon_totals
from apps.reporting.reports.numbers import numbers_of
from apps.reporting.reports.people import coupons_of
from apps.reporting.reports.subjects import find
from apps.reporting.rollups.rolling import roll_up
from bench.replay.story import replay
from tests.packs_data.test_realdata import SOURCE


def test_campaigns_report_what_the_store_has_in_its_tables(db: None, settings: Any, tmp_path: Path) -> None:
    settings.ALLOW_PUBLISH = True
    convert(SOURCE, tmp_path)
    replay(tmp_path)
    LEDGER.seal()
    COUPON_LEDGER.seal()
    roll_up()
    redeemed = redeemed_lines(SOURCE).lines
    used = Counter(redemption.campaign for redemption in redeemed)
    assert used == {4: 2}, "campaign 9 was sent and never redeemed"
    for campaign in (4, 9):
        found = coupons_of(origins=[f"claim-{campaign:02}"])
        assert found.used == used[campaign]
        assert found.issued == found.used + found.expired
        behind = find(User(username="all"), "campaign", f"claim-{campaign:02}")
        assert behind is not None
        lists = {number: coupon_totals(behind, number) for number in (*COUNTED, OPEN)}
        assert lists["issued"] == (found.issued, 0)
        assert lists["kept"] == (found.kept_used, found.spent)
        assert (lists["expired"][0], lists["voided"][0], lists[OPEN][0]) == (found.expired, 0, found.open)
        trade = numbers_of(About.OFFER, [f"coupon-{campaign:02}"])
        assert trade.orders == used[campaign]
        assert trade.discount_amount == found.spent == 55 * used[campaign]
    paid = sum(line.quantity for line in redeemed.values())
    assert numbers_of(About.ALL, [""]).units == paid
