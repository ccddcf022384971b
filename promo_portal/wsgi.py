"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promo_portal.settings")
application = get_wsgi_application()

# Long works are announced to the broker that the settings name.
import promo_portal.celery  # noqa: E402, F401
