"""Assessing what customers and agents do, and what people do about rules, the deny list and reviews."""

from apps.risk.services.assessing import DENIED_BY_RISK, admit, assess
from apps.risk.services.cases import propose_release, refuse
from apps.risk.services.denials import ask_removal, deny
from apps.risk.services.drafts import create_rule, discard_draft, revise, save_draft
from apps.risk.services.publishing import submit, switch_off, withdraw

__all__ = [
    "DENIED_BY_RISK",
    "admit",
    "ask_removal",
    "assess",
    "create_rule",
    "deny",
    "discard_draft",
    "propose_release",
    "refuse",
    "revise",
    "save_draft",
    "submit",
    "switch_off",
    "withdraw",
]
