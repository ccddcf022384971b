"""Settlement: who bears what by month and shop, equal to the ledger to the cent; a closed month never changes."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Shop
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.orders.chain import LEDGER
from apps.orders.models import Order
from apps.reporting.models import SettlementLine, SettlementMonth
from apps.reporting.settlement import booking, proofs
from apps.reporting.settlement.closing import close_month
from apps.reporting.settlement.statement import parties_of
from tests.activities.cast import person
from tests.storefront import fair

BEARERS = [{"party": "platform", "bps": 3_333}, {"party": "shop", "bps": 6_667}]


@pytest.fixture
def traded(shop_fair: None, shop: Any) -> None:
    """1,000 off two orders, borne by two parties; a third of one goes back."""
    fair.publish(fair.activity("ten-off", bearers=BEARERS))
    shop.paid("o1", 1, customer="c1")
    shop.paid("o2", 3, customer="c2")
    assert shop.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    LEDGER.seal()


def this_month() -> date:
    return SettlementMonth.objects.get().month


def move_back(days: int) -> None:
    """As if everything had happened some days ago: the ledger's own clock cannot be turned back otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE orders_ledgerentry SET at = at - make_interval(days => %s)", [days])
        cursor.execute("ALTER TABLE orders_ledgerentry ENABLE TRIGGER USER")


def owed() -> dict[str, int]:
    found: dict[str, int] = {}
    for month in SettlementMonth.objects.all():
        for party in parties_of(month.month):
            found[party.bearer] = found.get(party.bearer, 0) + party.owes
    return found


def in_the_ledger() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bearer, sum(CASE event WHEN 'redeem' THEN amount ELSE -amount END)::bigint FROM orders_ledgerentry "
            "WHERE what = 'share' AND event IN ('redeem', 'refund') GROUP BY bearer"
        )
        return dict(cursor.fetchall())


def test_each_bearer_owes_what_the_ledger_says(traded: None) -> None:
    """Given three units sold and one back, when it is booked, then both parties bear their part of the rest."""
    booking.book()
    assert owed() == in_the_ledger()
    assert sum(owed().values()) == 2_000 - 333
    party = parties_of(this_month())[0]
    assert (party.bearer, party.orders, party.late) == ("platform", 2, 0)
    assert list(proofs.faults()) == []


def test_nothing_is_booked_twice_in_pieces_of_any_size(traded: None) -> None:
    booking.book(batch=1)
    assert owed() == in_the_ledger()
    count = SettlementLine.objects.count()
    assert (booking.book(), SettlementLine.objects.count()) == (0, count)
    assert list(proofs.faults()) == []


def test_a_held_order_owes_nothing(shop_fair: None, shop: Any) -> None:
    fair.publish(fair.activity("ten-off", bearers=BEARERS))
    shop.held("o1", 1)
    LEDGER.seal()
    booking.book()
    assert not SettlementLine.objects.exists()


def test_a_closed_month_books_what_comes_late_in_the_next(traded: None, shop: Any) -> None:
    """Given last month closed, when an order of it goes back or shows up late, then the next month has it."""
    move_back(45)
    booking.book()
    month = this_month()
    closed = close_month(month=month, actor=person("paul", "approver"))
    assert (closed.borne_amount, closed.back_amount) == (2_000, 333)
    before = [(p.bearer, p.borne, p.back) for p in parties_of(month)]
    assert shop.refund("o1", all=True).status_code == 201
    move_back(45)
    LEDGER.seal()
    booking.book()
    assert [(p.bearer, p.borne, p.back) for p in parties_of(month)] == before
    late = SettlementMonth.objects.exclude(month=month).get()
    assert late.month > month
    assert {p.bearer: (p.back, p.late) for p in parties_of(late.month)} == {
        "platform": (333, -333),
        "shop": (667, -667),
    }
    assert owed() == in_the_ledger()
    assert AuditEntry.objects.filter(action="settlement.close").count() == 1
    assert list(proofs.faults()) == []


def test_only_months_that_are_over_are_closed_and_in_order(traded: None) -> None:
    booking.book()
    month, paul = this_month(), person("paul", "approver")
    for actor, when, code in ((paul, month, "month_not_over"), (paul, date(2020, 1, 1), "unknown_month")):
        with pytest.raises(DomainError) as refused:
            close_month(month=when, actor=actor)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        close_month(month=month, actor=person("olga", "operator"))
    assert SettlementMonth.objects.filter(closed_at=None).count() == 1


def test_the_database_keeps_lines_and_closed_months(traded: None) -> None:
    move_back(45)
    booking.book()
    month = close_month(month=this_month(), actor=person("paul", "approver"))
    line = SettlementLine.objects.first()
    assert line is not None
    refused = (
        lambda: SettlementLine.objects.filter(pk=line.pk).update(borne_amount=1),
        lambda: SettlementLine.objects.filter(pk=line.pk).delete(),
        lambda: SettlementMonth.objects.update(borne_amount=1),
        lambda: SettlementMonth.objects.filter(pk=month.pk).update(closed_at=None, closed_by=None),
    )
    for change in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert list(proofs.faults()) == []


def test_a_planted_line_is_found(traded: None) -> None:
    """The proofs would see a settlement that is not the ledger."""
    booking.book()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reporting_settlementline DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE reporting_settlementline SET borne_amount = borne_amount + 1 WHERE borne_amount > 0"
        )
        cursor.execute("ALTER TABLE reporting_settlementline ENABLE TRIGGER USER")
    assert any("the settlement" in sentence for sentence in proofs.faults())


def test_the_page_adds_up_and_closes(traded: None) -> None:
    move_back(45)
    booking.book()
    month = this_month().isoformat()
    paul = person("paul", "approver")
    paul.is_staff = True
    paul.save()
    client = Client()
    client.force_login(paul)
    client.cookies["django_language"] = "en"
    Shop.objects.filter(code="S1").update(name="Corner shop")
    page = client.get(reverse("admin:reporting_settlementmonth_change", args=[month])).content.decode()
    assert "¥16.67" in page
    assert "Corner shop" in page
    for order in Order.objects.filter(code__in=("o1", "o2")):
        assert reverse("admin:orders_order_change", args=[order.pk]) in page
    client.post(reverse("admin:reporting_settlement_close", args=[month]))
    assert SettlementMonth.objects.get().is_closed
    assert client.get(reverse("admin:reporting_settlementmonth_changelist")).status_code == 200
