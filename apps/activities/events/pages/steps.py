"""One step on many members: what it will do, to which of them, then one service call; all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.accounts.scope import may_write
from apps.activities.events import services
from apps.activities.events.members import Member, chosen, members_of
from apps.activities.events.models import Event
from apps.activities.events.pages.forms import ExtendForm, NothingForm, ReasonForm
from apps.activities.events.pages.numbers import numbers_of
from apps.activities.events.pages.page import DOCUMENT_LABELS, times_of, url_of
from apps.activities.events.services.acting import pausable, submittable
from apps.activities.events.staleness import place_in_words, some_of
from apps.catalog.selectors import portal
from apps.core.errors import DomainError
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.versions.errors import DocumentFaults
from apps.pricing.faults import Fault

Text = str | Promise
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """`members` picks whom it can hit, `run(event, members, actor, answers)` does it and says what to tell."""

    code: str
    label: Text
    effect: Text
    icon: str
    members: Callable[[Sequence[Member]], list[Member]]
    run: Callable[[Event, Sequence[Member], User, Answers], Text]
    permission: str
    form: type[forms.Form] = NothingForm
    grave: bool = False


def _keys(members: Sequence[Member]) -> list[str]:
    return [one.key for one in members]


def _submit(event: Event, members: Sequence[Member], actor: User, answers: Answers) -> Text:
    services.submit_members(event=event, keys=_keys(members), actor=actor)
    return _("Submitted as one packet: it waits for a decision.")


def _confirm(event: Event, members: Sequence[Member], actor: User, answers: Answers) -> Text:
    number = services.confirm_members(event=event, seen=answers["seen"], actor=actor)
    return ngettext("%(n)s confirmed.", "%(n)s confirmed.", number) % {"n": number}


def _pause(event: Event, members: Sequence[Member], actor: User, answers: Answers) -> Text:
    number = services.pause_members(event=event, keys=_keys(members), actor=actor, reason=answers["reason"])
    return ngettext(
        "%(n)s paused: original prices count.", "%(n)s paused: original prices count.", number
    ) % {"n": number}


def _extend(event: Event, members: Sequence[Member], actor: User, answers: Answers) -> Text:
    number = services.extend_members(
        event=event, keys=_keys(members), ends_at=answers["ends_at"], actor=actor
    )
    text = ngettext(
        "%(n)s draft ends later now; submit it to make that count.",
        "%(n)s drafts end later now; submit them to make that count.",
        number,
    )
    return text % {"n": number}


def _leave(event: Event, members: Sequence[Member], actor: User, answers: Answers) -> Text:
    for document in dict.fromkeys(one.document for one in members):
        codes = [one.code for one in members if one.document == document]
        services.leave(event=event, document=document, codes=codes, actor=actor)
    return _("Taken out of the event.")


STEPS = (
    Step(
        "confirm",
        _("Confirm stock and budget"),
        _("These numbers come from the event that was copied. Confirm them, or change them first."),
        "fact_check",
        lambda members: [one for one in members if one.is_unconfirmed],
        _confirm,
        "activities.change_event",
    ),
    Step(
        "submit",
        _("Submit as a packet"),
        _("Somebody else decides about all of it at once and can send single ones back."),
        "send",
        submittable,
        _submit,
        "activities.submit_activity",
    ),
    Step(
        "extend",
        _("Extend"),
        _("A draft with the later end opens beside whatever runs; it counts once it is approved."),
        "more_time",
        lambda members: [
            one for one in members if hasattr(one.thing, "ends_at") and not one.is_over and not one.in_review
        ],
        _extend,
        "activities.revise_activity",
        ExtendForm,
    ),
    Step(
        "pause",
        _("Pause"),
        _(
            "Original prices are back at once. Orders placed but not yet paid keep their price. "
            "Only another person can resume it."
        ),
        "pause",
        pausable,
        _pause,
        "activities.pause_activity",
        ReasonForm,
        grave=True,
    ),
    Step(
        "leave",
        _("Take out of the event"),
        _("They stay what they are and no longer count for this event."),
        "playlist_remove",
        lambda members: [one for one in members if not one.in_review],
        _leave,
        "activities.change_event",
    ),
)


def offered(user: User, members: Sequence[Member]) -> list[tuple[Step, int]]:
    """The steps of one person with how many members each can hit; those that hit none are left out."""
    own = theirs(members, user)
    counted = [(step, len(step.members(own))) for step in STEPS if user.has_perm(step.permission)]
    return [(step, number) for step, number in counted if number]


def theirs(members: Sequence[Member], user: User) -> list[Member]:
    """Those of the shops that this person works for."""
    return [one for one in members if may_write(user, one.thing)]


def step_view(model_admin: Any, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
    """POST with ticked members asks, with `confirmed` does. No member ticked: all that it can hit."""
    event = model_admin.get_object(request, object_id)
    step = next((one for one in STEPS if one.code == code), None)
    if event is None or step is None or not model_admin.has_view_permission(request, event):
        raise Http404
    user = signed_in(request)
    if not user.has_perm(step.permission):
        raise PermissionDenied
    confirmed = request.method == "POST" and "confirmed" in request.POST
    members = step.members(theirs(chosen(members_of(event, user), request.POST.getlist("member")), user))
    if not members:
        messages.warning(request, _("Nothing chosen can be changed in this way now."))
        return HttpResponseRedirect(model_admin.url_of(event))
    form = step.form(request.POST if confirmed else None)
    faults: list[str] = []
    if confirmed and form.is_valid():
        answers = {**form.cleaned_data, "seen": _seen(request)}
        faults = _run(step, event, members, user, form, answers, request)
        if not faults and not form.errors:
            return HttpResponseRedirect(model_admin.url_of(event))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": step.label,
        "event": event,
        "step": step,
        "form": form,
        "faults": faults,
        "rows": _rows(members),
        "back": model_admin.url_of(event),
    }
    return TemplateResponse(request, "admin/activities/event_step.html", context)


def _rows(members: Sequence[Member]) -> list[dict[str, Any]]:
    currency = portal().currency
    return [
        {
            "member": one,
            "kind": DOCUMENT_LABELS[one.document],
            "url": url_of(one),
            "times": times_of(one),
            "numbers": numbers_of(one, currency),
            "hash": (one.opened or one.thing.current).content_hash,
        }
        for one in members
    ]


def _seen(request: HttpRequest) -> dict[str, str]:
    """Which content each number on the page was read from."""
    pairs = (text.rpartition("=") for text in request.POST.getlist("seen"))
    return {key: content_hash for key, _equals, content_hash in pairs}


def _run(
    step: Step,
    event: Event,
    members: Sequence[Member],
    actor: User,
    form: forms.Form,
    answers: Answers,
    request: HttpRequest,
) -> list[str]:
    """The faults that kept it from being done; other refusals become errors of the form."""
    try:
        messages.success(request, str(step.run(event, members, actor, answers)))
    except DocumentFaults as error:
        return _in_words(error.faults, members)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return []


def _in_words(faults: Sequence[Fault], members: Sequence[Member]) -> list[str]:
    """Each sentence once with the members it is about: a packet's fault lies under the code of its thing."""
    titles = {one.code: one.thing.title for one in members}
    about: dict[str, list[str]] = {}
    for fault in faults:
        code, _colon, path = fault.path.partition(": ")
        about.setdefault(f"{place_in_words(path)}{text_of_fault(fault)}", []).append(titles.get(code, code))
    return [f"{text}: {some_of(names)}" for text, names in about.items()]
