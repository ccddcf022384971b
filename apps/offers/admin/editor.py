"""The editor: one page that writes a document, with its sentence on top, its faults beside their fields.

A draft is saved over the revision that the editor began with; when somebody else was faster, nothing is lost: the page
shows what they changed and keeps what was typed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.offers.admin.mistakes import mistakes_in
from apps.offers.admin.narrowed import narrowed
from apps.offers.admin.preview import preview
from apps.offers.admin.situation import Situation, situation_of
from apps.offers.admin.words import changes_in_words
from apps.offers.admin.worst_prices import worst_answer
from apps.offers.documents import diff
from apps.offers.forms.document_form import DocumentForm
from apps.offers.lifecycle import Right
from apps.offers.submission import submission_faults
from apps.offers.versions import drafts
from apps.offers.versions.contents import read
from apps.offers.versions.errors import DocumentFaults, EditConflict
from apps.pricing.faults import Fault

SUBMIT, AUTO = "_submit", "_auto"
UNSEEN = 0


def edit_view(model_admin: Any, request: HttpRequest, thing: Any = None) -> HttpResponse:
    """Edit the draft of `thing`, or a new one."""
    situation = situation_of(thing, signed_in(request)) if thing is not None else None
    _require(model_admin, request, situation)
    if request.method != "POST":
        content = situation.draft.content if situation else model_admin.new_content(request)
        form = model_admin.form_class(content=content)
        revision = situation.draft.revision if situation else UNSEEN
        return _page(model_admin, request, situation, form, revision)
    form = model_admin.form_class(data=request.POST)
    revision = _number(request.POST.get("accept") or request.POST.get("revision"))
    conflict = None
    saved = None
    try:
        saved = _save(model_admin, request, situation, form, revision)
    except EditConflict as error:
        conflict = error
    except DocumentFaults as error:
        form.place_faults(error.faults)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    if AUTO in request.POST:
        return _answer_script(saved, conflict)
    if saved is None:
        return _page(model_admin, request, situation, form, revision, conflict)
    return _after_save(model_admin, request, saved, form)


def _answer_script(saved: Any, conflict: EditConflict | None) -> JsonResponse:
    """To the page that saves by itself: its new revision, a conflict, or nothing when there is nothing to save yet."""
    if conflict is not None:
        return JsonResponse({"conflict": conflict.message})
    return JsonResponse({"revision": saved.open_version().revision} if saved is not None else {})


def _require(model_admin: Any, request: HttpRequest, situation: Situation | None) -> None:
    rights = model_admin.model.RIGHTS
    right = Right.ADD if situation is None else Right.EDIT
    if not request.user.has_perm(rights[right]):
        raise PermissionDenied
    if situation is not None and (situation.draft is None or not situation.is_theirs):
        raise PermissionDenied


def _save(
    model_admin: Any, request: HttpRequest, situation: Situation | None, form: DocumentForm, revision: int
) -> Any:
    """The thing, saved; None when the form cannot be read. Raises what the services raise."""
    raw = model_admin.completed(request, form.raw())
    form.place_unchosen()
    if form.errors:
        form.place_faults(read(model_admin.model.DOCUMENT, raw)[1])
        return None
    actor = signed_in(request)
    if situation is None:
        return drafts.create_draft(model=model_admin.model, content=raw, actor=actor)
    drafts.save_draft(thing=situation.thing, content=raw, actor=actor, seen_revision=revision)
    return model_admin.model._default_manager.get(pk=situation.thing.pk)


def _after_save(model_admin: Any, request: HttpRequest, thing: Any, form: DocumentForm) -> HttpResponse:
    """Back to the editor, or where the button leads; to the confirmation when nothing speaks against submitting it."""
    onward = next((way(thing) for name, way in model_admin.exits().items() if name in request.POST), "")
    if onward:
        return HttpResponseRedirect(onward)
    if SUBMIT not in request.POST:
        messages.success(request, _("The draft is saved."))
        return HttpResponseRedirect(model_admin.url_of(thing))
    situation = situation_of(thing, signed_in(request))
    faults = blocking_faults(model_admin.model, situation.draft.content)
    if not faults:
        return HttpResponseRedirect(model_admin.url_of(thing, "do", "submit"))
    messages.warning(request, _("The draft is saved, but it cannot be submitted yet."))
    form.place_faults(faults)
    return _page(model_admin, request, situation, form, situation.draft.revision)


def blocking_faults(model: Any, content: dict[str, Any]) -> list[Fault]:
    """What keeps a well-formed document from being submitted."""
    thing = model(code=content["code"], shop_code=content.get("shop") or "")
    return submission_faults(content, thing.submission_facts(content), database_now())


def _page(
    model_admin: Any,
    request: HttpRequest,
    situation: Situation | None,
    form: DocumentForm,
    revision: int,
    conflict: EditConflict | None = None,
) -> HttpResponse:
    narrowed(form, request.user)
    context = {
        **model_admin.admin_site.each_context(request),
        **model_admin.page_context(request, situation),
        "title": situation.thing.name if situation else model_admin.add_title,
        "editing": True,
        "form": form,
        "blocks": form.shown_blocks(),
        "mistakes": mistakes_in(form),
        "preview": _preview_of(model_admin, form),
        "exposure": _exposure_of(model_admin, form),
        "tells_exposure": True,
        "conclusions": model_admin.conclusions_for(situation),
        "revision": revision,
        "conflict": _conflict(model_admin, situation, form, conflict) if conflict else None,
        "urls": model_admin.editor_urls(),
        # a draft that was just made is saved and submitted where it lives, not where it was begun
        "here": model_admin.url_of(situation.thing) if situation else "",
    }
    status = 409 if conflict else 200
    return TemplateResponse(request, "admin/portal/editor.html", context, status=status)


def _conflict(
    model_admin: Any, situation: Situation | None, form: DocumentForm, conflict: EditConflict
) -> dict[str, Any]:
    """What the other person's version says against what was typed here."""
    assert situation is not None
    theirs = model_admin.form_class(content=situation.draft.content)
    mine = read(model_admin.model.DOCUMENT, form.raw())[0]
    differences = diff(situation.draft.content, mine)
    lines = changes_in_words(
        differences, theirs, model_admin.form_class(content=mine), model_admin.currency()
    )
    return {"message": conflict.message, "lines": lines, "revision": conflict.numbers["revision"]}


