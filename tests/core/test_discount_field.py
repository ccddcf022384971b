"""Discounts as people type them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from apps.core.forms import DiscountField


@pytest.mark.parametrize(
    ("typed", "bps"),
    [
        ("8折", 2000),
        ("8.5折", 1500),
        ("8", 2000),
        ("8.5", 1500),
        ("８．５折", 1500),
        ("8 折", 2000),
        ("9.99折", 10),
        ("0.5折", 9500),
        ("八折", 2000),
        ("八五折", 1500),
        ("半价", 5000),
        ("免费", 10000),
        ("20%", 2000),
        ("20％", 2000),
        ("-20%", 2000),
        ("20% off", 2000),
        ("12.5%", 1250),
        ("85%", 8500),
        ("100%", 10000),
    ],
)
def test_reads(typed, bps):
    assert DiscountField().clean(typed) == bps


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("85", "ambiguous"),
        ("85折", "ambiguous"),
        ("20", "ambiguous"),
        ("10折", "no_discount"),
        ("10", "no_discount"),
        ("100", "no_discount"),
        ("0%", "no_discount"),
        ("101%", "over_100"),
        ("8折折", "invalid"),
        ("-8", "invalid"),
        ("8.1234", "invalid"),
        ("1e1", "invalid"),
        ("八五五折", "invalid"),
        ("eight", "invalid"),
    ],
)
def test_refuses(typed, code):
    with pytest.raises(ValidationError) as refusal:
        DiscountField().clean(typed)
    assert [error.code for error in refusal.value.error_list] == [code]


@pytest.mark.parametrize(
    ("typed", "zhe"), [("85", "8.5折"), ("80", "8折"), ("855", "8.55折"), ("95折", "9.5折")]
)
def test_a_doubtful_number_asks_what_was_meant(typed, zhe):
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        DiscountField().clean(typed)
    number = typed.removesuffix("折")
    assert refusal.value.messages == [f"Do you mean {zhe}? For {number} percent off, write {number}%."]


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "8.5折"), ("en", "15%")])
def test_stored_rate_reads_as_the_language_says_it(language, text):
    with translation.override(language):
        assert DiscountField().prepare_value(1500) == text
        assert not DiscountField().has_changed(1500, text)
