from django.db import migrations

from apps.core.append_only import append_only

# Spelt out: a migration keeps what it did, whatever lifecycle.py says later.
EDGES = (
    ("held", "paid"),
    ("held", "cancelled"),
    ("held", "expired"),
    ("paid", "partially_refunded"),
    ("paid", "refunded"),
    ("partially_refunded", "refunded"),
)
# What an order was sold as; only what happened since may change.
FIXED = (
    "code", "client", "shop_code", "customer_code", "currency", "list_amount", "discount_amount",
    "shipping_fee_amount", "shipping_discount_amount", "payable_amount", "as_of", "book_version", "created_at",
    "held_until", "request", "quote",
)  # fmt: skip
PAIRS = ", ".join(f"('{source}', '{target}')" for source, target in EDGES)
NEW = ", ".join(f"NEW.{name}" for name in FIXED)
OLD = ", ".join(f"OLD.{name}" for name in FIXED)
FUNCTION = f"""
CREATE FUNCTION orders_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'held' THEN
            RAISE EXCEPTION 'order %: an order begins held', NEW.code USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'order %: orders are kept', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
        RAISE EXCEPTION 'order %: no way from % to %', OLD.code, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF ({NEW}) IS DISTINCT FROM ({OLD}) THEN
        RAISE EXCEPTION 'order %: what was ordered stays', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.refunded_amount < OLD.refunded_amount
            OR NEW.refunded_shipping_amount < OLD.refunded_shipping_amount THEN
        RAISE EXCEPTION 'order %: a refund is not taken back', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("core", "0004_idempotency_and_outbox")]

    operations = [
        migrations.RunSQL(
            [
                FUNCTION,
                "CREATE TRIGGER orders_order_guard BEFORE INSERT OR UPDATE OR DELETE ON orders_order "
                "FOR EACH ROW EXECUTE FUNCTION orders_order_guard()",
            ],
            ["DROP TRIGGER orders_order_guard ON orders_order", "DROP FUNCTION orders_order_guard"],
        ),
        append_only("orders_ledgerentry"),
        append_only("orders_ledgerseal"),
        append_only("orders_refund"),
    ]
