"""From the data set to a folder: pack.json, members per campaign, carts.jsonl, claims, and what was counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from .baskets import build_carts
from .campaigns import activity_document, audience_code, template_document, terms_of
from .catalog import build_catalog, lower_median
from .claims import write_claims
from .rows import Source
from .survey import Survey, survey
from .units import MEASURED_TYPES


def convert(source: Source, folder: Path) -> Counter[str]:
    """Write everything; the same data gives the same bytes."""
    counts: Counter[str] = Counter()
    measured = {product.product for product in source.products if product.type in MEASURED_TYPES}
    surveyed = survey(source, measured)
    known = {product.product for product in source.products}
    with (folder / "pack.json").open("wb") as file:
        write_pack(file, pack_sections(source, surveyed, counts))
    for code, households in members(source).items():
        rows = "".join(f"{household}\n" for household in households)
        (folder / f"{code}.csv").write_text(f"customer\n{rows}", encoding="utf-8")
    with (folder / "carts.jsonl").open("wb") as file:
        for cart in build_carts(source.sales, measured=measured, known=known, counts=counts):
            file.write(orjson.dumps(cart) + b"\n")
    campaigns = sorted(source.campaigns)
    write_claims(
        source,
        folder,
        terms={row.campaign: terms_of(row, campaigns, surveyed.facts) for row in campaigns},
        prices={product: lower_median(prices) for product, prices in surveyed.prices.items()},
        measured=measured,
        counts=counts,
    )
    return counts


def pack_sections(source: Source, surveyed: Survey, counts: Counter[str]) -> dict[str, Any]:
    """The pack, key by key."""
    catalog = build_catalog(source.products, surveyed.prices)
    counts["products"] = len(source.products)
    for priced_by, number in catalog.priced_by.items():
        counts[f"products priced by {priced_by}"] = number
    campaigns = sorted(source.campaigns)
    terms = {row.campaign: terms_of(row, campaigns, surveyed.facts) for row in campaigns}
    goods = goods_by_campaign(source, counts)
    counts["campaigns"] = len(campaigns)
    counts["campaigns with terms borrowed from others"] = sum(bool(t.borrowed) for t in terms.values())
    counts["redemptions"] = len(source.redemptions)
    counts["redemptions whose line was found"] = surveyed.redemptions_seen
    customers = list(_customers(source, surveyed))
    counts["households"] = len(customers)
    counts["households with demographics"] = sum("attributes" in customer for customer in customers)
    return {
        "pack": 1,
        "currency": "USD",
        "selection": "best",
        "catalog": catalog.document,
        "audiences": [_audience(row.campaign, audience_code(row)) for row in campaigns],
        "customers": customers,
        "activities": [activity_document(row, goods[row.campaign], terms[row.campaign]) for row in campaigns],
        "coupon_templates": [
            template_document(row, goods[row.campaign], terms[row.campaign]) for row in campaigns
        ],
    }


def goods_by_campaign(source: Source, counts: Counter[str]) -> dict[int, list[int]]:
    """The products of each campaign's coupons that the catalogue has, sorted."""
    known = {product.product for product in source.products}
    pairs = set(source.coupons)
    counts["coupon-product pairs"] = len(source.coupons)
    counts["coupon-product pairs given twice"] = len(source.coupons) - len(pairs)
    counts["coupon-product pairs of unknown products"] = sum(p.product not in known for p in pairs)
    found: dict[int, set[int]] = {campaign.campaign: set() for campaign in source.campaigns}
    for pair in pairs:
        if pair.product in known:
            found[pair.campaign].add(pair.product)
    return {campaign: sorted(products) for campaign, products in found.items()}


def members(source: Source) -> dict[str, list[int]]:
    """The households of each campaign, by the code of its audience."""
    found: dict[str, set[int]] = {audience_code(campaign): set() for campaign in sorted(source.campaigns)}
    codes = {campaign.campaign: audience_code(campaign) for campaign in source.campaigns}
    for member in source.members:
        found[codes[member.campaign]].add(member.household)
    return {code: sorted(households) for code, households in found.items()}


def write_pack(file: IO[bytes], sections: Mapping[str, Any]) -> None:
    """JSON with one row of a list per line, so that it streams out and two of them can be compared."""
    file.write(b"{")
    for number, (key, value) in enumerate(sections.items()):
        file.write(b",\n" if number else b"\n")
        file.write(orjson.dumps(key) + b": ")
        if isinstance(value, Mapping):
            write_pack(file, value)
        elif isinstance(value, list):
            _write_rows(file, value)
        else:
            file.write(orjson.dumps(value))
    file.write(b"\n}")


def _write_rows(file: IO[bytes], rows: Iterable[Any]) -> None:
    file.write(b"[")
    for number, row in enumerate(rows):
        file.write((b",\n" if number else b"\n") + orjson.dumps(row))
    file.write(b"\n]")


def _audience(campaign: int, code: str) -> dict[str, Any]:
    return {"code": code, "name": f"Households of campaign {campaign}", "members_file": f"{code}.csv"}


def _customers(source: Source, surveyed: Survey) -> Iterator[dict[str, Any]]:
    targeted = {member.household for member in source.members}
    for household in sorted(surveyed.orders.keys() | source.demographics.keys() | targeted):
        customer: dict[str, Any] = {"id": str(household), "orders": surveyed.orders.get(household, 0)}
        if household in source.demographics:
            customer["attributes"] = source.demographics[household]
        yield customer
