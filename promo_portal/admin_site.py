"""The admin site: every ModelAdmin registers here through `admin.site`."""

from unfold.sites import UnfoldAdminSite


class PortalAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True
