"""The home page of those who have no activities to watch."""

import pytest

from apps.accounts.services.roles import request_role
from apps.core.roles import Role
from tests.activities.cast import person

pytestmark = pytest.mark.django_db


def test_an_administrator_finds_the_role_that_another_one_asked_for(as_user):
    asks, confirms, gets = (
        person("asks", "administrator"),
        person("confirms", "administrator"),
        person("gets"),
    )
    grant = request_role(user=gets, role=Role.APPROVER, actor=asks, reason="new here")
    page = as_user(confirms).get("/admin/")
    assert page.context["tasks"].roles == [grant]
    assert f"/admin/accounts/rolegrant/{grant.pk}/change/" in page.content.decode()
    assert as_user(asks).get("/admin/").context["tasks"].roles == []
    assert as_user(gets).get("/admin/").context["tasks"].roles == []


def test_who_watches_no_activities_is_led_to_what_there_is_instead(as_user):
    answer = as_user(person("admin", "administrator")).get("/admin/")
    assert all(group["items"] for group in answer.context["groups"]), "no heading over nothing"
    page = answer.content.decode()
    main = page[page.index('id="pp-tasks"') :]
    assert 'href="/admin/accounts/user/"' in main
    assert 'href="/admin/activities/activity/"' not in main
