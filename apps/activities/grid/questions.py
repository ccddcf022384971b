"""What the script of the table asks: rows judged, filled, read from sheets, written, a SKU stopped; all JSON."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from apps.activities import services as activity_services
from apps.activities.grid import sheets
from apps.activities.grid.answers import changes_answer, rows_answer, typed_of
from apps.activities.grid.changes import changes
from apps.activities.grid.desk import Desk
from apps.activities.grid.fills import fill, filled
from apps.activities.grid.reading import Typed, read_limit, read_rows, table_of_rows, typed_rows
from apps.activities.grid.selling import taken_of
from apps.activities.grid.services import Seen, save_table
from apps.activities.grid.table import sku_of_path, table_of
from apps.core.errors import DomainError
from apps.offers.admin.situation import situation_of
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.versions.errors import DocumentFaults, EditConflict

Json = dict[str, Any]


def refused(code: str, error: str, **more: Any) -> JsonResponse:
    """An answer that says no. What the script expects and shows is no failed request, so its status is 200."""
    return JsonResponse({"refused": code, "error": error, **more})


def rows(request: HttpRequest, desk: Desk) -> JsonResponse:
    """The table as it is saved."""
    return JsonResponse(_saved(desk))


def _saved(desk: Desk) -> Json:
    table = desk.table()
    answer, _rows, _ground = desk.answer(typed_of(table))
    if desk.shows_selling:
        taken = taken_of(desk.activity.code)
        for row in answer:
            if (numbers := taken.get(row["sku"])) is not None:
                row.update(sold=f"{numbers.sold:,}", held=f"{numbers.held:,}")
    seen = desk.seen
    return {
        "rows": answer,
        "limit": "" if table.limit is None else str(table.limit),
        "version": seen.version,
        "revision": seen.revision,
    }


def check(request: HttpRequest, desk: Desk) -> JsonResponse:
    """Some rows judged: those that were typed in."""
    said = _body(request)
    answer, _rows, _ground = desk.answer(typed_rows(said.get("rows")))
    _limit, faults = read_limit(str(said.get("limit", "")))
    return JsonResponse({"rows": answer, "limit": faults})


def fill_rows(request: HttpRequest, desk: Desk) -> JsonResponse:
    """Some rows with prices by a rule; a doubtful discount is asked about, with what was probably meant."""
    said = _body(request)
    typed = typed_rows(said.get("rows"))
    try:
        rule = fill(str(said.get("rule", "")), str(said.get("value", "")))
    except ValidationError as error:
        meant = (error.error_list[0].params or {}).get("zhe", "")
        return refused("doubtful", " ".join(error.messages), meant=meant)
    read = read_rows(typed)
    ground = desk.ground({row.sku for row in read})
    new, left = filled(typed, [row.entry.price for row in read], ground.goods, rule)
    return JsonResponse({"rows": rows_answer(new, read_rows(new), ground, desk.currency), "left": left})


def read_sheet(request: HttpRequest, desk: Desk) -> JsonResponse:
    """A file, or what was pasted, as rows; with what it would change in the table as it stands on the page."""
    file = request.FILES.get("file")
    sheet = sheets.read_file(file) if file is not None else sheets.read_text(request.POST.get("text", ""))
    before = typed_rows(_json(request.POST.get("rows", "[]").encode()))
    answer, after, ground = desk.answer(sheets.with_stock_of(before, sheet))
    old, new = table_of_rows(read_rows(before), None).entries, table_of_rows(after, None).entries
    found = {
        name: changes_answer(changes(old, new, removes=removes), ground, desk.currency)
        for name, removes in (("replace", True), ("update", False))
    }
    faulty = sum(any(level == "fault" for _code, level, _text in row["problems"]) for row in answer)
    return JsonResponse({"rows": answer, "limit": sheet.limit, "faulty": faulty, **found})


def save(request: HttpRequest, desk: Desk) -> JsonResponse:
    """Write the table; faults come back by row, a conflict with what the other person saved."""
    said = _body(request)
    typed = typed_rows(said.get("rows"))
    read = read_rows(typed)
    limit, limit_faults = read_limit(str(said.get("limit", "")))
    if limit_faults or any(row.faults for row in read):
        answer, _rows, _ground = desk.answer(typed)
        return refused("faults", _stay(), rows=answer, limit=limit_faults)
    table = table_of_rows(read, limit)
    seen = Seen(_whole(said.get("version")), _whole(said.get("revision")))
    try:
        save_table(activity=desk.activity, table=table, actor=desk.situation.user, seen=seen)
    except EditConflict as error:
        return _conflict(desk, table.entries, error)
    except DocumentFaults as error:
        return _faults(desk, typed, error)
    fresh = Desk(situation_of(type(desk.activity).objects.get(pk=desk.activity.pk), desk.situation.user))
    return JsonResponse(_saved(fresh))


def _stay() -> str:
    return _("Not saved: some rows must be put right first.")


def _conflict(desk: Desk, mine: Any, error: EditConflict) -> JsonResponse:
    fresh = Desk(situation_of(type(desk.activity).objects.get(pk=desk.activity.pk), desk.situation.user))
    theirs = fresh.table().entries
    ground = fresh.ground({*theirs, *mine})
    found = changes_answer(changes(theirs, mine), ground, desk.currency)
    return refused("conflict", error.message, theirs=_saved(fresh), difference=found)


def _faults(desk: Desk, typed: list[Typed], error: DocumentFaults) -> JsonResponse:
    """Each beside its row; what belongs to no row goes on top."""
    answer, _rows, _ground = desk.answer(typed)
    by_sku = {row["sku"]: row for row in answer}
    top = []
    for fault in error.faults:
        row = by_sku.get(sku_of_path(desk.content["kind"], fault.path) or "")
        if row is None:
            top.append(text_of_fault(fault))
        elif not any(level == "fault" for _code, level, _text in row["problems"]):
            row["problems"].insert(0, ["fault", "fault", text_of_fault(fault)])
    said = [_stay(), *dict.fromkeys(top)]
    return refused("faults", " ".join(said), rows=answer, limit=[])


def stop(request: HttpRequest, desk: Desk) -> JsonResponse:
    """Take one SKU out of what runs, at once."""
    said = _body(request)
    sku, reason = str(said.get("sku", "")), str(said.get("reason", ""))
    current = desk.activity.current
    if current is None or sku not in table_of(current.content).entries:
        raise DomainError("not_in_scope", _("Not in this activity: %(skus)s."), "sku", skus=sku)
    activity_services.stop_skus(
        activity=desk.activity, skus=[sku], actor=desk.situation.user, reason=reason[:1_000]
    )
    return JsonResponse({"stopped": sku})


def _body(request: HttpRequest) -> Json:
    said = _json(request.body)
    if not isinstance(said, dict):
        raise DomainError("bad_rows", _("These rows cannot be read. Reload the page."))
    return said


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DomainError("bad_rows", _("These rows cannot be read. Reload the page.")) from error


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
