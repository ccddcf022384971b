from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SightingsConfig(AppConfig):
    name = "apps.sightings"
    verbose_name = _("Exposures and clicks")
