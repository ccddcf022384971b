"""What an audit entry says in words: what was done, and to what kind of thing. Codes nobody translated stay codes."""

from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

#: by the last part of an action: `activity.pause`, `campaign.pause`
VERBS: dict[str, Promise] = {
    "add_client": _("added a client"),
    "allow_compensation": _("allowed it for compensation"),
    "approve": _("approved"),
    "approve_revocation": _("approved the revocation"),
    "ask_removal": _("asked for its removal"),
    "cancel": _("cancelled"),
    "change": _("changed"),
    "change_user": _("changed the account"),
    "close": _("ended the run"),
    "confirm_role": _("confirmed a role"),
    "create": _("made it"),
    "create_user": _("created the account"),
    "deny": _("put on the deny list"),
    "discard_draft": _("discarded the draft"),
    "download": _("downloaded a file"),
    "edit": _("edited"),
    "exhaust_budget": _("used up its budget"),
    "expire": _("expired"),
    "export_hit_orders": _("exported the orders it reached"),
    "forbid_compensation": _("took it out of compensation"),
    "go_live": _("went live"),
    "go_on": _("went on granting"),
    "grant": _("granted coupons"),
    "hand_over": _("handed over"),
    "ask_change": _("asked for a change"),
    "approve_change": _("approved the change"),
    "ask_protection": _("asked for other protection"),
    "protect": _("changed the protection"),
    "add": _("added"),
    "import": _("imported"),
    "import_customers": _("imported customers"),
    "import_list": _("imported a list"),
    "issue_key": _("issued a key"),
    "lift_stop": _("undid a stop"),
    "lower_budget": _("lowered the budget"),
    "lower_stock": _("lowered the stock"),
    "pause": _("paused"),
    "propose_release": _("asked for its release"),
    "publish_without_approval": _("published without approval"),
    "put_customer": _("stored the customer"),
    "refuse": _("refused"),
    "reject": _("sent back"),
    "reject_revocation": _("rejected the revocation"),
    "reject_role": _("rejected a role"),
    "release": _("released"),
    "remove": _("removed"),
    "remove_role": _("took a role away"),
    "request": _("asked for it"),
    "request_lift_stop": _("asked to undo stops"),
    "request_resume": _("asked to resume"),
    "request_resume_issuing": _("asked to issue again"),
    "request_resume_use": _("asked to use again"),
    "request_revocation": _("asked for the revocation"),
    "request_role": _("asked for a role"),
    "request_stop_use": _("asked to stop using"),
    "request_void": _("asked to void"),
    "resend_webhook": _("sent a delivery again"),
    "resume": _("resumed"),
    "resume_issuing": _("issued again"),
    "resume_use": _("let it be used again"),
    "revise": _("opened a revision"),
    "revoke_key": _("revoked a key"),
    "sell_out": _("sold out"),
    "set": _("set"),
    "set_password": _("set the password"),
    "set_up": _("set up"),
    "set_up_role": _("got a role at set-up"),
    "sign": _("signed"),
    "start": _("started granting"),
    "stop": _("stopped granting"),
    "stop_issuing": _("stopped issuing"),
    "stop_skus": _("stopped SKUs"),
    "stop_use": _("stopped using"),
    "submit": _("sent it in for approval"),
    "take_up": _("took it up again"),
    "void": _("voided coupons"),
    "void_holds": _("cancelled unpaid orders"),
    "withdraw": _("withdrew"),
    "withdraw_revocation": _("withdrew the revocation request"),
    "keep": _("kept it as a pattern"),
    "drop": _("dropped it"),
    "rename": _("renamed it"),
    "replace": _("replaced it"),
    "join": _("put it into the event"),
    "leave": _("took it out of the event"),
    "take_out": _("took it out of the event"),
    "conclude": _("wrote the review"),
    "export": _("exported"),
    "compute": _("had the impact computed"),
    "confirm": _("confirmed"),
    "copy": _("copied"),
    "extend": _("extended"),
    "generate": _("generated the codes"),
    "look_up": _("looked a code up"),
    "publish": _("put in force"),
    "raise": _("raised an alert"),
    "refund": _("refunded"),
    "request_export": _("asked for the export"),
    "revoke_some": _("revoked some codes"),
    "run": _("ran it"),
    "set_limits": _("set the limits"),
    "allow_export": _("allowed the export"),
    "change_webhook": _("changed a webhook"),
    "forget_seed": _("forgot the seed of the codes"),
    "propose": _("proposed it"),
    "retire": _("retired it"),
}
#: subjects that are no model
THINGS: dict[str, Promise] = {
    "packs.pack": _("pack"),
    "catalog": _("catalogue"),
    "audiences": _("audiences"),
    "activity": _("activity"),
    "template": _("coupon template"),
    "campaign": _("claim campaign"),
    "event": _("event"),
    "shop": _("shop"),
    "pattern": _("pattern"),
}


def action_in_words(action: str) -> Any:
    return VERBS.get(action.rpartition(".")[2], action)


def thing_in_words(subject_type: str) -> Any:
    """The name of a model, of another kind of thing, or the code itself."""
    known = THINGS.get(subject_type)
    if known is not None:
        return known
    try:
        return capfirst(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type
