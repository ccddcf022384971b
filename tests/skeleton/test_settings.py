"""What the settings refuse and what production mode insists on."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from promo_portal.settings.env import local_secret, strong_secret
from tests.skeleton.running import ROOT

STRONG = "kD93-fh2_PqLw81mZx7RtYvB4nGsJc6oAeUi5HdQ0TKWXMNb"


def check(tmp_path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=ROOT,
        env={**clean, "PORTAL_DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        STRONG[:40],
        "a" * 64,
        "django-insecure-" + STRONG,
        "changeme-" + STRONG,
    ],
)
def test_production_refuses_a_weak_secret(tmp_path, secret):
    done = check(tmp_path, PORTAL_MODE="production", SECRET_KEY=secret)
    assert done.returncode == 1
    assert "SECRET_KEY must be set" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_mode_production_counts(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import promo_portal.wsgi"],
        cwd=ROOT,
        env={"PORTAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "SECRET_KEY must be set" in done.stderr


def test_production_refuses_debug(tmp_path):
    done = check(tmp_path, PORTAL_MODE="production", SECRET_KEY=STRONG * 2, DEBUG="true")
    assert "DEBUG must be off" in done.stderr


def test_production_passes_the_deployment_check_without_a_warning(tmp_path):
    done = check(
        tmp_path,
        "--deploy",
        "--fail-level",
        "WARNING",
        PORTAL_MODE="production",
        SECRET_KEY=STRONG * 2,
        DB_POOL_SIZE="0",
    )
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_a_strong_secret_passes():
    assert strong_secret(STRONG + "ab") == STRONG + "ab"
    with pytest.raises(ImproperlyConfigured):
        strong_secret(STRONG[:49])


def test_a_data_folder_keeps_its_secret_to_itself(tmp_path):
    secret = local_secret(tmp_path / "data")
    assert local_secret(tmp_path / "data") == secret
    assert local_secret(tmp_path / "other") != secret
    assert len(secret) >= 64
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
    assert oct((tmp_path / "data" / "secret.key").stat().st_mode & 0o777) == "0o600"
