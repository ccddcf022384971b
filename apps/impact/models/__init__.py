from apps.impact.models.alerts import Alert, AlertGood, PatrolMark, PauseRule
from apps.impact.models.prices import PaidLow, PriceMark, PriceSpan

__all__ = ["Alert", "AlertGood", "PaidLow", "PatrolMark", "PauseRule", "PriceMark", "PriceSpan"]
