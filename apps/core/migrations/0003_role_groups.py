from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Spelt out: a migration keeps what it did, whatever roles.py says later.
ROLES = ("operator", "approver", "analyst", "auditor", "administrator", "customer_service")


def create_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The groups only; their permissions follow after each migrate (apps/core/group_sync.py)."""
    group_model = apps.get_model("auth", "Group")
    for role in ROLES:
        group_model.objects.get_or_create(name=role)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
