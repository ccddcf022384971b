"""What must be true before this process gets traffic; apps register their own checks in `AppConfig.ready()`."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

Check = Callable[[], str | None]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """`check` answers None when all is well, else one sentence that says what is missing."""
    _checks[name] = check


def run_all() -> dict[str, str | None]:
    """Every check by name; without a database the others aren't asked."""
    database = database_answers()
    if database is not None:
        return {"database": database}
    results: dict[str, str | None] = {"database": None, "migrations": migrations_applied()}
    if results["migrations"] is None:
        results |= {name: check() for name, check in _checks.items()}
    return results


def database_answers() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"the database does not answer ({type(error).__name__})"
    return None


def migrations_applied() -> str | None:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied" if missing else None
