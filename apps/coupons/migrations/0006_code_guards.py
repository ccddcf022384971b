from django.db import migrations

# Spelt out: a migration keeps what it did, whatever the services say later.
EDGES = (
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "generating"),
    ("generating", "open"),
    ("generating", "revoked"),
    ("open", "revoked"),
)
# What an approver saw; only a draft may still change it.
APPROVED = ("name", "template", "shared", "quantity", "per_customer", "word", "starts_at", "ends_at")
PAIRS = ", ".join(f"('{source}', '{target}')" for source, target in EDGES)
NEW, OLD = (", ".join(f"{row}.{name}" for name in APPROVED) for row in ("NEW", "OLD"))
ASKED = """EXISTS (SELECT FROM approvals_approvalrequest r WHERE r.action = '{action}'
            AND r.subject_type = 'coupons.codebatch' AND r.subject_code = NEW.code AND r.state = 'approved')"""

BATCH = f"""
CREATE FUNCTION coupons_codebatch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.seed IS NOT NULL THEN
            RAISE EXCEPTION 'coupons_codebatch: it begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'coupons_codebatch %: it is kept', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
        RAISE EXCEPTION 'coupons_codebatch %: no way from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.code <> OLD.code OR OLD.state <> 'draft' AND ({NEW}) IS DISTINCT FROM ({OLD}) THEN
        RAISE EXCEPTION 'coupons_codebatch %: what was submitted stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'generating' AND OLD.state <> 'generating' AND NOT {ASKED.format(action="codes.generate")} THEN
        RAISE EXCEPTION 'coupons_codebatch %: nobody approved it', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.seed IS NOT NULL AND NEW.seed IS DISTINCT FROM OLD.seed
            AND NOT (OLD.state = 'in_review' AND NEW.state = 'generating') THEN
        RAISE EXCEPTION 'coupons_codebatch %: a seed is given once', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.exported_at IS DISTINCT FROM OLD.exported_at
            AND (OLD.exported_at IS NOT NULL OR NOT {ASKED.format(action="codes.export")}) THEN
        RAISE EXCEPTION 'coupons_codebatch %: exported once, and by approval', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.made < OLD.made OR NEW.claims < OLD.claims THEN
        RAISE EXCEPTION 'coupons_codebatch %: nothing is unmade', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
CODE = """
CREATE FUNCTION coupons_code_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'coupons_code %: it is kept', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.digest, NEW.batch_id, NEW.tail) IS DISTINCT FROM (OLD.digest, OLD.batch_id, OLD.tail) THEN
        RAISE EXCEPTION 'coupons_code %: what it was made as stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.coupon_id IS DISTINCT FROM OLD.coupon_id AND (OLD.coupon_id IS NOT NULL OR OLD.revoked)
            OR NEW.revoked <> OLD.revoked AND (OLD.revoked OR OLD.coupon_id IS NOT NULL) THEN
        RAISE EXCEPTION 'coupons_code %: claimed once or revoked', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def trigger(table: str, function: str, when: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        [
            function,
            f"CREATE TRIGGER {table}_guard BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
        ],
        [f"DROP TRIGGER {table}_guard ON {table}", f"DROP FUNCTION {table}_guard"],
    )


class Migration(migrations.Migration):
    dependencies = [("coupons", "0005_handing_out"), ("approvals", "0001_initial")]

    operations = [
        trigger("coupons_codebatch", BATCH, "INSERT OR UPDATE OR DELETE"),
        trigger("coupons_code", CODE, "UPDATE OR DELETE"),
    ]
