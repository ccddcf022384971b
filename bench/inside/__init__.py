"""Programs that run inside a portal of the bench's own (`bench.portal`): each sets Django up first."""

import django

django.setup()
