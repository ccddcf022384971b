"""States of alerts and of rules that pause: pure words."""

from enum import StrEnum


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"


class AlertKind(StrEnum):
    BELOW_COST = "below_cost"
    BELOW_FLOOR = "below_floor"
    ORDER_REFUSED = "order_refused"


class AlertState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Cause(StrEnum):
    """Why an alert was closed; what was accepted is not raised again at the same or a higher price."""

    FIXED = "fixed"
    ACCEPTED = "accepted"
    FALSE_ALARM = "false_alarm"


class RuleState(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    OFF = "off"


SEVERITIES = {
    AlertKind.BELOW_COST: Severity.CRITICAL,
    AlertKind.BELOW_FLOOR: Severity.HIGH,
    AlertKind.ORDER_REFUSED: Severity.HIGH,
}
