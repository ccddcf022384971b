"""Claims and redemptions lived through, day by day, and the accounts of each day against the events alone."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from apps.coupons.models import ClaimCampaign, Coupon
from apps.packs.realdata.convert import convert
from bench.baskets import KEPT
from bench.replay import story
from bench.replay.ledger import Ledger
from bench.replay.story import Wrong, replay
from tests.packs_data.test_realdata import SOURCE

REAL = ("claim-05", "claim-06", "claim-24")


@pytest.fixture
def folder(db: None, settings: Any, tmp_path: Path) -> Path:
    settings.ALLOW_PUBLISH = True
    convert(SOURCE, tmp_path)
    return tmp_path


def change(folder: Path, **changes: Any) -> None:
    """Write other things into the events."""
    file = folder / "claims.jsonl"
    rows = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    rows = changes["events"](rows)
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def test_every_claim_and_redemption_of_the_store_comes_out(folder: Path) -> None:
    """¥0.55 off each of two lines; from the 5th, when the first window opens, to the 22nd, after the last closed."""
    told = replay(folder)
    assert (told.claims, told.redemptions, told.discount_amount, told.refused) == (4, 2, 110, [])
    assert told.days == 18
    assert sorted(Coupon.objects.values_list("template", "state")) == [
        ("coupon-04", "expired"),
        ("coupon-04", "used"),
        ("coupon-04", "used"),
        ("coupon-09", "expired"),
    ]
    ends = set(ClaimCampaign.objects.values_list("end_reason", flat=True))
    assert ends == {"sold_out"}, "budget and release had exactly what was claimed"


def test_one_claim_too_many_is_refused_with_its_reason(folder: Path) -> None:
    change(folder, events=lambda rows: [*rows[:3], {**rows[1], "at": rows[2]["at"]}, *rows[3:]])
    told = replay(folder)
    assert [(event["customer"], why) for event, why in told.refused] == [("30", "sold_out")]
    assert told.claims == 4


def test_a_household_that_was_not_written_to_gets_nothing(folder: Path) -> None:
    change(folder, events=lambda rows: [{**rows[0], "customer": "20"}, *rows])
    assert [why for _event, why in replay(folder).refused] == ["not_eligible"]


def test_a_day_whose_coupons_do_not_expire_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "expire_due", lambda: 0)
    with pytest.raises(Wrong, match=r"2017-03-08 00:00:00-05:00 wallets: 2 differ"):
        replay(folder)


def test_money_that_is_not_as_the_events_say_is_noticed(folder: Path) -> None:
    def cheaper(rows: list[Any]) -> list[Any]:
        """The register is told another worth of the coupon than the portal has."""
        pack = orjson.loads((folder / "claims.json").read_bytes())
        pack["coupon_templates"][0]["params"]["tiers"][0]["benefit"]["amount_off"] = 50
        other = Ledger.of(pack)
        monkey.setattr(Ledger, "of", classmethod(lambda cls, _pack: other))
        return rows

    with pytest.MonkeyPatch.context() as monkey:
        change(folder, events=cheaper)
        with pytest.raises(Wrong, match=r"budgets: 1 differ"):
            replay(folder)


@pytest.mark.slow
@pytest.mark.skipif(
    not (KEPT / "claims.jsonl").exists(),
    reason="the real year is not here: ./run bench replay makes it, and lives through all of it",
)
def test_three_real_mailings(db: None, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    told = replay(KEPT, campaigns=REAL)
    assert (told.claims, told.redemptions, told.refused) == (246, 10, [])
    assert told.left_out == {"none of the coupon's goods was bought that day": 4}
