"""The rule as nested rows: what the script offers in the reader's language, over the JSON that is stored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.audiences.models import Tag
from apps.audiences.rules import REGISTERED_AT, SINCE_ORDER, Op

MOST_TAGS = 500


class RuleWidget(UnfoldAdminTextareaWidget):
    """Without a script it is the JSON itself."""

    template_name = "audiences/rule_widget.html"

    class Media:
        js = ("portal/rule/rule.js",)
        css = {"all": ("portal/rule/rule.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "words": words()}


def words() -> dict[str, Any]:
    """Everything the script says; it makes up no word of its own."""
    return {
        "group": gettext("How the conditions are joined"),
        "groups": {
            "all": gettext("All of these"),
            "any": gettext("Any of these"),
            "none": gettext("None of these"),
        },
        "field": gettext("What it looks at"),
        "op": gettext("How it compares"),
        "value": gettext("With what"),
        "add": gettext("Add a condition"),
        "add_group": gettext("Add a group"),
        "remove": gettext("Take away"),
        "attribute": gettext("Name of the attribute"),
        "fields": fields(),
        "other": {
            "name": "",
            "label": gettext("Another attribute"),
            "type": "any",
            "ops": ops(Op.EQ, Op.NE, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.IN, Op.CONTAINS),
        },
        "flags": {gettext("yes"): True, gettext("no"): False},
        "local": {},
        "zone": settings.TIME_ZONE,
        "offset": offset(),
    }


def fields() -> list[dict[str, Any]]:
    numbers = ops(Op.GTE, Op.GT, Op.LTE, Op.LT, Op.EQ, Op.NE, Op.IN)
    moments = [
        (Op.GTE.value, gettext("not before")),
        (Op.LT.value, gettext("earlier than")),
        (Op.GT.value, gettext("later than")),
        (Op.LTE.value, gettext("not after")),
    ]
    return [
        {"name": "member_level", "label": gettext("Member level"), "type": "number", "ops": numbers},
        {"name": "tags", "label": gettext("Tags"), "type": "text", "ops": ops(Op.CONTAINS), "options": tags()},
        {
            "name": REGISTERED_AT, "label": gettext("Registered"), "type": "time", "ops": moments,
            "hint": "2026-11-10 20:00",
        },
        {"name": "orders", "label": gettext("Number of orders"), "type": "number", "ops": numbers},
        {
            "name": SINCE_ORDER, "label": gettext("Last order"), "type": "number", "unit": gettext("days"),
            "ops": [
                ("no_order", gettext("no order in the last")), (Op.LT.value, gettext("an order in the last")),
                (Op.GTE.value, gettext("at least so long ago")),
            ],
        },
        {"name": "region", "label": gettext("Region"), "type": "text", "ops": ops(Op.EQ, Op.NE, Op.IN)},
    ]  # fmt: skip


def ops(*chosen: Op) -> list[tuple[str, str]]:
    said = {
        Op.EQ: gettext("is"),
        Op.NE: gettext("is not"),
        Op.GT: gettext("more than"),
        Op.GTE: gettext("at least"),
        Op.LT: gettext("less than"),
        Op.LTE: gettext("no more than"),
        Op.IN: gettext("one of"),
        Op.CONTAINS: gettext("include"),
    }
    return [(op.value, said[op]) for op in chosen]


def tags() -> list[tuple[str, str]]:
    """Tags in use with their category, as a pick list shows them."""
    found = Tag.objects.filter(in_use=True).select_related("category")[:MOST_TAGS]
    return [(tag.text, " · ".join(filter(None, (str(tag.category or ""), tag.name)))) for tag in found]


def offset() -> str:
    """The portal's own offset, as times are typed without one."""
    text = timezone.localtime(timezone=timezone.get_default_timezone()).strftime("%z")
    return f"{text[:3]}:{text[3:]}"
