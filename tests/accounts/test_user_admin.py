"""Accounts in the admin: what administrators can do there, and what a crafted form can't."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.accounts.models import RoleGrant, User
from apps.core.models import AuditEntry
from apps.core.roles import Role

pytestmark = pytest.mark.django_db


def make_user(name: str, *roles: Role) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def admin() -> User:
    return make_user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def change_url(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def form_of(user: User, **fields: object) -> dict[str, object]:
    return {"username": user.username, "language": "zh-hans", "is_active": "on", **fields}


def test_a_crafted_form_gives_neither_role_nor_superuser(client, admin, ann):
    client.force_login(admin)
    groups = list(Group.objects.values_list("pk", flat=True))
    data = form_of(ann, email="ann@example.com", groups=groups, is_superuser="on", user_permissions=[1, 2, 3])
    assert client.post(change_url(ann), data).status_code == 302
    ann = User.objects.get(pk=ann.pk)
    assert (ann.email, ann.roles, ann.is_superuser, ann.user_permissions.count()) == (
        "ann@example.com",
        [],
        False,
        0,
    )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.before, entry.after) == (
        "accounts.change_user",
        "user:admin",
        {"email": ""},
        {"email": "ann@example.com"},
    )


def test_a_new_account_has_no_role(client, admin):
    client.force_login(admin)
    data = {
        "username": "bob",
        "password1": "promo-demo-2026",
        "password2": "promo-demo-2026",
        "usable_password": "true",
    }
    assert client.post(reverse("admin:accounts_user_add"), data).status_code == 302
    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser, bob.roles) == (True, False, [])
    assert AuditEntry.objects.get().action == "accounts.create_user"


def test_a_new_password_is_audited_without_itself(client, admin, ann):
    client.force_login(admin)
    data = {"password1": "another-good-one", "password2": "another-good-one", "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[ann.pk])
    assert client.post(url, data).status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_code, entry.before, entry.after) == (
        "accounts.set_password",
        str(ann.pk),
        None,
        None,
    )


def test_ask_and_confirm_through_the_buttons(client, admin, ann):
    client.force_login(admin)
    ask = reverse("admin:accounts_user_ask_for_role", args=[ann.pk])
    assert client.get(ask).status_code == 200
    client.post(ask, {"_form_submitted": "on", "role": "approver", "reason": "new approver"})
    grant = RoleGrant.objects.get()
    confirm = reverse("admin:accounts_rolegrant_confirm", args=[grant.pk])
    assert client.post(confirm, {"_form_submitted": "on"}).status_code == 403
    assert ann.roles == []

    client.force_login(make_user("admin2", Role.ADMINISTRATOR))
    assert client.get(reverse("admin:accounts_rolegrant_change", args=[grant.pk])).status_code == 200
    answer = client.post(confirm, {"_form_submitted": "on"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("admin:accounts_rolegrant_change", args=[grant.pk])
    assert ann.roles == [Role.APPROVER]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.AUDITOR)])
def test_other_roles_see_no_accounts(client, ann, role):
    client.force_login(make_user("other", role))
    urls = [
        reverse("admin:accounts_user_changelist"),
        change_url(ann),
        reverse("admin:accounts_user_ask_for_role", args=[ann.pk]),
        reverse("admin:accounts_rolegrant_changelist"),
    ]
    assert [client.get(url).status_code for url in urls] == [403, 403, 403, 403]
    assert client.post(change_url(ann), form_of(ann, email="x@example.com")).status_code == 403
    assert User.objects.get(pk=ann.pk).email == ""


def test_an_auditor_reads_accounts_and_changes_nothing(client, ann):
    client.force_login(make_user("eve", Role.AUDITOR))
    assert client.get(change_url(ann)).status_code == 200
    assert client.post(change_url(ann), form_of(ann, email="x@example.com")).status_code == 403
    assert User.objects.get(pk=ann.pk).email == ""


def test_the_account_language_speaks_unless_the_browser_chose(client, admin):
    client.force_login(admin)
    User.objects.filter(pk=admin.pk).update(language="en")
    assert client.get(reverse("admin:index")).headers["Content-Language"] == "en"
    client.post(reverse("set_language"), {"language": "zh-hans"})
    assert client.get(reverse("admin:index")).headers["Content-Language"] == "zh-hans"
