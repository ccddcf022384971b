"""The 27 mailings as claim campaigns, and what their households did with them: claims and redemptions in time order.

Each mailing is a template and a claim campaign over exactly as many coupons as are claimed here, so a single one too
many finds the budget empty. A household claims one coupon early in the window, and another a minute before each
further one that it redeems. A redemption is the line of the household's own basket that its coupon reduced: the one
that the register marked where there is one, else one of the coupon's goods in the baskets of that day. What has no such
line is told with its reason, and is no event.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from .baskets import by_basket, store_time
from .campaigns import Terms, audience_code, window
from .rows import Campaign, Redemption, Sale, Source
from .units import read_units

PACK_FILE, EVENTS_FILE = "claims.json", "claims.jsonl"
SHORTLY = timedelta(minutes=1)

Json = dict[str, Any]


class Unredeemed(StrEnum):
    """Why a redemption of the data set is none here."""

    NOT_BOUGHT = "none of the coupon's goods was bought that day"
    FREE = "the coupon's goods cost nothing that day"
    TAKEN = "another coupon has the only line with its goods"


@dataclass
class Found:
    """Redemptions with the line that each reduced, and those without one."""

    lines: dict[Redemption, Sale] = field(default_factory=dict)
    without: dict[Redemption, Unredeemed] = field(default_factory=dict)


def redeemed_lines(source: Source) -> Found:
    """A line for each redemption, no line twice; who has fewest lines to choose from chooses first."""
    goods: dict[tuple[int, int], set[int]] = defaultdict(set)
    for pair in source.coupons:
        goods[pair.campaign, pair.coupon].add(pair.product)
    days: dict[tuple[int, date], list[Redemption]] = defaultdict(list)
    for redemption in source.redemptions:
        days[redemption.household, redemption.day].append(redemption)
    bought: dict[tuple[int, date], list[Sale]] = defaultdict(list)
    for basket in by_basket(source.sales):
        day = basket[0].household, store_time(basket[0].at).date()
        if day in days:
            bought[day] += basket
    found = Found()
    for day, redemptions in sorted(days.items()):
        _choose(redemptions, bought[day], goods, found)
    return found


def _choose(
    redemptions: Sequence[Redemption],
    bought: Sequence[Sale],
    goods: Mapping[tuple[int, int], Container[int]],
    found: Found,
) -> None:
    choices = {
        one: [sale for sale in bought if sale.product in goods[one.campaign, one.coupon]]
        for one in redemptions
    }
    taken: set[int] = set()
    for one in sorted(redemptions, key=lambda one: (len(choices[one]), one)):
        sold = [sale for sale in choices[one] if sale.gross_amount > 0]
        free = [sale for sale in sold if id(sale) not in taken]
        if free:
            line = max(free, key=lambda sale: (sale.coupon_disc_amount > 0, -sale.at, -sale.product))
            taken.add(id(line))
            found.lines[one] = line
        else:
            found.without[one] = _why(choices[one], sold)


def _why(choices: Sequence[Sale], sold: Sequence[Sale]) -> Unredeemed:
    if sold:
        return Unredeemed.TAKEN
    return Unredeemed.FREE if choices else Unredeemed.NOT_BOUGHT


def events(source: Source, found: Found, measured: Container[int]) -> list[Json]:
    """Claims and redemptions in time order, each with its instant on the stores' clock."""
    redeemed: dict[tuple[int, int], list[tuple[datetime, Redemption]]] = defaultdict(list)
    for redemption, sale in found.lines.items():
        redeemed[redemption.campaign, redemption.household].append((store_time(sale.at), redemption))
    campaigns = {one.campaign: one for one in source.campaigns}
    rows: list[Json] = []
    for member in sorted(set(source.members)):
        uses = sorted(redeemed[member.campaign, member.household])
        claims = _claims(campaigns[member.campaign], member.household, [at for at, _one in uses])
        rows += [_event(at, "claim", member.campaign, member.household) for at in claims]
        for at, one in uses:
            sale = found.lines[one]
            quantity, price, _reading = read_units(sale, measured=sale.product in measured)
            line = {"line": "1", "sku": str(sale.product), "quantity": quantity, "unit_price": price}
            rows.append({**_event(at, "redeem", one.campaign, one.household), "lines": [line]})
    return sorted(rows, key=_in_time)


def _in_time(row: Json) -> tuple[datetime, str, str, str]:
    return datetime.fromisoformat(row["at"]), row["do"], row["campaign"], row["customer"]


def _claims(campaign: Campaign, household: int, uses: Sequence[datetime]) -> Iterator[datetime]:
    """The first early, so many seconds into the window as the household's number; the others when they are needed."""
    opens = datetime.fromisoformat(window(campaign)[0])
    first = opens + timedelta(seconds=household)
    yield max(opens, min([first, *(at - SHORTLY for at in uses)]))
    for at in uses[1:]:
        yield max(opens, at - SHORTLY)


