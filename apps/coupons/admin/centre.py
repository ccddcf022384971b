"""领券中心 as a customer would see it, fresh every few seconds; in a demo one can claim there, too.

Claims of customers come over the API. The button works only where PREVIEW_CLAIMS says so, for those who may change
campaigns, and for customers whose id says that they are for tests: budgets are real, whoever claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.scope import shops_of, visible
from apps.audiences.models import Customer
from apps.core.errors import BusyError, DomainError
from apps.core.refusals import kept_refusals
from apps.coupons.admin.reasons import mismatch_of
from apps.coupons.centre import Offered, centre_for
from apps.coupons.looks import Where
from apps.coupons.models import ClaimCampaign
from apps.coupons.refusals import LIMIT_REACHED, NOT_ELIGIBLE, NOT_STARTED, SOLD_OUT
from apps.coupons.services.claiming import claim
from apps.offers.admin.preview import say, wording
from apps.offers.admin.words import local_time
from apps.offers.lifecycle import Right
from apps.pricing.faults import CODE
from apps.pricing.kinds import kind_from_json

MAY = "coupons.view_claimcampaign"
TEST_CUSTOMERS = "test-"
SECONDS = 2
# What a card says in its large line; the rest of the document is said below it.
HEADLINE = frozenset({"kind", "params", "budget"})


@dataclass(frozen=True, slots=True)
class Face:
    """One template of a card: how many a claim gives, what they do, under which conditions."""

    quantity: int
    name: str
    headline: str
    conditions: str


@dataclass(frozen=True, slots=True)
class Card:
    """`label` is what stands on the button, `open` whether a claim would succeed; `until` what is counted down to."""

    offered: Offered
    faces: list[Face]
    open: bool
    label: str
    why: str
    until: datetime
    until_what: str


@dataclass(frozen=True, slots=True)
class Looker:
    """As whom one looks; all may be empty."""

    customer: str
    channel: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Looker:
        customer, channel = (str(values.get(name, "")).strip() for name in ("customer", "channel"))
        return cls(customer if CODE.match(customer) else "", channel[:64])

    @property
    def query(self) -> str:
        return urlencode({"customer": self.customer, "channel": self.channel})

    @property
    def where(self) -> Where:
        return Where(channel=self.channel or None)

    @property
    def for_tests(self) -> bool:
        return self.customer.startswith(TEST_CUSTOMERS)


def centre_view(admin_site: AdminSite, request: HttpRequest) -> HttpResponse:
    looker = _looker(request, request.GET)
    name = "admin:coupons_claimcampaign_centre"
    context = {
        **admin_site.each_context(request),
        **cards_of(request, looker),
        "title": _("Claim centre preview"),
        "cards_url": f"{reverse(f'{name}_cards')}?{looker.query}",
        "seconds": SECONDS,
        "known": not looker.customer or Customer.objects.filter(code=looker.customer).exists(),
    }
    return TemplateResponse(request, "admin/coupons/centre.html", context)


def cards_view(request: HttpRequest) -> HttpResponse:
    """Only the cards, to be put in place by the page."""
    looker = _looker(request, request.GET)
    answer = TemplateResponse(request, "admin/coupons/centre_cards.html", cards_of(request, looker))
    answer["Cache-Control"] = "no-store"
    return answer


def claim_view(request: HttpRequest) -> HttpResponse:
    """A claim of a customer for tests, through the same service as any other."""
    looker = _looker(request, request.POST)
    if request.method != "POST" or not may_try(request) or not looker.for_tests:
        raise PermissionDenied
    try:
        with kept_refusals(), transaction.atomic():
            issued = claim(
                campaign=str(request.POST.get("campaign", "")), customer=looker.customer, where=looker.where
            )
    except DomainError as refused:
        messages.error(request, refused.message)
    except BusyError:
        messages.error(request, _("Too many want it at once. Try again."))
    else:
        text = _("Claimed: %(coupons)s.") % {"coupons": ", ".join(one.code for one in issued)}
        messages.success(request, text)
    return HttpResponseRedirect(f"{reverse('admin:coupons_claimcampaign_centre')}?{looker.query}")


def may_try(request: HttpRequest) -> bool:
    return bool(settings.PREVIEW_CLAIMS) and request.user.has_perm(ClaimCampaign.RIGHTS[Right.EDIT])


def cards_of(request: HttpRequest, looker: Looker) -> dict[str, Any]:
    """The part of the page that changes."""
    centre = centre_for(looker.customer or None, looker.where)
    faces = {code: _face_of(content) for code, content in centre.contents.items()}
    codes = visible(request.user, ClaimCampaign.objects.all()).values_list("code", flat=True)
    shown = None if shops_of(request.user) is None else set(codes)
    return {
        "now": centre.now,
        "looker": looker,
        "cards": [_card(one, faces) for one in centre.offered if shown is None or one.campaign.code in shown],
        "may_try": may_try(request) and looker.for_tests,
        "try_hint": may_try(request) and not looker.for_tests,
    }


def _looker(request: HttpRequest, values: Mapping[str, Any]) -> Looker:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    return Looker.of(values)


def _face_of(content: Mapping[str, Any]) -> Face:
    kind = kind_from_json(content["kind"], dict(content["params"]))
    rest = {name: value for name, value in content.items() if name not in HEADLINE}
    return Face(1, content["name"], kind.sentence(wording()), say(rest))


def _card(offered: Offered, faces: Mapping[str, Face]) -> Card:
    terms = offered.campaign.terms
    shown = [
        Face(item.quantity, face.name, face.headline, face.conditions)
        for item in terms.items
        if (face := faces.get(item.template)) is not None
    ]
    label, why = _button(offered)
    until, what = _countdown(offered)
    return Card(offered, shown, offered.refused is None, label, why, until, what)


def _button(offered: Offered) -> tuple[str, str]:
    """What the button says, and what stands beside it."""
    refused, following = offered.refused, offered.following
    if refused is None:
        return _("Claim"), ""
    if refused.code == SOLD_OUT and following is not None and refused.members.get("next_release_at"):
        return _("Wait"), _("All of this release are taken.")
    if refused.code == NOT_ELIGIBLE:
        return _("Not for you"), mismatch_of(refused)
    label = {
        SOLD_OUT: _("All taken"),
        NOT_STARTED: _("Coming"),
        LIMIT_REACHED: _("Claimed"),
    }.get(refused.code, _("Not now"))
    return label, ""


def _countdown(offered: Offered) -> tuple[datetime, str]:
    terms, following = offered.campaign.terms, offered.following
    if offered.now < terms.starts_at:
        return terms.starts_at, _("starts")
    if following is not None:
        return following.at, _("%(number)s more at %(time)s") % {
            "number": f"{following.quantity:,}",
            "time": local_time(following.at),
        }
    return terms.ends_at, _("ends")
