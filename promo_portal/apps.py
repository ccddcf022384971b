"""Puts the portal's own site in place of Django's default admin site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "promo_portal.admin_site.PortalAdminSite"