def _preview_of(model_admin: Any, form: DocumentForm) -> Any:
    document = model_admin.model.DOCUMENT
    raw = form.raw() if form.is_bound else form.content
    content, faults = read(document, raw)
    return preview(document, content, faultless=not faults)


def _exposure_of(model_admin: Any, form: DocumentForm) -> Any:
    content, faults = read(model_admin.model.DOCUMENT, form.raw() if form.is_bound else form.content)
    return None if faults else model_admin.exposure_of(content)


def preview_view(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """For the script of the page: `{sentence, panel, faults: {field: [texts]}, mistakes: [[field, label, text]]}`."""
    _require_editor(model_admin, request)
    form = model_admin.form_class(data=request.POST)
    document = model_admin.model.DOCUMENT
    content, faults = read(document, form.raw())
    faultless = not faults and not form.errors
    shown = preview(document, content, faultless=faultless)
    form.place_unchosen()
    form.place_faults(faults)
    if faultless:
        form.place_faults(blocking_faults(model_admin.model, content))
    exposure = model_admin.exposure_of(content) if faultless else None
    context = {"preview": shown, "form": form, "exposure": exposure, "tells_exposure": True}
    panel = render_to_string("admin/portal/preview.html", context, request=request)
    beside = {name: [str(text) for text in texts] for name, texts in form.errors.items() if name != "__all__"}
    found = [[one.field, one.label, one.text] for one in mistakes_in(form)]
    return JsonResponse({"sentence": shown.sentence, "panel": panel, "faults": beside, "mistakes": found})


def worst_view(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """For the script of the page: the worst price of a sample beside each way to stack."""
    _require_editor(model_admin, request)
    form = model_admin.form_class(data=request.POST)
    return worst_answer(model_admin.model.DOCUMENT, form, model_admin.currency(), request)


def swap_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The blocks anew after a choice that changes what is asked; what was typed stays."""
    _require_editor(model_admin, request)
    form = model_admin.form_class(data=model_admin.form_class.proposing(request.POST))
    for field in form.fields.values():
        field.validators = []
    narrowed(form, request.user)
    context = {"form": form, "blocks": form.shown_blocks(), "quiet": True}
    return TemplateResponse(request, "admin/portal/blocks.html", context)


def _require_editor(model_admin: Any, request: HttpRequest) -> None:
    rights = model_admin.model.RIGHTS
    if request.method != "POST" or not any(
        request.user.has_perm(rights[right]) for right in (Right.ADD, Right.EDIT)
    ):
        raise PermissionDenied


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else UNSEEN


__all__ = ["blocking_faults", "edit_view", "preview_view", "swap_view", "worst_view"]
