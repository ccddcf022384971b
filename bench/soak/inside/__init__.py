"""Programs that run inside the portal of a soak: each sets Django up first."""

import django

django.setup()
