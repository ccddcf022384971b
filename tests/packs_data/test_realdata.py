"""The conversion of real baskets, on a store of eleven lines whose every figure can be worked out by hand."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.offers.documents import read_activity, read_template
from apps.packs.realdata import source as reading
from apps.packs.realdata.baskets import build_carts
from apps.packs.realdata.campaigns import activity_document, template_document, terms_of
from apps.packs.realdata.catalog import build_catalog, category_codes, lower_median
from apps.packs.realdata.convert import convert, goods_by_campaign, write_pack
from apps.packs.realdata.rows import (
    STORE_TZ,
    Campaign,
    CouponProduct,
    Member,
    Product,
    Redemption,
    Sale,
    Source,
)
from apps.packs.realdata.survey import survey
from apps.packs.realdata.units import Reading, read_units
from apps.pricing.faults import Findings, Reader

MILK, CREAM, CHEESE, PETROL, CARD, STRANGER = 1, 2, 3, 4, 5, 99

PRODUCTS = [
    Product(PETROL, 69, "FUEL", "Private", "FUEL", "GASOLINE-REG UNLEADED", None),
    Product(MILK, 69, "DAIRY", "Private", "MILK/CREAM", "MILK", "1 GA"),
    Product(CREAM, 7, "DAIRY", "National", "MILK/CREAM", "MILK", "1 PT"),
    Product(CHEESE, 7, "DAIRY", "National", "CHEESE", "CHEDDAR", "8 OZ"),
    Product(CARD, 8, "GIFTS", "National", None, None, None),
]


def at(day: int, hour: int) -> int:
    return int(datetime(2017, 3, day, hour, tzinfo=STORE_TZ).timestamp())


def sale(
    household: int, basket: int, product: int, quantity: int, sales: int, when: int, **amounts: int
) -> Sale:
    discounts = {"retail_disc_amount": 0, "coupon_disc_amount": 0, "match_disc_amount": 0} | amounts
    return Sale(household, basket, product, quantity, sales, at=when, **discounts)


SALES = [
    sale(10, 1, MILK, 1, 300, at(1, 9)),
    sale(10, 2, MILK, 2, 400, at(6, 9), retail_disc_amount=100),
    sale(
        10, 2, CHEESE, 1, 350, at(6, 9), retail_disc_amount=120, coupon_disc_amount=55, match_disc_amount=30
    ),
    sale(10, 2, PETROL, 8725, 2006, at(6, 9), retail_disc_amount=1),
    sale(10, 2, STRANGER, 3, 100, at(6, 9)),
    sale(20, 3, MILK, 1, 290, at(6, 10)),
    sale(20, 3, CHEESE, 0, 0, at(6, 10), coupon_disc_amount=100),
    sale(10, 4, CHEESE, 4, 2000, at(7, 23)),
    sale(30, 5, CHEESE, 1, 499, at(9, 8), retail_disc_amount=1),
    sale(30, 6, CHEESE, 20_000, 77, at(9, 9)),
    sale(10, 7, CHEESE, 1, 480, at(8, 0)),
]
MAILING = Campaign(4, "Type B", date(2017, 3, 5), date(2017, 3, 7))
QUIET = Campaign(9, "Type B", date(2017, 3, 20), date(2017, 3, 21))

SOURCE = Source(
    products=PRODUCTS,
    demographics={10: {"age": "65+"}},
    campaigns=[QUIET, MAILING],
    members=[Member(4, 10), Member(4, 10), Member(4, 30), Member(9, 20)],
    coupons=[
        CouponProduct(4, 500, CHEESE),
        CouponProduct(4, 500, CHEESE),
        CouponProduct(4, 501, MILK),
        CouponProduct(4, 501, STRANGER),
        CouponProduct(9, 502, CREAM),
    ],
    redemptions=[Redemption(4, 500, 10, date(2017, 3, 6)), Redemption(4, 501, 10, date(2017, 3, 6))],
    sales=SALES,
)


@pytest.mark.parametrize(
    ("line", "measured", "expected"),
    [
        (sale(1, 1, MILK, 2, 400, 0, retail_disc_amount=100), False, (2, 250, Reading.PIECES)),
        (sale(1, 1, MILK, 2, 355, 0, match_disc_amount=45), False, (2, 200, Reading.PIECES)),
        (sale(1, 1, MILK, 2, 199, 0, coupon_disc_amount=50), False, (2, 100, Reading.PIECES)),
        (sale(1, 1, MILK, 3, 100, 0), False, (3, 33, Reading.PIECES)),
        (sale(1, 1, MILK, 9999, 0, 0), False, (9999, 0, Reading.PIECES)),
        (sale(1, 1, MILK, 10_000, 77, 0), False, (1, 77, Reading.TOO_MANY)),
        (sale(1, 1, MILK, 0, 0, 0, coupon_disc_amount=100), False, (1, 0, Reading.NO_UNITS)),
        (sale(1, 1, MILK, 0, 175, 0, retail_disc_amount=86), False, (1, 261, Reading.NO_UNITS)),
        (sale(1, 1, PETROL, 8725, 2006, 0, retail_disc_amount=1), True, (1, 2007, Reading.MEASURED)),
    ],
)
def test_a_line_is_pieces_at_the_shelf_price_or_one_unit(
    line: Sale, measured: bool, expected: tuple[int, int, Reading]
) -> None:
    assert tuple(read_units(line, measured=measured)) == expected


def test_the_lower_median_is_one_of_the_values() -> None:
    assert lower_median([5]) == 5
    assert lower_median([9, 1, 4]) == 4
    assert lower_median([9, 1, 4, 2]) == 2


def test_categories_are_numbered_below_their_parent() -> None:
    assert category_codes(PRODUCTS) == {
        ("DAIRY",): "d01",
        ("DAIRY", "CHEESE"): "d01.1",
        ("DAIRY", "CHEESE", "CHEDDAR"): "d01.1.1",
        ("DAIRY", "MILK/CREAM"): "d01.2",
        ("DAIRY", "MILK/CREAM", "MILK"): "d01.2.1",
        ("FUEL",): "d02",
        ("FUEL", "FUEL"): "d02.1",
        ("FUEL", "FUEL", "GASOLINE-REG UNLEADED"): "d02.1.1",
        ("GIFTS",): "d03",
    }


def test_products_are_priced_by_sales_or_by_what_is_nearest() -> None:
    catalog = build_catalog(PRODUCTS, {MILK: [300, 250, 290, 310], CHEESE: [500]})
    prices = {row["sku"]: row["price"] for row in catalog.document["skus"]}
    assert prices == {"1": 290, "2": 290, "3": 500, "4": 290, "5": 290}
    assert catalog.priced_by == {
        "their sales": 2,
        "the median of all": 2,
        "their department": 0,
        "their category": 0,
        "their type": 1,
        "the last resort": 0,
    }
    assert build_catalog(PRODUCTS, {}).priced_by["the last resort"] == 5
    assert catalog.document["skus"][1] == {
        "sku": "2",
        "name": "MILK 1 PT",
        "shop": "grocer",
        "category": "d01.2.1",
        "brand": "national-7",
        "tags": ["national"],
        "price": 290,
    }
    assert catalog.document["skus"][4]["category"] == "d03"
    assert catalog.document["brands"][-1] == {"code": "private-69", "name": "Private brand, manufacturer 69"}


def test_baskets_become_carts_and_every_odd_line_is_counted() -> None:
    counts: Counter[str] = Counter()
    known = {row.product for row in PRODUCTS}
    carts = list(build_carts(SALES, measured={PETROL}, known=known, counts=counts))
    assert len(carts) == 7
    assert carts[1] == {
        "currency": "USD",
        "customer": "10",
        "lines": [
            {"line": "1", "sku": "1", "quantity": 2, "unit_price": 250},
            {"line": "2", "sku": "3", "quantity": 1, "unit_price": 500},
            {"line": "3", "sku": "4", "quantity": 1, "unit_price": 2007},
            {"line": "4", "sku": "99", "quantity": 3, "unit_price": 33},
        ],
        "coupons": "auto",
        "as_of": "2017-03-06T09:00:00-05:00",
    }
    assert carts[2]["lines"][1] == {"line": "2", "sku": "3", "quantity": 1, "unit_price": 0}
    assert {what: number for what, number in counts.items() if number} == {
        "baskets": 7,
        "lines": 11,
        "lines: pieces": 8,
        "lines: sold by measure": 1,
        "lines: no units": 1,
        "lines: too many units": 1,
        "lines of products that the catalogue lacks": 1,
        "lines whose price per unit had to be rounded": 1,
        "cents that rounding moved, in all": 1,
        "largest basket (lines)": 4,
    }


def test_the_survey_looks_at_targeted_households_while_the_mailing_ran() -> None:
    found = survey(SOURCE, {PETROL})
    facts = found.facts[4]
    # Household 10 bought on the 6th and, at 23:00, on the 7th. On the 1st and the 8th nothing ran; 20 was not
    # targeted and 30 came on the 9th. The stranger is no goods of the mailing: the catalogue lacks it.
    assert facts.basket_amounts == [1000, 2000]
    assert facts.basket_units == [3, 4]
    assert facts.card_rates_bps == [2000, 2400]
    assert (facts.coupon_amounts, facts.coupon_spends) == ([55], [500])
    assert found.redemptions_seen == 1
    assert found.orders == {10: 4, 20: 1, 30: 2}
    assert found.prices[MILK] == [300, 250, 290]
    assert found.prices[CHEESE] == [500, 500, 500, 77, 480]
    assert found.facts[9].basket_amounts == []


def test_terms_are_round_medians_and_borrowed_where_nothing_happened() -> None:
    facts = survey(SOURCE, {PETROL}).facts
    assert terms_of(MAILING, SOURCE.campaigns, facts) == (55, 500, 2000, 1000, 3, ())
    everything = ("coupon_off", "coupon_from", "rate_bps", "spend", "units")
    assert terms_of(QUIET, SOURCE.campaigns, facts) == (55, 500, 2000, 1000, 3, everything)


def test_a_mailing_is_a_coupon_and_an_activity_in_the_same_window() -> None:
    facts = survey(SOURCE, {PETROL}).facts
    goods = goods_by_campaign(SOURCE, Counter())
    terms = terms_of(MAILING, SOURCE.campaigns, facts)
    assert goods == {4: [MILK, CHEESE], 9: [CREAM]}
    assert template_document(MAILING, goods[4], terms) == {
        "code": "coupon-04",
        "name": "Campaign 4 coupon (Type B)",
        "issuer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 500, "benefit": {"amount_off": 55}}]},
        "scope": {"mode": "include", "skus": ["1", "3"]},
        "validity": {
            "mode": "fixed",
            "from": "2017-03-05T00:00:00-05:00",
            "until": "2017-03-08T00:00:00-05:00",
        },
        "targeting": {"audiences": ["campaign-04"]},
    }
    activity = activity_document(MAILING, goods[4], terms)
    assert (activity["layer"], activity["kind"], activity["params"]) == (
        "item",
        "percentage_off",
        {"bps": 2000},
    )
    assert (activity["starts_at"], activity["ends_at"]) == (
        "2017-03-05T00:00:00-05:00",
        "2017-03-08T00:00:00-05:00",
    )
    spend = activity_document(MAILING._replace(type="Type A"), goods[4], terms)
    assert spend["params"] == {"metric": "amount", "tiers": [{"at": 1000, "benefit": {"amount_off": 200}}]}
    units = activity_document(MAILING._replace(type="Type C"), goods[4], terms)
    assert units["params"] == {
        "metric": "quantity",
        "tiers": [{"at": 3, "benefit": {"percentage_off": 2000}}],
    }


def test_a_window_over_the_change_of_clocks_starts_and_ends_at_midnight() -> None:
    spring = Campaign(1, "Type B", date(2017, 3, 10), date(2017, 3, 14))
    facts = survey(replace(SOURCE, campaigns=[spring], members=[], coupons=[], redemptions=[]), set()).facts
    validity = template_document(spring, [], terms_of(spring, [spring], facts))["validity"]
    assert validity == {
        "mode": "fixed",
        "from": "2017-03-10T00:00:00-05:00",
        "until": "2017-03-15T00:00:00-04:00",
    }


def test_the_folder_is_complete_and_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    counts = convert(SOURCE, first)
    convert(replace(SOURCE, coupons=SOURCE.coupons[::-1], products=PRODUCTS[::-1]), second)
    names = sorted(path.name for path in first.iterdir())
    assert names == [
        "campaign-04.csv",
        "campaign-09.csv",
        "carts.jsonl",
        "claims.json",
        "claims.jsonl",
        "pack.json",
    ]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    assert (first / "campaign-04.csv").read_text() == "customer\n10\n30\n"
    pack = json.loads((first / "pack.json").read_text())
    assert [row["code"] for row in pack["coupon_templates"]] == ["coupon-04", "coupon-09"]
    assert pack["audiences"][0]["members_file"] == "campaign-04.csv"
    assert pack["customers"] == [
        {"id": "10", "orders": 4, "attributes": {"age": "65+"}},
        {"id": "20", "orders": 1},
        {"id": "30", "orders": 2},
    ]
    assert len((first / "carts.jsonl").read_text().splitlines()) == 7
    assert counts["coupon-product pairs"] == 5
    assert counts["coupon-product pairs given twice"] == 1
    assert counts["coupon-product pairs of unknown products"] == 1
    assert counts["redemptions whose line was found"] == 1


def test_the_offers_are_read_without_a_fault() -> None:
    findings = Findings()
    facts = survey(SOURCE, {PETROL}).facts
    for mailing in ("Type A", "Type B", "Type C"):
        campaign = MAILING._replace(type=mailing)
        terms = terms_of(campaign, SOURCE.campaigns, facts)
        read_activity(Reader(activity_document(campaign, [MILK], terms), "activity", findings))
        read_template(Reader(template_document(campaign, [MILK], terms), "template", findings))
    assert [str(fault) for fault in findings.faults] == []
    assert {(row.type, row.code) for row in findings.references} == {
        ("audience", "campaign-04"),
        ("sku", "1"),
    }


def test_a_pack_is_written_one_row_a_line() -> None:
    file = BytesIO()
    write_pack(file, {"pack": 1, "catalog": {"shops": [{"code": "a"}, {"code": "b"}]}, "customers": []})
    assert file.getvalue().decode().splitlines() == [
        "{",
        '"pack": 1,',
        '"catalog": {',
        '"shops": [',
        '{"code":"a"},',
        '{"code":"b"}',
        "]",
        "},",
        '"customers": [',
        "]",
        "}",
    ]
    assert json.loads(file.getvalue())["catalog"]["shops"][1] == {"code": "b"}


def test_without_the_package_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(reading, "import_module", missing)
    with pytest.raises(CommandError, match=r"pip install -r requirements-realdata\.txt"):
        call_command("make_pack_from_completejourney", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_frames_are_read_into_rows() -> None:
    pd = pytest.importorskip("pandas", reason="reading frames needs requirements-realdata.txt")
    stamp = pd.Timestamp
    frames = {
        "products": pd.DataFrame(
            {
                "product_id": [1, 5],
                "manufacturer_id": [69, 8],
                "department": ["DAIRY", "GIFTS"],
                "brand": ["Private", "National"],
                "product_category": ["MILK/CREAM", None],
                "product_type": ["MILK", None],
                "package_size": [" 1 GA", None],
            }
        ),
        "demographics": pd.DataFrame(
            {"household_id": [10], "age": ["65+"], "income": [None], "kids_count": ["3+"]}
        ),
        "campaign_descriptions": pd.DataFrame(
            {
                "campaign_id": [4],
                "campaign_type": ["Type B"],
                "start_date": [stamp("2017-03-05")],
                "end_date": [stamp("2017-03-07")],
            }
        ),
        "campaigns": pd.DataFrame({"campaign_id": [4], "household_id": [10]}),
        "coupons": pd.DataFrame({"coupon_upc": [500], "product_id": [3], "campaign_id": [4]}),
        "coupon_redemptions": pd.DataFrame(
            {
                "household_id": [10],
                "coupon_upc": [500],
                "campaign_id": [4],
                "redemption_date": [stamp("2017-03-06")],
            }
        ),
        "transactions": pd.DataFrame(
            {
                "household_id": [20, 10],
                "store_id": [1, 1],
                "basket_id": [3, 2],
                "product_id": [1, 1],
                "quantity": [1, 2],
                "sales_value": [2.9, 4.35],
                "retail_disc": [0.0, 1.15],
                "coupon_disc": [0.0, 0.55],
                "coupon_match_disc": [0.0, 0.3],
                "week": [9, 9],
                "transaction_timestamp": [stamp("2017-03-06 15:00:00"), stamp("2017-03-06 14:00:00")],
            }
        ),
    }
    read = reading.from_frames(frames)
    assert read.products == [PRODUCTS[1], PRODUCTS[4]]
    assert read.demographics == {10: {"age": "65+", "kids_count": "3+"}}
    assert read.campaigns == [MAILING]
    assert (read.members, read.coupons) == ([Member(4, 10)], [CouponProduct(4, 500, 3)])
    assert read.redemptions == [Redemption(4, 500, 10, date(2017, 3, 6))]
    expected = [
        Sale(10, 2, 1, 2, 435, 115, 55, 30, at(6, 9)),
        Sale(20, 3, 1, 1, 290, 0, 0, 0, at(6, 10)),
    ]
    assert list(read.sales) == expected
    assert list(read.sales) == expected, "the lines can be gone through again"
