"""Amounts as people type them."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from apps.core.forms import MoneyField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("100", 100_00),
        ("100.00", 100_00),
        ("¥100.00", 100_00),
        ("￥ 100", 100_00),
        ("100元", 100_00),
        ("100.5", 100_50),
        ("1,000.00", 1_000_00),
        ("1,234,567.89", 1_234_567_89),
        ("１００．５０", 100_50),
        ("１，０００", 1_000_00),
        ("  19.9 ", 19_90),
        ("0", 0),
        ("0.01", 1),
        ("12万", 120_000_00),
        ("1.5万", 15_000_00),
        ("0012", 12_00),
        ("10000000000", 10**12),
    ],
)
def test_reads(typed, amount):
    assert MoneyField().clean(typed) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-1", "invalid"),
        ("1e3", "invalid"),
        ("1_000", "invalid"),
        ("1,00", "invalid"),
        ("1,0000", "invalid"),
        ("10 00", "invalid"),
        (".5", "invalid"),
        ("5.", "invalid"),
        ("٣", "invalid"),
        ("NaN", "invalid"),
        ("¥", "invalid"),
        ("100¥¥", "invalid"),
        ("1.234", "too_fine"),
        ("1.1234567万", "too_fine"),
        ("10000000000.01", "too_large"),
        ("9" * 400, "too_large"),
        ("", "required"),
    ],
)
def test_refuses(typed, code):
    with pytest.raises(ValidationError) as refusal:
        MoneyField().clean(typed)
    assert [error.code for error in refusal.value.error_list] == [code]


def test_currency_without_minor_units_takes_no_point():
    field = MoneyField(currency="JPY")
    assert field.clean("1,000") == 1000
    assert field.prepare_value(1000) == "1000"
    with pytest.raises(ValidationError):
        field.clean("10.5")


def test_smallest_amount():
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        MoneyField(min_amount=1).clean("0")
    assert refusal.value.messages == ["At least 0.01."]


def test_stored_amount_stands_in_the_input_and_is_no_change():
    class Form(forms.Form):
        value_amount = MoneyField()

    form = Form(initial={"value_amount": 10000})
    assert 'value="100.00"' in str(form["value_amount"])
    assert not Form({"value_amount": "¥100"}, initial={"value_amount": 10000}).has_changed()
    assert Form({"value_amount": "¥101"}, initial={"value_amount": 10000}).has_changed()


def test_a_faulty_text_stays_in_the_input_as_it_was_typed():
    class Form(forms.Form):
        value_amount = MoneyField()

    form = Form({"value_amount": "1,00"})
    assert not form.is_valid()
    assert 'value="1,00"' in str(form["value_amount"])


def test_empty_is_none_when_optional():
    assert MoneyField(required=False).clean("") is None
