"""`./run check`: everything that can be said about the code without running it, two at a time."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    check: Check
    status: int
    output: str
    seconds: float


def all_checks() -> list[Check]:
    """The slow ones first, so that nothing waits for them at the end."""
    test_settings = {"DJANGO_SETTINGS_MODULE": "promo_portal.settings_test"}
    production = {
        "PORTAL_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "portal.example.com",
        "DB_POOL_SIZE": "0",
    }
    return [
        Check("mypy", [str(BIN / "mypy")]),
        Check("import-linter", [str(BIN / "lint-imports"), "--no-logo"]),
        Check(
            "migrations",
            [PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
            test_settings,
        ),
        Check("deploy", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], production),
        Check("ruff", [str(BIN / "ruff"), "check", "--output-format", "concise", "."]),
        Check("ruff format", [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", "."]),
        Check("djlint", [str(BIN / "djlint"), "--lint", "--quiet", "templates", "apps"]),
        Check("secrets", [PYTHON, "-m", "promo_portal.secret_scan"]),
    ]


def run(check: Check) -> Outcome:
    start = time.perf_counter()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, done.returncode, done.stdout, time.perf_counter() - start)


def main(names: list[str]) -> int:
    """Run all checks, or those named; the exit status is the number that failed."""
    chosen = [check for check in all_checks() if not names or check.name in names]
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, chosen):
            failed += outcome.status != 0
            verdict = "ok" if outcome.status == 0 else "FAILED"
            sys.stdout.write(f"{outcome.check.name:14} {verdict}  {outcome.seconds:.1f} s\n")
            if outcome.status != 0:
                sys.stdout.write(outcome.output.rstrip() + "\n")
            sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
