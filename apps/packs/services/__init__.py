"""Packs into the portal and out of it."""

from apps.packs.services.importing import import_pack
from apps.packs.services.writing import ImportReport, PackRefused

__all__ = ["ImportReport", "PackRefused", "import_pack"]
