"""What the tests change: no broker, no cache server, cheap passwords."""

import os

os.environ["PORTAL_MODE"] = "test"
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "0123456789abcdef" * 4)

from promo_portal.settings import *

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Jobs wait until a test runs them.
CELERY_BROKER_URL = ""
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
