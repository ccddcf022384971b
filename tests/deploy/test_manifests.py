"""What deploy/ describes: manifests that their own schema accepts, one image, and every process the demo has."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = [
    pytest.param(document, id=f"{path.stem}-{document['kind']}-{document['metadata']['name']}")
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]
VERSION = "1.31"


@pytest.mark.parametrize("document", MANIFESTS)
def test_kubernetes_accepts_it(document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_the_schema_refuses_a_wrong_field() -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"portz": []}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_compose_runs_what_the_demo_runs() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}
    portal = [services[name] for name in ("migrate", "web", "worker", "beat")]
    assert {service["image"] for service in portal} == {"promo-portal"}
    assert all(service["environment"]["SECRET_KEY"] == "${SECRET_KEY:?}" for service in portal)
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"].keys() <= services.keys()


def test_the_portal_starts_with_the_same_words_everywhere() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    deployed = {
        container["name"]: container.get("command")
        for manifest in MANIFESTS
        if (spec := manifest.values[0].get("spec", {}).get("template", {}).get("spec"))
        for container in spec["containers"]
    }

    for name in ("migrate", "worker", "beat"):
        assert deployed[name] == services[name]["command"]
