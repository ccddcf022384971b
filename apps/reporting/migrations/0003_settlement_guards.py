from django.db import migrations

from apps.core.append_only import append_only

FUNCTIONS = """
CREATE FUNCTION reporting_settled_month_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR NEW.month <> OLD.month THEN
        RAISE EXCEPTION 'settlement %: a month stays, and a closed one as it is', OLD.month
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION reporting_settled_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reporting_settlementmonth m
            WHERE m.closed_at IS NOT NULL AND m.month IN (SELECT DISTINCT month_id FROM added)) THEN
        RAISE EXCEPTION 'settlement: the month is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_settlement"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            [
                FUNCTIONS,
                "CREATE TRIGGER reporting_settled_month_guard BEFORE UPDATE OR DELETE ON reporting_settlementmonth "
                "FOR EACH ROW EXECUTE FUNCTION reporting_settled_month_guard()",
                "CREATE TRIGGER reporting_settled_line_guard AFTER INSERT ON reporting_settlementline "
                "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION reporting_settled_line_guard()",
            ],
            [
                "DROP TRIGGER reporting_settled_line_guard ON reporting_settlementline",
                "DROP TRIGGER reporting_settled_month_guard ON reporting_settlementmonth",
                "DROP FUNCTION reporting_settled_line_guard()",
                "DROP FUNCTION reporting_settled_month_guard()",
            ],
        ),
        append_only("reporting_settlementline"),
    ]
