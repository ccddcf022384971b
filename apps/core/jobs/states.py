"""The life of a long work."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LABELS: dict[JobState, Promise] = {
    JobState.WAITING: _("Waiting"),
    JobState.RUNNING: _("Running"),
    JobState.DONE: _("Done"),
    JobState.FAILED: _("Failed"),
    JobState.CANCELLED: _("Cancelled"),
}
# Somebody works on these, or will.
OPEN = (JobState.WAITING, JobState.RUNNING)
# From these a person can take the work up again where it stopped.
STOPPED = (JobState.FAILED, JobState.CANCELLED)
