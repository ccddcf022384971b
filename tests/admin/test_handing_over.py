"""Handing over, one or many: the owner changes, who may approve does not. And the history, field by field."""

import pytest

from apps.activities import services
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest, Notice
from apps.catalog.models import Sku
from apps.catalog.services import save_sku
from apps.core.errors import DomainError, Forbidden
from apps.offers.versions.owning import hand_over
from tests.accounts.shops import clerk, open_shops
from tests.activities.cast import drafted, live, log_of, person, picture
from tests.admin.typing import LIST, page_of

pytestmark = pytest.mark.django_db


def give(things, to, actor, reason="休假"):
    return hand_over(
        model=type(things[0]), keys=[one.pk for one in things], to=to, actor=actor, reason=reason
    )


def test_many_change_hands_with_an_entry_each_and_one_notice(ann, ben):
    things = [drafted(ann, f"a-{number}") for number in range(3)]
    assert give(things, ben, ann) == 3
    for thing in things:
        thing.refresh_from_db()
        assert thing.owner == ben
        assert log_of(thing)[-1] == ("activity.hand_over", "user:ann")
    assert list(Notice.objects.values_list("user__username", "params__title")) == [
        ("ben", f"{things[0].title} +2")
    ]
    assert give(things, ben, ann) == 0


def test_whoever_wrote_in_it_still_may_not_approve(ann, ben):
    both = person("both", "operator", "approver")
    thing = drafted(both)
    give([thing], ben, both)
    thing.refresh_from_db()
    request = services.submit(thing=thing, actor=ben)
    assert both.pk in request.barred_ids
    with pytest.raises(Forbidden):
        approvals.approve(request=request, actor=both, seen_hash=request.content_hash)
    assert ApprovalRequest.objects.get().state == "pending"


def test_nobody_gets_what_they_could_not_edit(ann, mia):
    open_shops()
    thing = drafted(ann)
    before = picture(thing)
    for to in (mia, clerk("li")):
        with pytest.raises(DomainError, match="cannot own this"):
            give([thing], to, ann)
    with pytest.raises(Forbidden):
        give([thing], ann, mia)
    assert picture(thing) == before


def test_the_list_hands_over_what_is_ticked(ann, ben, as_user):
    things = [drafted(ann, f"a-{number}") for number in range(2)]
    client = as_user(ann)
    ticked = {"action": "hand_over_ticked", "_selected_action": [one.pk for one in things]}
    answer = client.post(LIST, ticked)
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert [thing.code for thing in page.context["things"]] == ["a-1", "a-0"]
    client.post(answer.headers["Location"], {"to": ben.pk, "reason": "交接"})
    assert {one.owner for one in type(things[0]).objects.all()} == {ben}


def test_the_list_names_owners_in_full(ann, as_user):
    ann.first_name = "陈运营"
    ann.save()
    drafted(ann)
    assert "陈运营" in as_user(ann).get(LIST).content.decode()


def changes_on(client, path):
    steps = client.get(path).context["steps"]
    return [
        (step.who, step.what, field.label, field.old, field.new) for step in steps for field in step.fields
    ]


def test_the_history_tells_each_field_with_both_values(ann, ben, cleo, as_user):
    ann.first_name = "陈运营"
    ann.save()
    thing = drafted(ann)
    content = {**thing.open_version().content, "params": {"value": 2_050}}
    services.save_draft(thing=thing, content=content, actor=ann, seen_revision=1)
    give([thing], ben, ann)
    told = changes_on(as_user(cleo), page_of(thing, "history"))
    assert ("陈运营", "edited", "Off each unit", "¥10", "¥20.50") in told
    assert ("陈运营", "handed over", "Owner", "ann", "ben") in told


def test_an_approved_revision_is_told_by_what_it_changed(ann, ben, cleo, as_user):
    thing = live(ann, cleo)
    draft = services.revise(thing=thing, actor=ann)
    content = {**draft.content, "name": "直减二十"}
    services.save_draft(thing=thing, content=content, actor=ann, seen_revision=draft.revision)
    request = services.submit(thing=thing, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    told = changes_on(as_user(ann), page_of(thing, "history"))
    assert ("cleo", "approved", "Name", "直减十元", "直减二十") in told


def test_a_sku_has_its_history_in_money(ann, as_user):
    """Size 40: in an address of the admin `_40` would be another character, unless it is quoted both ways."""
    Sku.objects.create(code="SHOE_40", name="A", price_amount=10_000)
    sku = Sku.objects.get(pk="SHOE_40")
    sku.price_amount, sku.min_price_amount = 8_850, 5_000
    save_sku(entry=sku, actor=ann)
    reader = as_user(ann)
    told = changes_on(reader, "/admin/catalog/sku/SHOE_5F40/history/")
    (found,) = reader.get("/admin/search/", {"s": "SHOE_40", "extended": "1"}).context["results"]
    assert reader.get(found.link).status_code == 200
    assert found.link == "/admin/catalog/sku/SHOE_5F40/change/"
    assert ("ann", "changed", "Price", "¥100", "¥88.50") in told
    assert ("ann", "changed", "Minimum price", "", "¥50") in told
