"""Statements that sum the coupons' ledger, and exposures and clicks."""

from __future__ import annotations

COUPONS = """
INSERT INTO reporting_couponflow AS had
    (hour, template, source, origin, issued, used, returned, expired, voided, spent_amount)
SELECT date_trunc('hour', e.at, %(zone)s), e.template, c.source, c.origin, count(*) FILTER (WHERE e.event = 'issue'),
    count(*) FILTER (WHERE e.event = 'use'), count(*) FILTER (WHERE e.event = 'return'),
    count(*) FILTER (WHERE e.event = 'expire'), count(*) FILTER (WHERE e.event = 'void'), sum(e.spent_amount)
FROM coupons_couponseal s JOIN coupons_couponentry e ON e.id = s.entry_id JOIN coupons_coupon c ON c.id = e.coupon_id
WHERE s.number > %(after)s AND s.number <= %(until)s AND e.event IN ('issue', 'use', 'return', 'expire', 'void')
GROUP BY 1, 2, 3, 4
ON CONFLICT (template, hour, source, origin) DO UPDATE SET issued = had.issued + excluded.issued,
    used = had.used + excluded.used, returned = had.returned + excluded.returned,
    expired = had.expired + excluded.expired, voided = had.voided + excluded.voided,
    spent_amount = had.spent_amount + excluded.spent_amount
"""
# Whatever began before this one has ended: what is not there now will never be.
SETTLED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::numeric"
SEEN = """
INSERT INTO reporting_seen AS had (hour, code, placement, channel, exposures, clicks)
SELECT date_trunc('hour', at, %(zone)s), code, placement, channel, count(*) FILTER (WHERE type = 'exposure'),
    count(*) FILTER (WHERE type = 'click')
FROM sightings_sighting
WHERE transaction >= (%(after)s::text)::xid8 AND transaction < (%(until)s::text)::xid8 GROUP BY 1, 2, 3, 4
ON CONFLICT (code, hour, placement, channel) DO UPDATE SET exposures = had.exposures + excluded.exposures,
    clicks = had.clicks + excluded.clicks
"""
REACHED = """
INSERT INTO reporting_reached AS had (code, customer_code, exposed, clicked)
SELECT code, customer_code, bool_or(type = 'exposure'), bool_or(type = 'click')
FROM sightings_sighting
WHERE transaction >= (%(after)s::text)::xid8 AND transaction < (%(until)s::text)::xid8 AND customer_code <> ''
GROUP BY 1, 2
ON CONFLICT (code, customer_code) DO UPDATE SET exposed = had.exposed OR excluded.exposed,
    clicked = had.clicked OR excluded.clicked
"""
