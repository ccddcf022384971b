"""Numbers for Audience.rule_version: a sequence, so that none is ever given twice."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audiences", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE audiences_rule_version", "DROP SEQUENCE audiences_rule_version")
    ]
