"""The database, the cache and the broker: real servers by URL, else the embedded ones of the data folder."""

from promo_portal.embedded import postgres, valkey
from promo_portal.settings.env import DATA_DIR, MODE, Mode, env

__all__ = ["BROKER_URL", "CACHES", "DATABASES", "DATABASE_ROUTERS"]

STATEMENT_TIMEOUT_MS = env.int("DB_STATEMENT_TIMEOUT_MS", default=60_000)
LOCK_TIMEOUT_MS = env.int("DB_LOCK_TIMEOUT_MS", default=5_000)
IDLE_IN_TRANSACTION_MS = env.int("DB_IDLE_IN_TRANSACTION_MS", default=60_000)
# 0: none (PostgreSQL knows it from 17 on). Web processes ask for one (gunicorn_conf.py): what stands still there
# lets go of its rows.
TRANSACTION_TIMEOUT_MS = env.int("DB_TRANSACTION_TIMEOUT_MS", default=0)
SESSION_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in (
        *((("transaction_timeout", TRANSACTION_TIMEOUT_MS),) if TRANSACTION_TIMEOUT_MS else ()),
        ("statement_timeout", STATEMENT_TIMEOUT_MS),
        ("lock_timeout", LOCK_TIMEOUT_MS),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MS),
        # Only statements prepared by name have one: those of the hot paths, whose shape never depends on a value.
        ("plan_cache_mode", "force_generic_plan"),
    )
)

DATABASE_URL = env.str("DATABASE_URL", default="") or postgres.database_url(DATA_DIR / "postgres")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(ATOMIC_REQUESTS=False, CONN_MAX_AGE=0, CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {})
# update(), never a new dict: the URL's own options (the socket folder) live in it.
DATABASES["default"]["OPTIONS"].update(options=SESSION_OPTIONS)
# Only processes that serve keep connections; a command makes its one and fails at once where there is none.
POOL_SIZE = env.int("DB_POOL_SIZE", default=8 if MODE in (Mode.PRODUCTION, Mode.DEMO) else 0)
if POOL_SIZE:
    DATABASES["default"]["ENGINE"] = "promo_portal.pooled_postgresql"
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10}

# A copy that reports read from; everything else, and every write, is the primary's.
DATABASE_ROUTERS = ["apps.core.replica.ReplicaRouter"]
REPLICA_DATABASE_URL = env.str("REPLICA_DATABASE_URL", default="")
if REPLICA_DATABASE_URL:
    DATABASES["replica"] = {**DATABASES["default"], **env.db_url_config(REPLICA_DATABASE_URL)}
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["replica"].get("OPTIONS", {}),
        "options": f"{SESSION_OPTIONS} -c default_transaction_read_only=on",
    }
    DATABASES["replica"]["ENGINE"] = "django.db.backends.postgresql"
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}

CACHE_URL = env.str("CACHE_URL", default="") or valkey.cache_url(DATA_DIR / "valkey")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "TIMEOUT": 300,
        # Nobody waits for a cache that hangs: what asks it goes on without, or is closed.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
BROKER_URL = env.str("CELERY_BROKER_URL", default="") or valkey.broker_url(DATA_DIR / "valkey")
