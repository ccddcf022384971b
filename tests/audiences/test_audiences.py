"""Audiences of packs, and how processes follow their rules."""

from typing import Any

import pytest

from apps.accounts.models import User
from apps.audiences.models import Audience, AudienceMember, Customer
from apps.audiences.selectors import audiences_document, rule_size, rule_version, rules_at
from apps.audiences.services import guard, save_audience, upsert_audiences
from apps.core.errors import DomainError
from apps.core.models import AuditEntry

pytestmark = pytest.mark.django_db
VIP: dict[str, Any] = {"field": "member_level", "op": "gte", "value": 3}
NEW: dict[str, Any] = {"field": "orders", "op": "eq", "value": 0}


def rows() -> list[dict[str, Any]]:
    return [
        {"code": "vip", "name": "高端会员", "rule": VIP, "members": []},
        {"code": "crm", "name": "CRM", "rule": None, "members": ["c1", "c2"]},
    ]


def test_audiences_of_a_pack_twice_change_nothing() -> None:
    first = upsert_audiences(rows=rows(), actor="pack")
    second = upsert_audiences(rows=rows(), actor="pack")

    assert (first.created, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 2)
    entry = AuditEntry.objects.get()
    assert entry.after == {
        "vip": {"name": "高端会员", "rule": VIP},
        "crm": {"name": "CRM", "rule": None, "added": 2, "removed": 0},
    }


def test_members_replace_the_list_and_none_leave_it() -> None:
    upsert_audiences(rows=rows(), actor="pack")

    outcome = upsert_audiences(rows=[{"code": "crm", "name": "CRM", "members": ["c2", "c3"]}], actor="pack")
    upsert_audiences(rows=[{"code": "crm", "name": "Renamed"}], actor="pack")

    assert (outcome.changed, outcome.changed_keys) == (1, ("crm",))
    assert set(AudienceMember.objects.values_list("customer_code", flat=True)) == {"c2", "c3"}
    assert Audience.objects.values_list("name", "list_size").get(code="crm") == ("Renamed", 2)


def test_exported_audiences_import_as_the_same() -> None:
    upsert_audiences(rows=rows(), actor="pack")

    document = audiences_document()

    assert document == [
        {"code": "crm", "name": "CRM", "members": ["c1", "c2"]},
        {"code": "vip", "name": "高端会员", "rule": VIP},
    ]
    assert audiences_document(["vip"]) == document[1:]
    assert upsert_audiences(rows=document, actor="pack").written == 0


def test_rules_are_read_again_only_when_one_changed(django_assert_num_queries: Any) -> None:
    upsert_audiences(rows=rows(), actor="pack")
    version = rule_version()
    assert rules_at(version) == {"vip": VIP}

    with django_assert_num_queries(0):
        assert rules_at(version) == {"vip": VIP}

    upsert_audiences(rows=[{"code": "crm", "name": "Only a name"}], actor="pack")
    assert rule_version() == version
    upsert_audiences(rows=[{"code": "crm", "name": "CRM", "rule": NEW}], actor="pack")
    assert rule_version() > version
    assert rules_at(rule_version()) == {"vip": VIP, "crm": NEW}
    upsert_audiences(rows=[{"code": "vip", "name": "no rule any more"}], actor="pack")
    assert rules_at(rule_version()) == {"crm": NEW}


def test_a_guard_keeps_a_rule_that_an_offer_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    upsert_audiences(rows=rows(), actor="pack")
    asked: list[str] = []

    def used(code: str) -> None:
        asked.append(code)
        raise DomainError("in_use", "in use")

    monkeypatch.setattr(guard, "_guards", [used])
    ann = User.objects.create_user("ann")
    audience = Audience.objects.get(code="vip")
    audience.name = "Renamed"
    save_audience(entry=audience, actor=ann)
    audience.rule = NEW
    with pytest.raises(DomainError, match="in use"):
        save_audience(entry=audience, actor=ann)

    assert asked == ["vip"]
    assert Audience.objects.values_list("name", "rule").get(code="vip") == ("Renamed", VIP)


def test_a_person_who_saves_does_not_undo_a_list_that_grew_meanwhile() -> None:
    upsert_audiences(rows=rows(), actor="pack")
    opened = Audience.objects.get(code="crm")
    upsert_audiences(rows=[{"code": "crm", "name": "CRM", "members": ["c1", "c2", "c3"]}], actor="pack")

    opened.name = "CRM list"
    save_audience(entry=opened, actor=User.objects.create_user("ann"))

    assert Audience.objects.values_list("name", "list_size").get(code="crm") == ("CRM list", 3)


def test_the_size_of_a_rule() -> None:
    Customer.objects.bulk_create([Customer(code=f"c{i}", member_level=i) for i in range(10)])

    assert rule_size(VIP) == (7, True)
