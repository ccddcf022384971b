"""What a load balancer, Prometheus and a browser get without signing in."""

import pytest
from django.db import DatabaseError

from apps.accounts.models import User
from apps.core import readiness


@pytest.fixture
def checks(monkeypatch):
    """An empty registry for the test, whatever the apps have registered."""
    monkeypatch.setattr(readiness, "_checks", {})


def test_alive_needs_no_database(client):
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_database_migrations_and_registered_checks(client, checks):
    readiness.register("book", lambda: None)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "migrations": "ok", "book": "ok"}},
    )


@pytest.mark.django_db
def test_not_ready_while_a_registered_check_says_why(client, checks):
    readiness.register("book", lambda: "the offer book is not compiled")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["book"] == "the offer book is not compiled"


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(client, checks, django_db_blocker):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="core").latest("id").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (
        503,
        "1 migrations are not applied",
    )


def test_not_ready_without_a_database(client, monkeypatch, checks):
    class Broken:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(readiness, "connection", Broken())
    answer = client.get("/readyz")
    assert (answer.status_code, list(answer.json()["checks"])) == (503, ["database"])


@pytest.mark.django_db
def test_metrics_count_by_route_and_never_by_path(client):
    client.get("/no-such-thing-7f3a")
    text = client.get("/metrics").content.decode()
    assert 'portal_request_seconds_count{method="GET",status="4xx",view="none"}' in text
    assert "portal_up 1.0" in text
    assert "7f3a" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/api/docs/"])
def test_pages_ask_no_other_host(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert 'src="http' not in answer.content.decode()
    assert 'href="http' not in answer.content.decode()


@pytest.mark.django_db
def test_only_the_admin_may_evaluate_scripts(client):
    def policy(path: str) -> str:
        return client.get(path).headers["Content-Security-Policy"]

    assert "'unsafe-eval'" in policy("/admin/login/")
    assert "'unsafe-eval'" not in policy("/api/docs/")
    assert "'unsafe-eval'" not in policy("/api/schema/")
    assert all("default-src 'self'" in policy(path) for path in ("/admin/login/", "/api/docs/", "/metrics"))


def test_the_front_door_leads_to_the_admin(client):
    assert client.get("/").headers["Location"] == "/admin/"


@pytest.mark.django_db
def test_the_schema_is_openapi_3(client):
    answer = client.get("/api/schema/", headers={"accept": "application/json"})
    assert answer.json()["openapi"].startswith("3.")


@pytest.mark.django_db
def test_an_address_without_a_page_leads_home_in_the_language_of_who_asks(client):
    answer = client.get("/no-such-page")
    text = answer.content.decode()
    assert (answer.status_code, "没有这个页面" in text, 'href="/admin/"' in text) == (404, True, True)
    client.force_login(User.objects.create_superuser("root", password="promo-demo-2026", language="en"))
    assert "There is no such page" in client.get("/admin/no-such-page/").content.decode()


@pytest.mark.django_db
def test_what_one_may_not_see_says_so_in_the_portals_clothes(client):
    client.force_login(
        User.objects.create_user("nobody", password="promo-demo-2026", is_staff=True, language="en")
    )
    answer = client.get("/admin/accounts/user/")
    text = answer.content.decode()
    assert (answer.status_code, "You may not do this" in text, "portal.css" in text) == (403, True, True)
