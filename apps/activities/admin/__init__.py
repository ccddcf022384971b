"""Activities in the admin, and how their requests and look-ups are told to the apps below."""

from django.contrib import admin

from apps.activities.admin.activity import ActivityAdmin
from apps.activities.admin.event import EventAdmin
from apps.activities.admin.mutexes import find_mutexes
from apps.activities.admin.pattern import PatternAdmin
from apps.activities.events.pages.event_filter import EventFilter
from apps.activities.models import Activity, Event
from apps.approvals.admin import presenters
from apps.offers.admin import filters, picking
from apps.offers.admin.placement import PlacementAdmin
from apps.offers.admin.presenting import VersionPresenter

presenters.register(Activity.DOCUMENT, VersionPresenter(admin.site._registry[Activity]))
picking.register("activity", picking.by_model(Activity))
picking.register("event", picking.by_model(Event))
picking.register("mutex", find_mutexes)
filters.register(EventFilter)

__all__ = ["ActivityAdmin", "EventAdmin", "PatternAdmin", "PlacementAdmin"]
