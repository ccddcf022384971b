"""What the script of the page says, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.activities.grid.desk import Desk
from apps.activities.grid.fills import LABELS, NEEDS_VALUE, rules
from apps.activities.grid.sheets import COLUMNS, STATES

#: columns that only kinds with stock and limits of single SKUs have
STOCK_COLUMNS = frozenset({"stock", "limit"})


def page_words(desk: Desk, address: str) -> dict[str, Any]:
    """Addresses, rights, columns and sentences; `%s` is filled by the script."""
    return {
        "address": address,
        "mayEdit": desk.may_edit,
        "mayStop": desk.may_stop,
        "columns": _columns(desk),
        "fills": [[rule.value, str(LABELS[rule]), rule in NEEDS_VALUE] for rule in rules()],
        "states": {name: str(label) for name, label in STATES.items()},
        "counts": _counts(),
        "groups": _groups(),
        "said": _sentences(),
    }


def _columns(desk: Desk) -> list[list[str]]:
    """Those of the sheet; once it sells, what is gone of the stock beside it."""
    found = []
    for name, label in COLUMNS.items():
        if desk.has_stock or name not in STOCK_COLUMNS:
            found.append([name, str(label)])
        if name == "stock" and desk.shows_selling:
            found += [["sold", _("Sold")], ["held", _("Held")]]
    return found


def _counts() -> dict[str, str]:
    """The summary, in the order in which it is read; keys are the codes of problems."""
    return {
        "fault": _("%s with faults"),
        "unknown": _("%s unknown"),
        "runs": _("%s changed though it runs"),
        "below_floor": _("%s below the floor price"),
        "below_cost": _("%s below cost"),
        "above_list": _("%s above the original price"),
        "deep": _("%s under a tenth of the original price"),
        "no_discount": _("%s without a discount"),
        "below_minimum": _("%s below the minimum price"),
        "closed": _("%s closed to activities"),
        "outside": _("%s not among the activity's goods"),
        "no_stock": _("%s without stock"),
    }


def _groups() -> dict[str, str]:
    return {
        "added": _("new SKU"),
        "repriced": _("price changed"),
        "restocked": _("stock changed"),
        "removed": _("taken out"),
        "same": _("unchanged"),
    }


def _sentences() -> dict[str, str]:
    return {
        "skus": _("%s SKUs"),
        "sku": _("%s SKU"),
        "faulty": _("Only rows with problems"),
        "unsaved": _("Not saved yet"),
        "saved": _("Saved"),
        "nothing": _("No row matches."),
        "empty": _("No SKU yet. Paste rows from a spreadsheet, or import a file."),
        "fillSome": _("Fill %s selected rows"),
        "fillAll": _("Fill all %s rows"),
        "left": _("%s rows were left as they are."),
        "pasted": _("Pasted: %s"),
        "removedRows": _("%s rows removed. Ctrl+Z brings them back."),
        "was": _("was %s"),
        "stop": _("Stop"),
        "stopTitle": _("Stop %s"),
        "stopped": _("Stopped: original prices count for these SKUs."),
        "limitForAll": _("One limit counts for every SKU of this activity: it is now %s."),
        "twice": _("%s stands here twice."),
        "more": _("… and %s more"),
        "failed": _("The portal did not answer. Nothing is lost; try again."),
        "meant": _("Yes, %s"),
        "readOnly": _("This column cannot be edited."),
        "selected": _("%s rows selected"),
        "importTitle": _("What the file changes"),
        "faultyRows": _(
            "%s rows cannot be read: they go into the table with their reasons, and are saved once put right."
        ),
        "nothingChanges": _("Nothing changes."),
        "before": _("Before"),
        "now": _("Now"),
    }
