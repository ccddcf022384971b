"""The buttons of a rule's page: one row each, offered where its service would do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.risk import services
from apps.risk.models import Rule, RuleVersion

Open = RuleVersion | None


@dataclass(frozen=True)
class Step:
    code: str
    label: Promise
    icon: str
    effect: Promise
    done: Promise
    permission: str
    fits: Callable[[Rule, Open], bool]
    service: Callable[..., Any]
    asks_reason: bool = False
    needs_reason: bool = False
    grave: bool = False
    then_edit: bool = False

    def offered(self, user: User, rule: Rule, version: Open) -> bool:
        return user.has_perm(self.permission) and self.fits(rule, version)

    def run(self, rule: Rule, actor: User, reason: str) -> None:
        if self.asks_reason:
            self.service(rule=rule, actor=actor, reason=reason)
        else:
            self.service(rule=rule, actor=actor)


def _is_draft(rule: Rule, version: Open) -> bool:
    return version is not None and version.is_draft


STEPS = (
    Step(
        "submit",
        _("Submit for approval"),
        "send",
        _("Another person approves exactly this content; until then nothing changes."),
        _("Submitted for approval."),
        "risk.submit_rule",
        _is_draft,
        services.submit,
        asks_reason=True,
    ),
    Step(
        "withdraw",
        _("Withdraw"),
        "undo",
        _("It becomes a draft again."),
        _("It is a draft again."),
        "risk.submit_rule",
        lambda rule, version: version is not None and not version.is_draft,
        services.withdraw,
    ),
    Step(
        "revise",
        _("Change"),
        "edit",
        _("A draft opens beside what is in force; nothing changes until it is approved."),
        _("A draft is open."),
        "risk.change_rule",
        lambda rule, version: version is None,
        services.revise,
        then_edit=True,
    ),
    Step(
        "discard",
        _("Discard draft"),
        "delete",
        _("What is in force stays."),
        _("The draft is gone."),
        "risk.change_rule",
        lambda rule, version: _is_draft(rule, version) and rule.current_id is not None,
        services.discard_draft,
        grave=True,
    ),
    Step(
        "switch_off",
        _("Switch off"),
        "toggle_off",
        _("Another person approves it; until then the rule binds."),
        _("Submitted for approval."),
        "risk.submit_rule",
        lambda rule, version: rule.active and version is None,
        services.switch_off,
        asks_reason=True,
        needs_reason=True,
        grave=True,
    ),
)
