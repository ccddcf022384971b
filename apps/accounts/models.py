"""The people who work in the portal, and how they come to their roles."""

from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.scope import leaves
from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.core.roles import LABELS, Role


class Language(models.TextChoices):
    CHINESE = "zh-hans", "简体中文"
    ENGLISH = "en", "English"


class User(AbstractUser):
    """Roles are Django groups named as in `core.roles`; only the services of this app change them."""

    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )

    # Codes of shops; empty: all of them, and what is the platform's own.
    shops = ArrayField(
        CodeField(_("shop")), verbose_name=_("only these shops"), default=list, db_default=[], blank=True
    )

    class Meta(AbstractUser.Meta):
        permissions = [
            ("assign_role", _("Can ask for a role for somebody and take one away")),
            ("confirm_role", _("Can confirm a role that another administrator asked for")),
        ]

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """People of single shops have no right over what belongs to all of them, whatever their roles say."""
        return super().has_perm(perm, obj) and (not self.shops or leaves(perm))

    @property
    def full_name(self) -> str:
        """As colleagues know them; the user name where nobody wrote it down."""
        return self.get_full_name() or self.get_username()

    def __str__(self) -> str:
        return self.full_name

    @property
    def roles(self) -> list[Role]:
        names = set(self.groups.values_list("name", flat=True))
        return [role for role in Role if role in names]


class GrantState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


GRANT_STATES = [
    (GrantState.PENDING.value, _("waits for a second administrator")),
    (GrantState.CONFIRMED.value, _("confirmed")),
    (GrantState.REJECTED.value, _("rejected")),
]


def role_choices() -> list[tuple[str, object]]:
    return [(role.value, LABELS[role]) for role in Role]


class RoleGrant(models.Model):
    """One administrator asks that somebody gets a role; another one decides."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=30, choices=role_choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=GRANT_STATES, default=GrantState.PENDING.value
    )
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="role_requests", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for at"), db_default=DatabaseNow())
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="role_decisions", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("role request")
        verbose_name_plural = _("role requests")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(state=GrantState.PENDING.value), name="one_pending_grant"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="grant_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=GrantState.PENDING.value, decided_by=None) | Q(decided_by__isnull=False),
                name="decided_grant_names_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {LABELS[Role(self.role)]}"


class Favourite(models.Model):
    """A star of one person on one thing, whatever it is."""

    user = models.ForeignKey(User, models.CASCADE, related_name="favourites", verbose_name=_("user"))
    subject_type = models.CharField(_("kind of thing"), max_length=80)
    subject_key = models.CharField(_("thing"), max_length=64)
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_type", "subject_key"], name="favourite_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_key}"


class SavedFilter(models.Model):
    """A view of a list under a name: its address's query; `listed` is the model of the list."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", verbose_name=_("owner"))
    listed = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=2_000, blank=True)
    shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["owner", "listed", "name"], name="saved_filter_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_name"),
        ]
        indexes = [models.Index(fields=["listed"], condition=Q(shared=True), name="saved_filter_shared")]

    def __str__(self) -> str:
        return self.name
