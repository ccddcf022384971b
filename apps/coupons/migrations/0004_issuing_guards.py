from django.db import migrations

from apps.core.append_only import append_only

# Spelt out: a migration keeps what it did, whatever lifecycle.py says later.
COUPON_EDGES = (
    ("unused", "held"),
    ("held", "used"),
    ("held", "unused"),
    ("used", "unused"),
    ("used", "expired"),
    ("unused", "expired"),
    ("unused", "void"),
)
REDEMPTION_EDGES = (("held", "used"), ("held", "released"), ("used", "returned"))
# Whose it is and what it is worth: a coupon keeps that for ever.
FIXED = ("code", "template", "version", "customer_code", "source", "origin", "code_tail", "issued_at")


def guard(
    table: str, edges: tuple[tuple[str, str], ...], first: str, fixed: tuple[str, ...]
) -> migrations.RunSQL:
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in edges)
    new, old = (", ".join(f"{row}.{name}" for name in fixed) for row in ("NEW", "OLD"))
    function = f"""
CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> '{first}' THEN
            RAISE EXCEPTION '{table}: it begins {first}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '{table} %: it is kept', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION '{table} %: no way from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF ({new}) IS DISTINCT FROM ({old}) THEN
        RAISE EXCEPTION '{table} %: what it was made as stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
    return migrations.RunSQL(
        [
            function,
            f"CREATE TRIGGER {table}_guard BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
        ],
        [f"DROP TRIGGER {table}_guard ON {table}", f"DROP FUNCTION {table}_guard"],
    )


class Migration(migrations.Migration):
    dependencies = [("coupons", "0003_issuing")]

    operations = [
        guard("coupons_coupon", COUPON_EDGES, "unused", FIXED),
        guard("coupons_redemption", REDEMPTION_EDGES, "held", ("coupon_id", "order_code", "held_at")),
        append_only("coupons_couponentry"),
        append_only("coupons_couponseal"),
    ]
