"""Placements as records: described by people, picked in the editor, made known by packs, no matter to documents."""

import pytest
from django.utils.translation import override

from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.offers.models import PlacementRecord
from apps.offers.placements import placement_choices
from apps.offers.services.placements import know_placements, save_placement
from apps.packs.services import import_pack
from apps.pricing.faults import Findings
from tests.activities.cast import person
from tests.storefront.fair import activity

pytestmark = pytest.mark.django_db


def log() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(action__startswith="placement.").order_by("id")
    return list(entries.values_list("action", "subject_code"))


def tower(**fields) -> PlacementRecord:
    return PlacementRecord(code="tower", **{"name_zh": "灯塔", "name_en": "Tower", **fields})


def test_an_operator_describes_them():
    ann = person("ann", "operator")
    assert save_placement(placement=tower(cost_per_day_amount=90_000, size="750x300"), actor=ann)
    stored = PlacementRecord.objects.get(code="tower")
    assert (stored.cost_per_day_amount, stored.size, stored.is_active) == (90_000, "750x300", True)
    assert not save_placement(placement=stored, actor=ann)
    stored.is_active = False
    assert save_placement(placement=stored, actor=ann)
    assert log() == [("placement.create", "tower"), ("placement.edit", "tower")]


@pytest.mark.parametrize("role", ["approver", "analyst", "customer_service"])
def test_others_do_not(role):
    with pytest.raises(DomainError):
        save_placement(placement=tower(), actor=person("x", role))
    assert not PlacementRecord.objects.filter(code="tower").exists()
    assert log() == []


def test_the_editor_offers_those_in_use_and_those_chosen_before():
    PlacementRecord.objects.all().delete()
    tower(position=2).save()
    PlacementRecord(code="moon", name_zh="月亮", position=1).save()
    PlacementRecord(code="gone", name_zh="旧位", is_active=False, position=3).save()
    with override("en"):
        assert placement_choices() == [("moon", "moon"), ("tower", "Tower")]
    with override("zh-hans"):
        found = placement_choices(["gone", "unknown"])
    assert found == [("moon", "月亮"), ("tower", "灯塔"), ("gone", "旧位"), ("unknown", "unknown")]


def test_a_pack_makes_its_placements_known_once():
    tower(name_zh="灯塔", is_active=False).save()
    pack = {
        "pack": 1,
        "currency": "CNY",
        "catalog": {"shops": [{"code": "S1"}]},
        "activities": [activity("a", placements=["tower", "moon", "moon"])],
    }
    for _ in range(2):
        import_pack(raw=pack, findings=Findings(), actor=None)
    assert log() == [("placement.create", "moon")]
    assert PlacementRecord.objects.get(code="moon").name_zh == "moon"
    assert not PlacementRecord.objects.get(code="tower").is_active


def test_nothing_is_known_twice():
    assert know_placements(codes=["moon", "sea"], actor=None) == ["moon", "sea"]
    assert know_placements(codes=["moon", "sky"], actor=None) == ["sky"]
