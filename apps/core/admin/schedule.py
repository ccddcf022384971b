"""Beat's schedule in the admin: what runs how often and when it last did. The entries come from the
settings, nobody edits them."""

from django.contrib import admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.core.readonly_admin import ReadOnlyAdmin

for unused in (ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule, PeriodicTask):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ReadOnlyAdmin):
    list_display = ("name", "task", "interval", "enabled", "last_run_at", "total_run_count")
    search_fields = ("name", "task")
    ordering = ("name",)
