"""Stars and saved views: one's own, or shared with those who work for the same shops."""

import pytest

from apps.accounts.models import Favourite, SavedFilter
from apps.accounts.services.lists import filters_for, save_filter
from apps.core.errors import DomainError
from apps.core.roles import Role
from tests.accounts.shops import FOREIGN, OWN, activity, clerk, open_shops
from tests.activities.cast import person
from tests.admin.typing import LIST

pytestmark = pytest.mark.django_db
LISTED = "activities.activity"


@pytest.fixture(autouse=True)
def shops(db):
    open_shops()


def star(client, row):
    return client.post("/admin/lists/star/", {"list": LISTED, "key": row.pk})


def test_a_star_is_put_on_and_taken_away_and_has_a_tab(ann, ben, as_user):
    one, _other = activity(OWN, "one"), activity(OWN, "other")
    client = as_user(ann)
    assert star(client, one).json() == {"starred": True}
    shown = client.get(f"{LIST}?tab=starred").context["cl"].result_list
    assert [row.code for row in shown] == ["one"]
    assert [row.code for row in as_user(ben).get(f"{LIST}?tab=starred").context["cl"].result_list] == []
    marks = {row.code: row.starred for row in client.get(LIST).context["cl"].result_list}
    assert marks == {"one": True, "other": False}
    assert star(client, one).json() == {"starred": False}
    assert Favourite.objects.count() == 0


def test_no_star_on_what_one_may_not_see(as_user):
    foreign = activity(FOREIGN)
    assert star(as_user(clerk()), foreign).status_code == 404
    assert star(as_user(person("adm", "administrator")), foreign).status_code == 403
    assert Favourite.objects.count() == 0


def test_a_view_is_saved_under_a_name_and_opened_again(ann, as_user):
    client = as_user(ann)
    sent = {"list": LISTED, "name": " 进行中的秒杀 ", "query": "tab=running&kind__exact=flash_sale&p=2"}
    answer = client.post("/admin/lists/save/", sent)
    assert answer.headers["Location"] == f"{LIST}?tab=running&kind__exact=flash_sale"
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query, saved.shared) == (
        "进行中的秒杀",
        "tab=running&kind__exact=flash_sale",
        False,
    )
    client.post("/admin/lists/save/", {**sent, "query": "tab=ended"})
    assert SavedFilter.objects.get().query == "tab=ended"
    assert 'href="?tab=ended"' in client.get(LIST).content.decode()


def test_shared_views_reach_those_of_the_same_shops(ann, ben):
    li, other = clerk("li", Role.OPERATOR), clerk("zhao", Role.OPERATOR)
    other.shops = [FOREIGN]
    other.save()
    for owner in (ann, li, other):
        save_filter(user=owner, listed=LISTED, name=f"of {owner.username}", query="tab=mine", shared=True)
    save_filter(user=ann, listed=LISTED, name="private", query="tab=mine")
    save_filter(user=ann, listed="catalog.sku", name="goods", query="", shared=True)

    def seen(user):
        return [one.name for one in filters_for(user, LISTED)]

    assert seen(ben) == ["of ann", "of li", "of zhao"]
    assert seen(li) == ["of ann", "of li"]
    assert seen(other) == ["of ann", "of zhao"]
    assert seen(ann) == ["of ann", "of li", "of zhao", "private"]


def test_only_its_owner_removes_a_view_and_a_name_is_needed(ann, ben, as_user):
    saved = save_filter(user=ann, listed=LISTED, name="mine", query="", shared=True)
    gone = f"/admin/lists/remove/{saved.pk}/"
    assert as_user(ben).post(gone, {"list": LISTED}).status_code == 403
    assert SavedFilter.objects.count() == 1
    assert as_user(ann).post(gone, {"list": LISTED}).status_code == 302
    assert SavedFilter.objects.count() == 0
    with pytest.raises(DomainError, match="name"):
        save_filter(user=ann, listed=LISTED, name="  ", query="")
