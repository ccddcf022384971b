"""More settings of an activity: who, how often, how much, what customers see, and what only experts touch."""

from django.utils.translation import gettext_lazy as _

from apps.core.forms import LocalDateTimeField, MoneyField
from apps.offers.documents.activity import Clawback
from apps.offers.documents.benefit import ITEM, RUNNING
from apps.offers.documents.display import Metric, Teaser
from apps.offers.forms import inputs, parts
from apps.offers.forms.fields import PercentField
from apps.offers.forms.slots import Group, Rows, Slot
from apps.pricing.kinds import Kind
from apps.pricing.layers import Layer


def more_groups(kind: type[Kind], layer: Layer) -> list[Group]:
    counts_units = layer is Layer.ITEM
    return [
        Group(_("Who gets it"), parts.targeting_entries(), folded=True),
        Group(_("Limits"), _limits(layer), folded=True),
        Group(_("Stock"), parts.stock_entries(counts_units), folded=True),
        Group(_("Budget"), _budget(), folded=True),
        Group(_("What customers see"), _display(), folded=True),
        Group(_("Where it is shown"), [parts.placement_slot()], folded=True),
        Group(_("Goals and event"), _goals(kind), folded=True),
        Group(_("Advanced"), _advanced(kind), folded=True),
    ]


def bounds(layer: Layer | None) -> list[Slot | Rows]:
    """What most activities say beside their benefit: how often each customer, and how much in all."""
    chosen = next(
        slot for slot in parts.limit_entries(layer is Layer.ITEM) if slot.path == usual_limit(layer)
    )
    return [chosen, Slot("budget.amount", inputs.typed(MoneyField, _("At most spent"), min_amount=1))]


def usual_limit(layer: Layer | None) -> str:
    """Single goods are limited by units, whole orders by orders."""
    return "limits.per_customer_units" if layer is Layer.ITEM else "limits.per_customer_orders"


def _limits(layer: Layer) -> list[Slot | Rows]:
    entries = parts.limit_entries(layer is Layer.ITEM)
    return [entry for entry in entries if entry.path != usual_limit(layer)]


def _budget() -> list[Slot | Rows]:
    return [
        Slot("budget.stop_below", inputs.typed(MoneyField, _("Ends when less is left than"))),
        parts.bearer_rows(),
    ]


def _display() -> list[Slot | Rows]:
    teasers = [(Teaser.PRICE.value, _("with its price")), (Teaser.HIDDEN.value, _("without its price"))]
    return [
        Slot("visible_from", inputs.typed(LocalDateTimeField, _("Shown as coming from"))),
        Slot("display.teaser", inputs.select(_("Before the start"), teasers)),
        Slot("display.title.zh-hans", inputs.text(_("Title (Chinese)"))),
        Slot("display.title.en", inputs.text(_("Title (English)"))),
        Slot("display.badge.zh-hans", inputs.text(_("Badge (Chinese)"))),
        Slot("display.badge.en", inputs.text(_("Badge (English)"))),
        Slot("display.rules.zh-hans", inputs.long_text(_("Rules (Chinese)"))),
        Slot("display.rules.en", inputs.long_text(_("Rules (English)"))),
        Slot("display.image", inputs.text(_("Image address"), longest=2000)),
        Slot("display.link", inputs.text(_("Link"), longest=2000)),
        Slot("display.sort", inputs.whole_number(_("Order among others"), minimum=None)),
    ]


def _goals(kind: type[Kind]) -> list[Slot | Rows]:
    return [parts.goal_rows(Metric(kind.goal)), parts.code_slot("event", _("Event"), "event")]


def _advanced(kind: type[Kind]) -> list[Slot | Rows]:
    bases = [(RUNNING, _("what is left after earlier offers")), (ITEM, _("prices after item offers"))]
    basis = [Slot("basis", inputs.select(_("Measured on"), bases))] if kind.has_basis else []
    clawbacks = [
        (Clawback.WAIVE.value, _("are given up")),
        (Clawback.DEDUCT.value, _("are taken off the refund")),
    ]
    return [
        Slot("code", inputs.text(_("Code"), help_text=_("Fixed from the first submission on."), longest=64)),
        *basis,
        Slot("priority", inputs.whole_number(_("Priority"), help_text=_("Higher goes first."), minimum=None)),
        parts.mutex_slot(),
        Slot(
            "holdout_bps",
            inputs.typed(PercentField, _("Holdout"), help_text=_("Share of the audience left out.")),
        ),
        Slot("clawback", inputs.select(_("Used reward coupons of refunded orders"), clawbacks)),
        Slot("restock", inputs.flag(_("Refunded units go back to the stock"))),
    ]
