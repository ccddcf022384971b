"""Refusals speak the language of whoever reads them and keep their numbers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError, Forbidden, FourEyes


def test_message_is_filled_and_translated_when_it_is_read():
    error = DomainError("required", _("%(name)s is required."), "name", name="SKU")
    with translation.override("en"):
        assert str(error) == "SKU is required."
    assert (error.code, error.field, error.numbers) == ("required", "name", {"name": "SKU"})


def test_a_number_may_be_called_code():
    error = DomainError("unknown_code", "No SKU has the code %(code)s.", code="A-1")
    assert (error.code, error.message) == ("unknown_code", "No SKU has the code A-1.")


def test_a_percent_sign_without_numbers_stays_as_it_is():
    assert (
        DomainError("over_100", "A discount over 100% is refused.").message
        == "A discount over 100% is refused."
    )


@pytest.mark.parametrize(("error", "code"), [(Forbidden(), "forbidden"), (FourEyes(), "four_eyes")])
def test_django_answers_403_to_what_is_not_allowed(error, code):
    assert isinstance(error, PermissionDenied)
    assert error.code == code
