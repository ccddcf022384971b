"""A long work with how far it is, and the files that it reads and makes.

Files lie in the database, in pieces: every web machine and worker sees them, they commit with the batch that wrote
them, and a backup holds them.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.jobs.registry import kind_named
from apps.core.jobs.states import LABELS, OPEN, STOPPED, JobState


class Job(models.Model):
    """One long work. `cursor` is how far it came, in the words of its kind; it commits with what was done.

    `lease` names the worker that holds it until `leased_until`; `faults` counts crashes in a row without progress.
    """

    kind = models.CharField(_("kind of task"), max_length=80)
    subject_type = models.CharField(_("kind of thing"), max_length=80, blank=True)
    subject_code = models.CharField(_("thing"), max_length=200, blank=True)
    params = models.JSONField(_("what was asked"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=list(LABELS.items()), default=JobState.WAITING
    )
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("in all"), null=True)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(_("result"), default=dict)
    fault = models.JSONField(_("why it failed"), null=True)
    faults = models.PositiveSmallIntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("background task")
        verbose_name_plural = _("background tasks")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(JobState)), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(done__gte=0) & (Q(total=None) | Q(total__gte=0)), name="job_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=list(OPEN)), name="job_open"),
            models.Index(fields=["actor", "-id"], name="job_by_actor"),
            models.Index(fields=["subject_type", "subject_code", "-id"], name="job_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How much is done; None while nobody knows how much there is."""
        if self.state == JobState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def label(self) -> str:
        kind = kind_named(self.kind)
        return self.kind if kind is None else str(kind.label)

    @property
    def told(self) -> str:
        """What came of it so far, in the words of its kind."""
        kind = kind_named(self.kind)
        return "" if kind is None or kind.tell is None or not self.result else str(kind.tell(self))

    @property
    def page(self) -> str:
        kind = kind_named(self.kind)
        return "" if kind is None or kind.page is None else kind.page(self)

    @property
    def fault_text(self) -> str:
        """Why it failed, in the reader's language."""
        if not self.fault:
            return ""
        text, numbers = gettext(self.fault["text"]), self.fault["numbers"]
        return text % numbers if numbers else text

    @property
    def may_go_on(self) -> bool:
        kind = kind_named(self.kind)
        return self.state in STOPPED and kind is not None and kind.again

    @property
    def outputs(self) -> "models.QuerySet[JobFile]":
        return self.files.filter(is_output=True).order_by("pk")


class JobFile(models.Model):
    """A file that a job was given or made; `name` is what it was called or is to be called."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="files")
    role = models.CharField(max_length=40)
    name = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(max_length=120)
    size = models.BigIntegerField(_("size"), default=0)
    pieces = models.IntegerField(default=0)
    is_output = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("file of a task")
        verbose_name_plural = _("files of tasks")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "role"], name="job_file_once")]

    def __str__(self) -> str:
        return self.name


class JobFilePiece(models.Model):
    """So many bytes of a file, from `start` on."""

    pk: Any = models.CompositePrimaryKey("file_id", "start")
    file = models.ForeignKey(JobFile, models.CASCADE, related_name="parts")
    start = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.file_id} from {self.start}"
