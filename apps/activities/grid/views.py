"""The page of the table, its files to take away, and the way to what its script asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.current import signed_in
from apps.activities.grid import questions, sheets
from apps.activities.grid.answers import typed_of
from apps.activities.grid.desk import Desk
from apps.activities.grid.table import one_price, price_param
from apps.activities.grid.words import page_words
from apps.core.csv_export import csv_response
from apps.core.errors import DomainError, Forbidden
from apps.core.spreadsheets import xlsx_response
from apps.offers.admin.doings import offered
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.admin.situation import situation_of
from apps.pricing.money import format_money

View = Callable[[HttpRequest, Desk], HttpResponseBase]


def grid_urls(model_admin: Any) -> list[URLPattern]:
    """`<activity>/goods/` is the page, `<activity>/goods/<verb>/` what its script asks."""
    wrap = model_admin.admin_site.admin_view
    opts = model_admin.opts
    name = f"{opts.app_label}_{opts.model_name}_goods"
    return [
        path(
            "<path:object_id>/goods/<slug:verb>/",
            wrap(lambda request, object_id, verb: _serve(model_admin, request, object_id, verb)),
            name=f"{name}_verb",
        ),
        path(
            "<path:object_id>/goods/",
            wrap(lambda request, object_id: _serve(model_admin, request, object_id, "")),
            name=name,
        ),
    ]


def grid_url(model_admin: Any, thing: Any) -> str:
    """The page of a thing, "" where its kind has no prices by SKU."""
    return _address(model_admin, thing) if price_param(thing.kind) is not None else ""


def _serve(model_admin: Any, request: HttpRequest, object_id: str, verb: str) -> HttpResponseBase:
    """Whoever may not see the activity gets 404 or 403; a refusal of the domain is said in the answer."""
    thing = model_admin.get_object(request, object_id)
    if thing is None or (verb and verb not in VERBS):
        raise Http404
    if not model_admin.has_view_permission(request, thing):
        raise PermissionDenied
    method, view = VERBS.get(verb, ("GET", None))
    if request.method != method:
        return HttpResponse(status=405, headers={"Allow": method})
    desk = Desk(situation_of(thing, signed_in(request)))
    if not desk.has_prices:
        raise Http404
    try:
        return page(model_admin, request, desk) if view is None else view(request, desk)
    except Forbidden as error:
        return JsonResponse({"error": error.message}, status=403)
    except DomainError as error:
        return questions.refused(error.code, error.message)


def page(model_admin: Any, request: HttpRequest, desk: Desk) -> HttpResponseBase:
    thing = desk.activity
    one = one_price(desk.content)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": thing.name,
        "thing": thing,
        "desk": desk,
        "state_look": STATE_LOOKS.get(thing.status, ""),
        "back": model_admin.url_of(thing) + ("" if desk.may_edit else "?read"),
        "may_submit": any(one.code == "submit" for one in offered(model_admin.doings, desk.situation)),
        "csv_url": _address(model_admin, thing) + "csv/",
        "xlsx_url": _address(model_admin, thing) + "xlsx/",
        "submit_url": model_admin.url_of(thing, "do", "submit"),
        "one_price": "" if one is None else format_money(one, desk.currency),
        "words": page_words(desk, _address(model_admin, thing)),
    }
    return TemplateResponse(request, "admin/activities/grid.html", context)


def _address(model_admin: Any, thing: Any) -> str:
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_goods", args=[thing.pk])


def take_csv(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return csv_response(f"{desk.activity.code}.csv", sheets.header(), _lines(desk))


def take_xlsx(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return xlsx_response(f"{desk.activity.code}.xlsx", sheets.header(), _lines(desk), widths=sheets.WIDTHS)


def _lines(desk: Desk) -> Any:
    table = desk.table()
    answer, _rows, ground = desk.answer(typed_of(table))
    return list(sheets.lines(answer, table.limit, ground.goods))


#: each verb with the method it answers to
VERBS: dict[str, tuple[str, View]] = {
    "rows": ("GET", questions.rows),
    "csv": ("GET", take_csv),
    "xlsx": ("GET", take_xlsx),
    "check": ("POST", questions.check),
    "fill": ("POST", questions.fill_rows),
    "sheet": ("POST", questions.read_sheet),
    "save": ("POST", questions.save),
    "stop": ("POST", questions.stop),
}
