"""The two rows behind everything that is configured and approved: the thing itself, and its versions.

The thing carries its state and the columns that lists and the sweep need, copied from the version that counts: the
approved one, before the first approval the draft. A version carries the whole document. Children name their FKs
`current` (the approved version) and `subject` (of the version, with `related_name="versions"`).
"""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.audiences.models import Audience
from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.offers.lifecycle import RUNNING, EndReason, Right, State, Table
from apps.offers.selectors import skus_in_scope
from apps.offers.submission import Facts
from apps.offers.versions.labels import END_LABELS, STATE_LABELS
from apps.offers.versions.version import OPEN as OPEN
from apps.offers.versions.version import Version as Version
from apps.pricing.offer import Owner


def people_on_lists(audiences: list[str]) -> int | None:
    """How many places the lists of these audiences hold; None where a rule decides, which nobody has counted."""
    named = list(Audience.objects.filter(code__in=audiences).values_list("list_size", "rule"))
    return None if any(rule is not None for _size, rule in named) else sum(size for size, _rule in named)


class Versioned(models.Model):
    """A thing with a code, an owner, a state and versions."""

    #: which document of the pack format it is: activity, template, campaign
    DOCUMENT: ClassVar[str]
    TABLE: ClassVar[Table]
    RIGHTS: ClassVar[dict[Right, str]]
    #: what it is to the offer book; None: it owns no offer
    OFFER_OWNER: ClassVar[Owner | None]
    #: the place in the document that says whose it is
    SHOP_FIELD: ClassVar[str] = "shop"
    #: one of its versions
    VERSION: ClassVar[type[Version]]

    code = CodeField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    shop_code = CodeField(_("shop"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    status: str
    current: Any
    current_id: int | None
    versions: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def title(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def pending(self) -> bool:
        """Whether a revocation waits; only things that run can have one."""
        return False

    @property
    def is_draft(self) -> bool:
        return self.status == State.DRAFT

    @classmethod
    def kind_of_thing(cls) -> str:
        return cls._meta.label_lower

    @classmethod
    def rows(cls) -> Any:
        """All of them; which fields there are depends on the child, so the type says nothing."""
        return cls._default_manager.all()

    def open_version(self) -> Any:
        """The draft or the version in review, or None."""
        return self.versions.filter(state__in=list(OPEN)).first()

    def submission_facts(self, content: dict[str, Any]) -> Facts:
        """What goods and people say about a version; children that own no offer look elsewhere."""
        in_scope = skus_in_scope(content["scope"], self.shop_code or None)
        people = people_on_lists(content["targeting"]["audiences"])
        return Facts(skus_in_scope=int(in_scope.exists()), people=people)

    @classmethod
    def shop_of(cls, content: dict[str, Any]) -> str:
        """The shop that a document belongs to; "" is the platform."""
        return content.get("shop") or ""

    def came_from(self, other: "Versioned") -> None:
        """Children that show where they come from keep it."""

    def show(self, content: dict[str, Any]) -> None:
        """Copy what lists and the sweep need from the version that counts."""
        self.name = content["name"]
        self.shop_code = self.shop_of(content)


class Running(Versioned):
    """A thing with a start and an end: the long table, revocation, pause."""

    status = models.CharField(
        _("status"), max_length=12, choices=list(STATE_LABELS.items()), default=State.DRAFT
    )
    end_reason = models.CharField(
        _("why it ended"), max_length=16, choices=list(END_LABELS.items()), null=True, blank=True
    )
    revocation_pending = models.BooleanField(_("revocation pending"), default=False)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("paused by"),
    )
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("resumed by"),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(State)), name="%(class)s_status_known"),
            models.CheckConstraint(
                # NULL IN (...) is neither true nor false, and a CHECK lets that pass.
                condition=Q(
                    status=State.ENDED,
                    end_reason__isnull=False,
                    end_reason__in=list(EndReason),
                    ended_at__isnull=False,
                )
                | ~Q(status=State.ENDED) & Q(end_reason=None, ended_at=None),
                name="%(class)s_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(revocation_pending=False) | Q(status__in=list(RUNNING)),
                name="%(class)s_revoked_only_running",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[State.DRAFT, State.IN_REVIEW], current=None)
                | ~Q(status__in=[State.DRAFT, State.IN_REVIEW]) & Q(current__isnull=False),
                name="%(class)s_runs_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.PAUSED) | Q(paused_by__isnull=False), name="%(class)s_paused_by_one"
            ),
            models.CheckConstraint(
                condition=Q(paused_by=None) | Q(resumed_by=None) | ~Q(paused_by=F("resumed_by")),
                name="%(class)s_resumed_by_other",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.LIVE) | Q(ends_at__gt=F("starts_at")),
                name="%(class)s_live_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at", "id"], condition=Q(status=State.APPROVED), name="%(class)s_to_start"
            ),
            models.Index(
                fields=["ends_at", "id"], condition=Q(status__in=list(RUNNING)), name="%(class)s_to_end"
            ),
            models.Index(fields=["status", "-id"], name="%(class)s_by_status"),
            models.Index(fields=["owner", "-id"], name="%(class)s_by_owner"),
        ]

    @property
    def pending(self) -> bool:
        return self.revocation_pending

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    def show(self, content: dict[str, Any]) -> None:
        super().show(content)
        self.starts_at = datetime.fromisoformat(content["starts_at"])
        self.ends_at = datetime.fromisoformat(content["ends_at"])
