"""The portal has one currency."""

import pytest

from apps.catalog import selectors
from apps.catalog.models import Portal
from apps.catalog.services import set_portal
from apps.core.errors import DomainError
from apps.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_the_first_pack_sets_the_currency() -> None:
    assert selectors.portal().currency == "CNY"
    assert not Portal.objects.exists()

    set_portal(currency="USD", selection="priority", actor="pack")

    assert (selectors.portal().currency, selectors.portal().selection) == ("USD", "priority")
    assert AuditEntry.objects.get().action == "portal.set_up"


def test_another_currency_is_refused() -> None:
    set_portal(currency="CNY", selection="best", actor="pack")

    with pytest.raises(DomainError) as refusal:
        set_portal(currency="USD", selection="best", actor="pack")

    assert refusal.value.code == "currency_mismatch"
    assert selectors.portal().currency == "CNY"


def test_the_selection_can_change_and_is_audited_once() -> None:
    set_portal(currency="CNY", selection="best", actor="pack")

    set_portal(currency="CNY", selection="priority", actor="pack")
    set_portal(currency="CNY", selection="priority", actor="pack")

    entry = AuditEntry.objects.get(action="portal.change")
    assert (entry.before, entry.after) == ({"selection": "best"}, {"selection": "priority"})
