"""Settlements and reconciliations in the admin; reports are pages of their own (`pages/`)."""

from apps.reporting.admin.reconciliation import ReconciliationAdmin
from apps.reporting.admin.settlement import SettlementMonthAdmin

__all__ = ["ReconciliationAdmin", "SettlementMonthAdmin"]
