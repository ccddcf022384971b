"""Patterns: what is worth doing again is kept without its time, shared within the shop, audited."""

import pytest

from apps.activities.models import Pattern
from apps.activities.patterns.services import drop_pattern, keep_pattern, rename_pattern
from apps.catalog.models import Shop
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from tests.activities.cast import document, drafted, person

pytestmark = pytest.mark.django_db


def log() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(subject_type="activities.pattern").order_by("id")
    return list(entries.values_list("action", "actor"))


def of_shop(code: str) -> dict:
    Shop.objects.get_or_create(code=code, defaults={"name": code})
    return {"layer": "shop", "shop": code, "kind": "threshold", "stock": {}} | {
        "params": {"metric": "amount", "tiers": [{"at": 30_000, "benefit": {"amount_off": 5_000}}]}
    }


def test_all_is_kept_but_code_time_and_event(ann):
    pattern = keep_pattern(activity=drafted(ann), name="十元", actor=ann)
    whole = drafted(ann, "other").open_version().content
    assert set(whole) - set(pattern.content) == {"code", "starts_at", "ends_at", "visible_from", "event"}
    assert pattern.content["params"] == {"value": 1_000}
    assert pattern.content["budget"] == {"amount": 50_000, "stop_below": 0}
    assert (pattern.kind, pattern.shop_code, pattern.kept_by) == ("direct_reduction", "", ann)
    assert log() == [("pattern.keep", "user:ann")]


def test_an_equal_name_replaces_and_another_shop_has_its_own(ann, ben):
    keep_pattern(activity=drafted(ann), name="常用", actor=ann)
    keep_pattern(activity=drafted(ann, "twenty", params={"value": 2_000}), name="常用", actor=ben)
    keep_pattern(activity=drafted(ann, "of-s1", **of_shop("S1")), name="常用", actor=ann)
    found = {one.shop_code: one.content["params"] for one in Pattern.objects.all()}
    assert found[""] == {"value": 2_000}
    assert found["S1"]["tiers"] == [{"at": 30_000, "benefit": {"amount_off": 5_000}}]
    assert [action for action, _who in log()] == ["pattern.keep", "pattern.replace", "pattern.keep"]


def test_a_name_is_given_once_in_a_shop(ann):
    first = keep_pattern(activity=drafted(ann), name="一", actor=ann)
    keep_pattern(activity=drafted(ann, "b"), name="二", actor=ann)
    with pytest.raises(DomainError) as refused:
        rename_pattern(pattern=first, name="二", actor=ann)
    assert refused.value.code == "name_taken"
    rename_pattern(pattern=first, name="三", actor=ann)
    assert sorted(Pattern.objects.values_list("name", flat=True)) == ["三", "二"]


def test_dropping_leaves_what_began_with_it(ann):
    activity = drafted(ann)
    drop_pattern(pattern=keep_pattern(activity=activity, name="一", actor=ann), actor=ann)
    assert not Pattern.objects.exists()
    assert activity.open_version().content["name"] == document()["name"]
    assert [action for action, _who in log()] == ["pattern.keep", "pattern.drop"]


@pytest.mark.parametrize("who", ["cleo", "mia"])
def test_readers_keep_rename_and_drop_nothing(ann, who, request):
    reader, activity = request.getfixturevalue(who), drafted(ann)
    pattern = keep_pattern(activity=activity, name="一", actor=ann)
    for refused in (
        lambda: keep_pattern(activity=activity, name="二", actor=reader),
        lambda: keep_pattern(activity=activity, name="一", actor=reader),
        lambda: rename_pattern(pattern=pattern, name="二", actor=reader),
        lambda: drop_pattern(pattern=pattern, actor=reader),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert Pattern.objects.values_list("name", "kept_by__username").get() == ("一", "ann")
    assert log() == [("pattern.keep", "user:ann")]


def test_people_of_one_shop_touch_neither_anothers_nor_the_platforms(ann):
    theirs = keep_pattern(activity=drafted(ann, "of-s1", **of_shop("S1")), name="一", actor=ann)
    common = keep_pattern(activity=drafted(ann), name="二", actor=ann)
    eve = person("eve", "operator")
    eve.shops = ["S2"]
    eve.save()
    for pattern in (theirs, common):
        with pytest.raises(Forbidden):
            drop_pattern(pattern=pattern, actor=eve)
    with pytest.raises(DomainError):
        keep_pattern(activity=drafted(ann, "more"), name="三", actor=eve)
    assert Pattern.objects.count() == 2
