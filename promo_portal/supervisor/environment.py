"""What the supervisor reads from the environment, and what it hands to the processes it starts."""

import os
from dataclasses import dataclass
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Place:
    """Where this portal keeps its data, and which servers it has to start itself."""

    folder: Path
    needs_postgres: bool
    needs_valkey: bool


def find_place(folder: str | None = None) -> Place:
    """The data folder (argument, PORTAL_DATA_DIR, `.data/`), made when missing."""
    environ.Env.read_env(BASE_DIR / ".env")
    path = Path(folder or os.environ.get("PORTAL_DATA_DIR") or BASE_DIR / ".data").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return Place(
        folder=path,
        needs_postgres=not os.environ.get("DATABASE_URL"),
        needs_valkey=not (os.environ.get("CACHE_URL") and os.environ.get("CELERY_BROKER_URL")),
    )


def child_environment(place: Place, mode: str, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {
        "DJANGO_SETTINGS_MODULE": "promo_portal.settings",
        "PORTAL_DATA_DIR": str(place.folder),
        "PORTAL_MODE": os.environ.get("PORTAL_MODE") or mode,
        "PYTHONUNBUFFERED": "1",
    }
    return {**inherited, **own, **more}
