"""What was found about a request stays as it was read when somebody decided."""

from django.db import migrations

from apps.core.append_only import FUNCTION

TABLE = "impact_impactreport"


class Migration(migrations.Migration):
    dependencies = [("impact", "0002_reports_and_limits"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            sql=[
                FUNCTION,
                f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
                "FOR EACH ROW WHEN (OLD.done_at IS NOT NULL) EXECUTE FUNCTION portal_refuse_change()",
                f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
                "FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change()",
            ],
            reverse_sql=[
                f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
                f"DROP TRIGGER {TABLE}_no_change ON {TABLE}",
            ],
        )
    ]
