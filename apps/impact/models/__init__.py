from apps.impact.models.alerts import Alert, AlertGood, PatrolMark, PauseRule
from apps.impact.models.prices import PaidLow, PriceMark, PriceSpan
from apps.impact.models.reports import ImpactLimits, ImpactReport

__all__ = [
    "Alert",
    "AlertGood",
    "ImpactLimits",
    "ImpactReport",
    "PaidLow",
    "PatrolMark",
    "PauseRule",
    "PriceMark",
    "PriceSpan",
]
