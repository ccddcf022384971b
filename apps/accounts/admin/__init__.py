"""Accounts and role requests in the admin."""

from django.contrib import admin
from django.contrib.auth.models import Group

from apps.accounts.admin.role_grant import RoleGrantAdmin
from apps.accounts.admin.user import UserAdmin

# The roles and their permissions are code (core.roles), not data to edit.
admin.site.unregister(Group)

__all__ = ["RoleGrantAdmin", "UserAdmin"]
