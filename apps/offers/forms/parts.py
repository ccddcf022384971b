"""The parts that documents of activities, templates and campaigns have in common, as slots."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.core.forms import MoneyField
from apps.offers.documents.display import Metric
from apps.offers.documents.scope import LISTS
from apps.offers.forms import inputs
from apps.offers.forms.fields import CodeField, PercentField, TableField, WordsField
from apps.offers.forms.labels import (
    LAYER_LABELS,
    LIST_LABELS,
    METRIC_LABELS,
    MODE_LABELS,
    MONEY_METRICS,
    OWNER_LABELS,
    PARTY_LABELS,
    SHARE_METRICS,
    SPAN_LABELS,
)
from apps.offers.forms.slots import Group, Lookup, Rows, Slot
from apps.offers.placements import placement_choices
from apps.pricing.layers import ACTIVITY_LAYERS, COUPON_LAYERS, LAYERS, Layer

STACKING = "stacking"
NO_OFFERS, ONLY_COUPONS, NO_COUPONS, ALL_OFFERS, CUSTOM = "none", "coupons", "no_coupons", "all", "custom"
SOURCES = {"skus": "sku", "categories": "category", "brands": "brand", "tags": "tag", "shops": "shop"}


def scope_groups() -> list[Group]:
    mode = Slot(
        "scope.mode",
        inputs.radio(_("Goods"), [(mode.value, label) for mode, label in MODE_LABELS.items()]),
        wide=True,
    )
    lists = [_list("scope", name, "scope.mode=include,exclude") for name in LISTS]
    excepted = [_list("scope.except", name, "scope.mode=include") for name in LISTS]
    return [
        Group("", [mode, *lists]),
        Group(
            _("Except"),
            excepted,
            help=_("What is named here is taken out again."),
            folded=True,
            when="scope.mode=include",
        ),
    ]


def _list(path: str, name: str, when: str) -> Slot:
    make = inputs.typed(WordsField, LIST_LABELS[name], source=SOURCES[name])
    return Slot(f"{path}.{name}", make, wide=True, when=when)


def targeting_entries(path: str = "targeting") -> list[Slot | Rows]:
    return [
        Slot(f"{path}.audiences", inputs.typed(WordsField, _("Audiences"), source="audience"), wide=True),
        Slot(
            f"{path}.member_levels",
            inputs.typed(
                WordsField, _("Member levels"), numbers=True, help_text=_("Numbers; empty means all.")
            ),
        ),
        Slot(f"{path}.new_customers_only", inputs.flag(_("New customers only"))),
        Slot(f"{path}.channels", inputs.typed(WordsField, _("Channels"))),
        Slot(f"{path}.terminals", inputs.typed(WordsField, _("Terminals"))),
        Slot(f"{path}.regions", inputs.typed(WordsField, _("Regions"))),
    ]


def stacking_entries(own: Layer | None) -> list[Slot | Rows]:
    """The usual ways to stack, and the layers for who wants it otherwise."""
    presets = [
        (NO_OFFERS, _("with no other offer")),
        (ONLY_COUPONS, _("with coupons only")),
        *([] if own in COUPON_LAYERS else [(NO_COUPONS, _("with everything but coupons"))]),
        (ALL_OFFERS, _("with everything")),
        (CUSTOM, _("custom")),
    ]
    layers = [
        (layer.value, LAYER_LABELS[layer]) for layer in LAYERS if layer is not Layer.ITEM or own is not layer
    ]
    return [
        Slot(STACKING, inputs.radio(_("Combination"), presets), wide=True),
        Slot("stacks_with", inputs.ticks(_("Combines with"), layers), wide=True, when=f"{STACKING}={CUSTOM}"),
    ]


def limit_entries(counts_units: bool) -> list[Slot | Rows]:
    units = [
        ("per_customer_units", _("Units per customer")),
        ("per_customer_sku_units", _("Units of each SKU per customer")),
        ("per_order_units", _("Units per order")),
        ("per_customer_per_day_units", _("Units per customer and day")),
    ]
    orders = [
        ("per_customer_orders", _("Orders per customer")),
        ("per_customer_per_day_orders", _("Orders per customer and day")),
        ("total_orders", _("Orders in all")),
    ]
    asked = [*(units if counts_units else []), *orders]
    return [
        *(Slot(f"limits.{name}", inputs.whole_number(label)) for name, label in asked),
        Slot("limits.per", inputs.select(_("Limits count over"), _spans())),
    ]


def stock_entries(counts_units: bool) -> list[Slot | Rows]:
    total = Slot("stock.total", inputs.whole_number(_("Units at this price"), minimum=0))
    label = _("Stock of single SKUs") if counts_units else _("Stock of gifts")
    return [
        *([total] if counts_units else []),
        Slot("stock.per", inputs.select(_("Stock counts over"), _spans())),
        Slot(
            "stock.per_sku",
            inputs.typed(
                TableField, label, help_text=_("One SKU a line with its units; paste from a spreadsheet.")
            ),
            wide=True,
        ),
    ]


def bearer_rows() -> Rows:
    return Rows(
        "bearers",
        _("Who pays"),
        (
            Slot("party", inputs.typed(PayerField, _("Payer"), source="payer")),
            Slot("bps", inputs.typed(ShareField, _("Share"))),
        ),
        add=_("Add a payer"),
    )


class PayerField(CodeField):
    """The platform, the shop or a brand, found by name; `平台` and `店铺` typed are what the document calls them."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return next((party for party, name in PARTY_LABELS.items() if str(name) == text), text)


