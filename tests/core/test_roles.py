"""The table of roles against the permissions that the apps really declare."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from apps.core.roles import LABELS, ROLE_PERMISSIONS, Role

pytestmark = pytest.mark.django_db


def declared() -> set[str]:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def held_by(role: Role) -> set[str]:
    rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_each_role_is_a_group_with_a_label():
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in Role} == set(LABELS)


@pytest.mark.parametrize("role", list(Role))
def test_a_group_holds_what_the_table_gives_it_and_nothing_else(role):
    table = ROLE_PERMISSIONS[role]
    expected = {
        name
        for name in declared()
        if name in table or (".view_" in name and f"{name.split('.')[0]}.view_*" in table)
    }
    assert held_by(role) == expected


@pytest.mark.parametrize("role", list(Role))
def test_each_named_permission_exists(role):
    named = {name for name in ROLE_PERMISSIONS[role] if not name.endswith("*")}
    assert named - declared() == set()


def test_each_verb_that_an_app_declares_is_given_to_somebody():
    verbs = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for codename, _label in model._meta.permissions
    }
    assert verbs - set().union(*ROLE_PERMISSIONS.values()) == set()


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.OPERATOR, "activities.approve_activity"),
        (Role.OPERATOR, "activities.resume_activity"),
        (Role.APPROVER, "activities.submit_activity"),
        (Role.APPROVER, "activities.change_activity"),
        (Role.ADMINISTRATOR, "activities.approve_activity"),
        (Role.ADMINISTRATOR, "activities.submit_activity"),
        (Role.ANALYST, "core.view_auditentry"),
        (Role.CUSTOMER_SERVICE, "activities.pause_activity"),
    ],
)
def test_duties_stay_apart(role, permission):
    assert permission not in held_by(role)


def test_the_next_migrate_takes_back_what_was_given_by_hand():
    group = Group.objects.get(name=Role.ANALYST)
    group.permissions.add(Permission.objects.get(codename="assign_role"))
    group.permissions.remove(*group.permissions.filter(content_type__app_label="core"))
    call_command("migrate", verbosity=0)
    given = ROLE_PERMISSIONS[Role.ANALYST]
    assert held_by(Role.ANALYST) == {
        name
        for name in declared()
        if name in given or (".view_" in name and f"{name.split('.')[0]}.view_*" in given)
    }
