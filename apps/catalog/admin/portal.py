"""The portal's currency and selection; packs set them."""

from django.contrib import admin

from apps.catalog.models import Portal
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(Portal)
class PortalAdmin(ReadOnlyAdmin):
    list_display = ("currency", "selection")
    list_display_links = None
