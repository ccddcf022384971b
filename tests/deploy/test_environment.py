"""What deploy/ tells the processes: names that the portal reads, commands that exist, one voice on how many run."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from promo_portal.celery import app

ROOT = Path(__file__).parents[2]
READ = re.compile(r"""(?:env\.\w+\(|environ\.get\(|environ\.setdefault\()\s*["']([A-Z_]+)["']""")
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
KUBERNETES: list[dict[str, Any]] = [
    document
    for path in sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]
PORTAL = ("migrate", "web", "worker", "beat")


def read_names() -> set[str]:
    """The names that settings and gunicorn_conf.py ask the environment for."""
    files = [*(ROOT / "promo_portal/settings").glob("*.py"), ROOT / "promo_portal/gunicorn_conf.py"]
    return {name for path in files for name in READ.findall(path.read_text())}


def containers() -> list[dict[str, Any]]:
    found = []
    for document in KUBERNETES:
        spec = document.get("spec", {})
        pod = spec.get("jobTemplate", {}).get("spec", spec).get("template", {}).get("spec", {})
        found += pod.get("containers", [])
    return found


def test_every_name_that_is_told_is_read() -> None:
    told = {name for service in PORTAL for name in SERVICES[service]["environment"]}
    told |= {name for one in KUBERNETES if one["kind"] == "ConfigMap" for name in one["data"]}
    told |= {variable["name"] for one in containers() for variable in one.get("env", [])}
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert {"SECRET_KEY", "DATABASE_URL", "DB_POOL_SIZE", "WEB_CONCURRENCY"} <= told
    assert (told | example) - read_names() == set()


def test_what_the_manifests_leave_to_a_secret_is_read() -> None:
    text = (ROOT / "deploy/kubernetes/configuration.yaml").read_text()
    named = set(re.findall(r"--from-literal=([A-Z_]+)", text))

    assert named == {"SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"}
    assert named - read_names() == set()


def test_every_command_exists() -> None:
    image = (ROOT / "deploy/Dockerfile").read_text()
    commands = [SERVICES[name]["command"] for name in PORTAL if "command" in SERVICES[name]]
    commands += [one["command"] for one in containers() if "command" in one]

    assert "promo_portal/gunicorn_conf.py" in image
    assert (ROOT / "promo_portal/gunicorn_conf.py").exists()
    for command in commands:
        if command[0] == "celery":
            assert command[1:4] == ["-A", "promo_portal.celery", command[3]]
            assert command[3] in {"worker", "beat"}
        else:
            assert command[:2] == ["python", "manage.py"]
            assert command[2] in get_commands()
    assert app.main == "promo_portal"


def test_only_the_autoscaler_says_how_many_web_processes_there_are() -> None:
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]
        for one in KUBERNETES
        if one["kind"] == "HorizontalPodAutoscaler"
    }
    deployments = {one["metadata"]["name"]: one["spec"] for one in KUBERNETES if one["kind"] == "Deployment"}

    assert scaled == {"portal-web"}
    assert [name for name in scaled if "replicas" in deployments[name]] == []
    assert {name for name in deployments if "replicas" not in deployments[name]} == scaled


@pytest.mark.parametrize("kind", ["PodDisruptionBudget", "Service"])
def test_selectors_find_the_web_processes(kind: str) -> None:
    (one,) = (document for document in KUBERNETES if document["kind"] == kind)
    (web,) = (
        document
        for document in KUBERNETES
        if document["metadata"]["name"] == "portal-web" and document["kind"] == "Deployment"
    )
    selector = one["spec"]["selector"]

    assert selector.get("matchLabels", selector) == web["spec"]["template"]["metadata"]["labels"]
