"""The tests run on the same kind of server as the portal."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_database_is_postgresql_18_in_utf8_with_a_builtin_locale():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
        )
        assert cursor.fetchone() == (18, "UTF8")
        cursor.execute("SELECT datlocprovider FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("b",)