def _event(at: datetime, what: str, campaign: int, household: int) -> Json:
    return {
        "at": at.isoformat(),
        "do": what,
        "campaign": f"claim-{campaign:02d}",
        "template": f"coupon-{campaign:02d}",
        "customer": str(household),
    }


def claims_pack(
    source: Source, rows: Sequence[Json], terms: Mapping[int, Terms], prices: Mapping[int, int]
) -> Json:
    """Templates and claim campaigns with exactly the coupons that the events claim; of the goods those sold in them."""
    claimed = Counter((row["campaign"], row["customer"]) for row in rows if row["do"] == "claim")
    campaigns = [one for one in sorted(source.campaigns) if _total(claimed, one)]
    sold = {int(line["sku"]) for row in rows for line in row.get("lines", ())}
    goods: dict[int, set[int]] = defaultdict(set)
    for pair in source.coupons:
        if pair.product in sold:
            goods[pair.campaign].add(pair.product)
    templates = [
        _template(one, goods[one.campaign], terms[one.campaign], _total(claimed, one)) for one in campaigns
    ]
    return {
        "pack": 1,
        "currency": "USD",
        "catalog": {"skus": [{"sku": str(one), "price": prices.get(one, 0)} for one in sorted(sold)]},
        "audiences": [
            {"code": audience_code(one), "members_file": f"{audience_code(one)}.csv"} for one in campaigns
        ],
        "coupon_templates": templates,
        "claim_campaigns": [_campaign(one, claimed) for one in campaigns],
    }


def _code(campaign: Campaign) -> str:
    return f"claim-{campaign.campaign:02d}"


def _total(claimed: Mapping[tuple[str, str], int], campaign: Campaign) -> int:
    return sum(number for (code, _household), number in claimed.items() if code == _code(campaign))


def _template(campaign: Campaign, goods: Iterable[int], terms: Terms, quantity: int) -> Json:
    """Without a threshold, as the register takes coupons; the money is what so many cost at most."""
    starts_at, ends_at = window(campaign)
    tier = {"at": 0, "benefit": {"amount_off": terms.coupon_off}}
    scope = [str(one) for one in sorted(goods)]
    return {
        "code": f"coupon-{campaign.campaign:02d}",
        "name": f"Campaign {campaign.campaign} coupon ({campaign.type})",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [tier]},
        "scope": {"mode": "include", "skus": scope} if scope else {"mode": "all"},
        "validity": {"mode": "fixed", "from": starts_at, "until": ends_at},
        "budget": {"quantity": quantity, "amount": quantity * terms.coupon_off},
        "targeting": {"audiences": [audience_code(campaign)]},
    }


def _campaign(campaign: Campaign, claimed: Mapping[tuple[str, str], int]) -> Json:
    """Nobody can claim in the last minute: the coupons must outlast the campaign."""
    starts_at, ends_at = window(campaign)
    each = [number for (code, _household), number in claimed.items() if code == _code(campaign)]
    return {
        "code": _code(campaign),
        "name": f"Campaign {campaign.campaign} ({campaign.type})",
        "template": f"coupon-{campaign.campaign:02d}",
        "starts_at": starts_at,
        "ends_at": (datetime.fromisoformat(ends_at) - SHORTLY).isoformat(),
        "quantity": sum(each),
        "per_customer": max(each),
        "targeting": {"audiences": [audience_code(campaign)]},
    }


def write_claims(
    source: Source,
    folder: Path,
    *,
    terms: Mapping[int, Terms],
    prices: Mapping[int, int],
    measured: Container[int],
    counts: Counter[str],
) -> None:
    """The pack and the events beside each other; `counts` tells what of the redemptions is not among them and why."""
    found = redeemed_lines(source)
    rows = events(source, found, measured)
    pack = claims_pack(source, rows, terms, prices)
    (folder / PACK_FILE).write_bytes(orjson.dumps(pack, option=orjson.OPT_INDENT_2))
    with (folder / EVENTS_FILE).open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(row) + b"\n")
        for one, why in sorted(found.without.items()):
            file.write(orjson.dumps(_told(one, why)) + b"\n")
    counts["claims"] = sum(row["do"] == "claim" for row in rows)
    counts["redemptions with a line of their own"] = len(found.lines)
    for reason in Unredeemed:
        counts[f"redemptions left out: {reason}"] = sum(why == reason for why in found.without.values())


def _told(one: Redemption, why: Unredeemed) -> Json:
    """What is no event, for whoever reads the file."""
    return {
        "do": "nothing",
        "campaign": f"claim-{one.campaign:02d}",
        "customer": str(one.household),
        "coupon": one.coupon,
        "day": one.day.isoformat(),
        "why": why.value,
    }
