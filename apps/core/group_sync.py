"""Gives the role groups their permissions after each migration: permissions only exist once their app is migrated."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

from apps.core.roles import Role, permissions_in_app

VIEW_ALL = "view_*"


def sync_app_permissions(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """Make each role's permissions in one app exactly what roles.py says; runs after auth made the permissions."""
    available = {
        permission.codename: permission
        for permission in Permission.objects.using(using).filter(content_type__app_label=sender.label)
    }
    if not available:
        return
    for role in Role:
        group, _created = Group.objects.using(using).get_or_create(name=role.value)
        _sync_group(
            group, sender.label, {available[name] for name in _expand(role, sender.label, set(available))}
        )


def _expand(role: Role, app_label: str, available: set[str]) -> set[str]:
    wanted = permissions_in_app(role, app_label)
    named = {name for name in wanted if name in available}
    viewed = {name for name in available if name.startswith("view_")} if VIEW_ALL in wanted else set()
    return named | viewed


def _sync_group(group: Group, app_label: str, wanted: set[Permission]) -> None:
    held = set(group.permissions.filter(content_type__app_label=app_label))
    if wanted - held:
        group.permissions.add(*(wanted - held))
    if held - wanted:
        group.permissions.remove(*(held - wanted))
