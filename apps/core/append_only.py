"""Tables whose rows are written once: the database itself refuses UPDATE, DELETE and TRUNCATE."""

from django.db.migrations import RunSQL

FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """The migration operation that closes `table` against every change but INSERT.

    The triggers are `<table>_no_change` and `<table>_no_truncate`; Django shows the refusal as IntegrityError.
    """
    return RunSQL(
        sql=[
            FUNCTION,
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION portal_refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change()",
        ],
        reverse_sql=[
            f"DROP TRIGGER {table}_no_truncate ON {table}",
            f"DROP TRIGGER {table}_no_change ON {table}",
        ],
    )
