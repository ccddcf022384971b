"""Celery: a few interval tasks that bring things into line, never one schedule per activity."""

from typing import Any

from promo_portal.settings.data import BROKER_URL

__all__ = [
    "CELERY_ACCEPT_CONTENT",
    "CELERY_BEAT_MAX_LOOP_INTERVAL",
    "CELERY_BEAT_SCHEDULE",
    "CELERY_BEAT_SCHEDULER",
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
    "CELERY_BROKER_URL",
    "CELERY_ENABLE_UTC",
    "CELERY_RESULT_SERIALIZER",
    "CELERY_TASK_ACKS_LATE",
    "CELERY_TASK_DEFAULT_QUEUE",
    "CELERY_TASK_IGNORE_RESULT",
    "CELERY_TASK_REJECT_ON_WORKER_LOST",
    "CELERY_TASK_SERIALIZER",
    "CELERY_TASK_TIME_LIMIT",
    "CELERY_TIMEZONE",
    "CELERY_WORKER_HIJACK_ROOT_LOGGER",
    "CELERY_WORKER_PREFETCH_MULTIPLIER",
    "DJANGO_STRUCTLOG_CELERY_ENABLED",
]

CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request that announces a job does not wait for a broker that is away: the sweep finds the job later.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# Every task reconciles from the database's state, so running one twice is harmless and losing one is not.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# The entries below are written into Beat's tables at its start: an administrator sees there when each ran last.
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # `expire_seconds`: ticks that pile up behind a stopped worker are dropped, the next one does their work.
    "activities.sweep": {"task": "activities.sweep", "schedule": 5.0, "options": {"expire_seconds": 15}},
    "orders.lapse": {"task": "orders.lapse", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "orders.void": {"task": "orders.void", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "orders.use_up": {"task": "orders.use_up", "schedule": 5.0, "options": {"expire_seconds": 15}},
    "coupons.sell_out": {"task": "coupons.sell_out", "schedule": 5.0, "options": {"expire_seconds": 15}},
    "coupons.seal_ledger": {
        "task": "coupons.seal_ledger",
        "schedule": 20.0,
        "options": {"expire_seconds": 60},
    },
    "coupons.expire": {"task": "coupons.expire", "schedule": 30.0, "options": {"expire_seconds": 60}},
    "coupons.remind": {"task": "coupons.remind", "schedule": 300.0, "options": {"expire_seconds": 600}},
    "coupons.push": {"task": "coupons.push", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "coupons.void": {"task": "coupons.void", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "coupons.give_for_events": {
        "task": "coupons.give_for_events",
        "schedule": 3.0,
        "options": {"expire_seconds": 10},
    },
    "coupons.note_birthdays": {
        "task": "coupons.note_birthdays",
        "schedule": 900.0,
        "options": {"expire_seconds": 900},
    },
    "coupons.purge_attempts": {
        "task": "coupons.purge_attempts",
        "schedule": 3600.0,
        "options": {"expire_seconds": 3600},
    },
    "coupons.make_codes": {"task": "coupons.make_codes", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "coupons.forget_seeds": {
        "task": "coupons.forget_seeds",
        "schedule": 60.0,
        "options": {"expire_seconds": 120},
    },
    "coupons.code_alarm": {"task": "coupons.code_alarm", "schedule": 10.0, "options": {"expire_seconds": 20}},
    "orders.seal_ledger": {
        "task": "orders.seal_ledger",
        "schedule": 20.0,
        "options": {"expire_seconds": 60},
    },
    "approvals.escalate": {
        "task": "approvals.escalate",
        "schedule": 30.0,
        "options": {"expire_seconds": 60},
    },
    "approvals.mail": {"task": "approvals.mail", "schedule": 10.0, "options": {"expire_seconds": 30}},
    "sightings.keep_days": {
        "task": "sightings.keep_days",
        "schedule": 3600.0,
        "options": {"expire_seconds": 3600},
    },
    "reporting.roll_up": {"task": "reporting.roll_up", "schedule": 15.0, "options": {"expire_seconds": 30}},
    "reporting.book_settlement": {
        "task": "reporting.book_settlement",
        "schedule": 30.0,
        "options": {"expire_seconds": 60},
    },
    "reporting.reconcile": {
        "task": "reporting.reconcile",
        "schedule": 600.0,
        "options": {"expire_seconds": 600},
    },
    "core.relay_events": {"task": "core.relay_events", "schedule": 2.0, "options": {"expire_seconds": 10}},
    "risk.purge_events": {
        "task": "risk.purge_events",
        "schedule": 600.0,
        "options": {"expire_seconds": 600},
    },
    "audiences.collect_tags": {
        "task": "audiences.collect_tags",
        "schedule": 600.0,
        "options": {"expire_seconds": 600},
    },
    "core.sweep_jobs": {"task": "core.sweep_jobs", "schedule": 3.0, "options": {"expire_seconds": 10}},
    "core.purge_job_files": {
        "task": "core.purge_job_files",
        "schedule": 3600.0,
        "options": {"expire_seconds": 3600},
    },
    "impact.recompute_stale": {
        "task": "impact.recompute_stale",
        "schedule": 30.0,
        "options": {"expire_seconds": 30},
    },
    "impact.patrol_nightly": {
        "task": "impact.patrol_nightly",
        "schedule": 300.0,
        "options": {"expire_seconds": 300},
    },
    "impact.patrol_changes": {
        "task": "impact.patrol_changes",
        "schedule": 60.0,
        "options": {"expire_seconds": 60},
    },
    "impact.follow_prices": {
        "task": "impact.follow_prices",
        "schedule": 30.0,
        "options": {"expire_seconds": 60},
    },
    "core.purge_idempotency": {
        "task": "core.purge_idempotency",
        "schedule": 600.0,
        "options": {"expire_seconds": 600},
    },
    "core.seal_audit": {"task": "core.seal_audit", "schedule": 60.0, "options": {"expire_seconds": 120}},
}
