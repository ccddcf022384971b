"""What a person types and reads counts in the currency that the first pack has set, whatever the settings say."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from apps.catalog.services import set_portal
from apps.core import currency
from apps.core.forms.money import MoneyField
from apps.pricing.money import format_money
from apps.reporting.exports.amounts import money as in_a_sheet


@pytest.mark.parametrize(
    ("code", "typed", "amount", "shown"),
    [("JPY", "1,000", 1_000, "¥1,000"), ("KRW", "1000", 1_000, "KRW 1,000"), ("KWD", "1.234", 1_234, "KWD 1.234"),
     ("EUR", "19.90", 1_990, "€19.90")],
)  # fmt: skip
def test_the_pack_decides_how_many_digits_an_amount_has(db, code, typed, amount, shown):
    set_portal(currency=code, selection="best", actor="test")
    currency.forget()
    assert MoneyField().clean(typed) == amount
    assert currency.money(amount) == format_money(amount, code) == shown
    assert in_a_sheet(amount) == Decimal(typed.replace(",", ""))


def test_yen_have_no_digits_after_the_point(db):
    set_portal(currency="JPY", selection="best", actor="test")
    currency.forget()
    with pytest.raises(ValidationError):
        MoneyField().clean("100.50")


def test_a_process_asks_until_there_is_one_and_then_never_again(db, django_assert_num_queries):
    currency.forget()
    with django_assert_num_queries(2):
        assert [currency.current(), currency.current()] == ["CNY", "CNY"]
    set_portal(currency="EUR", selection="best", actor="test")
    with django_assert_num_queries(1):
        assert [currency.current(), currency.current()] == ["EUR", "EUR"]
