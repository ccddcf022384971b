"""How people come to their roles: asked for by one administrator, confirmed by another."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import GrantState, RoleGrant, User
from apps.accounts.services.roles import confirm_role, reject_role, remove_role, request_role, set_up_role
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.core.models import AuditEntry
from apps.core.roles import Role

pytestmark = pytest.mark.django_db


def make_user(name: str, *roles: Role) -> User:
    user = User.objects.create_user(name, is_staff=True)
    for role in roles:
        user.groups.add(user.groups.model.objects.get(name=role))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def admin() -> User:
    return make_user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def admin2() -> User:
    return make_user("admin2", Role.ADMINISTRATOR)


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_counts_only_after_the_second_administrator(admin, admin2, ann, role):
    grant = request_role(user=ann, role=role, actor=admin, reason="new colleague")
    assert ann.roles == []
    confirm_role(grant=grant, actor=admin2)
    assert ann.roles == [role]
    assert actions() == ["accounts.request_role", "accounts.confirm_role"]


def test_nobody_confirms_what_they_asked_for(admin, ann):
    grant = request_role(user=ann, role=Role.APPROVER, actor=admin)
    with pytest.raises(FourEyes):
        confirm_role(grant=grant, actor=admin)
    grant.refresh_from_db()
    assert (grant.state, grant.decided_by, ann.roles) == (GrantState.PENDING, None, [])
    assert actions() == ["accounts.request_role"]


def test_nobody_confirms_their_own_role(admin, admin2):
    grant = request_role(user=admin2, role=Role.APPROVER, actor=admin)
    with pytest.raises(FourEyes):
        confirm_role(grant=grant, actor=admin2)
    assert admin2.roles == [Role.ADMINISTRATOR]


def test_a_superuser_is_no_exception(admin, ann):
    root = User.objects.create_superuser("root")
    grant = request_role(user=ann, role=Role.ADMINISTRATOR, actor=root)
    with pytest.raises(FourEyes):
        confirm_role(grant=grant, actor=root)
    assert ann.roles == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_ask_and_confirm(admin, ann, role):
    other = make_user("other", role)
    grant = request_role(user=ann, role=Role.ANALYST, actor=admin)
    with pytest.raises(Forbidden):
        request_role(user=ann, role=Role.OPERATOR, actor=other)
    with pytest.raises(Forbidden):
        confirm_role(grant=grant, actor=other)
    with pytest.raises(Forbidden):
        remove_role(user=admin, role=Role.ADMINISTRATOR, actor=other)
    assert (ann.roles, admin.roles, RoleGrant.objects.count()) == ([], [Role.ADMINISTRATOR], 1)
    assert actions() == ["accounts.request_role"]


def test_a_rejected_request_changes_nothing_and_can_be_asked_again(admin, admin2, ann):
    grant = request_role(user=ann, role=Role.APPROVER, actor=admin)
    reject_role(grant=grant, actor=admin2, reason="on leave")
    assert ann.roles == []
    with pytest.raises(DomainError, match=r".") as refusal:
        confirm_role(grant=grant, actor=admin2)
    assert refusal.value.code == "wrong_state"
    request_role(user=ann, role=Role.APPROVER, actor=admin)
    assert RoleGrant.objects.filter(state=GrantState.PENDING).count() == 1


def test_one_request_at_a_time(admin, ann):
    request_role(user=ann, role=Role.APPROVER, actor=admin)
    with pytest.raises(DomainError) as refusal:
        request_role(user=ann, role=Role.APPROVER, actor=admin)
    assert refusal.value.code == "role_pending"
    assert RoleGrant.objects.count() == 1


def test_a_role_that_is_held_is_not_asked_for(admin, admin2):
    with pytest.raises(DomainError) as refusal:
        request_role(user=admin2, role=Role.ADMINISTRATOR, actor=admin)
    assert refusal.value.code == "role_held"


def test_taking_a_role_away_is_immediate_but_two_administrators_remain(admin, admin2, ann):
    third = make_user("third", Role.ADMINISTRATOR)
    remove_role(user=third, role=Role.ADMINISTRATOR, actor=admin, reason="moved on")
    assert third.roles == []
    with pytest.raises(DomainError) as refusal:
        remove_role(user=admin2, role=Role.ADMINISTRATOR, actor=admin)
    assert refusal.value.code == "last_administrators"
    assert admin2.roles == [Role.ADMINISTRATOR]


def test_the_database_refuses_a_decision_by_the_one_who_asked(admin, ann):
    grant = request_role(user=ann, role=Role.APPROVER, actor=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk).update(state=GrantState.CONFIRMED, decided_by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk).update(state=GrantState.CONFIRMED)


def test_set_up_makes_two_administrators_and_no_third():
    names = ["first", "second", "third"]
    users = [make_user(name) for name in names]
    set_up_role(user=users[0], role=Role.ADMINISTRATOR)
    set_up_role(user=users[1], role=Role.ADMINISTRATOR)
    with pytest.raises(FourEyes):
        set_up_role(user=users[2], role=Role.ADMINISTRATOR)
    with pytest.raises(FourEyes):
        set_up_role(user=users[2], role=Role.APPROVER)
    assert [user.roles for user in users] == [[Role.ADMINISTRATOR], [Role.ADMINISTRATOR], []]


def test_the_command_makes_a_working_account(client):
    call_command(
        "create_user", "admin", "--role", "administrator", "--password", "promo-demo-2026", verbosity=0
    )
    assert client.login(username="admin", password="promo-demo-2026")
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200


def test_the_command_leaves_no_account_behind_when_its_role_is_refused():
    with pytest.raises(CommandError):
        call_command("create_user", "boss", "--role", "approver", "--password", "promo-demo-2026")
    assert User.objects.count() == 0


def test_the_command_says_that_it_has_nobody_to_ask_for_a_password(monkeypatch):
    def no_terminal(*_: object) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", no_terminal)
    with pytest.raises(CommandError, match="--password"):
        call_command("create_user", "boss")
    assert User.objects.count() == 0


def test_the_command_makes_an_approver_with_two_administrators(admin, admin2):
    by = ("--requested-by", "admin", "--confirmed-by", "admin2")
    call_command(
        "create_user", "boss", "--role", "approver", "--password", "promo-demo-2026", *by, verbosity=0
    )
    assert User.objects.get(username="boss").roles == [Role.APPROVER]
    by = ("--requested-by", "admin", "--confirmed-by", "admin")
    with pytest.raises(CommandError):
        call_command("create_user", "boss2", "--role", "approver", "--password", "promo-demo-2026", *by)
    assert not User.objects.filter(username="boss2").exists()
