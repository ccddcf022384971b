"""The project: settings, URLs, the admin site, the Celery app and the servers that `./run` starts."""