class ShareField(PercentField):
    """One of several shares that add up to all of it."""

    counts_share = True


def goal_rows(proposed: Metric) -> Rows:
    """Any number of measures; the main one that the kind proposes is one click away."""
    metrics: list[tuple[str, Any]] = [
        ("", "—"),
        *((metric.value, label) for metric, label in METRIC_LABELS.items()),
    ]
    return Rows(
        "goals",
        _("Goals"),
        (Slot("metric", inputs.select(_("Measure"), metrics), swaps=True), Slot("target", _target)),
        add=_("Add a goal"),
        quick=[(proposed.value, format_lazy(_("Proposed: {metric}"), metric=METRIC_LABELS[proposed]))],
    )


def _target(lookup: Lookup) -> forms.Field:
    """Typed as its measure is: money, a share, or a number."""
    metric = lookup("metric")
    if metric in MONEY_METRICS:
        return MoneyField(label=_("Target (amount)"), required=False)
    if metric in SHARE_METRICS:
        return PercentField(label=_("Target (%)"), required=False)
    return inputs.whole_number(_("Target"), minimum=0)(lookup)


def placement_slot() -> Slot:
    """Those in use; one that was chosen before it went out of use stays to be seen."""

    def make(lookup: Lookup) -> forms.Field:
        return inputs.ticks(_("Shown on"), placement_choices(lookup("placements") or ()))(lookup)

    return Slot("placements", make, wide=True)


def mutex_slot() -> Slot:
    """Groups in use are found by typing; a new name makes a new group."""
    label, words = _("Exclusion group"), _("Of one group an order uses one offer at most.")
    return Slot("mutex", inputs.typed(CodeField, label, source="mutex", help_text=words))


def layer_choices(layers: tuple[Layer, ...]) -> list[tuple[str, Any]]:
    return [(layer.value, OWNER_LABELS[layer]) for layer in layers if layer in ACTIVITY_LAYERS]


def code_slot(path: str, label: Any, source: str) -> Slot:
    return Slot(path, inputs.typed(CodeField, label, source=source))


def _spans() -> list[tuple[str, Any]]:
    return [(span.value, label) for span, label in SPAN_LABELS.items()]
