"""Puts the portal's own site in place of Django's default admin site, and makes siblings known to each other."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "promo_portal.admin_site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        from apps.impact.reports.depths import depths_of
        from apps.reporting.watch import forecasts

        forecasts.register(depths_of)
