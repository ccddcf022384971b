"""What must hold of coupon codes at any time: queries of `audit` that find nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from apps.core.audit_queries import register

MADE = """
SELECT format('batch %s counts %s codes, but there are %s', b.code, b.made, coalesce(c.n, 0))
FROM coupons_codebatch b LEFT JOIN (SELECT batch_id, count(*) AS n FROM coupons_code GROUP BY batch_id) c
    ON c.batch_id = b.id
WHERE b.made <> coalesce(c.n, 0)
"""
CLAIMED = """
SELECT format('batch %s counts %s claims, but %s coupons came of it and %s of its codes are bound', b.code, b.claims,
    coalesce(k.n, 0), coalesce(c.n, 0))
FROM coupons_codebatch b
LEFT JOIN (SELECT origin, count(*) AS n FROM coupons_coupon WHERE source = 'code' GROUP BY origin) k
    ON k.origin = b.code
LEFT JOIN (SELECT batch_id, count(*) AS n FROM coupons_code WHERE coupon_id IS NOT NULL GROUP BY batch_id) c
    ON c.batch_id = b.id
WHERE b.claims <> coalesce(k.n, 0) OR coalesce(c.n, 0) <> CASE WHEN b.shared THEN 0 ELSE b.claims END
"""
BOUND = """
SELECT format('code %s of batch %s is bound to a coupon that is not its own', c.id, b.code)
FROM coupons_code c JOIN coupons_codebatch b ON b.id = c.batch_id LEFT JOIN coupons_coupon k ON k.id = c.coupon_id
WHERE c.coupon_id IS NOT NULL
    AND (c.revoked OR (k.source, k.origin, k.code_tail) IS DISTINCT FROM ('code', b.code, c.tail))
"""
SHARED = """
SELECT format('%s has had the code of batch %s %s times by count, but %s coupons', u.customer_code, b.code, u.claims,
    coalesce(k.n, 0))
FROM coupons_codebatch b JOIN coupons_claimuse u ON u.origin = 'batch:' || b.code
LEFT JOIN LATERAL (SELECT count(*) AS n FROM coupons_coupon k
    WHERE k.origin = b.code AND k.source = 'code' AND k.customer_code = u.customer_code) k ON true
WHERE u.claims <> k.n OR u.claims > b.per_customer
"""
FORGOTTEN = """
SELECT format('the codes of batch %s could still be made', code) FROM coupons_codebatch
WHERE seed IS NOT NULL
    AND (state NOT IN ('generating', 'open') OR shared OR exported_at < clock_timestamp() - interval '2 hours')
"""

PROOFS = {
    "codes.made": ("a batch has the codes that it counts", MADE),
    "codes.claimed": ("each claim of a code is one coupon, and each single-use code at most one", CLAIMED),
    "codes.bound": ("a claimed code has its own coupon and is not revoked", BOUND),
    "codes.shared": ("customers had a shared code as often as they have coupons of it", SHARED),
    "codes.forgotten": ("what was taken away or revoked cannot be made again", FORGOTTEN),
}


def register_all() -> None:
    for name, (promise, statement) in PROOFS.items():
        register(name, promise, _finder(statement))


def _finder(statement: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (sentence,) in cursor.fetchall():
                yield sentence

    return find
