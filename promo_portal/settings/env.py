"""Reads the environment: the mode, the data folder, and the secret that belongs to them."""

import os
import secrets
from enum import StrEnum
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

__all__ = ["ALLOW_PUBLISH", "BASE_DIR", "DATA_DIR", "DEBUG", "MODE", "SECRET_KEY", "Mode", "env"]

MIN_SECRET_LENGTH = 50
MIN_SECRET_DISTINCT = 10
WEAK_MARKS = ("insecure", "changeme", "change-me", "example", "secret-key")


class Mode(StrEnum):
    DEVELOPMENT = "development"
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
environ.Env.read_env(BASE_DIR / ".env")

# Without a word from the environment the strict mode counts: manage.py and `./run` ask for an easier one.
MODE = Mode(env.str("PORTAL_MODE", default=Mode.PRODUCTION.value))
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", default="") or BASE_DIR / ".data").resolve()
DEBUG = env.bool("DEBUG", default=False)
# Publishing a pack without approval is for an empty demo portal only; the supervisor sets this.
ALLOW_PUBLISH = env.bool("ALLOW_PUBLISH", default=False)


def strong_secret(secret: str) -> str:
    """The secret itself, or ImproperlyConfigured when it is missing, short or a known default."""
    weak = any(mark in secret.lower() for mark in WEAK_MARKS)
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_DISTINCT or weak:
        raise ImproperlyConfigured(
            f"SECRET_KEY must be set to at least {MIN_SECRET_LENGTH} random characters; make one with "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return secret


def local_secret(folder: Path) -> str:
    """The secret of this data folder, made on first use; two processes at once end with the same one."""
    path = folder / "secret.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="")
if MODE is Mode.PRODUCTION:
    strong_secret(SECRET_KEY)
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production mode")
elif not SECRET_KEY:
    SECRET_KEY = local_secret(DATA_DIR)
